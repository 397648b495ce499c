/**
 * The text of a snapshot's commit: a subject for `git log`, then trailer lines that are read back.
 *
 * Owns: the trailers' names and order [SNAP-7]. They are parsed from the last paragraph only, and the label, the one
 * part that a person writes, is brought to a single line first, so it can never pass for a trailer.
 * Must never: trust what it reads. A commit of somebody else's making is not a snapshot: it is skipped, not guessed at.
 */
import { z } from "zod";
import { type SnapshotInfo, type SnapshotReason, snapshotReasons } from "#electron/ports/snapshots.ts";

export const labelCharsMax = 200;

export const author = { name: "VibeSync", email: "vibesync@localhost" } as const;

const subjects: Record<SnapshotReason, string> = {
  final: "Final state",
  "before-first-mutation": "Before the first change",
  "before-rollback": "Before a rollback",
  "before-delete": "Before a deletion",
  manual: "Snapshot",
  idle: "At rest",
  exit: "At exit",
  "safe-mode": "Entering safe mode",
};

const trailerNames = {
  lsn: "VibeSync-LSN",
  stateHash: "VibeSync-State",
  timeMs: "VibeSync-Time",
  reason: "VibeSync-Reason",
  objectCount: "VibeSync-Objects",
  label: "VibeSync-Label",
} as const;

const count = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

const trailersSchema = z.object({
  lsn: count,
  stateHash: z.string().regex(/^[0-9A-Za-z:+/=_-]{1,128}$/),
  timeMs: count,
  reason: z.enum(snapshotReasons),
  objectCount: count,
  label: z.string().max(labelCharsMax).default(""),
});

export type SnapshotTrailers = Omit<SnapshotInfo, "oid">;

/** One line, without control characters, at most `labelCharsMax` UTF-16 units, well-formed. */
export function singleLine(label: string): string {
  const line = label.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return Buffer.from(line.slice(0, labelCharsMax), "utf8").toString("utf8").trim();
}

export function commitText(trailers: SnapshotTrailers): string {
  const subject = subjects[trailers.reason];
  const lines = [trailers.label === "" ? subject : `${subject}: ${trailers.label}`, ""];
  for (const key of Object.keys(trailerNames) as (keyof typeof trailerNames)[]) {
    if (key === "label" && trailers.label === "") continue;
    lines.push(`${trailerNames[key]}: ${trailers[key]}`);
  }
  return `${lines.join("\n")}\n`;
}

/** What a commit says about itself, or null when it is not a snapshot. */
export function trailersOrNull(text: string): SnapshotTrailers | null {
  const paragraph = text.trimEnd().split("\n\n").at(-1) ?? "";
  const found: Record<string, string> = {};
  for (const line of paragraph.split("\n")) {
    for (const [key, name] of Object.entries(trailerNames)) {
      if (line.startsWith(`${name}: `)) found[key] = line.slice(name.length + 2);
    }
  }
  const parsed = trailersSchema.safeParse(found);
  return parsed.success ? parsed.data : null;
}
