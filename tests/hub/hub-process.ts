/**
 * The hub in a process of its own, to be killed, with a person who decides conflicts:
 * `hub-process.ts <project folder> <discovery folder>`.
 */
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import { decideAll } from "./person.ts";

const [projectFolder = "", home = ""] = process.argv.slice(2);
const opened = await openHub({ projectFolder, home, hubVersion: "0.1.0", clock: realClock });
if (!opened.ok) {
  console.error(`${opened.failure.code}: ${opened.failure.message}`);
  process.exit(1);
}
const { handlers } = opened.value;
setInterval(() => void decideAll(handlers), 300);
