/** Versions below which a known hole is open. Read from what is installed, not from what was asked for. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it.each([
  // Memory exhaustion by tiny fragments: CVE-2026-48779.
  ["ws", [8, 21, 0]],
] as const)("%s is at least %s", (name, least) => {
  const installed = JSON.parse(readFileSync(path.join(root, "node_modules", name, "package.json"), "utf8")).version;
  const version = String(installed).split(".").map(Number);
  const difference = least.map((part, index) => (version[index] ?? 0) - part).find((part) => part !== 0) ?? 0;
  expect(difference, `${name} ${installed}`).toBeGreaterThanOrEqual(0);
});
