/** The editors' answers to `verify`, gathered until their closing message (stage 9). What they mean is in judge.ts. */
import { rowFlag, type TransformFrame } from "#shared/protocol/binary.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import { transformFields } from "#shared/scene/fields.ts";
import type { Link } from "./links.ts";
import { transformFieldsOf } from "./transform.ts";
import type { Turn } from "./turn.ts";
import { answered } from "./verify.ts";

/** Rows of transforms that belong to a batch. Late answers to a batch that is settled mean nothing. */
export function onReadBack(turn: Turn, link: Link, frame: TransformFrame): void {
  const answers = turn.links.batches.get(frame.seq)?.answers.get(link.role);
  if (!answers) return;
  for (const row of frame.rows) {
    answers.set(row.uuid, {
      uuid: row.uuid,
      fields: transformFieldsOf(row),
      missing: (row.flags & rowFlag.missing) !== 0,
      held: (row.flags & rowFlag.held) !== 0,
      pending: row.flags & rowFlag.pending ? [...transformFields] : [],
      failed: row.flags & rowFlag.failed ? "E_APPLY" : undefined,
    });
  }
}

export function onVerified(turn: Turn, link: Link, message: UpMessageOf<"verified">): void {
  const batch = turn.links.batches.get(message.batch);
  const answers = batch?.answers.get(link.role);
  if (!batch || !answers) return;
  for (const item of message.items) answers.set(item.uuid, item);
  answered(turn, batch, link.role);
}
