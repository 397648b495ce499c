/** The columns of the log. */
import {
  Activity,
  ArrowRight,
  Bookmark,
  CheckCheck,
  CircleAlert,
  History,
  type LucideIcon,
  Pencil,
  Plug,
  Power,
  Undo2,
} from "lucide-react";
import { texts } from "#renderer/messages/texts.ts";
import { timelineWords, writerWords } from "#renderer/messages/words.ts";
import type { Burst } from "#renderer/store/bursts.ts";
import { clockTime } from "#renderer/ui/moments.ts";
import type { GridColumn } from "#renderer/ui/virtual-grid.tsx";
import type { TimelineRow } from "#shared/ipc/view.ts";
import styles from "./timeline.module.css";

const kindIcons: { readonly [Kind in TimelineRow["kind"]]: LucideIcon } = {
  edit: Pencil,
  transform: ArrowRight,
  final: CheckCheck,
  revoke: Undo2,
  session: Plug,
  mode: Activity,
  fault: CircleAlert,
  snapshot: Bookmark,
  rollback: History,
  boot: Power,
};

export function timelineColumns(onObject: (uuid: string) => void): readonly GridColumn<Burst>[] {
  const words = texts.timeline.columns;
  return [
    { id: "lsn", head: words.lsn, cell: ({ row }) => <span className={styles.lsn}>{row.lsn}</span> },
    { id: "time", head: words.time, cell: ({ row }) => <span className={styles.time}>{clockTime(row.timeMs)}</span> },
    {
      id: "writer",
      head: words.writer,
      cell: ({ row }) => (
        <span className={styles.writer} data-writer={row.writer}>
          {writerWords[row.writer]}
        </span>
      ),
    },
    { id: "kind", head: words.kind, cell: ({ row }) => <Kind kind={row.kind} /> },
    { id: "name", head: words.name, cell: ({ row }) => <Names row={row} onObject={onObject} /> },
    {
      id: "summary",
      head: words.summary,
      cell: ({ row, count }) => (
        <span className={styles.summary} title={row.summary}>
          {row.code !== null && <span className={styles.code}>{row.code}</span>}
          {row.summary} {count > 1 && <span className={styles.burst}>{texts.timeline.burst(count)}</span>}
        </span>
      ),
    },
  ];
}

function Kind({ kind }: { readonly kind: TimelineRow["kind"] }) {
  const Icon = kindIcons[kind];
  return (
    <span className={styles.kind} data-kind={kind}>
      <Icon size={14} aria-hidden="true" />
      {timelineWords[kind]}
    </span>
  );
}

function Names({ row, onObject }: { readonly row: TimelineRow; readonly onObject: (uuid: string) => void }) {
  const [uuid] = row.uuids;
  if (row.name === "" || uuid === undefined) return row.name;
  return (
    <>
      <button type="button" className={styles.object} tabIndex={-1} onClick={() => onObject(uuid)}>
        {row.name}
      </button>
      {row.entities > 1 && <span className={styles.more}>{texts.timeline.more(row.entities - 1)}</span>}
    </>
  );
}
