/**
 * Writes what this version of VibeSync leaves in a project folder, for later versions to open:
 * `node --import tsx tests/golden/generate.ts <name>`.
 *
 * Run once for each version of a format on disk, never again for the same one: a golden folder is what was really
 * written then. One file holds one folder, path by path.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { disputedRecordOf, filesUnder, nothingTold, projectLife, recordOf } from "#tests/hub/project-life.ts";
import { FakeDisk, keepAll } from "#tests/wal/fake-disk.ts";

const name = process.argv[2];
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) throw new Error("say which format: a name such as format-1");
const told = nothingTold();
const disk = new FakeDisk(new Map([["/project", null]]));
const script = name.endsWith("-conflicts") ? disputedRecordOf : recordOf;
await projectLife(disk, told, script);
await projectLife(disk, told, script);
const files = Object.fromEntries(
  filesUnder(disk.crash(keepAll)).map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")]),
);
writeFileSync(join(import.meta.dirname, `${name}.json`), `${JSON.stringify({ told, files }, null, 1)}\n`);
