// What the user did and the hub has not answered yet.
//
//   unsent per entity, names of changed fields only: the values are read from the shadow when the change is made, so
//   any
//            number of edits to one field cost one entry (bounded by the scene's size)
//   in flight numbered frames, kept byte for byte and sent again with the same seq and stamp after a reconnect
//   [WIRE-12]
//
// A change gets its stamp when it is made from `unsent`, above everything seen by then; a remote write that beats an
// unsent one has taken it out of here before. It must never drop an entry that was neither answered nor listed in an
// index.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    public enum PendingKind { Set, Create, Delete }

    /// <summary>What is still to be said about one entity.</summary>
    public sealed class PendingOp
    {
        public PendingKind Kind;
        public string Uuid;
        /// <summary>What its edits had seen of the log; of several, the least [WIRE-35].</summary>
        public long Base = long.MaxValue;
        public readonly HashSet<string> Fields = new HashSet<string>(StringComparer.Ordinal);
        public string CopiedFromOrNull;
    }

    /// <summary>A change on its way: exactly what was sent, and what it spoke of.</summary>
    public sealed class SentChange
    {
        public long Seq;
        public long Stamp;
        /// <summary>Of the two, the one that the lane needs.</summary>
        public string TextOrNull;
        public byte[] BytesOrNull;
        public Dictionary<string, string[]> FieldsByUuid = new Dictionary<string, string[]>(StringComparer.Ordinal);
    }

    /// <summary>Unsent and unanswered changes.</summary>
    public sealed class Outbox
    {
        /// <summary>Frames in flight; more wait as unsent, where they coalesce.</summary>
        public const int InFlightMax = 64;

        private readonly Dictionary<string, PendingOp> m_Unsent =
            new Dictionary<string, PendingOp>(StringComparer.Ordinal);
        private readonly SortedDictionary<long, SentChange> m_InFlight = new SortedDictionary<long, SentChange>();

        public long NextSeq = 1;

        /// <summary>Up to which position in the log the scene shows what was written to an entity.</summary>
        public Func<string, long> SeenOf = uuid => 0;

        public ICollection<PendingOp> Unsent
        {
            get { return m_Unsent.Values; }
        }

        public ICollection<SentChange> InFlight
        {
            get { return m_InFlight.Values; }
        }

        public bool HasRoom
        {
            get { return m_InFlight.Count < InFlightMax; }
        }

        public int Count
        {
            get { return m_Unsent.Count + m_InFlight.Count; }
        }

        public void Set(string uuid, string field)
        {
            PendingOp op;
            if (!m_Unsent.TryGetValue(uuid, out op)) op = Found(PendingKind.Set, uuid);
            op.Base = Math.Min(op.Base, SeenOf(uuid));
            op.Fields.Add(field);
        }

        /// <summary>
        /// A deletion that was not sent and is taken back becomes a set of every field: the hub still has the entity.
        /// </summary>
        public void Create(ShadowEntity entity, string copiedFromOrNull)
        {
            PendingOp earlier;
            bool isKnown = m_Unsent.TryGetValue(entity.Uuid, out earlier) && earlier.Kind == PendingKind.Delete;
            PendingKind kind = isKnown ? PendingKind.Set : PendingKind.Create;
            PendingOp op = Found(kind, entity.Uuid);
            op.CopiedFromOrNull = copiedFromOrNull;
            op.Fields.UnionWith(entity.Cells.Keys);
        }

        public void Delete(string uuid)
        {
            PendingOp earlier;
            bool isUnknown = m_Unsent.TryGetValue(uuid, out earlier) && earlier.Kind == PendingKind.Create;
            if (isUnknown) m_Unsent.Remove(uuid);
            else Found(PendingKind.Delete, uuid);
        }

        /// <summary>A remote write has taken the field's place.</summary>
        public void Forget(string uuid, string field)
        {
            PendingOp op;
            if (!m_Unsent.TryGetValue(uuid, out op) || op.Kind != PendingKind.Set) return;
            op.Fields.Remove(field);
            if (op.Fields.Count == 0) m_Unsent.Remove(uuid);
        }

        public void Forget(string uuid)
        {
            m_Unsent.Remove(uuid);
        }

        /// <summary>Whether an edit of this field was not accepted yet; any field when null.</summary>
        public bool IsPending(string uuid, string fieldOrNull)
        {
            PendingOp op;
            if (m_Unsent.TryGetValue(uuid, out op) && (fieldOrNull == null || IsAbout(op, fieldOrNull))) return true;
            foreach (SentChange sent in m_InFlight.Values)
            {
                string[] fields;
                if (!sent.FieldsByUuid.TryGetValue(uuid, out fields)) continue;
                if (fieldOrNull == null || fields.Length == 0 || Array.IndexOf(fields, fieldOrNull) >= 0) return true;
            }
            return false;
        }

        public PendingOp UnsentOrNull(string uuid)
        {
            PendingOp op;
            return m_Unsent.TryGetValue(uuid, out op) ? op : null;
        }

        public void Depart(SentChange sent)
        {
            m_InFlight.Add(sent.Seq, sent);
            foreach (string uuid in sent.FieldsByUuid.Keys) m_Unsent.Remove(uuid);
        }

        /// <summary>The hub has answered; returns what it answered, null when that was known.</summary>
        public SentChange AnsweredOrNull(long seq)
        {
            SentChange sent;
            if (!m_InFlight.TryGetValue(seq, out sent)) return null;
            m_InFlight.Remove(seq);
            return sent;
        }

        /// <summary>A new epoch: what was under way is told by the index instead.</summary>
        public void ClearInFlight()
        {
            m_InFlight.Clear();
            NextSeq = 1;
        }

        public void Clear()
        {
            m_Unsent.Clear();
            ClearInFlight();
        }

        /// <summary>Puts back a change that was in flight before a domain reload.</summary>
        public void Restore(SentChange sent)
        {
            m_InFlight.Add(sent.Seq, sent);
        }

        private PendingOp Found(PendingKind kind, string uuid)
        {
            PendingOp earlier = UnsentOrNull(uuid);
            long seen = SeenOf(uuid);
            long lowest = earlier == null ? seen : Math.Min(earlier.Base, seen);
            return Add(new PendingOp { Kind = kind, Uuid = uuid, Base = lowest });
        }

        public PendingOp Add(PendingOp op)
        {
            m_Unsent[op.Uuid] = op;
            return op;
        }

        private static bool IsAbout(PendingOp op, string field)
        {
            return op.Kind == PendingKind.Delete || op.Fields.Contains(field);
        }
    }
}
