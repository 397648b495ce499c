/** The map that the state is made of: a dropped turn takes back exactly what it wrote. */
import { describe, expect, it } from "vitest";
import { JournaledMap } from "#electron/core/journaled-map.ts";

function committed(): JournaledMap<string, number> {
  const map = new JournaledMap<string, number>();
  map.set("kept", 1);
  map.set("changed", 2);
  map.set("deleted", 3);
  map.commit();
  return map;
}

function change(map: JournaledMap<string, number>): void {
  map.set("changed", 20);
  map.set("changed", 21);
  map.delete("deleted");
  map.set("deleted", 30);
  map.delete("deleted");
  map.set("new", 4);
  map.delete("never there");
}

describe("a journaled map", () => {
  it("shows what the turn wrote before it is committed", () => {
    const map = committed();
    change(map);
    expect(Object.fromEntries(map.entries())).toEqual({ kept: 1, changed: 21, new: 4 });
    expect([map.size, map.get("changed"), map.has("deleted")]).toEqual([3, 21, false]);
  });

  it("[ENG-1] what was replaced in a dropped turn is there again", () => {
    const map = committed();
    map.replace("changed", 2, 20);
    map.replace("changed", 20, 21);
    map.replace("new", undefined, 4);
    expect(Object.fromEntries(map.entries())).toEqual({ kept: 1, changed: 21, deleted: 3, new: 4 });
    map.drop();
    expect(Object.fromEntries(map.entries())).toEqual({ kept: 1, changed: 2, deleted: 3 });
  });

  it("[ENG-1] a dropped turn leaves no trace, however often it wrote one key", () => {
    const map = committed();
    change(map);
    map.drop();
    expect(Object.fromEntries(map.entries())).toEqual({ kept: 1, changed: 2, deleted: 3 });
    map.drop();
    expect(map.size).toBe(3);
  });

  it("a committed turn stays when the next one is dropped", () => {
    const map = committed();
    change(map);
    map.commit();
    map.set("kept", 10);
    map.drop();
    expect(Object.fromEntries(map.entries())).toEqual({ kept: 1, changed: 21, new: 4 });
  });
});
