/**
 * Sends the hub's news to the window, at most ten times a second per channel.
 *
 * Owns: coalescing. Of values that replace each other the latest wins; deltas are merged, so that nothing is lost
 * between two sendings. While the window is hidden nothing is sent or kept; when it is shown again it gets a fresh set.
 * Must never: queue without a bound, reorder what one channel says, or send what breaks the contract.
 */
import type { Clock } from "#electron/ports/clock.ts";
import { type PushChannel, type PushValue, pushes } from "#shared/ipc/contract.ts";
import { type Merge, merges } from "./merge.ts";

/** Ten a second: below what an eye follows in a list, and cheap for a window of 10,000 objects. */
export const pushIntervalMs = 100;

export type Push = { readonly [Channel in PushChannel]: readonly [Channel, PushValue<Channel>] }[PushChannel];

export type PusherOptions = {
  readonly clock: Clock;
  readonly send: (channel: PushChannel, value: unknown) => void;
  /** Everything a window that was hidden must hear, as pushes that replace what it knew. */
  readonly fresh: () => Promise<readonly Push[]>;
  readonly onBug: (error: unknown, channel: PushChannel) => void;
};

export type Pusher = {
  push<Channel extends PushChannel>(channel: Channel, value: PushValue<Channel>): void;
  /** The window is hidden or minimised. */
  hide(): void;
  /** The window is to be seen again. */
  show(): Promise<void>;
  stop(): void;
};

type Lane = { merge: Merge; sentMs: number; timer: NodeJS.Timeout | null };

/** Starts as if shown: the window asks for everything once when it loads. */
export function createPusher(options: PusherOptions): Pusher {
  const lanes = new Map<PushChannel, Lane>();
  let isShown = true;

  function laneOf(channel: PushChannel): Lane {
    const known = lanes.get(channel);
    if (known) return known;
    const lane: Lane = { merge: merges[channel](), sentMs: Number.NEGATIVE_INFINITY, timer: null };
    lanes.set(channel, lane);
    return lane;
  }

  function flush(channel: PushChannel, lane: Lane): void {
    lane.timer = null;
    const value = lane.merge.take();
    if (value === undefined) return;
    lane.sentMs = options.clock.monotonicMs();
    const checked = pushes[channel].safeParse(value);
    if (checked.success) options.send(channel, checked.data);
    else options.onBug(checked.error, channel);
    if (!lane.merge.isEmpty()) schedule(channel, lane);
  }

  function schedule(channel: PushChannel, lane: Lane): void {
    if (lane.timer !== null) return;
    const waitMs = lane.merge.isUrgent ? 0 : lane.sentMs + pushIntervalMs - options.clock.monotonicMs();
    if (waitMs <= 0) flush(channel, lane);
    else lane.timer = setTimeout(() => flush(channel, lane), waitMs);
  }

  function push<Channel extends PushChannel>(channel: Channel, value: PushValue<Channel>): void {
    const lane = laneOf(channel);
    if (!isShown && !lane.merge.isUrgent) return;
    lane.merge.add(value);
    schedule(channel, lane);
  }

  function forget(): void {
    for (const lane of lanes.values()) {
      if (lane.timer !== null) clearTimeout(lane.timer);
    }
    lanes.clear();
  }

  return {
    push,
    hide() {
      isShown = false;
      forget();
    },
    async show() {
      if (isShown) return;
      isShown = true;
      for (const [channel, value] of await options.fresh()) push(channel, value);
    },
    stop() {
      isShown = false;
      forget();
    },
  };
}
