/** The height of a list row, the same number that tokens.css gives as `--row`: the virtual list counts with it. */
import type { Settings } from "#shared/ipc/view.ts";

export function rowHeightPx(density: Settings["density"] | undefined): number {
  return density === "compact" ? 28 : 34;
}
