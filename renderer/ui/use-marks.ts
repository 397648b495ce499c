/** Which rows of a queue are marked; what has left it is marked no more. */
import { useMemo, useState } from "react";

type Marks = {
  readonly marked: ReadonlySet<string>;
  readonly mark: (key: string) => void;
  /** The marked ones that are still there. */
  readonly chosen: readonly string[];
};

export function useMarks<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Marks {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const present = useMemo(() => new Set(rows.map(keyOf)), [rows, keyOf]);
  const mark = (key: string) =>
    setMarked((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  return { marked, mark, chosen: [...marked].filter((key) => present.has(key)) };
}
