/**
 * Keeps the next segment ready, so that the group commit never waits for one.
 *
 * Owns: the making of one segment at a time, in small steps that are written and synced between the commits, and the
 * file descriptor until the writer takes it.
 * Must never: hide a failed sync that a commit would have relied on (`onSyncFault`), or keep a half-made
 * file after an error: on a full disk that is the space the user needs.
 */
import { join } from "node:path";
import { closeQuietly, type Disk, errnoOf, isMissing, removeQuietly } from "#electron/ports/disk.ts";
import { assert } from "#shared/assert.ts";
import { makingName, type OpenSegment, removeLeftover, segmentPath, writeZeros, zerosBytes } from "./segment-files.ts";

export interface SupplyOptions {
  readonly folder: string;
  readonly segmentBytes: number;
  /** The sync of a segment in use, or of the folder that holds its name, failed. */
  readonly onSyncFault: (error: unknown) => void;
}

type MakingState = "making" | "taken" | "dropped";

/** One file on its way from nothing to a named segment of zeros. */
interface Making {
  readonly segment: number;
  readonly fd: number;
  readonly isBackground: boolean;
  zeroedBytes: number;
  state: MakingState;
}

export class SegmentSupply {
  readonly #disk: Disk;
  readonly #options: SupplyOptions;
  #ready: OpenSegment | undefined;
  #making: Making | undefined;
  #background: Promise<void> = Promise.resolve();

  constructor(disk: Disk, options: SupplyOptions) {
    this.#disk = disk;
    this.#options = options;
  }

  /** Starts to make `segment` in the background. Trouble is left for `take` to meet again, and to report. */
  prepare(segment: number): void {
    assert(this.#ready === undefined && this.#making === undefined, "[WAL-9] one segment is made at a time");
    try {
      this.#ready = this.#reuse(segment);
      if (this.#ready !== undefined) return;
      const making = this.#begin(segment, true);
      this.#background = this.#background.then(() => this.#makeInBackground(making));
    } catch (error) {
      if (errnoOf(error) === "") throw error;
    }
  }

  /** The segment, ready or not; throws the disk's error. */
  take(segment: number): OpenSegment {
    const ready = this.#ready ?? this.#reuse(segment);
    if (ready !== undefined) {
      assert(ready.segment === segment, "[WAL-9] segments are taken in order");
      this.#ready = undefined;
      return ready;
    }
    const making = this.#making ?? this.#begin(segment, false);
    assert(making.segment === segment, "[WAL-9] segments are taken in order");
    try {
      while (!this.#isZeroed(making)) this.#step(making);
      const open = this.#name(making);
      making.state = "taken";
      return open;
    } catch (error) {
      this.#drop(making);
      if (!making.isBackground) closeQuietly(this.#disk, making.fd);
      throw error;
    } finally {
      this.#making = undefined;
    }
  }

  /** Stops the making and lets go of the file that nobody took; it stays on disk for the next start. */
  async close(): Promise<void> {
    const making = this.#making;
    this.#making = undefined;
    if (making !== undefined) this.#drop(making);
    await this.#background;
    if (this.#ready !== undefined) closeQuietly(this.#disk, this.#ready.fd);
    this.#ready = undefined;
  }

  /**
   * A segment of zeros that an earlier run left behind; recovery has looked at every byte of it. One that a power cut
   * left short stays until the new one takes its name: others may stand behind it, and a gap would be damage.
   */
  #reuse(segment: number): OpenSegment | undefined {
    const path = segmentPath(this.#options.folder, segment);
    if (isMissing(this.#disk, path)) return undefined;
    if (this.#disk.stat(path).sizeBytes !== this.#options.segmentBytes) return undefined;
    return { segment, path, fd: this.#disk.open(path, "r+") };
  }

  #begin(segment: number, isBackground: boolean): Making {
    removeLeftover(this.#disk, this.#options.folder);
    const fd = this.#disk.open(join(this.#options.folder, makingName), "wx");
    this.#making = { segment, fd, isBackground, zeroedBytes: 0, state: "making" };
    return this.#making;
  }

  #isZeroed(making: Making): boolean {
    return making.zeroedBytes === this.#options.segmentBytes;
  }

  #step(making: Making): void {
    const to = Math.min(making.zeroedBytes + zerosBytes, this.#options.segmentBytes);
    writeZeros(this.#disk, making.fd, [making.zeroedBytes, to]);
    making.zeroedBytes = to;
  }

  /** Synced or not: a segment that is short after a power cut reads as zeros, and its first commit syncs it. */
  #name(making: Making): OpenSegment {
    const path = segmentPath(this.#options.folder, making.segment);
    this.#disk.rename(join(this.#options.folder, makingName), path);
    try {
      this.#disk.syncDirectory(this.#options.folder);
    } catch (error) {
      this.#options.onSyncFault(error);
      throw error;
    }
    return { segment: making.segment, path, fd: making.fd };
  }

  /** Removes the file of a making that ends here. */
  #drop(making: Making): void {
    making.state = "dropped";
    removeQuietly(this.#disk, join(this.#options.folder, makingName));
  }

  async #makeInBackground(making: Making): Promise<void> {
    try {
      while (making.state === "making" && !this.#isZeroed(making)) {
        this.#step(making);
        // One sync of all of it would hold up the commits' own for as long as a whole segment takes.
        await this.#disk.datasync(making.fd);
      }
      if (making.state === "making") {
        this.#ready = this.#name(making);
        this.#making = undefined;
      }
    } catch (error) {
      if (errnoOf(error) === "") throw error;
      if (making.state === "taken") this.#options.onSyncFault(error);
      if (making.state === "making") {
        this.#making = undefined;
        this.#drop(making);
      }
    }
    if (making.state === "dropped") closeQuietly(this.#disk, making.fd);
  }
}
