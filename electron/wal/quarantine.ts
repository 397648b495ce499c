/**
 * `wal/quarantine`: what crashes left half written, kept aside for whoever wants to look.
 *
 * Owns: the names of these files and how many are kept. Nothing confirmed is ever in them, so the oldest may go.
 * Must never: remove what the present repair has just put there, or fail a start because something cannot be removed.
 */
import { join } from "node:path";
import { crc32c } from "#electron/core/crc32c.ts";
import { viewOf } from "#electron/core/wal-frame.ts";
import { type Disk, removeQuietly } from "#electron/ports/disk.ts";

export const quarantineFolder = "quarantine";
export const quarantinedFilesMax = 20;
export const quarantinedBytesMax = 200 * 1024 * 1024;

export interface TornPart {
  readonly segment: number;
  readonly from: number;
  readonly bytes: Uint8Array;
}

const tornName = /^(\d{8})-(\d+)-[0-9a-f]{8}\.torn$/;

/** The same rest has the same name, however often its repair is interrupted; another rest has another. */
export function quarantinePath(folder: string, { segment, from, bytes }: TornPart): string {
  const crc = crc32c(viewOf(bytes), [0, bytes.length]).toString(16).padStart(8, "0");
  return join(folder, quarantineFolder, `${String(segment).padStart(8, "0")}-${from}-${crc}.torn`);
}

/** Removes the oldest files beyond the limits; `fresh` ones stay whatever they weigh. */
export function thinQuarantine(disk: Disk, folder: string, fresh: readonly string[]): void {
  let bytes = 0;
  let files = 0;
  for (const name of newestFirst(disk.readdir(join(folder, quarantineFolder)))) {
    const path = join(folder, quarantineFolder, name);
    bytes += disk.stat(path).sizeBytes;
    files += 1;
    const isKept = files <= quarantinedFilesMax && bytes <= quarantinedBytesMax;
    if (!isKept && !fresh.includes(path)) removeQuietly(disk, path);
  }
}

/** By place in the log, which only grows. */
function newestFirst(names: readonly string[]): readonly string[] {
  const places = names.flatMap((name) => {
    const [, segment, from] = tornName.exec(name) ?? [];
    return segment === undefined ? [] : [{ name, segment: Number(segment), from: Number(from) }];
  });
  places.sort((a, b) => b.segment - a.segment || b.from - a.from);
  return places.map(({ name }) => name);
}
