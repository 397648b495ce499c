/**
 * The window's own little database: pages of the log that were read before, and how a person likes the views.
 *
 * Owns: the IndexedDB schema. Rows read back are checked like anything from outside: an older version may have written
 * them.
 * Must never: hold anything that is not elsewhere too. Deleting it costs a reload of pages and the chosen filters. When
 * it cannot be opened the window works without it.
 */
import Dexie, { type EntityTable } from "dexie";

const databaseName = "vibesync-window";

type StoredPage = { readonly key: string; readonly usedMs: number; readonly page: unknown };
type StoredPreference = { readonly name: string; readonly value: unknown };

export type WindowDatabase = Dexie & {
  readonly pages: EntityTable<StoredPage, "key">;
  readonly preferences: EntityTable<StoredPreference, "name">;
};

export function openDatabase(): WindowDatabase {
  const database = new Dexie(databaseName) as WindowDatabase;
  database.version(1).stores({ pages: "key, usedMs", preferences: "name" });
  return database;
}
