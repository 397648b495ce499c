/** What the tray says and offers for each status. */
import { describe, expect, it } from "vitest";
import { trayKey, trayMenu } from "#electron/shell/tray-menu.ts";
import { verdictWord } from "#shared/ipc/words.ts";
import { verdicts } from "#shared/protocol/down.ts";
import { statusWith, withLinks } from "./fixtures.ts";

const labels = (status: Parameters<typeof trayMenu>[0]) =>
  trayMenu(status).flatMap((entry) => ("label" in entry ? [entry.label] : []));
const entry = (status: Parameters<typeof trayMenu>[0], label: string) =>
  trayMenu(status).find((one) => "label" in one && one.label === label);

describe("the tray's menu", () => {
  it("says the verdict in words in its first line, for every verdict", () => {
    for (const verdict of verdicts) {
      expect(labels(statusWith({ verdict }))[0]).toMatch(new RegExp(`^${verdictWord[verdict]}: \\w`));
    }
  });

  it("offers Pause while live and Resume while paused", () => {
    expect(entry(statusWith({ mode: "live" }), "Pause")).toMatchObject({ action: "pause", isEnabled: true });
    expect(entry(statusWith({ mode: "paused" }), "Resume")).toMatchObject({ action: "resume", isEnabled: true });
    expect(labels(statusWith({ mode: "paused" }))).not.toContain("Pause");
  });

  it("ticks safe mode while it is on, and offers nothing while the engine is halted", () => {
    expect(entry(statusWith({ mode: "safe" }), "Safe mode")).toMatchObject({ isOn: true, isEnabled: true });
    const halted = statusWith({ mode: "halted", verdict: "stopped" });
    expect(entry(halted, "Safe mode")).toMatchObject({ isOn: false, isEnabled: false });
    expect(entry(halted, "Pause")).toMatchObject({ isEnabled: false });
    expect(entry(halted, "Quit")).toMatchObject({ isEnabled: true });
  });

  it("has a key that stays while numbers run, so that an open menu is not closed", () => {
    const status = statusWith({});
    const busy = withLinks({ ...status, editsPerSecond: 40, counts: { ...status.counts, objects: 9 } }, "linked");
    expect(trayKey(busy)).toBe(trayKey(status));
    expect(trayKey(statusWith({ verdict: "paused", mode: "paused" }))).not.toBe(trayKey(status));
  });
});
