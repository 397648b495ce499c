/** The window is tried with nothing that the real hub could not say. */
import { describe, expect, it } from "vitest";
import { failureTotals } from "#electron/hub/failure-totals.ts";
import { pushes, requests } from "#shared/ipc/contract.ts";
import { growth } from "./harness/scene-parts.ts";
import { sceneNames, sceneOf } from "./harness/scenes.ts";

describe.each(sceneNames)("the scene %s", (name) => {
  it("keeps the contract", () => {
    const scene = sceneOf(name, Date.now());
    expect(requests.status[1].safeParse(scene.status).error).toBeUndefined();
    expect(requests.objects[1].safeParse({ objects: scene.objects }).error).toBeUndefined();
    const rows = scene.timeline.slice(0, 500);
    expect(requests.timeline[1].safeParse({ rows, more: true }).error).toBeUndefined();
    const review = { rows: scene.review, total: scene.review.length };
    expect(requests.review[1].safeParse(review).error).toBeUndefined();
    const conflicts = { rows: scene.conflicts, total: scene.conflicts.length };
    expect(requests.conflicts[1].safeParse(conflicts).error).toBeUndefined();
    expect(requests.failures[1].safeParse({ rows: scene.failures }).error).toBeUndefined();
    expect(requests.snapshots[1].safeParse({ rows: scene.snapshots, more: false }).error).toBeUndefined();
    expect(requests["snapshot-preview"][1].safeParse(scene.preview).error).toBeUndefined();
    expect(requests.setup[1].safeParse(scene.setup).error).toBeUndefined();
    expect(requests.settings[1].safeParse(scene.settings).error).toBeUndefined();
  });

  it("counts the failures that it lists, and no other", () => {
    const { status, failures } = sceneOf(name, Date.now());
    expect(status.failures).toEqual(failureTotals(failures));
  });

  it("names every object once", () => {
    const { objects } = sceneOf(name, Date.now());
    expect(new Set(objects.map((object) => object.uuid)).size).toBe(objects.length);
  });
});

it("grown rows keep the contract", () => {
  expect(pushes["timeline-grew"].safeParse(growth(10, 500, Date.now())).error).toBeUndefined();
});
