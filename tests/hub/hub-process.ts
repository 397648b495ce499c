/**
 * The hub in a process of its own, to be killed, with a person who decides conflicts. It loads and then waits to be
 * told, over its channel, which project to open and where editors look for it: `{ project, home }`.
 */
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import { decideAll } from "./person.ts";

export type HubOrder = { readonly project: string; readonly home: string };

process.once("message", async ({ project, home }: HubOrder) => {
  const opened = await openHub({ projectFolder: project, home, hubVersion: "0.1.0", clock: realClock });
  if (!opened.ok) {
    console.error(`${opened.failure.code}: ${opened.failure.message}`);
    process.exit(1);
  }
  const { handlers } = opened.value;
  setInterval(() => void decideAll(handlers), 300);
});
// Whoever started it is gone: nothing outlives a test.
process.once("disconnect", () => process.exit());
