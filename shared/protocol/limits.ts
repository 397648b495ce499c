/**
 * Limits both ends of the wire keep. The hub's own limits (queues, rates, deadlines) are in electron/core/limits.ts.
 * Generated into the plugins, so that they never build what the hub must refuse.
 */
export const wireLimits = {
  /** One text frame: with what the log adds it still fits one record of 1 MiB. A larger list is sent in pages. */
  textFrameBytesMax: 786_432,
  /** One binary frame; also what a plugin's receive buffer must hold. */
  binaryFrameBytesMax: 524_288,
  /** Before the editor has proved itself. */
  greetingBytesMax: 4_096,
  /** Operations in one change or apply. */
  opsPerMessageMax: 2_000,
  /** Entities in one page of an index. */
  entitiesPerPageMax: 1_000,
  /** Rows in one transform frame. */
  rowsPerFrameMax: 4_096,
  /** Entities named by one verify. */
  verifyItemsMax: 4_096,
  /** Uuids named by one held message. */
  heldMax: 4_096,
  /** Text of a fault or refusal. */
  messageLengthMax: 1_000,
} as const;

/** How long the hub keeps a session's place for an editor that said it reloads. Unity projects need 10 to 30 s. */
export const reloadPatienceMs = 60_000;

/** Both ends ping this often, and give up after `silenceMaxMs` without any frame. */
export const pingIntervalMs = 5_000;
export const silenceMaxMs = 20_000;
