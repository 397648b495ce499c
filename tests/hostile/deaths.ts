/**
 * Every protocol state in which an editor can die, with what brings it about (R13).
 *
 * The states are taken from the code's own unions: whatever an editor may say or hear, and what the hub keeps about one
 * (its phase, its activity, the batches it is asked about, the modes and decisions under which it is written to). A new
 * one that is missing here is a type error, and a wire message that is missing fails editor-death.test.ts.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { limits } from "#electron/core/limits.ts";
import type { Batch, Phase } from "#electron/core/links.ts";
import type { Decision } from "#electron/core/review.ts";
import { type Outgoing, saying } from "#electron/demo/outgoing.ts";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Hub } from "#electron/ports/hub.ts";
import type { Uuid } from "#shared/ids.ts";
import type { Mode } from "#shared/protocol/handshake.ts";
import type { Activity, UpMessage } from "#shared/protocol/up.ts";
import { ask, must } from "#tests/hub/hub-questions.ts";
import type { Heard, Moment, Said } from "./mortal.ts";

export type Stage = {
  readonly hub: Hub;
  readonly victim: ScriptedEditor;
  readonly other: ScriptedEditor;
  /** Agreed by both. */
  readonly cube: Uuid;
};

export type Death = {
  /** Null: when `act` is over. */
  readonly moment: Moment | null;
  readonly act?: (stage: Stage) => unknown;
  /** It happens to an editor on its way in, that has a scene of its own. */
  readonly joins?: true;
  readonly prepare?: (newcomer: ScriptedEditor) => void;
  /** What a person does afterwards, so that both can be in step again. */
  readonly after?: (hub: Hub) => unknown;
};
type Scene = Omit<Death, "moment">;

const settleMs = 20_000;
const momentMs = 60;
let step = 0;

const hide = (editor: ScriptedEditor, { cube }: Stage) => {
  editor.user.setVisible(cube, editor.model.scene.read(cube)?.visible !== true);
};
const move = (editor: ScriptedEditor, { cube }: Stage) => {
  step += 1;
  editor.user.move(cube, [step, 0, 0]);
};
const accepted = (editor: ScriptedEditor) =>
  expect.poll(() => editor.model.unanswered + editor.model.dirty.size, { timeout: settleMs, interval: 5 }).toBe(0);
const safe = (on: boolean) => async (hub: Hub) => must(await ask(hub, "set-safe-mode", { on }));
const paused = (on: boolean) => async (hub: Hub) => must(await ask(hub, "set-paused", { paused: on }));
const decide = async (hub: Hub, decision: Decision) => must(await ask(hub, "review-decide", { decision, uuids: null }));

const joining: Scene = { joins: true };
const editing: Scene = { act: (stage) => hide(stage.victim, stage) };
const moving: Scene = { act: (stage) => move(stage.victim, stage) };
const watching: Scene = { act: (stage) => hide(stage.other, stage) };
const watchingMoves: Scene = { act: (stage) => move(stage.other, stage) };
const telling = (message: UpMessage): Scene => ({ act: ({ victim }) => victim.say([saying(message)]) });
const asking = telling({ kind: "request", action: "resync" });
const reviewing = (decision: Decision): Scene => ({
  async act(stage) {
    const author = decision === "approve" ? stage.other : stage.victim;
    await safe(true)(stage.hub);
    hide(author, stage);
    await accepted(author);
    await decide(stage.hub, decision);
  },
  after: safe(false),
});
const rollingBack: Scene = {
  async act(stage) {
    const { oid } = must(await ask(stage.hub, "snapshot-take", { label: "before" }));
    hide(stage.other, stage);
    await accepted(stage.other);
    must(await ask(stage.hub, "snapshot-rollback", { oid }));
  },
};
/** Something in the editor takes back what was applied, and nobody tells: the answer to the question is wrong. */
const beingRepaired: Scene = {
  act(stage) {
    const { victim } = stage;
    const say = victim.say;
    victim.say = (outgoing) => say(outgoing.map(misread));
    hide(stage.other, stage);
  },
};

function misread(outgoing: Outgoing): Outgoing {
  if (outgoing.kind !== "message" || outgoing.message.kind !== "verified") return outgoing;
  const items = outgoing.message.items.map((item) => {
    const { visible } = item.fields;
    return visible === undefined ? item : { ...item, fields: { ...item.fields, visible: !visible } };
  });
  return saying({ ...outgoing.message, items });
}

