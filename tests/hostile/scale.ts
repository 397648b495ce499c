/**
 * How much of a hostile test runs where: a part of it in every run of the tests, all of it with `VIBESYNC_NIGHTLY=1`.
 *
 * `SEED=` repeats a run; the seed is part of every failure's text.
 */
export const isNightly = process.env["VIBESYNC_NIGHTLY"] === "1";
export const seed = Number(process.env["SEED"] ?? 20_261_122);

export function scaled(always: number, nightly: number): number {
  return isNightly ? nightly : always;
}
