/** The column of a queue in which rows are marked, by a click or with Space. */
import styles from "./queue.module.css";
import type { GridColumn } from "./virtual-grid.tsx";

type MarkColumn = {
  readonly word: string;
  readonly marked: ReadonlySet<string>;
  readonly onMark: (key: string) => void;
};

export function markColumn<Row extends { readonly uuid: string; readonly name: string }>({
  word,
  marked,
  onMark,
}: MarkColumn): GridColumn<Row> {
  return {
    id: "mark",
    head: <span className={styles.unseen}>{word}</span>,
    cell: ({ uuid, name }) => (
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={`${word} ${name}`}
        checked={marked.has(uuid)}
        onChange={() => onMark(uuid)}
      />
    ),
  };
}
