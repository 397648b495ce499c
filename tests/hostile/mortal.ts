/**
 * A scripted editor that is killed at a given moment of what it says or hears: its socket closes as the kernel closes a
 * dead process's, and not a word is said or understood after it.
 */
import { type Outgoing, saying } from "#electron/demo/outgoing.ts";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { laneReadBack } from "#shared/protocol/binary.ts";
import type { ApplyReason, DownKind, DownMessage } from "#shared/protocol/down.ts";
import type { UpKind } from "#shared/protocol/up.ts";

/** `moved`: changed transforms on the binary lane. `read back`: the answer to a verify there. */
export type Said = UpKind | "moved" | "read back";
/** Messages of the text lane, `apply` by its reason. `challenge` is heard right before `auth` is said. */
export type Heard = Exclude<DownKind, "apply" | "challenge"> | `apply: ${ApplyReason}` | "moved";
export type Moment =
  | { readonly when: "before it says" | "as it has said"; readonly what: Said }
  /** Its scene is listed in two halves; it dies between them. */
  | { readonly when: "halfway through"; readonly what: "index" }
  | { readonly when: "as it hears"; readonly what: Heard };

function saidBy(outgoing: Outgoing): Said {
  if (outgoing.kind === "message") return outgoing.message.kind;
  return outgoing.frame.lane === laneReadBack ? "read back" : "moved";
}

function heardBy(message: DownMessage): Heard | "challenge" {
  return message.kind === "apply" ? `apply: ${message.reason}` : message.kind;
}

function firstHalf(outgoing: Outgoing): Outgoing {
  if (outgoing.kind !== "message" || outgoing.message.kind !== "index") return outgoing;
  const { entities } = outgoing.message;
  return saying({ ...outgoing.message, last: false, entities: entities.slice(0, entities.length / 2) });
}

export class Mortal {
  readonly dead: Promise<void>;
  readonly #editor: ScriptedEditor;
  readonly #moment: Moment | null;
  #isDead = false;
  #tellDead: () => void = () => undefined;

  /** Without a moment it dies when `die` is called. */
  constructor(editor: ScriptedEditor, moment: Moment | null) {
    this.#editor = editor;
    this.#moment = moment;
    this.dead = new Promise((resolve) => {
      this.#tellDead = resolve;
    });
    this.#watch();
  }

  die(): void {
    this.#isDead = true;
    this.#editor.model.disconnected();
    this.#editor.cut();
    this.#tellDead();
  }

  /** The same editor with the same file, started anew: what its user did in the moment of its death is gone. */
  revive(): void {
    const { model } = this.#editor;
    for (const watched of ["receive", "receiveFrame"]) Reflect.deleteProperty(model, watched);
    Reflect.deleteProperty(this.#editor, "say");
    model.release();
    model.setActivity("idle");
    this.#editor.start();
  }

  #watch(): void {
    const editor = this.#editor;
    const { model } = editor;
    const say = editor.say.bind(editor);
    const [receive, receiveFrame] = [model.receive.bind(model), model.receiveFrame.bind(model)];
    editor.say = (outgoing) => {
      for (const one of outgoing) if (!this.#isDead) this.#say(one, say);
    };
    model.receive = (message) => (this.#diesHearing(heardBy(message)) ? [] : receive(message));
    model.receiveFrame = (frame) => (this.#diesHearing("moved") ? [] : receiveFrame(frame));
  }

  #say(outgoing: Outgoing, say: ScriptedEditor["say"]): void {
    const what = saidBy(outgoing);
    if (this.#is("before it says", what)) return this.die();
    const isHalved = this.#is("halfway through", what);
    say([isHalved ? firstHalf(outgoing) : outgoing]);
    if (isHalved || this.#is("as it has said", what)) this.die();
  }

  #diesHearing(what: Heard | "challenge"): boolean {
    if (!this.#isDead && this.#is("as it hears", what)) this.die();
    return this.#isDead;
  }

  #is(when: Moment["when"], what: Said | Heard | "challenge"): boolean {
    return this.#moment?.when === when && this.#moment.what === what;
  }
}
