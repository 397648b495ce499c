/**
 * A map with one layer of changes on top that is either committed or dropped as a whole.
 *
 * The engine plans a turn on the top layer, writes the log, and only then commits: what the log did not take never
 * happened.
 */
export class LayeredMap<Key, Value> {
  readonly #base = new Map<Key, Value>();
  /** undefined: deleted in this layer. */
  readonly #layer = new Map<Key, Value | undefined>();
  #sizeDelta = 0;

  get size(): number {
    return this.#base.size + this.#sizeDelta;
  }

  get(key: Key): Value | undefined {
    if (this.#layer.size > 0 && this.#layer.has(key)) return this.#layer.get(key);
    return this.#base.get(key);
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  set(key: Key, value: Value): void {
    if (!this.has(key)) this.#sizeDelta += 1;
    this.#layer.set(key, value);
  }

  delete(key: Key): void {
    if (!this.has(key)) return;
    this.#sizeDelta -= 1;
    this.#layer.set(key, undefined);
  }

  /** Every live entry; order is not part of any promise. */
  *entries(): Generator<[Key, Value]> {
    for (const [key, value] of this.#base) {
      if (this.#layer.size === 0 || !this.#layer.has(key)) yield [key, value];
    }
    for (const [key, value] of this.#layer) if (value !== undefined) yield [key, value];
  }

  *values(): Generator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  *keys(): Generator<Key> {
    for (const [key] of this.entries()) yield key;
  }

  /** Keys touched in the top layer. */
  changedKeys(): Iterable<Key> {
    return this.#layer.keys();
  }

  commit(): void {
    for (const [key, value] of this.#layer) {
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    }
    this.drop();
  }

  drop(): void {
    if (this.#layer.size > 0) this.#layer.clear();
    this.#sizeDelta = 0;
  }
}
