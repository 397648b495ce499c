/** Records as the timeline's rows, and the timeline's filter. The words are for artists. */
import type { Record } from "#electron/core/record.ts";
import { nameOf, type State } from "#electron/core/state.ts";
import type { Uuid } from "#shared/ids.ts";
import type { TimelineFilter } from "#shared/ipc/contract.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";
import { snapshotReasonWords } from "#shared/ipc/words.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";

const uuidsShownMax = 10;

export function timelineRowOf(state: State, lsn: number, record: Record): TimelineRow {
  const told = tell(record);
  const first = told.uuids[0];
  return {
    lsn,
    timeMs: record.timeMs,
    kind: told.kind,
    writer: told.writer ?? "hub",
    uuids: told.uuids.slice(0, uuidsShownMax),
    entities: told.uuids.length,
    name: (first === undefined ? "" : told.name || currentName(state, first)).slice(0, 200),
    summary: told.summary.slice(0, 1_000),
    code: told.code ?? null,
  };
}

type Told = {
  readonly kind: TimelineRow["kind"];
  readonly uuids: readonly Uuid[];
  readonly summary: string;
  readonly writer?: TimelineRow["writer"];
  readonly name?: string;
  readonly code?: ErrorCode;
};

function currentName(state: State, uuid: Uuid): string {
  return nameOf(state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity);
}

function tell(record: Record): Told {
  switch (record.type) {
    case "edit":
      return tellEdit(record);
    case "transforms": {
      const uuids = record.rows.map(({ uuid }) => uuid);
      return { kind: "transform", writer: record.role, uuids, summary: "Moved" };
    }
    case "final":
      return { kind: "final", uuids: [], summary: "Confirmed by every linked editor" };
    case "fault": {
      const { code, message, uuid, role } = record;
      return { kind: "fault", writer: role ?? "hub", uuids: uuid === null ? [] : [uuid], summary: message, code };
    }
    case "quarantine":
      return { kind: "fault", uuids: [record.uuid], summary: record.message, code: record.code };
    case "hold": {
      const uuids = record.members.map(({ operation }) => operation.uuid);
      return { kind: "fault", uuids, summary: record.members[0]?.message ?? "", code: record.code };
    }
    case "claim":
      return { kind: "edit", writer: record.role, uuids: [record.uuid], summary: "Edited while it is held back" };
    case "release":
      return { kind: "mode", uuids: [record.uuid], summary: "Released: it takes part again" };
    case "session":
      return { kind: "session", writer: record.role, uuids: [], summary: sessionWords(record.event, record.detail) };
    case "mode":
      return { kind: "mode", uuids: [], summary: [modeWords[record.mode], record.reason].filter(Boolean).join(". ") };
    case "snapshot":
      return {
        kind: "snapshot",
        uuids: [],
        summary: record.label || snapshotWords(record.reason),
      };
    case "boot":
      return { kind: "boot", uuids: [], summary: record.recovered || `VibeSync ${record.version} started` };
    case "memory": {
      const { what } = record;
      if (what.event === "clean") return { kind: "final", uuids: [what.uuid], summary: "Went well again" };
      const uuids = what.uuid === null ? [] : [what.uuid];
      return { kind: "mode", uuids, summary: `You had this forgotten: ${errorSentence[what.code]}` };
    }
    case "close":
      return { kind: "boot", uuids: [], summary: "VibeSync ended" };
  }
}

const modeWords = {
  booting: "Starting",
  indexing: "Reading the scenes",
  live: "Live",
  paused: "Paused",
  safe: "Safe mode",
  halted: "Stopped",
} as const;

function snapshotWords(reason: string): string {
  const words: { [reason: string]: string } = snapshotReasonWords;
  return words[reason] ?? "Snapshot";
}

function sessionWords(event: string, detail: string): string {
  const words: { [event: string]: string } = {
    linked: "Linked",
    away: "Away for a moment",
    left: "Left",
    epoch: "Opened",
    indexed: "Scene read:",
  };
  return `${words[event] ?? event} ${detail}`.trim();
}

const reasonWords = {
  edit: "",
  index: "From the listing: ",
  rollback: "Rolled back: ",
  revoke: "Put back: ",
  repair: "Sent again: ",
  approve: "Approved by you: ",
};

function tellEdit(record: Extract<Record, { type: "edit" }>): Told {
  const kind = record.reason === "rollback" || record.reason === "revoke" ? record.reason : "edit";
  const uuids = record.ops.map(({ uuid }) => uuid);
  const first = record.ops[0];
  const name = first && first.op !== "delete" ? first.fields.name : undefined;
  return {
    kind,
    writer: record.role ?? "hub",
    uuids,
    summary: reasonWords[record.reason] + operationWords(record.ops),
    ...(typeof name === "string" ? { name } : {}),
  };
}

function operationWords(ops: readonly StampedOperation[]): string {
  const count = { create: 0, set: 0, delete: 0 };
  const fields = new Set<string>();
  for (const operation of ops) {
    count[operation.op] += 1;
    if (operation.op === "set") for (const name of Object.keys(operation.fields)) fields.add(name);
  }
  const parts: string[] = [];
  if (count.create > 0) parts.push(ops.length === 1 ? "Created" : `${count.create} created`);
  // Of what is held back an editor is shown its own version: nothing of it changes.
  const changed = fields.size > 0 ? `Changed ${[...fields].slice(0, 6).join(", ")}` : "each editor's own version";
  if (count.set > 0) parts.push(changed);
  if (count.delete > 0) parts.push(ops.length === 1 ? "Deleted" : `${count.delete} deleted`);
  return parts.join(", ");
}

export function passesFilter(row: TimelineRow, filter: TimelineFilter, uuids: readonly Uuid[]): boolean {
  if (filter.kinds.length > 0 && !filter.kinds.includes(row.kind)) return false;
  if (filter.writer !== null && filter.writer !== row.writer) return false;
  if (filter.uuid !== null && !uuids.includes(filter.uuid)) return false;
  const search = filter.search.trim().toLowerCase();
  return search === "" || `${row.name} ${row.summary} ${row.code ?? ""}`.toLowerCase().includes(search);
}

export function uuidsOf(record: Record): readonly Uuid[] {
  return tell(record).uuids;
}
