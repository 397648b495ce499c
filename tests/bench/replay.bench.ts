/**
 * What boot costs after a crash: a log of 100,000 records, of which none is in a checkpoint, read back into a state of
 * 10,000 objects.
 *
 * Each opening is in a process of its own that has opened nothing before, as after a crash; the start of Node is not in
 * it. Stands alone: `node --import tsx tests/bench/replay.bench.ts`; the bench's main calls `measure`.
 */
import { pathToFileURL } from "node:url";
import type { Record } from "#electron/core/record.ts";
import { append, close, creations, moved, open, openElsewhere, withProject } from "./long-log.ts";
import { type Measurement, median, show } from "./measurement.ts";

const records = 100_000;
const objects = 10_000;
const openings = 5;

/** First the objects, then one moved object a record: the smallest records there are. */
function* written(): Generator<Record> {
  const first = creations(objects);
  yield* first;
  for (let index = first.length; index < records; index += 1) yield moved(index, { objects, rows: 1 });
}

export async function measure(): Promise<readonly Measurement[]> {
  return withProject(async (project) => {
    const opened = await open(project);
    await append(opened, written());
    await close(opened);
    const times = Array.from({ length: openings }, () => {
      const opening = openElsewhere(project);
      if (opening.lsn !== records || opening.entities !== objects) throw new Error("The replay lost records.");
      return opening.ms / 1_000;
    });
    return [{ name: `boot with ${records} records to replay, ${objects} objects`, value: median(times), unit: "s" }];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
