/**
 * The numbers of an editor's changes in one epoch that were answered: a change that comes again has no second effect
 * ([WIRE-10]).
 *
 * Mostly one range that grows. After a restart of the hub, or a listing, the first number that comes is taken, and what
 * was turned away before it may still come behind it.
 */
type Range = { readonly first: number; readonly last: number };

/** Apart from each other, newest last. */
export type Answered = readonly Range[];

export const noneAnswered: Answered = [];

/** 0: none. */
export function newestAnswered(answered: Answered): number {
  return answered.at(-1)?.last ?? 0;
}

export function isAnswered(answered: Answered, seq: number): boolean {
  return answered.some(({ first, last }) => first <= seq && seq <= last);
}

export function withAnswered(answered: Answered, seq: number): Answered {
  if (isAnswered(answered, seq)) return answered;
  const newest = answered.at(-1);
  if (newest && seq === newest.last + 1) return [...answered.slice(0, -1), { ...newest, last: seq }];
  const apart: Range[] = [];
  for (const range of [...answered, { first: seq, last: seq }].sort((a, b) => a.first - b.first)) {
    const before = apart.at(-1);
    if (before && range.first <= before.last + 1) apart[apart.length - 1] = { ...before, last: range.last };
    else apart.push(range);
  }
  return apart;
}
