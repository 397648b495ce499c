/**
 * "Try it now": two scripted editors over the real sockets, for a machine without Blender and Unity.
 *
 * Owns: whether the pair runs. It reads the discovery file like any editor, so that what people see is the real link.
 * Must never: start next to real editors' seats, or outlive the hub it is linked to.
 */
import { causeText, failure, type Result, success } from "#shared/result.ts";

export type DemoPair = { stop(): Promise<void> };

/** Starts the two editors; `home` is where the discovery file lies. */
export type StartDemoPair = (options: { readonly home: string }) => Promise<DemoPair>;

export type Demo = {
  isOn(): boolean;
  set(on: boolean): Promise<Result<null>>;
};

export type DemoOptions = {
  readonly home: string;
  readonly start: StartDemoPair;
  /** True when a real editor is linked: its seat is taken. */
  readonly hasEditors: () => boolean;
  readonly onChange: (isOn: boolean) => void;
};

export function createDemo({ home, start, hasEditors, onChange }: DemoOptions): Demo {
  let pair: DemoPair | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function setNow(on: boolean): Promise<Result<null>> {
    if (on === (pair !== null)) return success(null);
    if (on && hasEditors()) return failure("E_SESSION_TAKEN", "An editor is linked already: no demo is needed.");
    try {
      if (pair) await pair.stop();
      pair = on ? await start({ home }) : null;
    } catch (error) {
      pair = null;
      onChange(false);
      return failure("E_UNEXPECTED", `The demo could not be ${on ? "started" : "stopped"}: ${causeText(error)}`);
    }
    onChange(on);
    return success(null);
  }

  return {
    isOn: () => pair !== null,
    set(on) {
      const result = turn.then(() => setNow(on));
      turn = result.catch(() => undefined);
      return result;
    },
  };
}
