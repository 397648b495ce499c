/**
 * What the tray says and offers, as data.
 *
 * Pure. The first line is the verdict in words, because many desktops never show a tooltip. A menu that is rebuilt
 * while it is open closes under the pointer, so `trayKey` names everything the menu depends on, and nothing that
 * changes often.
 */
import type { StatusView } from "#shared/ipc/view.ts";
import { verdictWord } from "#shared/ipc/words.ts";
import type { Verdict } from "#shared/protocol/down.ts";

export type TrayAction = "pause" | "resume" | "safe-mode" | "show" | "quit";

export type TrayEntry =
  | { readonly kind: "line"; readonly label: string }
  | { readonly kind: "separator" }
  | { readonly kind: "action"; readonly label: string; readonly action: TrayAction; readonly isEnabled: boolean }
  | {
      readonly kind: "check";
      readonly label: string;
      readonly action: TrayAction;
      readonly isEnabled: boolean;
      readonly isOn: boolean;
    };

/** What each verdict means, short enough for a menu. The window's sentence says more. */
const meaning = {
  live: "both editors are linked",
  waiting: "for an editor",
  paused: "changes are kept until you resume",
  "safe-mode": "nothing is written to the editors",
  "needs-you": "some objects wait for a decision",
  stopped: "open the window to see why",
} as const satisfies Record<Verdict, string>;

export function trayKey(status: StatusView): string {
  return JSON.stringify([status.verdict, status.mode, status.project?.name ?? null]);
}

export function trayLine(status: StatusView): string {
  if (status.mode === "booting") return "Starting ...";
  return `${verdictWord[status.verdict]}: ${meaning[status.verdict]}`;
}

export function trayMenu(status: StatusView): readonly TrayEntry[] {
  const { mode, project } = status;
  const isRunning = mode !== "booting" && mode !== "halted";
  const isPaused = mode === "paused";
  return [
    { kind: "line", label: trayLine(status) },
    ...(project ? [{ kind: "line", label: `Project: ${project.name}` } as const] : []),
    { kind: "separator" },
    isPaused
      ? { kind: "action", label: "Resume", action: "resume", isEnabled: true }
      : { kind: "action", label: "Pause", action: "pause", isEnabled: isRunning && mode !== "safe" },
    { kind: "check", label: "Safe mode", action: "safe-mode", isEnabled: isRunning, isOn: mode === "safe" },
    { kind: "separator" },
    { kind: "action", label: "Show VibeSync", action: "show", isEnabled: true },
    { kind: "action", label: "Quit", action: "quit", isEnabled: true },
  ];
}
