/**
 * A table of any length of which only the rows in sight exist.
 *
 * Owns: the grid pattern: one tab stop for the whole table, the active row named by `aria-activedescendant`, arrow keys
 * or J/K to move, Home/End, Page keys, Enter to open. Rows are told apart by key, so the selection survives re-sorting.
 * Must never: know what a row is, or give rows a height of their own.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, type UIEvent, useEffect, useId, useRef } from "react";
import { targetOf } from "./list-keys.ts";
import styles from "./virtual-grid.module.css";

export type GridColumn<Row> = {
  readonly id: string;
  readonly head: ReactNode;
  readonly sort?: "ascending" | "descending" | "none";
  readonly cell: (row: Row) => ReactNode;
};

type VirtualGridProps<Row> = {
  readonly label: string;
  /** Sets `grid-template-columns` through `--columns`. */
  readonly className: string | undefined;
  readonly columns: readonly GridColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly rowPx: number;
  readonly selected: string | null;
  readonly onSelect: (key: string) => void;
  readonly onOpen?: (key: string) => void;
  /** The last rows are in sight, or there are too few to fill it. */
  readonly onEnd?: () => void;
  readonly onScrolled?: (topPx: number) => void;
  /** Raised to go back to the first row. */
  readonly topAsked?: number;
  readonly after?: ReactNode;
};

const overscanRows = 8;
const endRows = 20;

export function VirtualGrid<Row>(props: VirtualGridProps<Row>) {
  const { label, className, columns, rows, keyOf, rowPx, selected, onEnd, topAsked = 0 } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const idBase = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: overscanRows,
    scrollPaddingStart: rowPx,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? -1;
  const isAtEnd = lastShown >= rows.length - endRows;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that came and still does not fill it asks for the next.
  useEffect(() => {
    if (isAtEnd) onEnd?.();
  }, [isAtEnd, onEnd, rows.length]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are kept by the virtualizer until it is told.
  useEffect(() => {
    virtual.measure();
  }, [rowPx, virtual.measure]);
  useEffect(() => {
    if (topAsked > 0) scroller.current?.scrollTo({ top: 0 });
  }, [topAsked]);
  const activeId = (key: string) => `${idBase}${key}`;
  const isActiveShown = items.some((item) => rows[item.index] && keyOf(rows[item.index] as Row) === selected);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of which most rows do not exist cannot be a table element.
    <div
      ref={scroller}
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={selected !== null && isActiveShown ? activeId(selected) : undefined}
      tabIndex={0}
      className={[styles.grid, className].join(" ")}
      onKeyDown={(event) => moveByKey(event, props, (index) => virtual.scrollToIndex(index))}
      onScroll={(event: UIEvent<HTMLDivElement>) => props.onScrolled?.(event.currentTarget.scrollTop)}
    >
      <GridHead columns={columns} />
      {/* biome-ignore lint/a11y/useSemanticElements: part of the grid above. */}
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index] as Row;
          const key = keyOf(row);
          return (
            // biome-ignore lint/a11y/useSemanticElements: part of the grid above.
            // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active row.
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of its rows.
            <div
              key={key}
              id={activeId(key)}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={key === selected}
              className={styles.row}
              style={{ height: rowPx, transform: `translateY(${item.start}px)` }}
              onClick={() => props.onSelect(key)}
              onDoubleClick={() => props.onOpen?.(key)}
            >
              {columns.map((column) => (
                // biome-ignore lint/a11y/useSemanticElements: part of the grid above.
                // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active row.
                <div key={column.id} role="gridcell" className={styles.cell}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
      {props.after}
    </div>
  );
}

function GridHead<Row>({ columns }: { readonly columns: readonly GridColumn<Row>[] }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of the grid below.
    <div role="rowgroup" className={styles.head}>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the grid. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a head row is not a place to be. */}
      <div role="row" aria-rowindex={1} className={styles.headRow}>
        {columns.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: part of the grid.
          // biome-ignore lint/a11y/useFocusableInteractive: its button, where it sorts, has the focus.
          <div key={column.id} role="columnheader" aria-sort={column.sort} className={styles.cell}>
            {column.head}
          </div>
        ))}
      </div>
    </div>
  );
}

function moveByKey<Row>(
  event: KeyboardEvent<HTMLDivElement>,
  { rows, keyOf, rowPx, selected, onSelect, onOpen }: VirtualGridProps<Row>,
  scrollTo: (index: number) => void,
): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && selected !== null) {
    event.preventDefault();
    onOpen?.(selected);
    return;
  }
  const at = rows.findIndex((row) => keyOf(row) === selected);
  const pageRows = Math.max(1, Math.floor(event.currentTarget.clientHeight / rowPx) - 2);
  const next = targetOf(event.key, { at, last: rows.length - 1, pageRows });
  const row = next === null ? undefined : rows[next];
  if (next === null || row === undefined) return;
  event.preventDefault();
  onSelect(keyOf(row));
  scrollTo(next);
}
