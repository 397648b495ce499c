/**
 * A core without a world around it: turns are planned and committed at once, what would leave is kept for a look.
 *
 * Editors are scripts of messages here: a test says exactly what each of them says.
 */
import type { Effect } from "#electron/core/effect.ts";
import type { Input } from "#electron/core/input.ts";
import { Links } from "#electron/core/links.ts";
import { type Plan, plan } from "#electron/core/plan.ts";
import type { Record } from "#electron/core/record.ts";
import { fieldOf, State } from "#electron/core/state.ts";
import type { EditorMessage } from "#electron/core/wire-event.ts";
import type { Uuid } from "#shared/ids.ts";
import type { DownKind, DownMessage, DownMessageOf } from "#shared/protocol/down.ts";
import type { Hello, Role } from "#shared/protocol/handshake.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { IndexedEntity, UpMessageOf } from "#shared/protocol/up.ts";
import { type Fields, transformDefaults } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";

const project = { id: "00000000-0000-4000-8000-00000000000a", name: "Desk" };
const logId = "00000000-0000-4000-8000-00000000000b";

export function uuidOf(index: number): string {
  return `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

export function objectFields(more: Fields = {}): Fields {
  return {
    name: "Thing",
    type: "empty",
    parent: null,
    collections: [],
    data: null,
    visible: true,
    ...transformDefaults,
    ...more,
  };
}

export function helloOf(role: Role, instance: Uuid): Hello {
  return {
    kind: "hello",
    protocol: { min: 1, max: 1 },
    role,
    editor: { name: role, version: "1" },
    plugin: "test",
    instance,
    project: null,
    document: { uuid: null, name: "untitled", saved: false },
    epoch: 1,
    nonce: "0".repeat(64),
    resume: null,
  };
}

export class Desk {
  readonly state = new State();
  readonly links = new Links();
  readonly records: Record[] = [];
  readonly effects: Effect[] = [];
  nowMs = 1_000_000;
  /** What a turn leaves over waits for the next input, instead of for nothing. */
  hasPatience = false;
  onTurn: (draft: Plan) => void = () => {};
  /** How far the disk is; a test with a slow one says so. */
  durableLsn = Number.MAX_SAFE_INTEGER;
  #uuids = 0x1000;
  #connectionCount = 0;
  readonly #connections = new Map<Role, number>();
  readonly #lives = new Map<Role, number>();
  readonly #seqs = new Map<Role, number>();
  #lamport = 0;

  take(...inputs: Input[]): void {
    const newUuid = () => {
      this.#uuids += 1;
      return uuidOf(this.#uuids);
    };
    const facts = { nowMs: this.nowMs, newUuid, durableLsn: this.durableLsn, project, logId };
    const draft = plan(this.state, this.links, { inputs, facts });
    this.state.commit();
    this.records.push(...draft.records);
    this.effects.push(...draft.effects);
    this.onTurn(draft);
    if (draft.hasMore && !this.hasPatience) this.take();
  }

  boot(crashed = false): void {
    this.take({ kind: "boot", pid: 1, version: "test", recovered: "", crashed });
  }

  tick(ms: number): void {
    this.nowMs += ms;
    this.take({ kind: "tick" });
  }

  /** An editor that comes, lists `entities` and is let in. */
  link(role: Role, entities: readonly IndexedEntity[] = []): void {
    this.greet(role);
    this.list(role, entities);
  }

  /** The rest of coming, after the greeting. */
  list(role: Role, entities: readonly IndexedEntity[] = []): void {
    this.say(role, stateOf(1));
    this.say(role, { kind: "index", epoch: 1, page: 0, last: true, entities: [...entities], deleted: [] });
    this.take({ kind: "paired-snapshot", role, epoch: 1, code: null });
    this.tick(0);
  }

  /** Its socket breaks; what it is told after it came back is told on a new one. */
  drop(role: Role): void {
    this.take({ kind: "wire", event: { kind: "closed", connection: this.connectionOf(role) } });
  }

  resume(role: Role): void {
    this.greet(role, { log: logId, lsn: this.links.byRole.get(role)?.cursor ?? 0 });
    this.say(role, stateOf(1));
    this.tick(0);
  }

  /** The editor's process ends without a word, and another one comes instead. */
  die(role: Role): void {
    this.drop(role);
    this.#lives.set(role, (this.#lives.get(role) ?? 0) + 1);
  }

  greet(role: Role, resume: Hello["resume"] = null): void {
    this.#connectionCount += 1;
    const connection = this.#connectionCount;
    this.#connections.set(role, connection);
    const instance = uuidOf(role.length + 0x100 * (this.#lives.get(role) ?? 0));
    const hello = { ...helloOf(role, instance), resume };
    this.take({ kind: "wire", event: { kind: "greeted", connection, hello, protocol: 1 } });
  }

  say(role: Role, message: EditorMessage): void {
    this.take({ kind: "wire", event: { kind: "message", connection: this.connectionOf(role), message } });
  }

  change(role: Role, ...ops: Operation[]): void {
    this.say(role, this.changeOf(role, ops));
  }

  changeOf(role: Role, ops: Operation[]): UpMessageOf<"change"> {
    const seq = (this.#seqs.get(role) ?? 0) + 1;
    this.#seqs.set(role, seq);
    this.#lamport = Math.max(this.#lamport, this.state.head.lamport) + 1;
    return { kind: "change", epoch: 1, seq, stamp: stampOf(this.#lamport, role), base: this.state.head.lsn, ops };
  }

  connectionOf(role: Role): number {
    return this.#connections.get(role) ?? 0;
  }

  /** What an editor was told, by kind, oldest first. */
  told<Kind extends DownKind>(role: Role, kind: Kind): DownMessageOf<Kind>[] {
    return this.allTold(role).filter((message): message is DownMessageOf<Kind> => message.kind === kind);
  }

  allTold(role: Role): DownMessage[] {
    const connection = this.connectionOf(role);
    return this.effects.flatMap((effect) =>
      effect.kind === "send" && effect.connection === connection ? [effect.message] : [],
    );
  }

  recordsOf<Type extends Record["type"]>(type: Type): Extract<Record, { type: Type }>[] {
    return this.records.filter((record): record is Extract<Record, { type: Type }> => record.type === type);
  }

  /** Answers the newest question of the hub, or `asked`: with what was agreed, or with `fields` instead. */
  verify(role: Role, fields: Fields = {}, asked = this.told(role, "verify").at(-1)): void {
    if (!asked) throw new Error(`${role} was not asked anything`);
    const names = (uuid: string) =>
      asked.items.find((item) => item.uuid === uuid)?.fields ?? ["translation", "rotation", "scale"];
    const uuids = [...asked.transforms, ...asked.items.map(({ uuid }) => uuid)];
    const items = uuids.map((uuid) => {
      const entity = this.state.entities.get(uuid);
      if (!entity) return { uuid, fields: {}, missing: true };
      const agreed = names(uuid).map((name) => [name, fieldOf(entity, name as keyof Fields)]);
      return { uuid, fields: { ...Object.fromEntries(agreed), ...fields } };
    });
    this.say(role, { kind: "verified", epoch: asked.epoch, batch: asked.batch, items } as UpMessageOf<"verified">);
  }
}

export function stateOf(epoch: number, activity: UpMessageOf<"state">["activity"] = "idle"): UpMessageOf<"state"> {
  const document = { uuid: null, name: "untitled", saved: false };
  return { kind: "state", epoch, activity, document, unsaved: false, undoSteps: 0 };
}
