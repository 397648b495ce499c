/**
 * What is held back: each editor's version beside the last agreed one, for a person to choose from, one by one or by
 * selection. Nothing is written to either editor for these until somebody chooses.
 */
import { GitCompareArrows } from "lucide-react";
import { useApp, useUi } from "#renderer/app-context.tsx";
import { useQueue } from "#renderer/features/frame/use-queue.ts";
import { texts } from "#renderer/messages/texts.ts";
import { keepWords } from "#renderer/messages/words.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import styles from "#renderer/ui/queue.module.css";
import { useGridKeys } from "#renderer/ui/use-grid-keys.ts";
import { useMarks } from "#renderer/ui/use-marks.ts";
import { type Choice, choices } from "#shared/choice.ts";
import type { ConflictRow } from "#shared/ipc/view.ts";
import { decidedWith, mayKeep } from "./choosing.ts";
import { ConflictGrid } from "./conflict-grid.tsx";
import { Versions } from "./versions.tsx";

const words = texts.conflicts;

export function Conflicts() {
  const conflicts = useQueue("conflicts");
  if (conflicts === null) return null;
  if (conflicts.rows.length > 0) return <Queue rows={conflicts.rows} total={conflicts.total} />;
  return <Empty icon={GitCompareArrows} title={words.emptyTitle} text={words.empty} />;
}

function Queue({ rows, total }: { readonly rows: readonly ConflictRow[]; readonly total: number }) {
  const { ui } = useApp();
  const selected = useUi((state) => state.selected);
  const row = rows.find(({ uuid }) => uuid === selected) ?? (rows[0] as ConflictRow);
  const { marked, mark, chosen } = useMarks(rows, uuidOf);
  const decide = (uuids: readonly string[], keep: Choice) => {
    const together = decidedWith(rows, uuids);
    ui.setState({ dialog: { kind: "keep", uuids, keep, names: together.map(({ name }) => name) } });
  };
  const keepRow = (keep: Choice) => () => mayKeep(row, keep) && decide([row.uuid], keep);
  useGridKeys({ b: keepRow("blender"), u: keepRow("unity"), l: keepRow("agreed"), " ": () => mark(row.uuid) });
  return (
    <div className={styles.queue}>
      <div className={styles.bar}>
        <p className={styles.count}>{words.held(total)}</p>
        {choices.map((keep) => (
          <Button key={keep} disabled={chosen.length === 0} onClick={() => decide(chosen, keep)}>
            {words.keepMarked(keepWords[keep], chosen.length)}
          </Button>
        ))}
      </div>
      <div className={styles.split}>
        <ConflictGrid
          rows={rows}
          active={row.uuid}
          marked={marked}
          onActive={(uuid) => ui.setState({ selected: uuid })}
          onMark={mark}
        />
        <Versions
          row={row}
          together={decidedWith(rows, [row.uuid]).length - 1}
          onKeep={(keep) => decide([row.uuid], keep)}
        />
      </div>
    </div>
  );
}

const uuidOf = ({ uuid }: ConflictRow) => uuid;
