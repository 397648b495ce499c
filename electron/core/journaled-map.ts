/**
 * A map that can go back to what it was at the last commit.
 *
 * The engine plans a turn on it, writes the log, and only then commits: what the log did not take never happened.
 * Reading is most of all work, so writes go to the map itself and what they replaced is kept aside.
 */
export class JournaledMap<Key, Value> {
  readonly #map = new Map<Key, Value>();
  /** The keys written since the last commit, oldest first … */
  readonly #keys: Key[] = [];
  /** … and what each write replaced; undefined: nothing was there. */
  readonly #replaced: (Value | undefined)[] = [];

  get size(): number {
    return this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  has(key: Key): boolean {
    return this.#map.has(key);
  }

  set(key: Key, value: Value): void {
    this.#note(key);
    this.#map.set(key, value);
  }

  /** `set` for who has just read what is there: `before` must be that, so that it need not be looked up again. */
  replace(key: Key, before: Value | undefined, value: Value): void {
    this.#keys.push(key);
    this.#replaced.push(before);
    this.#map.set(key, value);
  }

  delete(key: Key): void {
    if (!this.#map.has(key)) return;
    this.#note(key);
    this.#map.delete(key);
  }

  /** Every entry; order is not part of any promise. */
  entries(): MapIterator<[Key, Value]> {
    return this.#map.entries();
  }

  values(): MapIterator<Value> {
    return this.#map.values();
  }

  keys(): MapIterator<Key> {
    return this.#map.keys();
  }

  commit(): void {
    if (this.#keys.length === 0) return;
    this.#keys.length = 0;
    this.#replaced.length = 0;
  }

  /** Takes back everything since the last commit, newest first. */
  drop(): void {
    for (let key = this.#keys.pop(); key !== undefined; key = this.#keys.pop()) {
      const before = this.#replaced.pop();
      if (before === undefined) this.#map.delete(key);
      else this.#map.set(key, before);
    }
  }

  #note(key: Key): void {
    this.#keys.push(key);
    this.#replaced.push(this.#map.get(key));
  }
}
