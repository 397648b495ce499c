/**
 * A studio for a test: a project folder, the real hub, a real Blender and the Unity package, all over real sockets.
 *
 * Scenes are compared by what each editor's own dump says in canonical values, made by formulas that are neither the
 * plugins' nor the hub's.
 */
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { choices } from "#shared/choice.ts";
import type { RequestAnswer, RequestArgument, RequestChannel } from "#shared/ipc/contract.ts";
import type { StatusView, TimelineRow } from "#shared/ipc/view.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Result } from "#shared/result.ts";
import { type FieldName, type FieldValue, fieldNames } from "#shared/scene/fields.ts";
import { startBlender } from "./blender.ts";
import { LineControl } from "./line-control.ts";
import { buildUnityOnce, startUnity } from "./unity.ts";

export type Described = { readonly [field: string]: FieldValue };
export type Scene = ReadonlyMap<string, Described>;

const settleMsMax = 20_000;
const pollMs = 50;

export class Studio {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-studio-"));
  hub!: LineControl;
  blender!: LineControl;
  unity!: LineControl;

  /** Asked when something needs a decision; without one such a thing keeps the studio from coming to rest. */
  person: (() => Promise<void>) | null = null;
  #decided = 0;

  readonly #isWindowed: boolean;

  constructor(isWindowed: boolean) {
    this.#isWindowed = isWindowed;
  }

  get home(): string {
    return path.join(this.folder, "home");
  }

  get project(): string {
    return path.join(this.folder, "project");
  }

  static async open(options: { readonly isWindowed?: boolean } = {}): Promise<Studio> {
    const studio = new Studio(options.isWindowed ?? false);
    fs.mkdirSync(studio.project);
    await studio.startHub();
    await Promise.all([studio.startBlender(), studio.startUnity()]);
    await studio.settled();
    return studio;
  }

  async startHub(): Promise<void> {
    const args = ["--import", "tsx", path.join(import.meta.dirname, "hub-process.ts"), this.project, this.home];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.hub = new LineControl(child, { input: child.stdout, output: child.stdin });
    await this.status();
  }

