/** The newest of some automatic snapshots in a row, and the others when they are asked for. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { SnapshotEntry } from "./snapshot-entry.tsx";
import type { Run } from "./snapshot-groups.ts";
import styles from "./snapshots.module.css";

type SnapshotRunProps = { readonly run: Run; readonly nowMs: number; readonly isStopped: boolean };

export function SnapshotRun({ run, nowMs, isStopped }: SnapshotRunProps) {
  const [isOpen, setOpen] = useState(false);
  const [newest, ...others] = run;
  return (
    <>
      <SnapshotEntry row={newest} nowMs={nowMs} isStopped={isStopped} />
      {others.length > 0 && (
        <li className={styles.others}>
          <Button
            variant="quiet"
            icon={isOpen ? ChevronDown : ChevronRight}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {texts.snapshots.moreAutomatic(others.length)}
          </Button>
        </li>
      )}
      {isOpen && others.map((row) => <SnapshotEntry key={row.oid} row={row} nowMs={nowMs} isStopped={isStopped} />)}
    </>
  );
}
