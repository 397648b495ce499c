/**
 * The words people see for a verdict and for an object's state: the same in window, tray, notifications and terminal.
 */
import type { Verdict } from "../protocol/down.ts";
import type { ObjectState } from "./view.ts";

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
