/** Where the window opens, whatever happened to the screens. */
import { describe, expect, it } from "vitest";
import { firstPlace, fitInto, windowSizeMin } from "#electron/shell/window-place.ts";

const screen = { x: 0, y: 25, width: 1_400, height: 875 };

describe("the window's place", () => {
  it("is kept where it was when it can be seen", () => {
    const place = { x: 100, y: 80, width: 1_000, height: 700, isMaximized: false };
    expect(fitInto(place, screen)).toEqual({ x: 100, y: 80, width: 1_000, height: 700 });
  });

  it("comes back from a monitor that was taken away", () => {
    const place = { x: 3_000, y: -500, width: 1_000, height: 700, isMaximized: false };
    expect(fitInto(place, screen)).toEqual({ x: 400, y: 25, width: 1_000, height: 700 });
  });

  it("is never larger than the screen nor smaller than can be read", () => {
    expect(fitInto({ x: 0, y: 0, width: 9_000, height: 9_000 }, screen)).toEqual(screen);
    expect(fitInto({ x: 0, y: 30, width: 10, height: 10 }, screen)).toMatchObject(windowSizeMin);
  });

  it("is the middle of the screen the first time", () => {
    expect(firstPlace(screen)).toEqual({ x: 110, y: 73, width: 1_180, height: 780 });
  });
});
