/**
 * The words people see for a verdict and for an object's state: the same in window, tray, notifications and terminal.
 */
import type { Verdict } from "../protocol/down.ts";
import type { ObjectState, SnapshotRow } from "./view.ts";

export const verdictWord = {
  live: "Live",
  waiting: "Waiting",
  paused: "Paused",
  "safe-mode": "Safe mode",
  "needs-you": "Needs you",
  stopped: "Stopped",
} as const satisfies Record<Verdict, string>;

export const objectStateWord = {
  "in-step": "In step",
  sending: "Sending",
  held: "Held",
  conflict: "Conflict",
  "one-side": "One side only",
} as const satisfies Record<ObjectState, string>;

export const roleWord = { blender: "Blender", unity: "Unity" } as const;

export const snapshotReasonWords = {
  final: "Automatic",
  "before-first-mutation": "Before the first change",
  "before-rollback": "Before a rollback",
  "before-delete": "Before something was deleted",
  manual: "Taken by you",
  idle: "Automatic, at rest",
  exit: "When VibeSync closed",
  "safe-mode": "When safe mode began",
} as const satisfies Record<SnapshotRow["reason"], string>;
