/** The file layer by itself: what it shows to isomorphic-git, and in which order names become durable. */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realDisk } from "#electron/ports/disk.ts";
import { DurableFiles } from "#electron/snapshots/durable-files.ts";
import { encodeLoose } from "#electron/snapshots/git-object.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { tempProject } from "./temp-project.ts";

const blob = encodeLoose("blob", Buffer.from('{"name":"Tower"}'));

function layerOn(disk = new FaultyDisk()) {
  const root = tempProject();
  for (const folder of ["scratch", "objects", `objects/${blob.oid.slice(0, 2)}`, "refs"]) mkdirSync(join(root, folder));
  const object = join(root, "objects", blob.oid.slice(0, 2), blob.oid.slice(2));
  return {
    disk,
    root,
    object,
    ref: join(root, "refs", "main"),
    files: new DurableFiles(disk, root, join(root, "scratch")),
  };
}

describe("the durable file layer", () => {
  it("[SNAP-4] never has a ref on the medium without the objects that were written before it", async () => {
    for (let count = 0; count < 20; count += 1) {
      const { disk, object, ref, files } = layerOn();
      disk.arm(count, { kind: "power-cut" });
      const written = await Promise.allSettled([files.write(object, blob.deflated).then(() => files.write(ref, "it"))]);
      disk.cutPower((path) => path === object);
      const isThere = realDisk.readdir(join(ref, "..")).includes("main");
      if (isThere) expect(readFileSync(object)).toEqual(Buffer.from(blob.deflated));
      if (written[0]?.status === "fulfilled") return;
    }
    throw new Error("two writes have more than 20 changes");
  });

  it.each([
    ["empty", 0],
    ["cut in the middle", 12],
  ])("[SNAP-5] an object that is %s does not exist until it is written again", async (_, sizeBytes) => {
    const { object, files } = layerOn();
    await files.write(object, blob.deflated);
    expect((await files.promises.stat(object)).isFile()).toBe(true);
    truncateSync(object, sizeBytes);
    await expect(files.promises.stat(object)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(files.promises.readFile(object)).rejects.toMatchObject({ code: "ENOENT" });
    await files.write(object, blob.deflated);
    expect(await files.promises.readFile(object)).toEqual(Buffer.from(blob.deflated));
  });

  it("[SNAP-5] an object that holds another object's bytes does not exist", async () => {
    const { object, files } = layerOn();
    writeFileSync(object, encodeLoose("blob", Buffer.from("{}")).deflated);
    await expect(files.promises.stat(object)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("[SNAP-6] goes on refusing after a failure until it is abandoned, and then trusts nothing of it", async () => {
    const { disk, root, object, ref, files } = layerOn();
    await files.write(object, blob.deflated);
    disk.arm(0, { kind: "error-once", errno: "EIO" });
    await expect(files.write(ref, "one")).rejects.toMatchObject({ code: "EIO" });
    await expect(files.write(ref, "one")).rejects.toMatchObject({ code: "EIO" });
    files.abandon();
    expect(readdirSync(join(root, "objects", blob.oid.slice(0, 2)))).toEqual([]);
    await files.write(ref, "two");
    expect(readFileSync(ref, "utf8")).toBe("two");
    expect(readdirSync(join(root, "scratch"))).toEqual([]);
  });
});
