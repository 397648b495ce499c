/**
 * How much of a hostile test runs where: a part of it in every run of the tests, all of it with `VIBESYNC_NIGHTLY=1`.
 *
 * `SEED=` repeats a run; the seed is part of every failure's text.
 */
export const isNightly = process.env["VIBESYNC_NIGHTLY"] === "1";
export const seed = Number(process.env["SEED"] ?? 20_261_122);

/** How long a test may take that does in a night many times what it does always. */
export const longTestMs = isNightly ? 7_200_000 : 600_000;

export function scaled(always: number, nightly: number): number {
  return isNightly ? nightly : always;
}
