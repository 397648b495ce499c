/**
 * The numbers of an editor's changes in one epoch that were answered: a change that comes again has no second effect
 * ([WIRE-10]).
 *
 * Mostly one range that grows. After a restart of the hub, or a listing, the first number that comes is taken, and what
 * was turned away before it may still come behind it.
 */
type Range = { readonly first: number; readonly last: number };

export class Answered {
  /** Apart from each other, newest last. */
  #ranges: readonly Range[] = [];

  /** 0: none. */
  get newest(): number {
    return this.#ranges.at(-1)?.last ?? 0;
  }

  has(seq: number): boolean {
    return this.#ranges.some(({ first, last }) => first <= seq && seq <= last);
  }

  add(seq: number): void {
    const { newest } = this;
    if (this.has(seq)) return;
    const [last] = this.#ranges.slice(-1);
    if (last && seq === newest + 1) this.#ranges = [...this.#ranges.slice(0, -1), { ...last, last: seq }];
    else this.#ranges = joined([...this.#ranges, { first: seq, last: seq }]);
  }
}

function joined(ranges: readonly Range[]): Range[] {
  const apart: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const last = apart.at(-1);
    if (last && range.first <= last.last + 1) apart[apart.length - 1] = { ...last, last: range.last };
    else apart.push(range);
  }
  return apart;
}
