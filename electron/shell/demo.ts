/**
 * "Try it now": two scripted editors over the real sockets, for a machine without Blender and Unity.
 *
 * Owns: whether the pair runs, and that the hub shows a project of the demo's own meanwhile. The pair reads the
 * discovery file like any editor, so that what people see is the real link.
 * Must never: start next to real editors' seats, outlive the hub it is linked to, or leave a trace in a person's
 * project.
 */
import { causeText, failure, type Result, success } from "#shared/result.ts";
import type { Project } from "./project.ts";

export type DemoPair = { stop(): Promise<void> };

/** Starts the two editors; `home` is where the discovery file lies. */
export type StartDemoPair = (options: { readonly home: string }) => Promise<DemoPair>;

export type Demo = {
  isOn(): boolean;
  set(on: boolean): Promise<Result<null>>;
  /** Ends the pair and opens nothing: the app is about to quit. */
  stop(): Promise<void>;
};

export type DemoOptions = {
  readonly home: string;
  readonly start: StartDemoPair;
  readonly project: Pick<Project, "openDemo" | "openOwn">;
  /** True when a real editor is linked: its seat is taken. */
  readonly hasEditors: () => boolean;
  readonly onChange: (isOn: boolean) => void;
};

export function createDemo({ home, start, project, hasEditors, onChange }: DemoOptions): Demo {
  let pair: DemoPair | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function begin(): Promise<Result<null>> {
    if (hasEditors()) return failure("E_SESSION_TAKEN", "An editor is linked already: no demo is needed.");
    const opened = await project.openDemo();
    if (opened.ok) {
      try {
        pair = await start({ home });
        onChange(true);
        return success(null);
      } catch (error) {
        await project.openOwn();
        return failure("E_UNEXPECTED", `The demo could not be started: ${causeText(error)}`);
      }
    }
    await project.openOwn();
    return opened;
  }

  async function end(): Promise<Result<null>> {
    const ending = pair;
    pair = null;
    onChange(false);
    try {
      await ending?.stop();
      return success(null);
    } catch (error) {
      return failure("E_UNEXPECTED", `The demo could not be stopped: ${causeText(error)}`);
    }
  }

  async function leave(): Promise<Result<null>> {
    const ended = await end();
    const opened = await project.openOwn();
    return opened.ok ? ended : opened;
  }

  function inTurn<Value>(act: () => Promise<Value>): Promise<Value> {
    const result = turn.then(act);
    turn = result.catch(() => undefined);
    return result;
  }

  return {
    isOn: () => pair !== null,
    set: (on) =>
      inTurn(async () => {
        if (on === (pair !== null)) return success(null);
        return on ? await begin() : await leave();
      }),
    stop: () =>
      inTurn(async () => {
        if (pair !== null) await end();
      }),
  };
}