function nameAnotherProject({ model }: ScriptedEditor): void {
  const hello = model.hello.bind(model);
  model.hello = (nonce) => ({ ...hello(nonce), project: randomUUID() });
}

const saidScenes: { readonly [What in Said]: Scene } = {
  hello: joining,
  auth: joining,
  state: joining,
  index: joining,
  change: editing,
  moved: moving,
  "read back": watchingMoves,
  verified: watching,
  held: { act: ({ victim, cube }) => victim.say(victim.model.grab([cube])) },
  request: asking,
  fault: telling({ kind: "fault", code: "E_APPLY", message: "It could not." }),
  bye: { act: ({ victim }) => void victim.stop() },
};

const heardScenes: { readonly [What in Heard]: Scene } = {
  welcome: joining,
  refused: { ...joining, prepare: nameAnotherProject },
  accepted: editing,
  rejected: telling({} as UpMessage),
  verify: watching,
  final: watching,
  status: { act: ({ hub }) => paused(true)(hub), after: paused(false) },
  reindex: asking,
  moved: watchingMoves,
  "apply: edit": watching,
  "apply: resync": joining,
  "apply: revoke": reviewing("refuse"),
  "apply: rollback": rollingBack,
  "apply: repair": beingRepaired,
};

/** Its edit is taken in and kept from the other. */
function keeping(turn: (on: boolean) => (hub: Hub) => unknown): Scene {
  return {
    async act(stage) {
      await turn(true)(stage.hub);
      hide(stage.victim, stage);
      await accepted(stage.victim);
    },
    after: turn(false),
  };
}

type InHub = Phase | Activity | Batch["state"] | Exclude<Mode, "booting" | "indexing" | "halted"> | Decision;
/** What the hub's unions have no name for. */
type Besides = "held" | "silent" | "rolling back" | "crowd";

const busy = (activity: Activity): Scene => ({
  async act(stage) {
    stage.victim.say(stage.victim.model.setActivity(activity));
    await delay(momentMs);
    hide(stage.other, stage);
    move(stage.other, stage);
    await accepted(stage.other);
  },
});

const hubStates: { readonly [State in InHub | Besides]: Scene & { readonly moment?: Moment } } = {
  listing: { ...joining, moment: { when: "halfway through", what: "index" } },
  paired: { ...joining, moment: { when: "as it has said", what: "index" } },
  linked: {},
  idle: busy("idle"),
  editing: busy("editing"),
  playing: busy("playing"),
  reloading: busy("reloading"),
  compiling: busy("compiling"),
  loading: busy("loading"),
  rendering: busy("rendering"),
  open: {
    async act(stage) {
      move(stage.victim, stage);
      await accepted(stage.victim);
    },
  },
  asked: { ...watchingMoves, moment: { when: "before it says", what: "read back" } },
  live: {
    async act(stage) {
      hide(stage.other, stage);
      await delay(step % 10);
    },
  },
  paused: keeping(paused),
  safe: keeping(safe),
  approve: reviewing("approve"),
  refuse: reviewing("refuse"),
  "rolling back": rollingBack,
  held: {
    async act(stage) {
      stage.victim.say(stage.victim.model.grab([stage.cube]));
      await delay(momentMs);
      move(stage.other, stage);
      await accepted(stage.other);
      await delay(limits.batchWindowMaxMs + momentMs);
    },
  },
  silent: {
    async act(stage) {
      stage.victim.freeze();
      move(stage.other, stage);
      await delay(limits.verifyTimeoutMs + limits.batchWindowMaxMs + momentMs);
    },
  },
  crowd: {
    async act({ victim, other }) {
      for (const { user } of [victim, other]) for (let one = 0; one < 50; one += 1) user.createCollection(`${one}`);
      await delay(step % 10);
    },
  },
};

const momentsOfSaying = ["before it says", "as it has said"] as const;

export function allDeaths(): ReadonlyMap<string, Death> {
  const deaths = new Map<string, Death>();
  for (const [what, scene] of Object.entries(saidScenes) as [Said, Scene][])
    for (const when of momentsOfSaying) deaths.set(`${when} "${what}"`, { ...scene, moment: { when, what } });
  for (const [what, scene] of Object.entries(heardScenes) as [Heard, Scene][])
    deaths.set(`as it hears "${what}"`, { ...scene, moment: { when: "as it hears", what } });
  for (const [state, scene] of Object.entries(hubStates))
    deaths.set(`while it is "${state}"`, { moment: null, ...scene });
  return deaths;
}
