/**
 * The real disk, until its k-th change: then an error once, an error for ever, the death of the process, or a power
 * cut.
 *
 * A power cut is the worst that the Disk contract allows: bytes that no file sync made durable are gone, and so is
 * every name that no folder sync made durable, all of them or only those that the test wants gone. A sync that failed
 * has thrown away what it should have written: a later one does not bring it back.
 */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Disk, realDisk } from "#electron/ports/disk.ts";

export type Fault =
  | { readonly kind: "error-once" | "error-for-ever"; readonly errno: string }
  | { readonly kind: "death" }
  | { readonly kind: "power-cut" };

interface Unsettled {
  readonly path: string;
  /** What was there before: bytes, nothing, or "folder" for a folder that was made. */
  readonly before: Uint8Array | null | "folder";
  /** A sync of its folder failed: no other one will write it. */
  readonly isLost?: boolean;
}

export class FaultyDisk implements Disk {
  #changes = 0;
  #failsAt = Number.POSITIVE_INFINITY;
  #fault: Fault = { kind: "death" };
  #isDown = false;
  #unsettled: Unsettled[] = [];
  /** Paths of files whose bytes no sync has made durable. */
  readonly #unsynced = new Set<string>();
  readonly #openPaths = new Map<number, string>();

  /** Lets `count` changes pass from now on, then strikes. */
  arm(count: number, fault: Fault): void {
    this.#changes = 0;
    this.#failsAt = count;
    this.#fault = fault;
  }

  get changes(): number {
    return this.#changes;
  }

  /** What the medium holds when the power comes back; `takes` says which unsettled names are gone. */
  cutPower(takes: (path: string) => boolean = () => true): void {
    this.#isDown = true;
    for (const path of this.#unsynced) if (existsSync(path)) truncateSync(path, 0);
    for (const { path, before } of this.#unsettled.reverse()) {
      if (!takes(path)) continue;
      if (before === "folder" || before === null) rmSync(path, { recursive: true, force: true });
      else if (existsSync(dirname(path))) writeFileSync(path, before);
    }
    this.#unsettled = [];
  }

  /** The process died, another one uses the same disk: nothing is lost, and nothing has become durable by it. */
  revive(): void {
    this.arm(Number.POSITIVE_INFINITY, { kind: "death" });
    this.#isDown = false;
  }

  open(path: string, flags: "r" | "r+" | "wx"): number {
    if (flags === "r") this.#look();
    else this.#change();
    const fd = realDisk.open(path, flags);
    if (flags === "wx") {
      this.#unsettled.push({ path, before: null });
      this.#unsynced.add(path);
    }
    this.#openPaths.set(fd, path);
    return fd;
  }

  close(fd: number): void {
    this.#openPaths.delete(fd);
    realDisk.close(fd);
  }

  write(fd: number, from: Uint8Array, position: number): number {
    if (this.#strikes()) {
      if (from.length > 1) realDisk.write(fd, from.subarray(0, from.length >> 1), position);
      throw this.#error();
    }
    return realDisk.write(fd, from.subarray(0, Math.max(1, from.length - 1)), position);
  }

  rename(from: string, to: string): void {
    this.#change();
    const before = existsSync(to) ? readFileSync(to) : null;
    realDisk.rename(from, to);
    const lost = this.#unsettled.find(({ path, isLost }) => path === to && isLost === true);
    this.#unsettled = this.#unsettled.filter((entry) => entry.path !== from && entry !== lost);
    this.#unsettled.push({ path: to, before: lost === undefined ? before : lost.before });
    if (this.#unsynced.delete(from)) this.#unsynced.add(to);
    else this.#unsynced.delete(to);
  }

  mkdir(path: string): void {
    this.#change();
    realDisk.mkdir(path);
    this.#unsettled.push({ path, before: "folder" });
  }

  unlink(path: string): void {
    this.#change();
    realDisk.unlink(path);
    this.#unsettled = this.#unsettled.filter((entry) => entry.path !== path);
  }

  sync(fd: number): void {
    this.#change();
    realDisk.sync(fd);
    this.#unsynced.delete(this.#openPaths.get(fd) ?? "");
  }

  async datasync(fd: number): Promise<void> {
    this.#change();
    const path = this.#openPaths.get(fd) ?? "";
    await realDisk.datasync(fd);
    this.#unsynced.delete(path);
  }

  syncDirectory(path: string): void {
    if (this.#strikes()) {
      const isLost = "errno" in this.#fault;
      this.#unsettled = this.#unsettled.map((e) => (dirname(e.path) === path ? { ...e, isLost } : e));
      throw this.#error();
    }
    realDisk.syncDirectory(path);
    this.#unsettled = this.#unsettled.filter((entry) => entry.isLost === true || dirname(entry.path) !== path);
  }

  truncate(fd: number, sizeBytes: number): void {
    this.#change();
    realDisk.truncate(fd, sizeBytes);
  }

  read(fd: number, into: Uint8Array, position: number): number {
    this.#look();
    return realDisk.read(fd, into, position);
  }

  stat(path: string) {
    this.#look();
    return realDisk.stat(path);
  }

  sizeOf(fd: number): number {
    return realDisk.sizeOf(fd);
  }

  readdir(path: string): readonly string[] {
    this.#look();
    return realDisk.readdir(path);
  }

  #look(): void {
    if (this.#isDown) throw this.#error();
  }

  #change(): void {
    if (this.#strikes()) throw this.#error();
  }

  #strikes(): boolean {
    if (this.#isDown) return true;
    this.#changes += 1;
    if (this.#changes <= this.#failsAt) return false;
    if (this.#fault.kind === "error-once") {
      this.#failsAt = Number.POSITIVE_INFINITY;
    } else if (this.#fault.kind !== "error-for-ever") {
      this.#isDown = true;
    }
    return true;
  }

  #error(): Error {
    const errno = "errno" in this.#fault ? this.#fault.errno : "EIO";
    return Object.assign(new Error(`${errno}: planted`), { code: errno });
  }
}
