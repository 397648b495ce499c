/**
 * What every hub in the bench is sent: the same places under the same names, at the same pace, so that two of them can
 * be compared.
 */
import type { Uuid } from "#shared/ids.ts";

/** As editors' ticks would: answers are read in between. */
const framesPerTick = 10;

export function uuidOfObject(index: number): Uuid {
  return `0bec7000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

/** Translation, rotation, scale as editors say them: float32. Each frame has another. */
export function placeAt(frame: number): number[] {
  const at = frame % 8_192;
  return [...[at * 0.37, at * -0.11, 4 + at * 0.23].map(Math.fround), 0, 0, 0, 1, 1, 1, 1];
}

export type Sender = {
  /** Frames on the way without an answer. */
  readonly inFlight: number;
  send(frame: number): void;
  /** Resolves when the next answer is there. */
  answered(): Promise<unknown>;
};

/** Sends `frames` frames, with at most `inFlightMax` unanswered, and waits for the answer to the last. */
export async function sendFrames(sender: Sender, frames: number, inFlightMax: number): Promise<void> {
  for (let frame = 0; frame < frames; frame += 1) {
    while (sender.inFlight >= inFlightMax) await sender.answered();
    sender.send(frame);
    if (frame % framesPerTick === framesPerTick - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  while (sender.inFlight > 0) await sender.answered();
}
