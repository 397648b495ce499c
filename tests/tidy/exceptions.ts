/**
 * Where a house rule may be broken, and why. An entry that is no longer needed fails the tests, so the list only holds
 * what is true today.
 */

export type HouseRule =
  | "file-lines"
  | "function-lines"
  | "line-columns"
  | "parameters"
  | "nesting"
  | "header"
  | "host"
  | "path";

export type Exception = {
  readonly rule: HouseRule;
  readonly file: string;
  /** A function's name or a word found, where the rule is about one. */
  readonly subject?: string;
  readonly reason: string;
};

export const exceptions: readonly Exception[] = [
  { rule: "parameters", file: "electron/ports/disk.ts", subject: "writeAll", reason: "the order of pwrite(2)" },
  { rule: "parameters", file: "electron/ports/disk.ts", subject: "readAll", reason: "the order of pread(2)" },
  {
    rule: "parameters",
    file: "shared/scene/fields.ts",
    subject: "spec",
    reason: "one call is one row of the field table, and is read down its columns",
  },
  {
    rule: "nesting",
    file: "tests/sim/script.ts",
    subject: "settle",
    reason: "rounds, editors and their two queues are one picture; split up, the order of delivery is lost",
  },
  {
    rule: "nesting",
    file: "tests/hub/disk-trouble.test.ts",
    subject: "fillUp",
    reason: "fills a disk to its last byte: sizes, writes, and the one error that is expected",
  },
  {
    rule: "nesting",
    file: "tests/bench/relay.bench.ts",
    subject: "measure",
    reason: "rounds over relays over sizes, with the relays stopped whatever happens",
  },
  {
    rule: "parameters",
    file: "electron/core/turn.ts",
    subject: "notice",
    reason: "level, code, sentence, object: the columns of a notice, in the order in which they are shown",
  },
];
