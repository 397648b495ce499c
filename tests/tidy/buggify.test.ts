/** House rule on rare moments (electron/ports/buggify.ts): production never makes one happen. */
import { expect, it } from "vitest";
import { neverBuggify } from "#electron/ports/buggify.ts";
import { projectFiles } from "./sources.ts";

/** Where a rare moment may happen. Whoever puts the hub together is not among them, so that nothing is handed in. */
const places = [
  "electron/engine/engine.ts",
  "electron/engine/inbox.ts",
  "electron/hub/checkpoints.ts",
  "electron/ports/buggify.ts",
  "electron/wal/writer.ts",
];

it("rare moments are asked for where they may happen, and nobody in production hands in a generator of them", () => {
  const product = projectFiles().filter(({ name }) => /^(?:electron|shared|renderer|build)\//.test(name));
  const mentions = product.filter(({ text }) => /buggify/i.test(text)).map(({ name }) => name);
  expect(mentions.sort()).toEqual(places);
  // Each of them falls back on the one that never says yes, and makes none of its own.
  const makers = product.filter(({ text }) => /buggify\w*\s*(?::\s*Buggify\s*)?[=:]\s*\(/i.test(text));
  expect(makers.map(({ name }) => name)).toEqual(["electron/ports/buggify.ts"]);
  expect(neverBuggify("late turn")).toBe(false);
});
