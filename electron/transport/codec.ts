/**
 * From a frame's bytes to a checked message, and back. The border: what passes here is trusted by everything behind it.
 *
 * Text is JSON checked by the one schema of shared/protocol; binary is checked by shared/protocol/binary.ts. The
 * schema is strict, so unknown members, `__proto__`, and anything deeper than a message is, are refused by shape alone
 * [WIRE-31].
 * Must never: throw for any bytes whatsoever, or let anything pass that the schema does not name.
 */
import {
  decodeTransforms,
  headerBytes,
  keepEncoded,
  laneTransforms,
  type TransformFrame,
} from "#shared/protocol/binary.ts";
import type { DownMessageOf } from "#shared/protocol/down.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import { type UpMessage, type UpMessageOf, upMessageSchema } from "#shared/protocol/up.ts";
import { failure, type Result, success } from "#shared/result.ts";

/** A JSON escape that makes half of a surrogate pair: text with a lone one cannot be written as UTF-8 again. */
const surrogateEscape = /\\u[dD][89a-fA-F]/;
const loneSurrogate = /\p{Surrogate}/u;

/** Levels looked through for a reason to tell; JSON itself may nest deeper. */
const depthMax = 8;
const reasonLengthMax = 300;

export function decodeText(bytes: Buffer): Result<UpMessage> {
  if (bytes.length > wireLimits.textFrameBytesMax) return oversized(bytes.length);
  const parsed = parseJson(bytes.toString("utf8"));
  return parsed.ok ? checkMessage(parsed.value) : parsed;
}

/** The value of a JSON text; its shape is not checked yet. */
export function parseJson(text: string): Result<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (surrogateEscape.test(text) && some(value, isLoneSurrogate)) {
      return failure("E_MALFORMED", "A text holds half a character.");
    }
    return success(value);
  } catch (error) {
    return failure("E_MALFORMED", "A message was not JSON.", { cause: error });
  }
}

export function checkMessage(value: unknown): Result<UpMessage> {
  const checked = upMessageSchema.safeParse(value);
  if (checked.success) return success(checked.data);
  if (some(value, isNotFinite)) return failure("E_NOT_FINITE", errorSentence.E_NOT_FINITE);
  const issue = checked.error.issues[0];
  const reason = `${issue?.path.join(".") || "message"}: ${issue?.message ?? "not valid"}`;
  return failure("E_MALFORMED", reason.slice(0, reasonLengthMax));
}

export function decodeFrame(bytes: Buffer): Result<TransformFrame> {
  if (bytes.length > wireLimits.binaryFrameBytesMax) return oversized(bytes.length);
  const decoded = decodeTransforms(bytes);
  if (!decoded.ok) return decoded;
  const { lane, seq, epoch, rows } = decoded.value;
  if (seq === 0 || epoch === 0) return failure("E_MALFORMED", "A transform frame has no number or no epoch.");
  if (lane === laneTransforms && rows.some((row) => row.mask === 0 || row.flags !== 0)) {
    return failure("E_MALFORMED", "A changed transform names no field, or carries a read-back's flag.");
  }
  keepEncoded(decoded.value, bytes);
  return decoded;
}

const countMax = 0xffff_ffff;
const seqOffset = 4;
const epochOffset = 8;

/** How an answer names a change; all null when it answers something else. */
export type ChangeName = Pick<DownMessageOf<"rejected">, "epoch" | "seq">;

const nameless: ChangeName = { epoch: null, seq: null };

/** Which change it is that could not be read, so that its editor need not wait for an answer. */
export function nameOfUnreadable(bytes: Buffer, isBinary: boolean): ChangeName {
  if (isBinary) {
    const isChange = bytes.length >= headerBytes && bytes[0] === laneTransforms;
    return isChange ? named(bytes.readUInt32LE(epochOffset), bytes.readUInt32LE(seqOffset)) : nameless;
  }
  const parsed = bytes.length > wireLimits.textFrameBytesMax ? null : parseJson(bytes.toString("utf8"));
  const message = parsed?.ok ? (parsed.value as Partial<UpMessageOf<"change">> | null) : null;
  return message?.kind === "change" ? named(message.epoch, message.seq) : nameless;
}

function named(epoch: unknown, seq: unknown): ChangeName {
  return isCount(epoch) && isCount(seq) ? { epoch, seq } : nameless;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= countMax;
}

function oversized(bytes: number): { readonly ok: false; readonly failure: { code: ErrorCode; message: string } } {
  return failure("E_OVERSIZED", `A message of ${bytes} bytes is larger than the limit.`);
}

function isNotFinite(value: unknown): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}

function isLoneSurrogate(value: unknown): boolean {
  return typeof value === "string" && loneSurrogate.test(value);
}

function some(value: unknown, test: (leaf: unknown) => boolean, depth = 0): boolean {
  if (typeof value !== "object" || value === null) return test(value);
  return depth < depthMax && Object.entries(value).some(([key, member]) => test(key) || some(member, test, depth + 1));
}