  /** Decides about everything that is held back; it is one way or another, so every choice is tried. */
  async decideAll(): Promise<void> {
    for (const { uuid } of (await this.ask("conflicts", null)).rows) {
      this.#decided += 1;
      await this.ask("release", { uuids: [uuid], keep: choices[this.#decided % choices.length] ?? "agreed" });
    }
  }

  /** A request of the window. */
  async ask<Channel extends RequestChannel>(
    channel: Channel,
    argument: RequestArgument<Channel>,
  ): Promise<RequestAnswer<Channel>> {
    const answer = await this.hub.do<Result<RequestAnswer<Channel>>>({ do: "ask", channel, argument });
    if (answer.ok) return answer.value;
    throw new Error(`${channel}: ${answer.failure.code} ${answer.failure.message}`);
  }

  status(): Promise<StatusView> {
    return this.ask("status", null);
  }

  rows(): Promise<TimelineRow[]> {
    return this.hub.do<TimelineRow[]>({ do: "rows" });
  }

  async startBlender(file?: string, diesOf?: string): Promise<void> {
    const python = process.env.VIBESYNC_BLENDER_PYTHON;
    const isWindowed = this.#isWindowed;
    this.blender = await startBlender({ home: this.home, python, isWindowed, diesOf, ...(file ? { file } : {}) });
  }

  async startUnity(): Promise<void> {
    const project = path.join(this.folder, "unity");
    fs.mkdirSync(project, { recursive: true });
    this.unity = await startUnity({ home: this.home, project, build: await buildUnityOnce() });
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.blender?.end(), this.unity?.end()]);
    await this.hub?.end();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Waits until both editors are linked, everything is final, and it has stayed so for a while. */
  async settled(): Promise<void> {
    let calm = 0;
    for (let waited = 0; waited < settleMsMax; waited += pollMs) {
      const { verdict, counts, log, editors } = await this.status();
      if (verdict === "needs-you") await this.person?.();
      const isLinked = editors.blender.link === "linked" && editors.unity.link === "linked";
      const isCalm = isLinked && verdict === "live" && counts.sending + counts.held + counts.oneSide === 0;
      calm = isCalm && log.durableLsn >= log.lsn ? calm + 1 : 0;
      if (calm >= 8) return;
      await pause(pollMs);
    }
    throw new Error(
      `The studio did not come to rest: ${JSON.stringify(await this.status(), null, 1)}\n${await this.report()}`,
    );
  }

  /** Both artists save what they have agreed on. */
  async save(blenderFile: string): Promise<void> {
    await this.settled();
    await this.blender.do({ do: "save", path: blenderFile });
    await this.unity.do({ do: "save" });
    await this.settled();
  }

  /** What the last minutes were, for the message of a failed test. */
  async report(): Promise<string> {
    const failures = await this.ask("failures", null);
    const states = await Promise.allSettled([this.blender.do({ do: "state" }), this.unity.do({ do: "state" })]);
    const rows = (await this.rows())
      .slice(-30)
      .map((row) => `${row.lsn} ${row.kind} ${row.writer} ${row.name} ${row.summary}`);
    return JSON.stringify({ failures, states, rows }, null, 1);
  }

  /** Both scenes and the hub's state are the same within epsilon. */
  async expectEqual(): Promise<Scene> {
    await this.settled();
    const [blender, unity, agreed] = [await this.blenderScene(), await this.unityScene(), await this.hubScene()];
    try {
      expectSame("Blender", blender, agreed);
      expectSame("Unity", unity, agreed);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${await this.report()}`);
    }
    return agreed;
  }

  /** No traffic about the scene for two seconds. */
  async expectQuiet(): Promise<void> {
    const before = (await this.status()).log.lsn;
    await pause(2_000);
    const after = (await this.status()).log.lsn;
    const rows = (await this.rows()).filter(({ lsn, kind }) => lsn > before && kind !== "snapshot");
    assert.deepEqual(rows, [], `the link should be quiet, but went from ${before} to ${after}`);
  }

  async blenderScene(): Promise<Scene> {
    type Dump = { objects: Group; collections: Group; meshes: Group; unidentified: unknown[] };
    const dump = await this.blender.do<Dump>({ do: "dump" });
    assert.deepEqual(dump.unidentified, [], "everything in Blender has an identity");
    return new Map([
      ...Object.entries(dump.objects),
      ...Object.entries(dump.collections),
      ...Object.entries(dump.meshes),
    ]);
  }

  async unityScene(): Promise<Scene> {
    const dump = await this.unity.do<{ objects: Group }>({ do: "dump" });
    return new Map(Object.entries(dump.objects));
  }

  async hubScene(): Promise<Scene> {
    const { objects } = await this.ask("objects", null);
    const scene = new Map<string, Described>();
    for (const { uuid, name, type, parent, kind } of objects) {
      // A mesh that no object shows any more stays agreed, for an undo; an editor need not have it.
      if (kind === "mesh") continue;
      scene.set(uuid, kind === "object" ? { name, type, parent } : { name });
    }
    return scene;
  }
}

type Group = { readonly [uuid: string]: Described };

function expectSame(editor: string, scene: Scene, agreed: Scene): void {
  const there = [...scene].filter(([, fields]) => !isMesh(fields)).map(([uuid]) => uuid);
  assert.deepEqual(there.sort(), [...agreed.keys()].sort(), `${editor} holds what was agreed`);
  for (const [uuid, fields] of agreed) expectFields(`${editor} ${uuid}`, scene.get(uuid) ?? {}, fields);
}

function isMesh(fields: Described): boolean {
  return fields["mesh.size"] !== undefined;
}

/** Every field that both sides name. */
export function expectFields(what: string, a: Described, b: Described): void {
  for (const name of fieldNames) {
    const [left, right] = [a[name], b[name]];
    if (left === undefined || right === undefined) continue;
    const isSame = isSameValue(name as FieldName, left, right);
    assert(isSame, `${what}: ${name} is ${JSON.stringify(left)}, expected ${JSON.stringify(right)}`);
  }
}

/** Both editors' dumps against each other, field by field. */
export async function expectEditorsEqual(studio: Studio): Promise<Scene> {
  await studio.expectEqual();
  const [blender, unity] = [await studio.blenderScene(), await studio.unityScene()];
  for (const [uuid, fields] of blender) expectFields(`${fields["name"]} (${uuid})`, unity.get(uuid) ?? {}, fields);
  return blender;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
