/**
 * The lanes of `npm test` and of `npm run test:nightly`, as tables: what each needs, how it is run, and how its results
 * are counted.
 *
 * Adding a lane is adding a row. `entry` is the file or folder that makes the lane exist; `needs` are commands that
 * must be on the PATH; `isEditor` lanes may not be skipped when VIBESYNC_REQUIRE_EDITORS=1. Results come from a
 * machine: "vitest" reads the JSON report that the command is told to write, "line" the last `N passed, N failed[, N
 * skipped]` that it prints.
 *
 * Heavy lanes run one by one, light ones beside them: several tests measure time, and there may be two cores.
 * `expectedS` decides the order, longest first; `limitS` is when a lane is killed with everything it started.
 */

/**
 * @typedef {object} Lane
 * @property {string} name
 * @property {string} entry repository path without which there is nothing to run
 * @property {readonly string[]} needs commands
 * @property {(paths: LanePaths) => string[]} command
 * @property {"vitest" | "line"} results
 * @property {number} expectedS
 * @property {number} limitS
 * @property {boolean} [isEditor]
 * @property {boolean} [isHeavy] whether it keeps a core busy; heavy lanes run one after the other
 * @property {boolean} [needsApp] whether it runs the built app
 * @property {"blender-wheel"} [prepare] a slow provision of build/test.mjs, made before the lane starts
 *
 * @typedef {object} LanePaths
 * @property {string} report where a vitest lane writes its JSON
 * @property {string} blenderWheelPython a Python that can `import bpy` of a newer Blender
 */

const vitest =
  (/** @type {string[]} */ ...args) =>
  (/** @type {LanePaths} */ paths) => [
    process.execPath,
    "node_modules/vitest/vitest.mjs",
    "run",
    ...args,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${paths.report}`,
  ];

/** A screen, and a session bus of its own, for commands that open windows. */
const onScreen = (/** @type {(paths: LanePaths) => string[]} */ command) => (/** @type {LanePaths} */ paths) => [
  ...["xvfb-run", "-a", "-s", "-screen 0 1400x900x24", "dbus-run-session", "--"],
  ...command(paths),
];

const blender =
  (/** @type {string[]} */ ...args) =>
  (/** @type {LanePaths} */ paths) => {
    const python = args.includes("bpy5") ? ["--python", paths.blenderWheelPython] : [];
    return ["python3", "tests/blender/run.py", "--lane", ...args, ...python];
  };

const screen = ["xvfb-run", "xauth", "dbus-run-session"];

/** @type {readonly Lane[]} */
export const lanes = [
  {
    name: "check",
    entry: "build/check.mjs",
    needs: [],
    command: () => [process.execPath, "build/check.mjs"],
    results: "line",
    expectedS: 30,
    limitS: 240,
  },
  {
    name: "unit",
    isHeavy: true,
    entry: "tests",
    needs: [],
    command: vitest("--project", "unit"),
    results: "vitest",
    expectedS: 420,
    limitS: 1_200,
  },
  {
    name: "e2e",
    isHeavy: true,
    entry: "tests/e2e",
    needsApp: true,
    needs: screen,
    command: onScreen(vitest("--project", "e2e")),
    results: "vitest",
    expectedS: 240,
    limitS: 900,
  },
  {
    name: "editors",
    isHeavy: true,
    entry: "tests/editors",
    needs: [...screen, "blender", "mcs", "mono"],
    command: onScreen(vitest("--project", "editors")),
    results: "vitest",
    isEditor: true,
    expectedS: 300,
    limitS: 900,
  },
  {
    name: "blender-core",
    entry: "tests/blender/run_core.py",
    needs: ["python3"],
    command: blender("core"),
    results: "line",
    expectedS: 10,
    limitS: 240,
  },
  {
    name: "blender-headless",
    isHeavy: true,
    entry: "tests/blender/run_scene.py",
    needs: ["python3", "blender"],
    command: blender("headless"),
    results: "line",
    isEditor: true,
    expectedS: 60,
    limitS: 600,
  },
  {
    name: "blender-newer",
    isHeavy: true,
    entry: "tests/blender/run_scene.py",
    needs: ["python3"],
    command: blender("bpy5"),
    results: "line",
    isEditor: true,
    prepare: "blender-wheel",
    expectedS: 60,
    limitS: 600,
  },
  {
    name: "blender-window",
    entry: "tests/blender/run_gui.py",
    needs: ["python3", "blender", "Xvfb", "xdotool"],
    command: blender("gui"),
    results: "line",
    isEditor: true,
    expectedS: 150,
    limitS: 600,
  },
  {
    name: "unity",
    entry: "tests/unity/run.ts",
    needs: ["mcs", "mono"],
    command: () => [process.execPath, "--import", "tsx", "tests/unity/run.ts"],
    results: "line",
    isEditor: true,
    expectedS: 30,
    limitS: 600,
  },
];

/**
 * All of what `npm test` does a part of, one after the other: the tests read VIBESYNC_NIGHTLY.
 * @type {readonly Lane[]}
 */
export const nightlyLanes = [
  {
    name: "nightly-simulation",
    isHeavy: true,
    entry: "tests/sim/spread.ts",
    needs: [],
    command: () => [
      process.execPath,
      "--import",
      "tsx",
      "tests/sim/spread.ts",
      "--stack",
      "--seed",
      "1",
      "--count",
      "5000",
    ],
    results: "line",
    expectedS: 2_700,
    limitS: 36_000,
  },
  ...Object.entries({
    storage: ["tests/snapshots", "tests/hub/whole-project.test.ts"],
    power: ["tests/power"],
    hostile: ["tests/hostile", "tests/contract", "tests/hub/kill.test.ts"],
    properties: ["tests/core", "tests/engine"],
  }).map(([name, folders]) => ({
    name: `nightly-${name}`,
    isHeavy: true,
    entry: /** @type {string} */ (folders[0]),
    needs: [],
    command: vitest("--project", "unit", ...folders),
    results: /** @type {const} */ ("vitest"),
    expectedS: 1_800,
    limitS: 14_400,
  })),
];
