/** The timeline's older pages, read back from the log, newest first, through the window's filter. */

import type { State } from "#electron/core/state.ts";
import { decodeRecord } from "#electron/engine/record-codec.ts";
import type { LogReader } from "#electron/wal/reader.ts";
import type { RequestAnswer, RequestArgument, TimelineFilter } from "#shared/ipc/contract.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";
import { type Result, success } from "#shared/result.ts";
import { passesFilter, timelineRowOf, uuidsOf } from "./timeline-view.ts";

const recordsPerReadMax = 500;
const payloadBytesMax = 8_388_608;
/** A filter that matches nothing must not read the whole log in one request; the window asks on. */
const recordsPerPageMax = 20_000;

export type PageParts = { readonly reader: LogReader; readonly state: State };

export function timelinePage(
  { reader, state }: PageParts,
  { before, limit, filter }: RequestArgument<"timeline">,
): Result<RequestAnswer<"timeline">> {
  const rows: TimelineRow[] = [];
  let beforeLsn = before ?? state.head.lsn + 1;
  for (let seen = 0; seen < recordsPerPageMax; ) {
    const page = reader.newestFirst({ beforeLsn, recordsMax: recordsPerReadMax, payloadBytesMax });
    if (!page.ok) return page;
    for (const stored of page.value) {
      const row = rowOf(state, stored, filter);
      if (row) rows.push(row);
      if (rows.length === limit) return success({ rows, more: stored.lsn > 1 });
    }
    const oldest = page.value.at(-1);
    if (oldest === undefined || oldest.lsn <= 1) return success({ rows, more: false });
    seen += page.value.length;
    beforeLsn = oldest.lsn;
  }
  return success({ rows, more: true });
}

type Stored = { readonly lsn: number; readonly type: number; readonly schema: number; readonly payload: Uint8Array };

function rowOf(state: State, stored: Stored, filter: TimelineFilter): TimelineRow | null {
  const record = decodeRecord(stored);
  if (!record.ok) return null;
  const row = timelineRowOf(state, stored.lsn, record.value);
  return passesFilter(row, filter, uuidsOf(record.value)) ? row : null;
}
