/**
 * An editor's coming, going and doing: greeting, epochs, activity, leaving ([WIRE-6] to [WIRE-16], [WIRE-28]).
 *
 * Before: the transport, which knows that the editor may connect. After: indexing.ts or catch-up.ts.
 */
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import type { Hello } from "#shared/protocol/handshake.ts";
import { reloadPatienceMs } from "#shared/protocol/limits.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import { stampOf, writerOf } from "#shared/scene/stamp.ts";
import { noneAnswered } from "./answered.ts";
import { startListing } from "./indexing.ts";
import { limits } from "./limits.ts";
import type { Link } from "./links.ts";
import { noteUnderWay, rememberLoss } from "./loss.ts";
import type { Turn } from "./turn.ts";
import { forgetEditor } from "./verify.ts";
import type { WireEvent } from "./wire-event.ts";

type Greeted = Extract<WireEvent, { kind: "greeted" }>;

export function onGreeted(turn: Turn, { connection, hello, protocol }: Greeted): void {
  const { links, facts, state } = turn;
  const before = links.byRole.get(hello.role);
  const refusal = refuse(turn, hello, before);
  if (refusal) {
    turn.fault({ operation: "greeting", code: refusal, role: hello.role });
    turn.send(connection, { kind: "refused", code: refusal, message: errorSentence[refusal] });
    turn.effects.push({ kind: "close", connection });
    return;
  }
  if (before && before.connection !== null) turn.effects.push({ kind: "close", connection: before.connection });
  if (before) forgetEditor(turn, hello.role);
  if (before && before.instance !== hello.instance) rememberLoss(turn, before);
  const resumed = mayResume(turn, hello, before);
  const link = newLink(turn, hello, connection);
  if (before && goesOn(hello, before)) keepAnswers(link, before);
  if (resumed) resume(turn, link, { hello, before });
  links.byRole.set(hello.role, link);
  const name = `${hello.editor.name} ${hello.editor.version}`;
  turn.log({ type: "session", timeMs: facts.nowMs, role: hello.role, event: "linked", detail: name.slice(0, 400) });
  turn.send(connection, {
    kind: "welcome",
    protocol,
    session: facts.newUuid(),
    project: facts.project.id,
    projectName: facts.project.name,
    log: facts.logId,
    lsn: state.head.lsn,
    stamp: stampOf(state.head.lamport, "hub"),
    mode: state.head.mode,
    resumed,
  });
}

function refuse(turn: Turn, hello: Hello, before: Link | undefined): ErrorCode | undefined {
  if (hello.project !== null && hello.project !== turn.facts.project.id) return "E_PROJECT_MISMATCH";
  if (before?.connection != null && before.instance !== hello.instance) return "E_SESSION_TAKEN";
  if (turn.state.head.mode === "halted") return "E_HALTED";
  return undefined;
}

/**
 * Only within the same log, not beyond its end, not from before a deletion that is forgotten, not from the middle of
 * what a listing lacked (position 0), and never while a crash is being checked: that needs the whole scene.
 */
function mayResume(turn: Turn, hello: Hello, before: Link | undefined): boolean {
  const { resume } = hello;
  if (resume === null || resume.log !== turn.facts.logId || turn.links.mustList.has(hello.role)) return false;
  const { lsn, horizonLsn } = turn.state.head;
  if (resume.lsn === 0 || resume.lsn > lsn || resume.lsn < horizonLsn) return false;
  return (
    before === undefined ||
    (before.instance === hello.instance && before.phase === "linked" && before.epoch === hello.epoch)
  );
}

/** The same process with the same document, and it knows where it was: its numbers go on, too. */
function goesOn({ instance, epoch, resume }: Hello, before: Link): boolean {
  return before.instance === instance && before.epoch === epoch && resume !== null;
}

/** Resumed or listed anew: what it says again was answered ([WIRE-10]). */
function keepAnswers(link: Link, { answered, refusals }: Link): void {
  link.answered = answered;
  link.refusals = refusals;
}

