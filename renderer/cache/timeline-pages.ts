/**
 * Pages of the log that were read before.
 *
 * Owns: which pages may be kept (only final rows: what is not final may still be revoked, and a torn tail is cut at
 * boot) and how many. The log never changes below its final position, so a page that was kept stays right.
 * Must never: make a view fail. Any trouble with the database is a miss.
 */
import { z } from "zod";
import type { TimelineFilter } from "#shared/ipc/contract.ts";
import { type TimelineRow, timelineRowSchema } from "#shared/ipc/view.ts";
import type { WindowDatabase } from "./database.ts";

export type TimelinePage = { readonly rows: readonly TimelineRow[]; readonly more: boolean };

type PageKey = {
  readonly project: string;
  readonly before: number;
  readonly limit: number;
  readonly filter: TimelineFilter;
};

/** About 20 MB at the most. */
export const pagesMax = 300;
const pagesDroppedAtOnce = 60;

const pageSchema = z.object({ rows: z.array(timelineRowSchema), more: z.boolean() });

export type PageCache = {
  get(key: PageKey): Promise<TimelinePage | null>;
  put(key: PageKey, page: TimelinePage, finalLsn: number): Promise<void>;
};

export function createPageCache(database: WindowDatabase, now: () => number): PageCache {
  return {
    async get(key) {
      try {
        const stored = await database.pages.get(keyText(key));
        if (!stored) return null;
        const page = pageSchema.safeParse(stored.page);
        if (!page.success) return null;
        await database.pages.update(stored.key, { usedMs: now() });
        return page.data;
      } catch {
        return null; // The database is a convenience: without it the page is asked for again.
      }
    },
    async put(key, page, finalLsn) {
      if (key.before > finalLsn + 1 || page.rows.length === 0) return;
      try {
        await database.pages.put({ key: keyText(key), usedMs: now(), page });
        await dropLeastUsed(database);
      } catch {
        // Not kept, then: the page is asked for again.
      }
    },
  };
}

async function dropLeastUsed(database: WindowDatabase): Promise<void> {
  if ((await database.pages.count()) <= pagesMax) return;
  const keys = await database.pages.orderBy("usedMs").limit(pagesDroppedAtOnce).primaryKeys();
  await database.pages.bulkDelete(keys);
}

function keyText({ project, before, limit, filter }: PageKey): string {
  const { uuid, kinds, writer, search } = filter;
  return JSON.stringify([project, before, limit, uuid, kinds.toSorted(), writer, search.trim().toLowerCase()]);
}
