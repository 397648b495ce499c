/** The hub in a process of its own, to be killed: `hub-process.ts <project folder> <discovery folder>`. */
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";

const [projectFolder = "", home = ""] = process.argv.slice(2);
const opened = await openHub({ projectFolder, home, hubVersion: "0.1.0", clock: realClock });
if (!opened.ok) {
  console.error(`${opened.failure.code}: ${opened.failure.message}`);
  process.exit(1);
}
