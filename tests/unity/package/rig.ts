/**
 * One Unity host process and one fake hub in a temporary folder; what every test of the package starts from. Also the
 * tests' own small words: until, near, quiet.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { FakeHub } from "./fake-hub.ts";

export type Built = { readonly folder: string; readonly package: string; readonly host: string };
export type Described = Record<string, unknown> & { name: string; parent: string | null; translation: number[] };
export type HostState = { stage: string; word: string; outgoing: number; incoming: number; tracking: boolean };

const untilMs = 15_000;
const lookMs = 20;
/** An event is published in one frame, captured in the next, sent in one after. */
const framesToNotice = 5;
const quietMs = 1_300;

export class Rig {
  readonly hub: FakeHub;
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-unity-"));
  /** Further arguments of the host; to be set before `open`. */
  readonly options: string[] = [];
  readonly #built: Built;
  readonly #waiting = new Map<number, (answer: { ok: boolean; result: unknown; error?: string }) => void>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #id = 0;
  #listings = 0;

  constructor(built: Built) {
    this.#built = built;
    this.hub = new FakeHub(path.join(this.folder, "home"));
  }

  /** Starts the editor process; with a hub it waits until the scene was listed. */
  async open(): Promise<void> {
    const project = path.join(this.folder, "unity");
    fs.mkdirSync(project, { recursive: true });
    const args = ["--debug", this.#built.host, "--package", this.#built.package, "--project", project, ...this.options];
    const env = { ...process.env, VIBESYNC_HOME: path.join(this.folder, "home") };
    const child = spawn("mono", args, { env });
    this.#child = child;
    child.stderr.on("data", (data: Buffer) => process.stderr.write(data));
    await new Promise<void>((resolve) => {
      readline.createInterface({ input: child.stdout }).on("line", (line) => {
        const answer = JSON.parse(line);
        if (answer.ready) resolve();
        else this.#waiting.get(answer.id)?.(answer);
      });
    });
  }

  async link(): Promise<void> {
    await this.hub.start();
    await this.open();
    await this.listed();
  }

  async listed(): Promise<void> {
    const count = () => this.hub.of("index").filter(({ last }) => last).length;
    await until("the scene is listed", async () => count() > this.#listings && (await this.state()).tracking);
    this.#listings = count();
  }

  async do<Result>(name: string, command: Record<string, unknown> = {}): Promise<Result> {
    this.#id += 1;
    const id = this.#id;
    const answer = await new Promise<{ ok: boolean; result: unknown; error?: string }>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child?.stdin.write(`${JSON.stringify({ id, do: name, ...command })}\n`);
    });
    this.#waiting.delete(id);
    if (!answer.ok) throw new Error(`${name}: ${answer.error}`);
    return answer.result as Result;
  }

  async create(name: string, more: Record<string, unknown> = {}): Promise<string> {
    const { uuid } = await this.do<{ uuid: string }>("create", { name, ...more });
    return uuid;
  }

  state(): Promise<HostState> {
    return this.do<HostState>("state");
  }

  async dump(): Promise<Record<string, Described>> {
    return (await this.do<{ objects: Record<string, Described> }>("dump")).objects;
  }

  async shown(uuid: string): Promise<Described> {
    const found = (await this.dump())[uuid];
    if (found === undefined) throw new Error(`Unity does not show ${uuid}.`);
    return found;
  }

  /** Everything the editor has to say was said and answered. */
  async settled(): Promise<void> {
    await this.do("tick", { count: framesToNotice });
    await until("nothing is under way", async () => {
      const { outgoing, incoming, stage } = await this.state();
      return stage === "Live" && outgoing === 0 && incoming === 0;
    });
  }

  /** Nothing about the scene is sent for longer than a whole poll takes. */
  async quiet(): Promise<void> {
    await this.settled();
    const before = this.hub.answered.size;
    await sleep(quietMs);
    equal(this.hub.answered.size, before, "changes sent while nobody did anything (echo)");
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  async close(): Promise<void> {
    await this.kill();
    await this.hub.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + untilMs;
  while (Date.now() < end) {
    if (await isTrue()) return;
    await sleep(lookMs);
  }
  throw new Error(`It did not happen within ${untilMs} ms: ${what}`);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, was ${a}`);
}

export function isNear(actual: unknown, expected: readonly number[], slack = 1e-5): boolean {
  return Array.isArray(actual) && expected.every((value, index) => Math.abs(value - Number(actual[index])) <= slack);
}

export function near(actual: unknown, expected: readonly number[], what: string): void {
  if (!isNear(actual, expected)) throw new Error(`${what}: expected ${expected}, was ${JSON.stringify(actual)}`);
}
