/**
 * Diagnostics for a person: gathered, shown, and saved as one zip exactly as it was shown.
 *
 * Owns: the bundle that is on show, and what only the app knows: its log, its crash dumps, the versions. What else is
 * in a bundle is decided in electron/hub/diagnostics.ts, which is read when it is asked for.
 * Must never: need an open hub, or send anything anywhere.
 */
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { DiagnosticFile } from "#electron/hub/diagnostics.ts";
import type { Clock } from "#electron/ports/clock.ts";
import { type Disk, errnoOf, isMissing } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import type { HubFacts } from "#electron/ports/hub.ts";
import type { About, Diagnostics } from "#shared/ipc/view.ts";
import { failure, type Result, success } from "#shared/result.ts";

export type DiagnosticsDesk = {
  gather(hidesNames: boolean): Promise<Result<Diagnostics>>;
  /** Writes what `gather` showed under this id; a path of null means that the person cancelled. */
  save(id: number): Promise<Result<{ readonly path: string | null }>>;
};

export type DiagnosticsOptions = {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly facts: () => HubFacts | null;
  readonly projectFolder: () => string;
  readonly about: () => About;
  readonly logs: string;
  readonly dumps: string;
  readonly folders: Readonly<Record<string, string>>;
  /** Null when the person cancelled. */
  readonly chooseFile: (suggested: string) => Promise<string | null>;
};

const shownLengthMax = 200_000;
const logBytesMax = 262_144;

export function createDiagnostics(options: DiagnosticsOptions): DiagnosticsDesk {
  let shown: { readonly id: number; readonly files: readonly DiagnosticFile[] } = { id: 0, files: [] };
  return {
    async gather(hidesNames) {
      const files = await gatherAll(options, hidesNames);
      shown = { id: shown.id + 1, files };
      return success({ id: shown.id, files: files.map(viewOf) });
    },
    async save(id) {
      if (id !== shown.id) return failure("E_IPC", "The diagnostics were gathered anew. Look at them once more.");
      const { files } = shown;
      const nowMs = options.clock.nowMs();
      const day = new Date(nowMs).toISOString().slice(0, 10);
      const path = await options.chooseFile(`vibesync-diagnostics-${day}.zip`);
      if (path === null) return success({ path });
      const { zipOf } = await import("#electron/hub/diagnostics.ts");
      const written = durableReplace(options.disk, { path, bytes: zipOf(files, nowMs), code: "E_DISK" });
      return written.ok ? success({ path }) : written;
    },
  };
}

async function gatherAll(options: DiagnosticsOptions, hidesNames: boolean): Promise<DiagnosticFile[]> {
  const { gatherDiagnostics } = await import("#electron/hub/diagnostics.ts");
  const { disk, facts, projectFolder, about, folders } = options;
  const { version, ...runtime } = about();
  return gatherDiagnostics({
    disk,
    projectFolder: projectFolder(),
    hub: facts(),
    around: [
      { path: "versions.json", content: { app: version, ...runtime } },
      { path: "app.log", content: await logLines(options) },
      { path: "crash-dumps.json", content: dumpsIn(disk, options.dumps) },
    ],
    folders,
    people: peopleHere(),
    hidesNames,
  });
}

async function logLines({ disk, logs }: DiagnosticsOptions): Promise<readonly string[]> {
  const { endOf } = await import("#electron/hub/project-tail.ts");
  const file = join(logs, "vibesync.log");
  try {
    return isMissing(disk, file) ? [] : endOf(disk, file, logBytesMax).trimEnd().split("\n");
  } catch (error) {
    return [`The log could not be read: ${errnoOf(error)}`];
  }
}

/** Names and sizes; the dumps themselves hold memory, which nobody could look through before sending it. */
function dumpsIn(disk: Disk, folder: string): { file: string; bytes: number }[] {
  try {
    return disk.readdir(folder).flatMap((file) => {
      const path = join(folder, file);
      const { kind, sizeBytes } = disk.stat(path);
      if (kind === "directory") return dumpsIn(disk, path);
      return file.endsWith(".dmp") ? [{ file, bytes: sizeBytes }] : [];
    });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    return [{ file: errnoOf(error), bytes: 0 }];
  }
}

/** The person's and the machine's name, which stand in paths and messages. */
export function peopleHere(): string[] {
  try {
    return [userInfo().username, hostname()];
  } catch {
    // Some containers have a user without a name.
    return [hostname()];
  }
}

function viewOf({ path, text }: DiagnosticFile): Diagnostics["files"][number] {
  const bytes = Buffer.byteLength(text);
  return { path, bytes, text: text.slice(0, shownLengthMax), isWhole: text.length <= shownLengthMax };
}
