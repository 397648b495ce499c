/** A real hub on a real disk with scripted editors on real sockets, and the questions that tests ask about them. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "vitest";
import type { EditorModel } from "#electron/demo/editor-model.ts";
import { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Hub, HubOptions } from "#electron/ports/hub.ts";
import type { Uuid } from "#shared/ids.ts";
import type { ObjectView } from "#shared/ipc/view.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";

import { decideAll } from "./person.ts";

const times = { tickMs: 8, retryMs: 30, backOffMs: 20, backOffMaxMs: 100 };
const settleMs = 20_000;

export class LiveHub {
  readonly home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-live-home-"));
  readonly projectFolder = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-live-"));
  readonly #editors: ScriptedEditor[] = [];
  #hub: Hub | null = null;

  get hub(): Hub {
    if (this.#hub === null) throw new Error("the hub is not open");
    return this.#hub;
  }

  async open(more: Partial<HubOptions> = {}): Promise<void> {
    const opened = await openHub({
      projectFolder: this.projectFolder,
      home: this.home,
      hubVersion: "0.1.0",
      clock: realClock,
      ...more,
    });
    if (!opened.ok) throw new Error(opened.failure.message);
    this.#hub = opened.value;
  }

  async close(): Promise<void> {
    await this.#hub?.close();
    this.#hub = null;
  }

  /** An editor on its way to the hub. */
  start(role: Role, metresPerUnit?: number): ScriptedEditor {
    const editor = startEditor(this.home, role, metresPerUnit);
    this.#editors.push(editor);
    return editor;
  }

  async objects(): Promise<readonly ObjectView[]> {
    const answer = await this.hub.handlers.objects(null);
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value.objects;
  }

  async failureCodes(): Promise<readonly string[]> {
    const answer = await this.hub.handlers.failures(null);
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value.rows.map(({ code }) => code);
  }

  /** The newest position at which an editor or the hub wrote something into the scene. */
  async lastWriteLsn(): Promise<number> {
    const kinds = ["edit", "transform", "revoke", "rollback"] as const;
    const filter = { uuid: null, kinds: [...kinds], writer: null, search: "" };
    const answer = await this.hub.handlers.timeline({ before: null, limit: 1, filter });
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value.rows[0]?.lsn ?? 0;
  }

  async end(): Promise<void> {
    await Promise.all(this.#editors.map((editor) => editor.stop()));
    await this.close();
    for (const folder of [this.home, this.projectFolder]) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Waits until both editors have nothing unanswered, both were told that it is final, and both scenes say the same. With
 * a hub, a person decides meanwhile about what is held back there.
 */
export async function agree(a: ScriptedEditor, b: ScriptedEditor, hub?: Hub): Promise<void> {
  const trouble = () => {
    const unanswered = [a, b].reduce((sum, { model }) => sum + model.unanswered + model.dirty.size, 0);
    if (unanswered > 0) return [`${unanswered} changes are not answered`];
    const found = differences(a.model, b.model);
    if (found.length > 0) return found;
    const [one, other] = [a.model.finalLsn, b.model.finalLsn];
    return one === other ? [] : [`${one} and ${other} are final`];
  };
  const look = async () => {
    if (hub) await decideAll(hub.handlers);
    return trouble().slice(0, 5);
  };
  await expect.poll(look, { timeout: settleMs, interval: 50 }).toEqual([]);
}

export async function linked(...editors: readonly ScriptedEditor[]): Promise<void> {
  for (const editor of editors) {
    const state = () => (editor.state === "linked" ? "linked" : `${editor.state}: ${editor.problem}`);
    await expect.poll(state, { timeout: settleMs }).toBe("linked");
  }
}

export function startEditor(home: string, role: Role, metresPerUnit = 1): ScriptedEditor {
  const editor = newEditor(home, role, metresPerUnit);
  editor.start();
  return editor;
}

export function newEditor(home: string, role: Role, metresPerUnit = 1): ScriptedEditor {
  const identity = { role, name: role, version: "1", metresPerUnit };
  return new ScriptedEditor({ home, identity, times });
}

/** What one scene has and the other lacks or shows otherwise. */
export function differences(a: EditorModel, b: EditorModel): string[] {
  const found: string[] = [];
  for (const uuid of new Set([...a.scene.uuids(), ...b.scene.uuids()])) {
    const [one, other] = [a.scene.read(uuid), b.scene.read(uuid)];
    if (!one || !other) {
      found.push(`${one?.name ?? other?.name} is in ${one ? "the first" : "the second"} scene only`);
      continue;
    }
    for (const [key, value] of Object.entries(one)) {
      const name = key as FieldName;
      const isSame = isSameValue(name, value as FieldValue, other[name]);
      if (!isSame) found.push(`${one.name} ${name}: ${JSON.stringify(value)} ${JSON.stringify(other[name])}`);
    }
  }
  return found;
}

/** Numerical Recipes' generator: seeded, and the same everywhere. */
export function randomFrom(seed: number) {
  let state = seed >>> 0;
  const below = (count: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * count);
  };
  return { below, pick: <Item>(list: readonly Item[]) => list[below(list.length)] as Item };
}
export type Random = ReturnType<typeof randomFrom>;

/** One thing that a user might do, at random. */
export function actAtRandom({ user, model }: ScriptedEditor, random: Random): void {
  const objects = model.scene.uuids().filter((uuid) => model.scene.kindOf(uuid) === "object");
  const some = (): Uuid => random.pick(objects);
  const place = () => [random.below(2_000) / 10 - 100, random.below(20_000) - 10_000, random.below(100) / 7];
  if (objects.length < 4) {
    const type = random.pick(["empty", "mesh", "camera", "light"]);
    const data = type === "mesh" ? user.createMesh(`Mesh ${random.below(100)}`, [1, 2, 3]) : null;
    user.createObject({ name: `Object ${random.below(1_000)}`, type, data, translation: place() });
    return;
  }
  const actions: readonly (() => unknown)[] = [
    () => user.createObject({ name: `Object ${random.below(1_000)}`, parent: some(), translation: place() }),
    () => user.createObject({ name: `Light ${random.below(1_000)}`, type: "light", translation: place() }),
    () => user.move(some(), place()),
    () => user.move(some(), place()),
    () => user.move(some(), place()),
    () => user.set(some(), { scale: [random.below(5) - 2.5, 1, 0.5] }),
    () => user.rename(some(), `Renamed ${random.below(1_000)}`),
    () => user.setVisible(some(), random.below(2) === 0),
    () => user.reparent(some(), random.below(4) === 0 ? null : some()),
    () => user.duplicate(some()),
    () => user.delete(some()),
    () => user.undo(),
  ];
  random.pick(actions)();
}
