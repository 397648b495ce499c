/**
 * The same hub without a window, for a build server or a machine without a display.
 *
 * Owns: the command line (`node out/main/headless.cjs --project X`), one status line on the terminal, and the clean end
 * on Ctrl-C or a service's stop. It runs on plain Node; nothing it imports may need Electron.
 * Must never: print the token, or end without saying why.
 */
import fs from "node:fs";
import os from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gatherDiagnostics, zipOf } from "#electron/hub/diagnostics.ts";
import { exportScene, restoreSnapshot } from "#electron/hub/recovery.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import type { Hub, Recovery } from "#electron/ports/hub.ts";
import { peopleHere } from "#electron/shell/diagnostics.ts";
import { type Places, placesOf } from "#electron/shell/places.ts";
import { makeFolder } from "#electron/shell/project.ts";
import { offersFor } from "#electron/shell/recovery-offers.ts";
import { createStatusLine } from "#electron/shell/status-line.ts";
import { protocolVersion } from "#shared/protocol/version.ts";
import { causeText, type Failure, type Result } from "#shared/result.ts";

const usage = `VibeSync without a window.

  --project <folder>   the project to open (else VIBESYNC_PROJECT, else Documents/VibeSync)
  --name <text>        the name of a new project
  --home <folder>      where editors look for the hub (else VIBESYNC_HOME, else ~/.vibesync)
  --diagnostics <file> writes a diagnostics bundle (a zip) about the project and ends; the project may be open elsewhere
  --keep-names         with --diagnostics: names of objects, files and people are not replaced
  --restore-snapshot   for a project that cannot be opened: goes on from the newest snapshot that can be read
  --export <file>      writes the scene of the newest snapshot that can be read as JSON and ends
  --help`;

const exitFailed = 1;
const exitUsage = 2;
const world = { disk: realDisk, clock: realClock };
const appFolder = resolve(import.meta.dirname, "..", "..");

void main();

async function main(): Promise<void> {
  const args = argumentsOrNull();
  if (!args || args.help) {
    console.log(usage);
    process.exitCode = args ? 0 : exitUsage;
    return;
  }
  const environment = { ...process.env, ...(args.home ? { VIBESYNC_HOME: args.home } : {}) };
  const userHome = os.homedir();
  const documents = join(userHome, "Documents");
  const userData = join(userHome, ".vibesync");
  const places = placesOf({ appFolder, resourcesFolder: null, userData, userHome, documents, environment });
  if (args.diagnostics) return await writeDiagnostics({ ...args, file: args.diagnostics }, places);
  const projectFolder = args.project ? resolve(args.project) : (places.projectWanted ?? places.projectDefault);
  if (args.export) return tellRecovery(await exportScene({ ...world, projectFolder, path: resolve(args.export) }));
  if (args["restore-snapshot"]) tellRecovery(await restoreSnapshot({ ...world, projectFolder }));
  if (process.exitCode) return;
  // Before the opening: a service may be stopped while a long log is being read.
  const stop = stopAsked();
  const made = makeFolder(projectFolder);
  const opened = made.ok
    ? await openHub({
        projectFolder,
        ...(args.name ? { projectName: args.name } : {}),
        home: places.home,
        hubVersion: versionOf(appFolder),
        clock: realClock,
      })
    : made;
  if (!opened.ok) return tellFailure(opened.failure);
  await run(opened.value, stop);
}

/** With the options that help, where there are any. */
function tellFailure({ code, message }: Failure): void {
  console.error(`${code}: ${message}`);
  const options = { "restore-snapshot": "--restore-snapshot", "export-scene": "--export <file>" } as const;
  const offers = offersFor(code).map((offer) => options[offer]);
  if (offers.length > 0) console.error(`What can be done: ${offers.join(", ")}`);
  process.exitCode = exitFailed;
}

function tellRecovery(recovered: Result<Recovery>): void {
  if (!recovered.ok) return tellFailure(recovered.failure);
  const { objects, takenMs } = recovered.value;
  console.log(`${objects} objects from the snapshot of ${new Date(takenMs).toISOString()}.`);
}

type DiagnosticsWish = { readonly file: string; readonly project?: string; readonly "keep-names"?: boolean };

/** Read from the project's folder alone, so that it works beside a running hub and after one that cannot open. */
async function writeDiagnostics(wish: DiagnosticsWish, places: Places): Promise<void> {
  const runtime = { node: process.versions.node, platform: `${process.platform} ${process.arch}` };
  const files = gatherDiagnostics({
    disk: realDisk,
    projectFolder: wish.project ? resolve(wish.project) : (places.projectWanted ?? places.projectDefault),
    hub: null,
    around: [{ path: "versions.json", content: { app: versionOf(appFolder), protocol: protocolVersion, ...runtime } }],
    folders: { app: appFolder, home: os.homedir() },
    people: peopleHere(),
    hidesNames: !wish["keep-names"],
  });
  const path = resolve(wish.file);
  const bytes = zipOf(files, realClock.nowMs());
  const written = durableReplace(realDisk, { path, bytes, code: "E_DISK" });
  if (written.ok) return console.log(`Diagnostics are in ${path}.`);
  tellFailure(written.failure);
}

type Stop = { readonly why: string; readonly exitCode: number };

/** Resolves with the first reason to stop; the second one means now, which the log survives. */
function stopAsked(): Promise<Stop> {
  return new Promise((resolve) => {
    let isAsked = false;
    const ask = (why: string, exitCode: number): void => {
      if (isAsked) process.exit(exitFailed);
      isAsked = true;
      resolve({ why, exitCode });
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ask(signal, 0));
    process.on("uncaughtException", (error) => {
      console.error(error);
      ask("a bug", exitFailed);
    });
  });
}

async function run(hub: Hub, stop: Promise<Stop>): Promise<void> {
  const line = createStatusLine(process.stdout);
  line.show(hub.status());
  const unsubscribe = hub.onPush((channel) => {
    if (channel === "status-changed") line.show(hub.status());
  });
  const { why, exitCode } = await stop;
  unsubscribe();
  line.say(`Stopping (${why}) ...`);
  try {
    await hub.close();
    line.say("Everything is on disk.");
    process.exit(exitCode);
  } catch (error) {
    console.error(`The end was not clean: ${causeText(error)}`);
    process.exit(exitFailed);
  }
}

function argumentsOrNull() {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    const options = {
      project: text,
      name: text,
      home: text,
      diagnostics: text,
      "keep-names": flag,
      "restore-snapshot": flag,
      export: text,
      help: flag,
    } as const;
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    console.error(causeText(error));
    return null;
  }
}

function versionOf(folder: string): string {
  const manifest: unknown = JSON.parse(fs.readFileSync(join(folder, "package.json"), "utf8"));
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "0.0.0";
}
