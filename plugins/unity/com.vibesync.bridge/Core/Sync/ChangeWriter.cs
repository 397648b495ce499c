// Makes change frames from what is unsent: transforms alone on the binary lane [WIRE-22], everything else as JSON in
// the order create (parents first) -> set -> delete [WIRE-17], within the wire's limits. All frames of one turn carry
// one stamp.
using System;
using System.Collections.Generic;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>Turns unsent edits into numbered frames.</summary>
    public sealed class ChangeWriter
    {
        /// <summary>Room for the message around its operations.</summary>
        private const int k_EnvelopeBytes = 512;

        private readonly ShadowScene m_Shadow;
        private readonly Outbox m_Outbox;
        private readonly StampClock m_Clock;

        public ChangeWriter(ShadowScene shadow, Outbox outbox, StampClock clock)
        {
            m_Shadow = shadow;
            m_Outbox = outbox;
            m_Clock = clock;
        }

        /// <summary>Moves everything unsent into flight, as far as there is room; returns the frames to send.</summary>
        public List<SentChange> Write(long epoch)
        {
            var made = new List<SentChange>();
            if (m_Outbox.Unsent.Count == 0 || !m_Outbox.HasRoom) return made;
            var rows = new List<PendingOp>();
            var rest = new List<PendingOp>();
            foreach (PendingOp op in m_Outbox.Unsent) (IsTransformOnly(op) ? rows : rest).Add(op);
            long stamp = m_Clock.Next();
            WriteJson(Ordered(rest), epoch, stamp, made);
            WriteRows(rows, epoch, stamp, made);
            return made;
        }

        private void WriteJson(List<PendingOp> ops, long epoch, long stamp, List<SentChange> made)
        {
            int at = 0;
            while (at < ops.Count && m_Outbox.HasRoom)
            {
                var sent = new SentChange { Seq = m_Outbox.NextSeq++, Stamp = stamp };
                var text = new StringBuilder();
                long lowest = long.MaxValue;
                int bytes = k_EnvelopeBytes;
                for (int count = 0; at < ops.Count && count < Generated.Limits.OpsPerMessageMax; count++, at++)
                {
                    string op = JsonWriter.Write(ToJson(ops[at], stamp, sent));
                    bytes += Encoding.UTF8.GetByteCount(op) + 1;
                    if (bytes > Generated.Limits.TextFrameBytesMax && count > 0)
                    {
                        sent.FieldsByUuid.Remove(ops[at].Uuid);
                        break;
                    }
                    text.Append(count == 0 ? "" : ",").Append(op);
                    lowest = Math.Min(lowest, ops[at].Base);
                }
                sent.TextOrNull = "{\"kind\":\"change\",\"epoch\":" + epoch + ",\"seq\":" + sent.Seq + ",\"stamp\":"
                    + stamp
                    + ",\"base\":" + lowest + ",\"ops\":[" + text + "]}";
                m_Outbox.Depart(sent);
                made.Add(sent);
            }
        }

        private JsonObject ToJson(PendingOp op, long stamp, SentChange sent)
        {
            var json = new JsonObject { { "op", op.Kind.ToString().ToLowerInvariant() }, { "uuid", op.Uuid } };
            if (op.Kind == PendingKind.Delete)
            {
                Tombstone tombstone = m_Shadow.TombstoneOrNull(op.Uuid);
                if (tombstone != null) tombstone.Stamp = stamp;
                sent.FieldsByUuid[op.Uuid] = new string[0];
                return json;
            }
            ShadowEntity entity = m_Shadow.EntityOrNull(op.Uuid);
            if (op.Kind == PendingKind.Create)
            {
                json.Add("kind", entity.Kind);
                entity.LifeStamp = stamp;
                if (op.CopiedFromOrNull != null) json.Add("copiedFrom", op.CopiedFromOrNull);
            }
            json.Add("fields", Restamped(entity, op.Fields, stamp));
            sent.FieldsByUuid[op.Uuid] = new List<string>(op.Fields).ToArray();
            return json;
        }

        private void WriteRows(List<PendingOp> ops, long epoch, long stamp, List<SentChange> made)
        {
            for (int at = 0; at < ops.Count && m_Outbox.HasRoom;)
            {
                var sent = new SentChange { Seq = m_Outbox.NextSeq++, Stamp = stamp };
                var frame = new TransformFrame { Lane = Generated.LaneTransforms, Seq = sent.Seq, Epoch = epoch,
                    Lsn = long.MaxValue, Stamp = stamp };
                for (; at < ops.Count && frame.Rows.Count < Generated.Limits.RowsPerFrameMax; at++)
                {
                    ShadowEntity entity = m_Shadow.EntityOrNull(ops[at].Uuid);
                    frame.Lsn = Math.Min(frame.Lsn, ops[at].Base);
                    frame.Rows.Add(TransformRows.From(entity.Uuid, Restamped(entity, ops[at].Fields, stamp)));
                    sent.FieldsByUuid[entity.Uuid] = new List<string>(ops[at].Fields).ToArray();
                }
                sent.BytesOrNull = frame.Encode();
                m_Outbox.Depart(sent);
                made.Add(sent);
            }
        }

        private static FieldMap Restamped(ShadowEntity entity, IEnumerable<string> fields, long stamp)
        {
            var values = new FieldMap();
            foreach (string field in fields)
            {
                Cell cell = entity.Cells[field];
                cell.Stamp = stamp;
                values.Add(field, cell.Value);
            }
            return values;
        }

        // A later frame's entries may refer to an earlier one's, never the other way round: meshes and collections come
        // first, then objects from the root down; deletions last.
        private List<PendingOp> Ordered(List<PendingOp> ops)
        {
            var keyed = new List<KeyValuePair<long, PendingOp>>();
            foreach (PendingOp op in ops) keyed.Add(new KeyValuePair<long, PendingOp>(RankOf(op), op));
            keyed.Sort((a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key)
                : string.CompareOrdinal(a.Value.Uuid, b.Value.Uuid));
            return keyed.ConvertAll(pair => pair.Value);
        }

        private long RankOf(PendingOp op)
        {
            const long step = 1000000000;
            if (op.Kind == PendingKind.Delete) return 9 * step;
            if (op.Kind == PendingKind.Set) return 8 * step;
            string kind = m_Shadow.EntityOrNull(op.Uuid).Kind;
            long first = kind == FieldTable.Mesh ? 0 : kind == FieldTable.Collection ? 1 : 2;
            return first * step + m_Shadow.DepthOf(op.Uuid);
        }

        private static bool IsTransformOnly(PendingOp op)
        {
            if (op.Kind != PendingKind.Set) return false;
            foreach (string field in op.Fields)
            {
                if (!FieldTable.IsTransform(field)) return false;
            }
            return true;
        }
    }
}
