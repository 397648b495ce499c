// Lists the whole scene for the hub, in pages, a slice at a time. [WIRE-13] [WIRE-14]
//
// Each value carries a stamp that says what the shadow (in memory, or the sidecar's after a restart) knows: equal to
// what was agreed -> the agreed stamp, so that a newer value of the hub's wins and unsaved work comes back after a
// crash; different -> a new stamp, because the user did it meanwhile; no shadow at all -> 0, the hub knows better.
// After the last page the shadow is exactly what was listed, and nothing is unsent.
using System;
using System.Collections.Generic;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>One listing of the scene, in progress.</summary>
    public sealed class Indexer
    {
        private const int k_EnvelopeBytes = 1024;

        private readonly ILiveScene m_Scene;
        private readonly ShadowScene m_Shadow;
        private readonly Outbox m_Outbox;
        private readonly bool m_HasBase;
        private readonly long m_Stamp;
        private readonly Queue<string> m_Left;
        private readonly Queue<JsonObject> m_Deleted = new Queue<JsonObject>();
        private readonly List<string> m_Entities = new List<string>();
        private int m_EntityBytes;
        private int m_Page;

        public bool IsComplete { get; private set; }

        public Indexer(ILiveScene scene, ShadowScene shadow, StampClock clock, Outbox outbox, bool hasBase)
        {
            m_Scene = scene;
            m_Shadow = shadow;
            m_Outbox = outbox;
            m_HasBase = hasBase;
            m_Stamp = clock.Next();
            scene.Identify();
            m_Left = new Queue<string>(scene.Uuids());
            FindDeleted();
        }

        /// <summary>Lists more, until <paramref name="isOver"/>; each full page goes to <paramref
        /// name="send"/>.</summary>
        public void Run(long epoch, Action<string> send, Func<bool> isOver)
        {
            while (m_Left.Count > 0 && !isOver())
            {
                string entity = EntityOrNull(m_Left.Dequeue());
                if (entity == null) continue;
                int bytes = Encoding.UTF8.GetByteCount(entity) + 1;
                bool isFull = m_Entities.Count >= Generated.Limits.EntitiesPerPageMax
                    || m_EntityBytes + bytes + k_EnvelopeBytes > Generated.Limits.TextFrameBytesMax / 2;
                if (isFull) SendPage(epoch, send, false);
                m_Entities.Add(entity);
                m_EntityBytes += bytes;
            }
            if (m_Left.Count > 0) return;
            while (m_Deleted.Count > Generated.Limits.EntitiesPerPageMax) SendPage(epoch, send, false);
            SendPage(epoch, send, true);
            IsComplete = true;
        }

        private void SendPage(long epoch, Action<string> send, bool isLast)
        {
            var deleted = new JsonArray();
            while (m_Deleted.Count > 0 && deleted.Count < Generated.Limits.EntitiesPerPageMax)
                deleted.Add(m_Deleted.Dequeue());
            send("{\"kind\":\"index\",\"epoch\":" + epoch + ",\"page\":" + m_Page + ",\"last\":"
                + (isLast ? "true" : "false") + ",\"entities\":[" + string.Join(",", m_Entities.ToArray())
                + "],\"deleted\":" + JsonWriter.Write(deleted) + "}");
            m_Page++;
            m_Entities.Clear();
            m_EntityBytes = 0;
        }

        // Known and gone, or deleted while the hub could not be told.
        private void FindDeleted()
        {
            var gone = new List<string>();
            foreach (ShadowEntity entity in m_Shadow.Entities)
            {
                if (!m_Scene.Exists(entity.Uuid)) gone.Add(entity.Uuid);
            }
            foreach (string uuid in gone) m_Shadow.Bury(uuid, new Tombstone { Stamp = m_Stamp });
            foreach (KeyValuePair<string, Tombstone> tombstone in m_Shadow.Tombstones)
            {
                if (tombstone.Value.IsRemote || m_Scene.Exists(tombstone.Key)) continue;
                if (m_Outbox.IsPending(tombstone.Key, null)) tombstone.Value.Stamp = m_Stamp;
                m_Outbox.Forget(tombstone.Key);
                m_Deleted.Enqueue(new JsonObject { { "uuid", tombstone.Key }, { "stamp", tombstone.Value.Stamp } });
            }
        }

        private string EntityOrNull(string uuid)
        {
            LiveEntity live = m_Scene.ReadOrNull(uuid);
            if (live == null) return null;
            ShadowEntity known = m_Shadow.EntityOrNull(uuid);
            long newcomerStamp = m_HasBase ? m_Stamp : 0;
            var birth = new Birth { Stamp = newcomerStamp };
            ShadowEntity shadow = known ?? m_Shadow.Add(uuid, live.Kind, birth);
            var values = new FieldMap();
            foreach (KeyValuePair<string, object> field in live.Fields)
            {
                bool isListed = Relevance.IsRelevant(field.Key, live.Fields) && Finite.IsFinite(field.Value);
                if (!isListed) continue;
                values.Add(field.Key, field.Value);
                Merge(shadow, field.Key, field.Value, known == null ? newcomerStamp : m_Stamp);
            }
            m_Outbox.Forget(uuid);
            return JsonWriter.Write(ToJson(shadow, values));
        }

        private void Merge(ShadowEntity shadow, string field, object value, long stamp)
        {
            Cell cell;
            bool isKnown = shadow.Cells.TryGetValue(field, out cell);
            bool isAgreed = isKnown && Epsilon.IsSame(field, cell.Value, value);
            if (!isAgreed) shadow.Put(field, new Cell { Value = value, Stamp = stamp });
            else if (IsUnsent(shadow.Uuid, field)) cell.Stamp = m_Stamp;
        }

        private bool IsUnsent(string uuid, string field)
        {
            PendingOp op = m_Outbox.UnsentOrNull(uuid);
            return op != null && op.Fields.Contains(field);
        }

        // The commonest stamp is the entity's; only the others are listed one by one.
        private static JsonObject ToJson(ShadowEntity shadow, FieldMap values)
        {
            var counts = new Dictionary<long, int>();
            long common = 0;
            foreach (string field in values.Keys)
            {
                long stamp = shadow.Cells[field].Stamp;
                int count;
                counts.TryGetValue(stamp, out count);
                counts[stamp] = count + 1;
                if (!counts.ContainsKey(common) || counts[stamp] > counts[common]) common = stamp;
            }
            var stamps = new JsonObject();
            foreach (string field in values.Keys)
            {
                if (shadow.Cells[field].Stamp != common) stamps.Add(field, shadow.Cells[field].Stamp);
            }
            var json = new JsonObject
            {
                { "uuid", shadow.Uuid }, { "kind", shadow.Kind }, { "fields", values }, { "stamp", common },
            };
            if (stamps.Count > 0) json.Add("stamps", stamps);
            return json;
        }
    }
}
