/**
 * Puts a remembered window back where it can be seen and reached, also after a monitor was taken away.
 *
 * Pure: the screens come in as data (Electron's `screen.getDisplayMatching` gives the work area).
 */
import type { WindowPlace } from "./settings.ts";

export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Smaller than this the overview cannot be read. */
export const windowSizeMin = { width: 760, height: 520 } as const;
export const windowSizeFirst = { width: 1_180, height: 780 } as const;

/** `place` moved and shrunk until it lies inside `area`, the work area of the display it overlaps most. */
export function fitInto(place: Rectangle, area: Rectangle): Rectangle {
  const width = Math.min(Math.max(place.width, windowSizeMin.width), area.width);
  const height = Math.min(Math.max(place.height, windowSizeMin.height), area.height);
  return {
    x: Math.min(Math.max(place.x, area.x), area.x + area.width - width),
    y: Math.min(Math.max(place.y, area.y), area.y + area.height - height),
    width,
    height,
  };
}

/** The first window ever: in the middle of `area`. */
export function firstPlace(area: Rectangle): Rectangle {
  const width = Math.min(windowSizeFirst.width, area.width);
  const height = Math.min(windowSizeFirst.height, area.height);
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  };
}

export function isSamePlace(a: WindowPlace | null, b: WindowPlace): boolean {
  return a !== null && JSON.stringify(a) === JSON.stringify(b);
}
