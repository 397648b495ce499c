/**
 * How a person likes the views: which was open, how lists are sorted, what was filtered.
 *
 * Owns: the schema and its defaults. Settings that mean something to the hub are not here (the `settings` channel).
 * Must never: fail. Unreadable preferences are the default ones.
 */
import { z } from "zod";
import type { WindowDatabase } from "./database.ts";

const preferencesSchema = z.object({
  view: z.string().max(40),
  objectSort: z.enum(["name", "state", "changed"]),
  inspectorOpen: z.boolean(),
  follow: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

export const defaultPreferences: Preferences = {
  view: "home",
  objectSort: "name",
  inspectorOpen: true,
  follow: true,
};

const rowName = "views";
/** The window is drawn with the default ones rather than late. */
const readMsMax = 300;

export async function readPreferences(database: WindowDatabase): Promise<Preferences> {
  try {
    const row = await Promise.race([database.preferences.get(rowName), nothingAfter(readMsMax)]);
    const parsed = preferencesSchema.partial().safeParse(row?.value ?? {});
    return parsed.success ? { ...defaultPreferences, ...withoutUndefined(parsed.data) } : defaultPreferences;
  } catch {
    return defaultPreferences; // No database, no preferences.
  }
}

export async function writePreferences(database: WindowDatabase, preferences: Preferences): Promise<void> {
  try {
    await database.preferences.put({ name: rowName, value: preferences });
  } catch {
    // They are kept for this session only.
  }
}

function nothingAfter(waitMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, waitMs));
}

function withoutUndefined(
  partial: {
    readonly [Name in keyof Preferences]?: Preferences[Name] | undefined;
  },
): Partial<Preferences> {
  return Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined));
}
