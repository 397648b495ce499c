/**
 * What a compiler can say about the package: Core needs no Unity, Runtime no editor, the Editor compiles under the
 * defines of old and new Unity versions, with a stand-in that lacks what the version lacks.
 */
import fs from "node:fs";
import path from "node:path";
import { compile, root, sourcesIn } from "./build.mjs";

const unityVersions = {
  "Unity 2021.3": ["UNITY_2021_3_OR_NEWER"],
  "Unity 2022.3": ["UNITY_2021_3_OR_NEWER", "UNITY_2022_3_OR_NEWER"],
  "Unity 6000.0": ["UNITY_2021_3_OR_NEWER", "UNITY_2022_3_OR_NEWER", "UNITY_6000_0_OR_NEWER"],
  "Unity 6000.4": ["UNITY_2021_3_OR_NEWER", "UNITY_2022_3_OR_NEWER", "UNITY_6000_0_OR_NEWER", "UNITY_6000_4_OR_NEWER"],
};

/**
 * @param {string} packageFolder
 * @param {string} folder where the results go
 * @returns {{title: string, error: string | null}[]}
 */
export function compileChecks(packageFolder, folder) {
  const parts = (/** @type {string[]} */ ...names) =>
    names.flatMap((name) => sourcesIn(path.join(packageFolder, name)));
  const standIn = sourcesIn(path.join(root, "tests/unity/standin"));
  const results = [
    check("Core compiles without Unity", () => compile(path.join(folder, "Core.dll"), { sources: parts("Core") })),
    check("every file and folder of the package has its .meta", () => missingMetas(packageFolder)),
  ];
  for (const [name, versions] of Object.entries(unityVersions)) {
    const tag = name.replace(/\W/g, "");
    results.push(
      check(`the package compiles for ${name}`, () => {
        const engine = path.join(folder, `StandIn-${tag}.dll`);
        compile(engine, { sources: standIn, defines: versions });
        const defines = [...versions, "UNITY_EDITOR"];
        compile(path.join(folder, `Package-${tag}.dll`), {
          sources: parts("Core", "Runtime", "Editor"),
          references: [engine],
          defines,
        });
        const player = path.join(folder, `Runtime-${tag}.dll`);
        compile(player, { sources: parts("Runtime"), references: [engine], defines: versions });
      }),
    );
  }
  return results;
}

/** @param {string} folder */
function missingMetas(folder) {
  const names = fs.readdirSync(folder, { recursive: true }).map(String);
  const present = new Set(names);
  const guids = new Map();
  for (const name of names) {
    if (!name.endsWith(".meta")) {
      if (!present.has(`${name}.meta`)) throw new Error(`${name} has no .meta`);
      continue;
    }
    const guid = /guid: ([0-9a-f]{32})/.exec(fs.readFileSync(path.join(folder, name), "utf8"))?.[1];
    if (guid === undefined) throw new Error(`${name} has no guid`);
    if (guids.has(guid)) throw new Error(`${name} has the guid of ${guids.get(guid)}`);
    guids.set(guid, name);
  }
}

/**
 * @param {string} title
 * @param {() => void} run
 */
function check(title, run) {
  try {
    run();
    return { title, error: null };
  } catch (error) {
    return { title, error: error instanceof Error ? error.message : String(error) };
  }
}
