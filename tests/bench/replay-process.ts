/**
 * The other process of replay.bench.ts: `replay-process.ts <project folder>` opens the project as boot does, in a
 * process that has opened none before, says in a line of JSON how long that took, and leaves the project as it was.
 */
import { openProject } from "#electron/hub/boot.ts";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";

const [projectFolder = ""] = process.argv.slice(2);
const startMs = performance.now();
const opened = await openProject({ projectFolder, disk: realDisk, clock: realClock });
const ms = performance.now() - startMs;
if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`);
const { lock, state, writer } = opened.value;
console.log(JSON.stringify({ ms, lsn: state.head.lsn, entities: state.entities.size }));
await writer.close();
await lock.release();
