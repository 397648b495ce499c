/**
 * Every number of the transport, with unit and reason. What both ends must know is in shared/protocol/limits.ts.
 *
 * Tests and the bench may pass others to `startWire`; nothing else may.
 */
import { pingIntervalMs, silenceMaxMs } from "#shared/protocol/limits.ts";

export const transportLimits = {
  /** Sockets of any kind at once: two editors, their reconnects, and room for somebody who knocks at the wrong door. */
  connectionsMax: 32,
  /** Sockets that have not proved themselves yet. */
  pendingMax: 8,
  /** From the upgrade to the proof [WIRE-4]. */
  greetingTimeoutMs: 5_000,
  /** HTTP request line and headers: complete by then, no larger than this, looked at this often. */
  headersTimeoutMs: 5_000,
  headersCheckMs: 1_000,
  headersBytesMax: 8_192,
  /** Pieces of one message. ws's own defaults let one socket pin tens of megabytes with tiny ones. */
  fragmentsMax: 256,
  bufferedChunksMax: 1_024,
  /** Wrong proofs in a minute before the next ones are kept waiting … */
  wrongProofsMax: 5,
  wrongProofWindowMs: 60_000,
  /** … for this long after the last. Short, because a plugin with a good token must get in again. */
  backOffMs: 3_000,
  /** Frames that could not be read, in a minute, before the socket is closed [WIRE-29]. */
  unreadableMax: 5,
  unreadableWindowMs: 60_000,
  /** Over this the socket is not read until the second is over: the sender's own buffers fill, and nothing is lost. */
  framesPerSecond: 20_000,
  framesBurst: 40_000,
  bytesPerSecond: 67_108_864,
  bytesBurst: 134_217_728,
  /** Bytes waiting for an editor that reads too slowly: over it `drained` is told when they are gone … */
  bufferedBytesMax: 4_194_304,
  /** … and over this the connection ends: the engine brings the editor up to date when it comes back. */
  bufferedBytesCeiling: 67_108_864,
  pingIntervalMs,
  silenceMaxMs,
  /** For the closing handshake; then the socket is torn down. */
  closeTimeoutMs: 1_000,
} as const;

export type TransportLimits = { readonly [Name in keyof typeof transportLimits]: number };
