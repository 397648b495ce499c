/**
 * The words for everything that has a closed list of names, and how numbers and counts are written.
 *
 * Owns: one typed table per list; a name without a word is a compile error. Sentences are in texts.ts.
 * Must never: use two words for one thing (docs/glossary.md). The verdicts and state words are shared with the tray and
 * the terminal (shared/ipc/words.ts).
 */
import type { View } from "#renderer/store/ui-store.ts";
import type { Choice } from "#shared/choice.ts";
import type { EditorView, ObjectState, ReviewRow, Settings, TimelineRow } from "#shared/ipc/view.ts";
import type { EntityKind } from "#shared/scene/fields.ts";

type Words<Key extends string> = { readonly [Name in Key]: string };

const numberFormat = new Intl.NumberFormat("en");

export function number(value: number): string {
  return numberFormat.format(value);
}

/** "1 object", "2,000 objects". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export const viewWords: Words<View> = {
  home: "Home",
  objects: "Objects",
  timeline: "Timeline",
  failures: "Failures",
  snapshots: "Snapshots",
  setup: "Setup",
  settings: "Settings",
  review: "Review",
  conflicts: "Conflicts",
};

export const keepWords: Words<Choice> = {
  blender: "Blender's",
  unity: "Unity's",
  agreed: "last agreed",
};

export const reviewWords: Words<ReviewRow["change"]> = {
  created: "Created",
  changed: "Changed",
  moved: "Moved",
  deleted: "Deleted",
  differs: "Differs",
};

export const stateMeanings: Words<ObjectState> = {
  "in-step": "Both editors show the same, and it is on disk.",
  sending: "A change is on its way to the other editor.",
  held: "Somebody holds it in an editor; changes wait until it is let go.",
  conflict: "It is held back until you decide.",
  "one-side": "Only one editor has it so far.",
};

export const linkWords: Words<EditorView["link"]> = {
  absent: "Not linked",
  away: "Away, expected back",
  linking: "Linking",
  linked: "Linked",
};

export const activityWords: Words<EditorView["activity"]> = {
  idle: "",
  editing: "Editing",
  playing: "In Play mode",
  reloading: "Reloading scripts",
  compiling: "Compiling",
  loading: "Loading a file",
  rendering: "Rendering",
};

export const kindWords: Words<EntityKind> = { object: "Object", collection: "Collection", mesh: "Mesh" };

export const writerWords: Words<TimelineRow["writer"]> = {
  none: "Nobody",
  blender: "Blender",
  unity: "Unity",
  assistant: "Assistant",
  hub: "VibeSync",
};

export const timelineWords: Words<TimelineRow["kind"]> = {
  edit: "Edit",
  transform: "Move",
  final: "Agreed",
  revoke: "Put back",
  session: "Editor",
  mode: "Mode",
  fault: "Fault",
  snapshot: "Snapshot",
  rollback: "Rollback",
  boot: "Start",
};

export const closeWords: Words<Settings["closeAction"]> = {
  ask: "Ask me each time",
  tray: "Keep running in the tray",
  quit: "Quit VibeSync",
};
