/**
 * Every queue, loop, retry and deadline of the hub has its number here, with unit and reason. Limits that both ends
 * of the wire must know are in shared/protocol/limits.ts.
 */
export const limits = {
  /** Inputs taken in one turn: keeps a turn under 16 ms when a flood waits. */
  inputsPerTurnMax: 512,
  /** Inputs waiting; beyond it an editor's change is answered with E_BUSY and it keeps the change. */
  inboxMax: 20_000,

  /** A batch closes this long after its first change when it has gone quiet … */
  batchWindowMs: 250,
  /** … and at the latest here, however busy it is. */
  batchWindowMaxMs: 500,
  /** No new change for this long counts as quiet. */
  batchQuietMs: 50,
  /**
   * An editor that has not answered a verify by then is treated as busy and brought up to date when it answers again.
   */
  verifyTimeoutMs: 5_000,
  /** A value outside its tolerance is sent again this often before it is revoked. */
  verifyRetriesMax: 1,
  /**
   * A scene that lacks something, or could not take it, is looked at again this much later, and a repaired value once
   * more after twice that: an edit, an undo or a busy frame may be under way.
   */
  lookAgainMs: 600,
  /** Watch mode begins when nothing was under way for this long; … */
  auditIdleMs: 3_000,
  /** … asks about this many entities at a time, little enough for one tick of an editor, … */
  auditSliceMax: 24,
  /** … pauses in between, and between two rounds over the whole scene. */
  auditPauseMs: 500,
  auditRoundMs: 60_000,
  /** Objects of a listing merged in one turn, and objects an editor is brought up to date with: some 15 ms of work. */
  scanSliceMax: 500,
  /** Verify batches in flight to one editor. */
  batchesInFlightMax: 64,

  /**
   * Steps of a person's word on held changes in one turn: a look at one of them is a step, writing one is several. A
   * turn stays far under 30 ms with it.
   */
  decisionStepsPerTurn: 1_000,
  decisionStepsPerWrite: 4,

  /** Messages of one editor that wait for a structural change to be verified. */
  deferredMax: 10_000,
  /** Changes of one editor of which it is remembered what was refused, for when they are sent again. */
  refusalsKeptMax: 1_000,

  /**
   * Writes of alternating editors to one entity, each within `bounceWindowMs` of the last, before it counts as a
   * loop.
   */
  bouncesMax: 24,
  bounceWindowMs: 1_000,
  /** Entities whose bounces are watched at a time; the oldest are forgotten. */
  bounceWatchMax: 16_384,

  /** Failures of one entity within the window that make it wait: one may be chance, two are not … */
  entityFailuresBeforeWait: 2,
  /** … this long, in which an editor has done what kept it busy, and which leaves the third within the window. */
  entityWaitMs: 20_000,
  /** Failures of one entity within the window that put it in quarantine. */
  entityFailuresMax: 3,
  /** Clean verifications that clear an entity: about two seconds of it being moved, or five single edits. */
  cleanVerificationsMin: 5,
  /** Failures of one operation, over all entities, within the window that put everything on the slow path, … */
  operationFailuresBeforeCare: 8,
  /** … pause VibeSync until a person resumes it: two thirds of the way, and once only, … */
  operationFailuresBeforePause: 16,
  /** … and lead to safe mode. */
  operationFailuresMax: 25,
  failureWindowMs: 60_000,
  /** Entities under way at a crash that are suspected by name; of more, none is likelier than chance. */
  suspectsPerCrashMax: 8,
  /** Crashes in a row with one entity alone under way before it is held back: twice may be chance. */
  crashesAloneMax: 3,
  /**
   * Ends of an editor in a row with an entity under way before that is held back, or, of more than can be suspected,
   * before VibeSync pauses itself: each may have cost an artist his unsaved work.
   */
  editorLossesMax: 2,
  /** How long after it has shown something an editor may still die of it: it draws it, or saves it … */
  editorLossLookBackMs: 5_000,
  /** … and how many batches that is at most: with more there are too many objects to suspect any. */
  shownLatelyMax: 32,
  /** Distinct failure counters kept; the least recent go first. */
  countersMax: 1_000,
  /**
   * Refusals at the border written to the log in a second; the rest is only counted, so that a flood cannot fill a
   * disk.
   */
  refusalsLoggedPerSecondMax: 20,

  /** Structural operations of one editor: a token bucket of this size … */
  structuralBurst: 40_000,
  /** … refilled at this rate. */
  structuralPerSecond: 5_000,

  /** Entities in a scene. */
  entitiesMax: 1_000_000,
  /** Ancestors of an entity: deeper hierarchies are refused, so that every walk ends. */
  depthMax: 512,
  /** Tombstones kept; beyond it the oldest go, so many at once that looking for them costs a deletion nothing. */
  tombstonesMax: 100_000,
  tombstonesForgottenAtOnce: 2_000,

  /** Operations in one record made by the hub (index, rollback); keeps a record under 1 MiB whatever the names are. */
  opsPerRecordMax: 250,
  /** Bytes handed to a socket and not yet sent before the editor is left to catch up later. */
  bufferedBytesMax: 4_194_304,

  /** All snapshots of this long are kept, and the newest so many however old: the history is found by them. */
  snapshotsAllMs: 3_600_000,
  snapshotsNewestMin: 8,
  /** Then one a minute for a day, and one an hour for a month. */
  snapshotsMinutelyMs: 86_400_000,
  snapshotsHourlyMs: 2_592_000_000,
  /** Old snapshots that nobody took or named: some 2,000 by the clock, the rest from before deletions and rollbacks. */
  snapshotsKeptMax: 5_000,
  /** Bytes of all that is kept: a project's history must not fill a disk. A person's own may go beyond. */
  snapshotBytesMax: 2_147_483_648,
  /** Snapshots between two looks at what has grown old. */
  snapshotsPerThinning: 256,
} as const;
