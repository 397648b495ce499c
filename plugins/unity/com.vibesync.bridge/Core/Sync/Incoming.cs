// What the hub sent and the scene does not show yet, one record an entity: later writes of a field take the place of
// earlier ones, so a backlog costs no more than the scene is large. Records keep the order of their first write
// [WIRE-23]; a record that cannot be applied now (the user holds the entity, its parent is not there yet) steps aside
// without stopping the others.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>One value to write.</summary>
    public struct IncomingField
    {
        public object Value;
        public long Stamp;
        /// <summary>An agreed value put back: it also counts with the field's own stamp.</summary>
        public bool IsAgreed;
    }

    /// <summary>Everything to be done to one entity.</summary>
    public sealed class IncomingRecord
    {
        public readonly string Uuid;
        /// <summary>Where in the log the oldest part of it is.</summary>
        public long FirstLsn;
        /// <summary>Null unless it is to be created.</summary>
        public string CreateKindOrNull;
        public long CreateStamp;
        /// <summary>Zero unless it is to be deleted.</summary>
        public long DeleteStamp;
        public bool IsAgreed;
        public readonly Dictionary<string, IncomingField> Fields =
            new Dictionary<string, IncomingField>(StringComparer.Ordinal);

        public IncomingRecord(string uuid, long lsn)
        {
            Uuid = uuid;
            FirstLsn = lsn;
        }

        public FieldMap Values()
        {
            var map = new FieldMap();
            foreach (KeyValuePair<string, IncomingField> field in Fields) map.Add(field.Key, field.Value.Value);
            return map;
        }
    }

    /// <summary>A request to read back, in its place between the records.</summary>
    public sealed class VerifyRequest
    {
        public long Batch;
        public long Lsn;
        public readonly List<string> Transforms = new List<string>();
        public readonly List<KeyValuePair<string, string[]>> Items = new List<KeyValuePair<string, string[]>>();
    }

    /// <summary>The queue of records, the records that wait, and the verifications between them.</summary>
    public sealed class Incoming
    {
        private readonly Dictionary<string, IncomingRecord> m_Records =
            new Dictionary<string, IncomingRecord>(StringComparer.Ordinal);
        // Each item is an IncomingRecord or a VerifyRequest.
        private readonly Queue<object> m_Queue = new Queue<object>();
        private readonly Dictionary<string, IncomingRecord> m_Waiting =
            new Dictionary<string, IncomingRecord>(StringComparer.Ordinal);

        /// <summary>The highest position received; zero before the first.</summary>
        public long LastLsn;

        public int Count
        {
            get { return m_Records.Count; }
        }

        public int WaitingCount
        {
            get { return m_Waiting.Count; }
        }

        /// <summary>Everything up to here is in the scene: where to go on after a reconnect.</summary>
        public long AppliedLsn
        {
            get
            {
                long applied = LastLsn;
                foreach (IncomingRecord record in m_Records.Values) applied = Math.Min(applied, record.FirstLsn - 1);
                return applied;
            }
        }

        /// <summary>Up to where the scene shows what was written to this entity.</summary>
        public long SeenOf(string uuid)
        {
            IncomingRecord record = RecordOrNull(uuid);
            return record == null ? LastLsn : record.FirstLsn - 1;
        }

        public void Create(string uuid, string kind, long stamp, long lsn)
        {
            IncomingRecord record = RecordOf(uuid, lsn);
            if (stamp < record.DeleteStamp) return;
            record.DeleteStamp = 0;
            record.CreateKindOrNull = kind;
            record.CreateStamp = stamp;
        }

        public void Set(string uuid, string field, IncomingField value, long lsn)
        {
            IncomingRecord record = RecordOf(uuid, lsn);
            IncomingField earlier;
            bool isLater = !record.Fields.TryGetValue(field, out earlier) || value.Stamp >= earlier.Stamp;
            if (isLater) record.Fields[field] = value;
        }

        public void Delete(string uuid, long stamp, bool isAgreed, long lsn)
        {
            IncomingRecord record = RecordOf(uuid, lsn);
            if (stamp < record.CreateStamp) return;
            record.Fields.Clear();
            record.CreateKindOrNull = null;
            record.DeleteStamp = stamp;
            record.IsAgreed = isAgreed;
        }

        public void Ask(VerifyRequest request)
        {
            m_Queue.Enqueue(request);
        }

        /// <summary>The next record or verification; null when there is none.</summary>
        public object NextOrNull()
        {
            return m_Queue.Count > 0 ? m_Queue.Dequeue() : null;
        }

        public void Done(IncomingRecord record)
        {
            m_Records.Remove(record.Uuid);
            m_Waiting.Remove(record.Uuid);
        }

        public void Wait(IncomingRecord record)
        {
            m_Waiting[record.Uuid] = record;
        }

        public bool IsWaiting(string uuid)
        {
            return m_Waiting.ContainsKey(uuid);
        }

        public IncomingRecord RecordOrNull(string uuid)
        {
            IncomingRecord record;
            return m_Records.TryGetValue(uuid, out record) ? record : null;
        }

        public List<IncomingRecord> Waiting()
        {
            return new List<IncomingRecord>(m_Waiting.Values);
        }

        /// <summary>The link is gone: what was not applied comes again, after <see cref="AppliedLsn"/>.</summary>
        public void Clear()
        {
            LastLsn = AppliedLsn;
            m_Records.Clear();
            m_Waiting.Clear();
            m_Queue.Clear();
        }

        private IncomingRecord RecordOf(string uuid, long lsn)
        {
            IncomingRecord record = RecordOrNull(uuid);
            if (record != null) return record;
            record = new IncomingRecord(uuid, lsn);
            m_Records.Add(uuid, record);
            m_Queue.Enqueue(record);
            return record;
        }
    }
}
