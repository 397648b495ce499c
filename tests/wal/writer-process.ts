/**
 * A process that may be killed: locks a project, appends groups and says on stdout what is durable.
 *
 * Arguments: the folder, and `append` or `lock`. Lines: `locked`, `refused <code>: <message>`, `durable <lsn>`.
 */
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { lockProject } from "#electron/wal/lock.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { must, readProject, recordsAfter } from "./log-script.ts";

const segmentBytes = 65_536;

const [, , folder = "", mode = "append"] = process.argv;

async function main(): Promise<void> {
  const locked = await lockProject(realDisk, { folder, nowMs: realClock.nowMs() });
  if (!locked.ok) {
    process.stdout.write(`refused ${locked.failure.code}: ${locked.failure.message}\n`);
    return;
  }
  process.stdout.write("locked\n");
  if (mode === "lock") {
    process.stdin.resume();
    return;
  }
  const log = must(LogWriter.open(realDisk, must(readProject(realDisk, folder)).recovery.end, { segmentBytes }));
  for (let group = 0; ; group += 1) {
    must(log.append(recordsAfter(log.lastLsn, 1 + (group % 40))));
    process.stdout.write(`durable ${must(await log.flush())}\n`);
  }
}

await main();
