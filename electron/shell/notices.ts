/**
 * Decides what is worth a desktop notification. Pure apart from the timer it is given.
 *
 * Owns: the four occasions (a conflict, an editor lost for longer than 10 s, safe mode entered, a rollback done), their
 * words, and the grouping: one notice an occasion, and a newer one replaces it.
 * Must never: notify while the person looks at the window, or twice about the same thing.
 */
import type { EditorView, StatusView, TimelineRow } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";

/** An editor that restarts or reloads is back by then. */
export const editorLostMs = 10_000;

export type Occasion = "conflict" | "lost-blender" | "lost-unity" | "safe-mode" | "rollback";

/** `view` is the window's view that a click opens. */
export type DesktopNotice = {
  readonly occasion: Occasion;
  readonly title: string;
  readonly body: string;
  readonly view: string;
  readonly isUrgent: boolean;
};

export type NoticesOptions = {
  readonly present: (notice: DesktopNotice) => void;
  /** The occasion has passed: what is still shown about it goes. */
  readonly withdraw: (occasion: Occasion) => void;
  readonly isLooking: () => boolean;
};

export type Notices = {
  status(next: StatusView): void;
  timeline(rows: readonly TimelineRow[]): void;
  stop(): void;
};

export function createNotices({ present, withdraw, isLooking }: NoticesOptions): Notices {
  let last: StatusView | null = null;
  const lost = new Map<Role, NodeJS.Timeout>();
  const tell = (notice: DesktopNotice): void => {
    if (!isLooking()) present(notice);
  };

  function watchEditor(before: EditorView, now: EditorView): void {
    const { role } = now;
    if (isThere(now)) {
      clearTimeout(lost.get(role));
      lost.delete(role);
      withdraw(`lost-${role}`);
    } else if (isThere(before)) {
      lost.set(
        role,
        setTimeout(() => tell(lostNotice(role, now)), editorLostMs),
      );
    }
  }

  function compare(before: StatusView, now: StatusView): void {
    for (const role of roles) watchEditor(before.editors[role], now.editors[role]);
    if (now.counts.conflict > before.counts.conflict) tell(conflictNotice(now.counts.conflict));
    if (now.counts.conflict === 0 && before.counts.conflict > 0) withdraw("conflict");
    if (now.mode === "safe" && before.mode !== "safe") tell(safeModeNotice(now.sentence));
    if (now.mode !== "safe" && before.mode === "safe") withdraw("safe-mode");
  }

  function forget(): void {
    for (const timer of lost.values()) clearTimeout(timer);
    lost.clear();
  }

  return {
    status(next) {
      // Another project, or the same one opened anew: its editors link again, and nothing was lost.
      if (next.mode === "booting") forget();
      else if (last) compare(last, next);
      last = next;
    },
    timeline(rows) {
      const rollback = rows.findLast((row) => row.kind === "rollback");
      if (rollback) tell(rollbackNotice(rollback));
    },
    stop: forget,
  };
}

function isThere(editor: EditorView): boolean {
  return editor.link === "linked" || editor.link === "linking";
}

function lostNotice(role: Role, { name }: EditorView): DesktopNotice {
  const word = name || roleWord[role];
  const body = "It closed, crashed or is busy. Your changes are kept and sent when it is back.";
  return { occasion: `lost-${role}`, title: `${word} is gone for 10 seconds`, body, view: "home", isUrgent: false };
}

function conflictNotice(count: number): DesktopNotice {
  const title = count === 1 ? "One object needs a decision" : `${count} objects need a decision`;
  const body = "They were changed in both editors and are held until you choose a side.";
  return { occasion: "conflict", title, body, view: "conflicts", isUrgent: false };
}

function safeModeNotice(sentence: string): DesktopNotice {
  const body = sentence || "Nothing is written to the editors until you leave it.";
  return { occasion: "safe-mode", title: "Safe mode is on", body, view: "home", isUrgent: true };
}

function rollbackNotice(row: TimelineRow): DesktopNotice {
  const title = row.code === null ? "Rolled back" : "The rollback stopped";
  return { occasion: "rollback", title, body: row.summary, view: "snapshots", isUrgent: row.code !== null };
}
