/**
 * The diagnostics bundle: what somebody needs who is asked why VibeSync did what it did, as a handful of text files.
 *
 * Owns: what is in it and how much of each. It reads the project's folder and what the open hub says of itself, when
 * there is one: a bundle is made of a hub that halted, that never opened, or that another process has open. What is
 * shown before saving is what is saved.
 * Must never: write, take the lock, or hold a token; paths and names go through masking.ts.
 */
import { strToU8, zipSync } from "fflate";
import { limits } from "#electron/core/limits.ts";
import type { Disk } from "#electron/ports/disk.ts";
import type { HubFacts } from "#electron/ports/hub.ts";
import { transportLimits } from "#electron/transport/limits.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import { Mask } from "./masking.ts";
import { type ProjectTail, readProjectTail } from "./project-tail.ts";

export type DiagnosticFile = { readonly path: string; readonly text: string };

export type DiagnosticsRequest = {
  readonly disk: Disk;
  readonly projectFolder: string;
  /** Null: no hub is open, here at least. */
  readonly hub: HubFacts | null;
  /** What only the program around the hub knows: a JSON value, or lines of text. */
  readonly around: readonly { readonly path: string; readonly content: unknown }[];
  /** Folders by the word that replaces them: where the app, its settings and the person's home lie. */
  readonly folders: Readonly<Record<string, string>>;
  /** The person's and the machine's name. */
  readonly people: readonly string[];
  readonly hidesNames: boolean;
};

const readme = `What is in this folder, for whoever looks into a problem with VibeSync.

versions.json      the app, the system, the protocol
status.json        mode and its reason, editors, counts, what was told last (missing when no project was open)
failures.json      every kind of failure counted, per object
findings.json      what opening the project found broken, and put right
project.json       the project's identity
limits.json        every limit in force
files.json         the hub's own files and their sizes
operations.jsonl   the newest operations, one a line
wal-tail.jsonl     the newest records of the log, one a line
app.log            the app's own log
crash-dumps.json   names and sizes of crash dumps; their contents stay on the machine

No file of Blender or Unity, no mesh, no image, no password and no path outside of the project's folder is in here.
`;

export function gatherDiagnostics(request: DiagnosticsRequest): DiagnosticFile[] {
  const { disk, projectFolder, hub, around, folders, people, hidesNames } = request;
  const tail = readProjectTail(disk, projectFolder);
  const names = [...people, ...tail.names, ...(hub?.names ?? [])];
  const mask = new Mask({ hidesNames, names, folders: { ...folders, project: projectFolder } });
  const parts = [...around, ...hubParts(hub), ...tailParts(tail)];
  const hidden = hidesNames
    ? "Names of objects, files and people are replaced: the same number always stands for the same name.\n"
    : "Names of objects are in here as they are.\n";
  const files = parts.map(({ path, content }) => ({ path, text: textOf(path, content, mask) }));
  return [{ path: "README.txt", text: `${readme}\n${hidden}` }, ...files];
}

type Part = { readonly path: string; readonly content: unknown };

function hubParts(hub: HubFacts | null): Part[] {
  const fixed: Part = { path: "limits.json", content: { core: limits, wire: wireLimits, transport: transportLimits } };
  if (hub === null) return [fixed];
  const { status, failures, findings } = hub;
  return [
    { path: "status.json", content: status },
    { path: "failures.json", content: failures },
    { path: "findings.json", content: findings.map(({ message, ...rest }) => ({ ...rest, sentence: message })) },
    fixed,
  ];
}

function tailParts({ project, operations, records, files, problems }: ProjectTail): Part[] {
  return [
    { path: "project.json", content: project },
    { path: "files.json", content: { files, problems: problems.map((sentence) => ({ sentence })) } },
    { path: "operations.jsonl", content: operations },
    { path: "wal-tail.jsonl", content: records },
  ];
}

/** `.jsonl`: one value a line; `.log`: text as it is; anything else: one value. */
function textOf(path: string, content: unknown, mask: Mask): string {
  if (path.endsWith(".jsonl")) return (content as readonly unknown[]).map((one) => lineOf(mask.json(one))).join("");
  if (path.endsWith(".log")) return (content as readonly string[]).map((line) => `${mask.text(line)}\n`).join("");
  return `${JSON.stringify(mask.json(content), null, 2)}\n`;
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

export function zipOf(files: readonly DiagnosticFile[], nowMs: number): Uint8Array {
  const entries = files.map(({ path, text }) => [`vibesync-diagnostics/${path}`, strToU8(text)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: nowMs });
}
