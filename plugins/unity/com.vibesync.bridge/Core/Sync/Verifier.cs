// Answers verifications from the live scene, never from memory [WIRE-25]: transforms as read-back rows on the binary
// lane, everything else as one `verified` message that closes the batch.
//
// A value that cannot be compared now says why: the user holds it, an edit of it is under way, it is gone, it failed.
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>Reads back what the hub asks for.</summary>
    public sealed class Verifier
    {
        private readonly ILiveScene m_Scene;
        private readonly Outbox m_Outbox;
        private readonly Capture m_Capture;
        private readonly Incoming m_Incoming;
        private readonly Applier m_Applier;

        public Verifier(ILiveScene scene, Outbox outbox, Capture capture, Incoming incoming, Applier applier)
        {
            m_Scene = scene;
            m_Outbox = outbox;
            m_Capture = capture;
            m_Incoming = incoming;
            m_Applier = applier;
        }

        /// <summary>The read-back frame; null when no transforms were asked for.</summary>
        public byte[] TransformsOrNull(VerifyRequest request, long epoch)
        {
            if (request.Transforms.Count == 0) return null;
            var frame = new TransformFrame
            {
                Lane = Generated.LaneReadBack, Seq = request.Batch, Epoch = epoch, Lsn = 0, Stamp = 0,
            };
            foreach (string uuid in request.Transforms) frame.Rows.Add(RowOf(uuid));
            return frame.Encode();
        }

        /// <summary>The message that closes the batch.</summary>
        public JsonObject Verified(VerifyRequest request, long epoch)
        {
            var items = new JsonArray();
            foreach (KeyValuePair<string, string[]> item in request.Items) items.Add(ItemOf(item.Key, item.Value));
            return new JsonObject
            {
                { "kind", "verified" }, { "epoch", epoch }, { "batch", request.Batch }, { "items", items },
            };
        }

        private TransformRow RowOf(string uuid)
        {
            m_Capture.Entity(uuid);
            LiveEntity live = m_Scene.ReadOrNull(uuid);
            var row = live == null ? new TransformRow { Uuid = uuid } : TransformRows.From(uuid, live.Fields);
            if (live == null) row.Flags |= Generated.RowFlags.Missing;
            if (IsHeld(uuid)) row.Flags |= Generated.RowFlags.Held;
            foreach (string field in FieldTable.TransformFields)
            {
                if (IsPending(uuid, field)) row.Flags |= Generated.RowFlags.Pending;
            }
            if (m_Applier.FailureOrNull(uuid) != null) row.Flags |= Generated.RowFlags.Failed;
            return row;
        }

        private JsonObject ItemOf(string uuid, string[] fields)
        {
            m_Capture.Entity(uuid);
            LiveEntity live = m_Scene.ReadOrNull(uuid);
            var values = new FieldMap();
            var pending = new List<string>();
            foreach (string field in fields)
            {
                object value;
                bool isRead = live != null && live.Fields.TryGetValue(field, out value) && Finite.IsFinite(value);
                if (isRead) values.Add(field, live.Fields[field]);
                if (IsPending(uuid, field)) pending.Add(field);
            }
            // Asked for nothing: the hub takes it for deleted. It has not heard yet that the user made it again.
            if (fields.Length == 0 && live != null && m_Outbox.IsPending(uuid, null)) pending.Add("name");
            var item = new JsonObject { { "uuid", uuid }, { "fields", values } };
            if (live == null) item.Add("missing", true);
            if (pending.Count > 0) item.Add("pending", pending);
            if (IsHeld(uuid)) item.Add("held", true);
            string failure = m_Applier.FailureOrNull(uuid);
            if (failure != null) item.Add("failed", failure);
            return item;
        }

        private bool IsPending(string uuid, string field)
        {
            return m_Outbox.IsPending(uuid, field) || m_Applier.IsPostponed(uuid, field);
        }

        private bool IsHeld(string uuid)
        {
            return m_Scene.IsHeld(uuid, m_Incoming.IsWaiting(uuid));
        }
    }
}
