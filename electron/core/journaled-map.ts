/**
 * A map that can go back to what it was at the last commit.
 *
 * The engine plans a turn on it, writes the log, and only then commits: what the log did not take never happened.
 * Reading is most of all work, so writes go to the map itself and what they replaced is kept aside.
 */
/** Of most turns: what they noted is taken back one by one. */
const writesOfSmallTurn = 64;

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
    this.replace(key, this.#map.get(key), value);
  }

  /** `set` for who has just read what is there: `before` must be that, so that it need not be looked up again. */
  replace(key: Key, before: Value | undefined, value: Value): void {
    this.#note(key, before);
    this.#map.set(key, value);
  }

  /** Something that is there from the beginning: no `drop` takes it away. */
  load(key: Key, value: Value): void {
    this.#map.set(key, value);
  }

  delete(key: Key): void {
    const before = this.#map.get(key);
    if (before === undefined) return;
    this.#note(key, before);
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
    if (this.#keys.length > writesOfSmallTurn) {
      this.#keys.length = 0;
      this.#replaced.length = 0;
    }
    // An array that is cut to nothing gives its memory back, and takes new memory at the next write.
    while (this.#keys.length > 0) {
      this.#keys.pop();
      this.#replaced.pop();
    }
  }

  /** Takes back everything since the last commit, newest first. */
  drop(): void {
    for (let key = this.#keys.pop(); key !== undefined; key = this.#keys.pop()) {
      const before = this.#replaced.pop();
      if (before === undefined) this.#map.delete(key);
      else this.#map.set(key, before);
    }
  }

  #note(key: Key, before: Value | undefined): void {
    this.#keys.push(key);
    this.#replaced.push(before);
  }
}
