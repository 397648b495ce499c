/** Seeds that once ended wrong, and what each of them found. They stay: a line is added, never taken away. */
import { allFaults, cruelFaults, type Faults, noFaults, reviewedFaults } from "./script.ts";

export type Regression = {
  readonly seed: number;
  readonly faults: Faults;
  readonly found: string;
  readonly steps?: number;
};

const withFaults: readonly (readonly [number, string])[] = [
  [20, "a whole entity under its highest stamp overwrote an edit on its way (name)"],
  [37, "frames that were merged made an old move newer than what had overtaken it"],
  [47, "what was held back did not come to rest, when conflicts were new"],
  [121, "a whole entity under its highest stamp overwrote an edit on its way (name again)"],
  [125, "a power cut between a deletion and the move of its orphans left them below nothing"],
  [151, "a deletion that a lost listing had named was not named again"],
  [189, "as 47"],
  [201, "an editor brought back what it had just deleted, because the whole came under a later stamp"],
  [216, "after a crash a value listed without a stamp, and since changed by the other side, waits for a person"],
  [225, "as 201, in Blender"],
  [264, "as 47"],
  [270, "as 201, in Unity"],
  [310, "as 125"],
  [336, "as 201"],
  [347, "an old deletion sent again made the hub forget that the entity stood there"],
  [354, "as 201"],
  [445, "as 201"],
  [520, "as 201"],
  [557, "as 20"],
  [767, "as 201"],
  [806, "as 201"],
  [830, "the dead hung below each other in a circle, and their orphan below one of them"],
  [883, "as 201"],
  [1004, "as 47"],
  [1050, "as 201"],
  [1096, "as 201"],
  [1121, "as 151"],
  [1186, "as 151"],
  [1194, "as 125"],
  [1195, "as 201"],
  [1286, "as 201"],
  [1334, "as 201"],
  [1424, "as 201"],
  [1454, "as 201"],
  [1496, "as 20"],
  [1518, "as 201"],
  [1631, "a parent of the other side's was lost with the whole it came in"],
  [1668, "as 201"],
  [1705, "as 201"],
  [1935, "as 201"],
  [2066, "as 201"],
  [2100, "a parent that waited was not tried again when the user had cleared its way"],
  [2143, "as 201"],
  [2260, "undoing a change to what is gone made a thing of its changed values alone"],
  [2309, "as 201"],
  [2447, "as 201"],
  [2511, "as 201"],
  [2660, "as 201"],
  [2783, "as 201"],
  [5015, "what was deleted still stood in Unity"],
  [5216, "what the hub put back lost to the stamp of the change that it had refused"],
  [5422, "a check that an editor did not answer in time counted as answered"],
  [5748, "a parent that waited outlived the listing that replaced it, and was pending for ever"],
];
const withoutFaults: readonly (readonly [number, string])[] = [
  [25, "an answer from before a deletion counted against it"],
  [96, "a parent that would have made a circle with the user's own move counted as wrong"],
  [97, "an answer from before a creation counted against it"],
  [141, "a deletion on its way counted as a loss, twice: held back without a reason"],
  [218, "an entity made again after an undo had no parent, not even none: held back"],
];

const reviewedWithFaults: readonly (readonly [number, string])[] = [
  [6056, "after a reconnect an editor was not told what was refused of the things that it had made itself"],
];

/** In the first 150 steps. */
const cruellyAndShort: readonly (readonly [number, string])[] = [
  [150, "what was refused after a listing was not put back, because it stood in the listing as it was agreed"],
];
const cruelly: readonly (readonly [number, string])[] = [
  [220154, "what an editor showed below something that was gone was approved as it was"],
  [619, "a refused creation was deleted, and what was held back went on hanging below it"],
  [762, "a refused parent went back below what is held back, and an editor lacked that"],
  [2081, "what was told only as it was agreed, in safe mode, was never told in full"],
  [1247, "another document was opened while the hub answered the greeting: it waited for a listing that never came"],
  [1372, "as 1247"],
  [1638, "as 1247"],
];

export const regressions: readonly Regression[] = [
  ...withFaults.map(([seed, found]) => ({ seed, found, faults: allFaults })),
  ...withoutFaults.map(([seed, found]) => ({ seed, found, faults: noFaults })),
  ...cruellyAndShort.map(([seed, found]) => ({ seed, found, faults: cruelFaults, steps: 150 })),
  ...cruelly.map(([seed, found]) => ({ seed, found, faults: cruelFaults })),
  ...reviewedWithFaults.map(([seed, found]) => ({ seed, found, faults: reviewedFaults })),
];

type StackRegression = { readonly seed: number; readonly found: string; readonly isCruel: boolean };

export const stackRegressions: readonly StackRegression[] = [
  { seed: 10592, isCruel: false, found: "what came again after a new listing was answered otherwise than before" },
  { seed: 4436, isCruel: false, found: "the simulation ended before an editor had come back from playing" },
  { seed: 10633, isCruel: false, found: "a change that was turned away between two moves of one turn was lost" },
  {
    seed: 40205,
    isCruel: false,
    found: "a snapshot of the turn in which a batch became final showed the values before",
  },
  {
    seed: 200139,
    isCruel: true,
    found: "what a full disk could not take back of a refused group was taken for too much",
  },
  { seed: 51, isCruel: true, found: "an editor's own version was shown to it before what it hangs from, at the root" },
  { seed: 300399, isCruel: false, found: "what the hub moved of something held back was not shown to its editors" },
  { seed: 350146, isCruel: false, found: "what was made after a listing and had to move to the root was not told so" },
  { seed: 320199, isCruel: false, found: "an editor that was behind when a conflict came about never got its version" },
  { seed: 330384, isCruel: true, found: "an edit from before something newer was told was kept and no longer shown" },
  { seed: 310056, isCruel: true, found: "a demo editor took a circle of parents with something new" },
  { seed: 7, isCruel: true, found: "a clock that was put back a day kept an object waiting for a day" },
];