function resume(turn: Turn, link: Link, { hello, before }: { hello: Hello; before: Link | undefined }): void {
  const lsn = hello.resume?.lsn ?? 0;
  link.phase = "linked";
  link.mayJump = before?.mayJump ?? true;
  link.cursor = before ? Math.min(lsn, turn.state.head.lsn) : lsn;
  link.sentLsn = link.cursor;
  link.listedLsn = before?.listedLsn ?? 0;
  link.unshown = new Set(turn.state.quarantine.keys());
  // What was on the way when the socket broke may not have arrived: known is what stood there at that position, and
  // what it made itself.
  link.known = before?.known ?? new Set(turn.state.entities.keys());
  link.doubted = new Set([...(before?.doubted ?? []), ...(before?.withheld ?? [])]);
  link.unconfirmed = before?.unconfirmed ?? new Map();
  for (const { uuid, createdLsn, createdStamp } of turn.state.entities.values())
    if (createdLsn > lsn && writerOf(createdStamp) !== hello.role) link.known.delete(uuid);
  for (const [uuid, tombstone] of turn.state.tombstones.entries()) if (tombstone.lsn > lsn) link.known.add(uuid);
}

function newLink(turn: Turn, hello: Hello, connection: number): Link {
  const { nowMs } = turn.facts;
  const link: Link = {
    role: hello.role,
    connection,
    patienceUntilMs: 0,
    instance: hello.instance,
    editorName: hello.editor.name,
    editorVersion: hello.editor.version,
    plugin: hello.plugin,
    document: hello.document,
    epoch: hello.epoch,
    phase: "listing",
    // Nothing is sent before it has said what it is doing: it may be playing, or still loading.
    activity: "loading",
    unsaved: false,
    sinceMs: nowMs,
    silent: false,
    clogged: false,
    answered: noneAnswered,
    mayJump: true,
    refusals: new Map(),
    cursor: 0,
    listedLsn: 0,
    sentLsn: 0,
    unshown: new Set(),
    shownStamp: 0,
    known: new Set(),
    doubted: new Set(),
    withheld: new Set(),
    unconfirmed: new Map(),
    held: new Set(),
    shownLately: [],
    underWay: [],
    roundTripMs: null,
    pages: [],
    pageNext: 0,
    deleted: [],
    listed: null,
    merging: null,
    arrears: null,
    deferred: [],
    tokens: limits.structuralBurst,
    tokensMs: nowMs,
    statusSent: null,
  };
  startListing(link);
  return link;
}

export function onState(turn: Turn, link: Link, message: UpMessageOf<"state">): void {
  if (message.epoch < link.epoch) return refuseStale(turn, link, message);
  if (message.epoch > link.epoch) {
    forgetEditor(turn, link.role);
    link.epoch = message.epoch;
    link.answered = noneAnswered;
    link.refusals = new Map();
    link.held = new Set();
    startListing(link);
    const detail = message.document.name;
    turn.log({ type: "session", timeMs: turn.facts.nowMs, role: link.role, event: "epoch", detail });
  }
  link.activity = message.activity;
  link.document = message.document;
  link.unsaved = message.unsaved;
}

/** `seq`: of a change. What was said about a document that is not open any more says nothing about this one. */
export function refuseStale(
  turn: Turn,
  link: Link,
  { epoch, seq = null }: { epoch: number; seq?: number | null },
): void {
  turn.fault({ operation: "change", code: "E_STALE_EPOCH", role: link.role });
  const message = errorSentence.E_STALE_EPOCH;
  turn.send(link.connection, { kind: "rejected", epoch, seq, code: "E_STALE_EPOCH", message, retry: false });
}

export function onBye(turn: Turn, link: Link, reason: UpMessageOf<"bye">["reason"]): void {
  link.activity = reason === "reload" ? "reloading" : "idle";
  link.underWay = [];
  leave(turn, link, reason === "reload" ? reloadPatienceMs : 0);
}

export function onClosed(turn: Turn, link: Link): void {
  noteUnderWay(turn, link);
  leave(turn, link, reloadPatienceMs);
}

function leave(turn: Turn, link: Link, patienceMs: number): void {
  const { nowMs } = turn.facts;
  link.connection = null;
  link.patienceUntilMs = nowMs + patienceMs;
  link.sinceMs = nowMs;
  link.held = new Set();
  link.deferred = [];
  link.listed = link.phase === "linked" ? null : link.listed;
  link.merging = null;
  link.arrears = null;
  forgetEditor(turn, link.role);
  turn.log({ type: "session", timeMs: nowMs, role: link.role, event: patienceMs > 0 ? "away" : "left", detail: "" });
}

/** Ends the patience for editors that did not come back. */
export function tendAbsent(turn: Turn): void {
  const { nowMs } = turn.facts;
  for (const link of turn.links.byRole.values()) {
    if (link.connection !== null || link.patienceUntilMs === 0 || nowMs < link.patienceUntilMs) continue;
    link.patienceUntilMs = 0;
    turn.log({ type: "session", timeMs: nowMs, role: link.role, event: "left", detail: "did not come back" });
  }
}
