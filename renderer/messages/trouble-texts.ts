/** The part of the table of texts (texts.ts) for what went wrong: failures, and a project that cannot be opened. */
import { counted } from "./words.ts";

export const failureTexts = {
  label: "What VibeSync remembers",
  emptyTitle: "Nothing has failed",
  empty: "What is refused, times out or does not match is counted here, with the object and the next step.",
  columns: { what: "What", object: "Object", count: "Times", last: "Last", consequence: "What VibeSync does" },
  noObject: "no object",
  unnamed: "A deleted object",
  first: (ago: string) => `first ${ago}`,
  consequences: {
    none: "Nothing: it is only counted",
    slow: "Sends it alone and checks it at once, until it has gone well a few times",
    waiting: "Keeps its edits for some seconds, then tries again",
    held: "Nothing, until you decide",
    care: "Sends everything without a preview for a minute",
    paused: "Paused itself; resume when you have looked",
    safe: "Went into safe mode; nothing is written",
    stopped: "Nothing, until it is started again: see Home",
  },
  forget: "Forget",
  forgetOf: (what: string, object: string) => `Forget: ${what}${object === "" ? "" : ` (${object})`}`,
  forgotten: "Forgotten",
  problemForget: "It could not be forgotten",
  timeouts: "Timeouts",
  refused: "Refused",
  mismatches: "Mismatches",
  disk: "Disk",
};

/** While no project is open: nothing of it can be known, and Home has what can be done. */
export const unreadTexts = {
  title: "The project is not open",
  text: (reason: string) => `Nothing of it can be shown. ${reason}`,
  toHome: "What you can do",
  needsYou: "Not known while the project is not open.",
  restore: "The project is not open. Go on from the last snapshot above, or see the others once it opens.",
  snapshots: "The project is not open. Its snapshots are shown once it opens.",
  bar: "No project is open",
};

export const recoveryTexts = {
  restore: "Go on from the last snapshot…",
  exportIt: "Export the scene…",
  title: "Go on from the last snapshot?",
  kept: "What cannot be read is set aside in the project's folder, whole.",
  body: "VibeSync opens in safe mode with the newest snapshot that can be read.",
  newer: "What the editors have that is newer counts when they link; what was deleted since may come back.",
  confirm: "Go on from it",
  done: (count: number) => `${counted(count, "object")} from the last snapshot`,
  problem: "The snapshot could not be used",
  exported: (count: number) => `${counted(count, "object")} exported`,
  problemExport: "The scene could not be exported",
};
