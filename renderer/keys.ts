/**
 * The keyboard, in one table: it answers key presses, fills the `?` sheet and the tooltips.
 *
 * Owns: which key means what, and when a key is left to what has the focus: single characters while text is typed, and
 * everything but Escape while a dialog is open.
 * Must never: be the only way to do something, or take a key that the system or a widget needs.
 */
export type KeyCommand =
  | { readonly kind: "view"; readonly index: number }
  | {
      readonly kind: "pause" | "safe-mode" | "snapshot" | "settings" | "search" | "inspector" | "follow" | "keys";
    };

type KeyRow = {
  /** As it is written on keycaps, parts joined by a space. */
  readonly keys: string;
  readonly does: string;
  readonly group: "everywhere" | "lists";
  /** Null for keys that a list handles itself. */
  readonly command: KeyCommand | null;
};

export const keyRows: readonly KeyRow[] = [
  { keys: "1", does: "Home", group: "everywhere", command: { kind: "view", index: 0 } },
  { keys: "2", does: "Objects", group: "everywhere", command: { kind: "view", index: 1 } },
  { keys: "3", does: "Timeline", group: "everywhere", command: { kind: "view", index: 2 } },
  { keys: "4", does: "Failures", group: "everywhere", command: { kind: "view", index: 3 } },
  { keys: "5", does: "Snapshots", group: "everywhere", command: { kind: "view", index: 4 } },
  { keys: "6", does: "Setup", group: "everywhere", command: { kind: "view", index: 5 } },
  { keys: "7", does: "Review what safe mode holds", group: "everywhere", command: { kind: "view", index: 7 } },
  { keys: "8", does: "Decide about what is held back", group: "everywhere", command: { kind: "view", index: 8 } },
  { keys: "Ctrl ,", does: "Settings", group: "everywhere", command: { kind: "settings" } },
  { keys: "Ctrl P", does: "Pause or resume", group: "everywhere", command: { kind: "pause" } },
  { keys: "Ctrl Shift S", does: "Safe mode on or off", group: "everywhere", command: { kind: "safe-mode" } },
  { keys: "Ctrl S", does: "Take a snapshot", group: "everywhere", command: { kind: "snapshot" } },
  { keys: "?", does: "All keys", group: "everywhere", command: { kind: "keys" } },
  { keys: "Esc", does: "Close, or leave a search field", group: "everywhere", command: null },
  { keys: "/", does: "Search", group: "lists", command: { kind: "search" } },
  { keys: "N", does: "Show or hide the inspector", group: "lists", command: { kind: "inspector" } },
  { keys: "F", does: "Follow the newest row", group: "lists", command: { kind: "follow" } },
  { keys: "J K", does: "Next or previous row", group: "lists", command: null },
  { keys: "Home End", does: "First or last row", group: "lists", command: null },
  { keys: "A R", does: "Approve or refuse the row under review", group: "lists", command: null },
  { keys: "B U L", does: "Keep Blender's, Unity's or the last agreed version", group: "lists", command: null },
  { keys: "Space", does: "Mark the row that waits for a decision", group: "lists", command: null },
  { keys: "Enter", does: "Open the row", group: "lists", command: null },
];

type KeyPress = {
  readonly key: string;
  /** Ctrl, or Command on a Mac. */
  readonly ctrl: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
};

/** The command of a key press, or null when it is nobody's or belongs to what has the focus. */
export function commandFor(press: KeyPress, focus: { readonly isText: boolean; readonly isDialog: boolean }) {
  if (press.alt || focus.isDialog) return null;
  if (focus.isText && !press.ctrl) return null;
  const row = keyRows.find(({ keys, command }) => command !== null && isPressed(keys, press));
  return row?.command ?? null;
}

function isPressed(keys: string, press: KeyPress): boolean {
  const parts = keys.split(" ");
  const isCtrl = parts.includes("Ctrl");
  // "?" and "/" need Shift on some keyboards and not on others: only letters tell it apart.
  const isShiftRight = !isCtrl || parts.includes("Shift") === press.shift;
  return isCtrl === press.ctrl && isShiftRight && parts.at(-1)?.toLowerCase() === press.key.toLowerCase();
}
