/**
 * What may happen in which mode: a total table, so that a forgotten case is a compile error.
 *
 * `run`: handled as always. `keep`: taken in and logged, but nothing is written to any editor. `refuse`: answered
 * with E_HALTED. `ignore`: without meaning in this mode.
 */
import { unreachable } from "#shared/assert.ts";
import type { Mode } from "#shared/protocol/handshake.ts";
import type { Input } from "./input.ts";

export type InputKind =
  | "greeting"
  | "edit"
  | "answer"
  | "editor-news"
  | "housekeeping"
  | "command"
  | "review"
  | "rollback";
export type Outcome = "run" | "keep" | "refuse" | "ignore";

type Row = { readonly [Kind in InputKind]: Outcome };

export const modeTable: { readonly [Name in Mode]: Row } = {
  booting: {
    greeting: "refuse",
    edit: "refuse",
    answer: "ignore",
    "editor-news": "ignore",
    housekeeping: "run",
    command: "refuse",
    review: "refuse",
    rollback: "refuse",
  },
  indexing: {
    greeting: "run",
    edit: "run",
    answer: "run",
    "editor-news": "run",
    housekeeping: "run",
    command: "run",
    review: "ignore",
    rollback: "run",
  },
  live: {
    greeting: "run",
    edit: "run",
    answer: "run",
    "editor-news": "run",
    housekeeping: "run",
    command: "run",
    review: "ignore",
    rollback: "run",
  },
  paused: {
    greeting: "run",
    edit: "keep",
    answer: "run",
    "editor-news": "run",
    housekeeping: "run",
    command: "run",
    review: "ignore",
    rollback: "run",
  },
  safe: {
    greeting: "run",
    edit: "keep",
    answer: "run",
    "editor-news": "run",
    housekeeping: "run",
    command: "run",
    review: "run",
    rollback: "run",
  },
  halted: {
    greeting: "refuse",
    edit: "refuse",
    answer: "ignore",
    "editor-news": "ignore",
    housekeeping: "ignore",
    command: "refuse",
    review: "refuse",
    rollback: "refuse",
  },
};

export function inputKindOf(input: Input): InputKind {
  switch (input.kind) {
    case "wire":
      return wireKindOf(input.event);
    case "rollback":
      return "rollback";
    case "approve":
    case "refuse":
      return "review";
    case "pause":
    case "safe-mode":
    case "release":
    case "forget":
      return "command";
    case "tick":
    case "paired-snapshot":
    case "snapshot-taken":
    case "failed":
    case "boot":
    case "close":
      return "housekeeping";
    default:
      unreachable(input);
  }
}

function wireKindOf(event: Extract<Input, { kind: "wire" }>["event"]): InputKind {
  if (event.kind === "greeted") return "greeting";
  if (event.kind === "frame") return event.frame.lane === 1 ? "edit" : "answer";
  if (event.kind !== "message") return "editor-news";
  switch (event.message.kind) {
    case "change":
    case "index":
      return "edit";
    case "verified":
      return "answer";
    case "request":
      return "command";
    default:
      return "editor-news";
  }
}
