/** What tests of the whole hub ask it and its folder: answers that must succeed, scenes, snapshots, lines on disk. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Hub, HubChannel } from "#electron/ports/hub.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";
import type { Uuid } from "#shared/ids.ts";
import type { RequestAnswer, RequestArgument } from "#shared/ipc/contract.ts";
import type { FailureRow, SnapshotRow, TimelineRow } from "#shared/ipc/view.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Mode } from "#shared/protocol/handshake.ts";
import type { Result } from "#shared/result.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";

export const settleMs = 20_000;

export function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message} ${result.failure.cause ?? ""}`);
  return result.value;
}

export function codeOf(result: Result<unknown>): string {
  return result.ok ? "" : result.failure.code;
}

/** One request of the window, as the router passes it on. */
export async function ask<Channel extends HubChannel>(
  hub: Hub,
  channel: Channel,
  argument: RequestArgument<Channel>,
): Promise<Result<RequestAnswer<Channel>>> {
  const handler = hub.handlers[channel] as (value: typeof argument) => unknown;
  return (await handler(argument)) as Result<RequestAnswer<Channel>>;
}

export async function failuresOf(hub: Hub): Promise<readonly FailureRow[]> {
  return must(await ask(hub, "failures", null)).rows;
}

/** How often a code was counted, over all operations. */
export async function countOf(hub: Hub, code: string): Promise<number> {
  const rows = await failuresOf(hub);
  return rows.filter((row) => row.code === code).reduce((sum, { count }) => sum + count, 0);
}

export async function timelineOf(hub: Hub, kinds: TimelineRow["kind"][] = []): Promise<readonly TimelineRow[]> {
  const filter = { uuid: null, kinds, writer: null, search: "" };
  return must(await ask(hub, "timeline", { before: null, limit: 500, filter })).rows;
}

export async function snapshotsOf(hub: Hub): Promise<readonly SnapshotRow[]> {
  return must(await ask(hub, "snapshots", { before: null, limit: 200 })).rows;
}

export function modeIs(hub: Hub, mode: Mode): Promise<void> {
  return expect.poll(() => hub.status().mode, { timeout: settleMs }).toBe(mode);
}

export type Scene = ReadonlyMap<Uuid, Fields>;

export function sceneOf({ model }: ScriptedEditor): Scene {
  return new Map(model.scene.uuids().map((uuid) => [uuid, model.scene.read(uuid) ?? {}]));
}

/** Where a scene is not what it was, within each field's tolerance. */
export function unlike(editor: ScriptedEditor, wanted: Scene): string[] {
  const now = sceneOf(editor);
  const found = [...now.keys()].filter((uuid) => !wanted.has(uuid)).map((uuid) => `${uuid} is too many`);
  for (const [uuid, fields] of wanted) {
    const live = now.get(uuid);
    if (!live) found.push(`${fields.name} is missing`);
    for (const [key, value] of Object.entries(live ? fields : {})) {
      const name = key as FieldName;
      if (isSameValue(name, value as FieldValue, live?.[name])) continue;
      found.push(`${fields.name} ${name}: ${JSON.stringify(live?.[name])} is not ${JSON.stringify(value)}`);
    }
  }
  return found;
}

export function becomes(editor: ScriptedEditor, wanted: Scene): Promise<void> {
  return expect.poll(() => unlike(editor, wanted).slice(0, 5), { timeout: settleMs }).toEqual([]);
}

/** Everything the hub knows about its objects and their fields, as one text: equal texts are equal states. */
export async function stateText(hub: Hub): Promise<string> {
  const { objects } = must(await ask(hub, "objects", null));
  const details: { [uuid: string]: Json } = {};
  for (const { uuid } of objects) {
    const detail = must(await ask(hub, "object-detail", { uuid }));
    details[uuid] = detail.fields.map(({ field, canonical }) => ({ field, canonical }));
  }
  return canonicalJson(details);
}

export type OperationLine = { readonly operation: string; readonly [name: string]: unknown };

/** The lines of operations.jsonl; one that is no JSON fails the test. */
export function operationLines(projectFolder: string): OperationLine[] {
  const file = path.join(projectFolder, ".vibesync", "log", "operations.jsonl");
  const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as OperationLine);
}

/** All paths below a folder, with sizes and times, to see that nothing was touched. */
export function footprint(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const { size, mtimeMs, mode } = fs.statSync(path.join(folder, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    });
}
