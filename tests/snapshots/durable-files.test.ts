/** The file layer by itself: what it shows to isomorphic-git, and in which order names become durable. */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "#electron/ports/disk.ts";
import { DurableFiles } from "#electron/snapshots/durable-files.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { looseBlob } from "./loose-object.ts";
import { tempProject } from "./temp-project.ts";

const blob = looseBlob('{"name":"Tower"}');
const bytes = { pack: Buffer.from("a pack"), index: Buffer.from("an index") };

function layerOn(disk = new FaultyDisk()) {
  const root = tempProject();
  for (const folder of ["scratch", "objects", "objects/pack", `objects/${blob.oid.slice(0, 2)}`, "refs"]) {
    mkdirSync(join(root, folder));
  }
  const object = join(root, "objects", blob.oid.slice(0, 2), blob.oid.slice(2));
  return {
    disk,
    root,
    object,
    pack: join(root, "objects", "pack", "pack-1"),
    ref: join(root, "refs", "main"),
    files: new DurableFiles(disk, root, join(root, "scratch")),
  };
}

describe("the durable file layer", () => {
  it("[SNAP-4] never has a ref on the medium without the pack that was written before it", async () => {
    for (let count = 0; count < 30; count += 1) {
      const { disk, pack, ref, files } = layerOn();
      disk.arm(count, { kind: "power-cut" });
      const written = await Promise.allSettled([
        files.writePack(pack, bytes.pack, bytes.index).then(() => files.write(ref, "it")),
      ]);
      disk.cutPower((path) => path.startsWith(pack));
      const isThere = realDisk.readdir(join(ref, "..")).includes("main");
      if (isThere) expect(readFileSync(`${pack}.pack`)).toEqual(bytes.pack);
      if (isThere) expect(readFileSync(`${pack}.idx`)).toEqual(bytes.index);
      if (written[0]?.status === "fulfilled") return;
    }
    throw new Error("two writes have more than 30 changes");
  });

  it.each([
    ["empty", 0],
    ["cut in the middle", 12],
  ])("[SNAP-5] an object that is %s does not exist, and one that is whole does", async (_, sizeBytes) => {
    const { object, files } = layerOn();
    writeFileSync(object, blob.deflated);
    expect((await files.promises.stat(object)).isFile()).toBe(true);
    expect(await files.promises.readFile(object)).toEqual(Buffer.from(blob.deflated));
    truncateSync(object, sizeBytes);
    await expect(files.promises.stat(object)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(files.promises.readFile(object)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("[SNAP-5] an object that holds another object's bytes does not exist", async () => {
    const { object, files } = layerOn();
    writeFileSync(object, looseBlob("{}").deflated);
    await expect(files.promises.stat(object)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("[SNAP-6] goes on refusing after a failure until it is abandoned, and then trusts nothing of it", async () => {
    const { disk, root, pack, ref, files } = layerOn();
    await files.writePack(pack, bytes.pack, bytes.index);
    disk.arm(0, { kind: "error-once", errno: "EIO" });
    await expect(files.write(ref, "one")).rejects.toMatchObject({ code: "EIO" });
    await expect(files.write(ref, "one")).rejects.toMatchObject({ code: "EIO" });
    files.abandon();
    expect(readdirSync(join(root, "objects", "pack"))).toEqual([]);
    await files.write(ref, "two");
    expect(readFileSync(ref, "utf8")).toBe("two");
    expect(readdirSync(join(root, "scratch"))).toEqual([]);
  });
});
