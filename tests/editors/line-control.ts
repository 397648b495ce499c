/**
 * A process that is told what to do in JSON lines, one answer for each command: `{id, do, …}` → `{id, ok,
 * result|error}`.
 *
 * Must never leave its process behind: `end` waits, then kills by pid.
 */
import type { ChildProcess } from "node:child_process";
import readline from "node:readline";
import type { Readable, Writable } from "node:stream";

export type Command = { readonly do: string; readonly [member: string]: unknown };

type Answer = { readonly id: number; readonly ok: boolean; readonly result?: unknown; readonly error?: string };
type Waiting = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly what: string;
};

const commandMsMax = 60_000;
const endMsMax = 15_000;

export class LineControl {
  readonly child: ChildProcess;
  readonly #out: Writable;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #log = "";
  /** Why nothing is answered any more. */
  #ended: string | null = null;

  constructor(child: ChildProcess, { input, output }: { input: Readable; output: Writable }) {
    this.child = child;
    this.#out = output;
    const lines = readline.createInterface({ input }).on("line", (line) => this.#take(line));
    // A killed process resets its socket; what that means is told by its exit.
    (lines as NodeJS.EventEmitter).on("error", () => undefined);
    output.on("error", () => undefined);
    input.on("error", () => undefined);
    for (const stream of [child.stderr, input === child.stdout ? null : child.stdout]) {
      stream?.on("data", (data: Buffer) => {
        this.#log = (this.#log + data.toString()).slice(-8_000);
      });
    }
    child.on("exit", (code, signal) => this.#fail(`the process ended (${code ?? signal})`));
  }

  /** The last lines it printed, for the message of a failed test. */
  get log(): string {
    return this.#log;
  }

  do<Result = unknown>(command: Command): Promise<Result> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise<Result>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle(id)?.reject(new Error(`${command.do}: no answer\n${this.#log}`)),
        commandMsMax,
      );
      const done = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      this.#waiting.set(id, {
        resolve: (value) => done(() => resolve(value as Result)),
        reject: (error) => done(() => reject(error)),
        what: JSON.stringify(command).slice(0, 300),
      });
      if (this.#ended === null) this.#out.write(`${JSON.stringify({ id, ...command })}\n`);
      else this.#fail(this.#ended);
    });
  }

  /** kill -9: what a crash of the editor is. */
  async kill(): Promise<void> {
    await this.#gone(() => this.child.kill("SIGKILL"));
  }

  /** Its own end, whatever brings it about. */
  async gone(): Promise<void> {
    await this.#gone(() => undefined);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.do({ do: "quit" }).catch(() => undefined);
    const timer = setTimeout(() => this.child.kill("SIGKILL"), endMsMax);
    await this.#gone(() => undefined);
    clearTimeout(timer);
  }

  #gone(act: () => void): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once("exit", () => resolve());
      act();
    });
  }

  #take(line: string): void {
    const answer = parse(line);
    if (answer === null) {
      this.#log = `${this.#log}${line}\n`.slice(-8_000);
      return;
    }
    const waiting = this.#settle(answer.id);
    if (!waiting) return;
    if (answer.ok) waiting.resolve(answer.result);
    else waiting.reject(new Error(`${waiting.what}: ${answer.error}`));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(reason: string): void {
    this.#ended = reason;
    for (const { reject, what } of this.#waiting.values()) reject(new Error(`${what}: ${reason}\n${this.#log}`));
    this.#waiting.clear();
  }
}

function parse(line: string): Answer | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "id" in value ? (value as Answer) : null;
  } catch {
    return null;
  }
}
