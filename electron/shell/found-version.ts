/**
 * Compares an installed plugin's version with the one that came with this app.
 */
import type { SetupView } from "#shared/ipc/view.ts";

export type PluginState = SetupView["found"][number]["plugin"];

/** A newer or unreadable one is "unknown": nothing is replaced without a person asking for it. */
export function pluginState(installed: string | null, ours: string): PluginState {
  if (installed === null) return "none";
  if (installed === ours) return "current";
  const [theirs, own] = [numbersOf(installed), numbersOf(ours)];
  if (!theirs || !own) return "unknown";
  for (const [index, number] of own.entries()) {
    const other = theirs[index] ?? 0;
    if (other !== number) return other < number ? "older" : "unknown";
  }
  return "current";
}

/** `1.2.3` and anything after it, as numbers; null when it does not start so. */
export function numbersOf(version: string): readonly [number, number, number] | null {
  const match = /^(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : null;
}

export function isAtLeast(version: string, major: number, minor: number): boolean {
  const numbers = numbersOf(version);
  return numbers !== null && (numbers[0] > major || (numbers[0] === major && numbers[1] >= minor));
}
