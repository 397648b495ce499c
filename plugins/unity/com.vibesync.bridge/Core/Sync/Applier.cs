// Brings what the hub sent into the scene: each field only when its stamp is above the field's own [WIRE-9], in log
// order within the tick's budget [WIRE-23], never what the user holds [WIRE-24].
//
// Before an entity is written, the user's edits to it are captured: what the user did a moment ago is newer than what
// was already under way. After it is written it is read back, and the read-back goes into the shadow: rounding and
// clamping by the editor are then no edits. Deleting spares children that are not themselves to be deleted.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>Applies incoming records to the live scene.</summary>
    public sealed class Applier
    {
        private readonly ILiveScene m_Scene;
        private readonly ShadowScene m_Shadow;
        private readonly Outbox m_Outbox;
        private readonly Capture m_Capture;
        private readonly Incoming m_Incoming;
        private readonly Dictionary<string, string> m_Failed = new Dictionary<string, string>(StringComparer.Ordinal);

        /// <summary>Raised with code and UUID when something could not be applied.</summary>
        public event Action<string, string> Faulted;

        /// <summary>Raised when everything before a verification was applied or waits.</summary>
        public event Action<VerifyRequest> Reached;

        public Applier(ILiveScene scene, ShadowScene shadow, Outbox outbox, Capture capture, Incoming incoming)
        {
            m_Scene = scene;
            m_Shadow = shadow;
            m_Outbox = outbox;
            m_Capture = capture;
            m_Incoming = incoming;
        }

        /// <summary>The code with which the last write to an entity failed; null when it did not.</summary>
        public string FailureOrNull(string uuid)
        {
            string code;
            return m_Failed.TryGetValue(uuid, out code) ? code : null;
        }

        /// <summary>Applies until nothing is left or <paramref name="isOver"/>. True when something was
        /// written.</summary>
        public bool Run(Func<bool> isOver)
        {
            bool isWritten = false;
            foreach (IncomingRecord record in m_Incoming.Waiting()) isWritten |= TryApply(record);
            while (!isOver())
            {
                object next = m_Incoming.NextOrNull();
                if (next == null) break;
                var request = next as VerifyRequest;
                if (request != null) Reached(request);
                else isWritten |= TryApply((IncomingRecord)next);
            }
            return isWritten;
        }

        private bool TryApply(IncomingRecord record)
        {
            // A record that was applied while it waited may still have its place in the queue.
            if (m_Incoming.RecordOrNull(record.Uuid) != record) return false;
            bool isDeleting = record.DeleteStamp > 0;
            bool isBlocked = m_Scene.IsHeld(record.Uuid, isDeleting) || !MayHang(record);
            if (isBlocked)
            {
                m_Incoming.Wait(record);
                return false;
            }
            m_Incoming.Done(record);
            if (m_Scene.Exists(record.Uuid) || m_Shadow.EntityOrNull(record.Uuid) != null)
                m_Capture.Entity(record.Uuid);
            string error = isDeleting ? Delete(record) : Write(record);
            if (error == null) m_Failed.Remove(record.Uuid);
            else Fail(record.Uuid, error);
            return true;
        }

        /// <summary>Whether a newer value of the field waits because its entity's parent would make a circle with a
        /// move of the user's that the hub has not judged yet.</summary>
        public bool IsPostponed(string uuid, string field)
        {
            IncomingRecord record = m_Incoming.IsWaiting(uuid) ? m_Incoming.RecordOrNull(uuid) : null;
            if (record == null || !record.Fields.ContainsKey(field)) return false;
            string parent = ParentToWriteOrNull(record);
            return parent != null && MakesCircle(uuid, parent);
        }

        private bool MayHang(IncomingRecord record)
        {
            string parent = ParentToWriteOrNull(record);
            return parent == null || (m_Scene.Exists(parent) && !MakesCircle(record.Uuid, parent));
        }

        // Only a parent that would really be written is waited for: not one that a newer write has replaced, nor one of
        // an entity that is gone.
        private string ParentToWriteOrNull(IncomingRecord record)
        {
            IncomingField parent;
            if (!record.Fields.TryGetValue("parent", out parent) || parent.Value == null) return null;
            ShadowEntity shadow = m_Shadow.EntityOrNull(record.Uuid);
            bool isWritten = shadow == null ? MayCreate(record) : IsWinning("parent", parent, shadow);
            return isWritten ? (string)parent.Value : null;
        }

        private bool MakesCircle(string uuid, string parent)
        {
            string above = parent;
            for (int depth = 0; above != null && depth <= m_Shadow.Count; depth++)
            {
                if (above == uuid) return true;
                LiveEntity live = m_Scene.ReadOrNull(above);
                above = live == null ? null : live.Fields.Text("parent");
            }
            return false;
        }

        private bool MayCreate(IncomingRecord record)
        {
            Tombstone tombstone = m_Shadow.TombstoneOrNull(record.Uuid);
            return record.CreateKindOrNull != null && (tombstone == null || record.CreateStamp > tombstone.Stamp);
        }

        private string Write(IncomingRecord record)
        {
            ShadowEntity shadow = m_Shadow.EntityOrNull(record.Uuid);
            if (shadow == null) return Create(record);
            if (record.CreateKindOrNull != null) shadow.LifeStamp = Math.Max(shadow.LifeStamp, record.CreateStamp);
            Dictionary<string, IncomingField> winning = Winning(record, shadow);
            if (winning.Count == 0) return null;
            var values = new FieldMap();
            foreach (KeyValuePair<string, IncomingField> field in winning) values.Add(field.Key, field.Value.Value);
            string error = m_Scene.WriteOrError(record.Uuid, values);
            if (error == null) Remember(shadow, winning);
            return error;
        }

        private string Create(IncomingRecord record)
        {
            bool isUnknown = record.CreateKindOrNull == null && m_Shadow.TombstoneOrNull(record.Uuid) == null;
            if (!MayCreate(record)) return isUnknown ? "E_UNKNOWN_ENTITY" : null;
            string error = m_Scene.CreateOrError(record.Uuid, record.CreateKindOrNull, record.Values());
            if (error != null) return error;
            m_Outbox.Forget(record.Uuid);
            var birth = new Birth { Stamp = record.CreateStamp, IsRemote = true };
            Remember(m_Shadow.Add(record.Uuid, record.CreateKindOrNull, birth), record.Fields);
            return null;
        }

        private string Delete(IncomingRecord record)
        {
            ShadowEntity shadow = m_Shadow.EntityOrNull(record.Uuid);
            if (shadow != null && record.DeleteStamp <= shadow.LifeStamp && !record.IsAgreed) return null;
            if (m_Scene.Exists(record.Uuid))
            {
                // Newcomers below it have no identity yet; they are the user's and must be spared like every other
                // child.
                m_Capture.Structure();
                var gone = new List<IncomingRecord>();
                var spared = new List<string>();
                string error = m_Scene.DeleteOrError(record.Uuid, uuid => IsGoing(uuid, gone, spared));
                if (error != null) return error;
                gone.ForEach(Bury);
                foreach (string uuid in spared) m_Capture.Entity(uuid);
            }
            Bury(record);
            return null;
        }

        // Children that are to be deleted as well go along with their parent.
        private bool IsGoing(string uuid, List<IncomingRecord> gone, List<string> spared)
        {
            IncomingRecord record = m_Incoming.RecordOrNull(uuid);
            bool isGoing = record != null && record.DeleteStamp > 0;
            if (isGoing) gone.Add(record);
            else spared.Add(uuid);
            return isGoing;
        }

        private void Bury(IncomingRecord record)
        {
            m_Incoming.Done(record);
            m_Shadow.Bury(record.Uuid, new Tombstone { Stamp = record.DeleteStamp, IsRemote = true });
            m_Outbox.Forget(record.Uuid);
        }

        private static Dictionary<string, IncomingField> Winning(IncomingRecord record, ShadowEntity shadow)
        {
            var winning = new Dictionary<string, IncomingField>(StringComparer.Ordinal);
            foreach (KeyValuePair<string, IncomingField> field in record.Fields)
            {
                if (IsWinning(field.Key, field.Value, shadow)) winning.Add(field.Key, field.Value);
            }
            return winning;
        }

        private static bool IsWinning(string name, IncomingField field, ShadowEntity shadow)
        {
            Cell cell;
            long own = shadow.Cells.TryGetValue(name, out cell) ? cell.Stamp : -1;
            return field.Stamp > own || (field.IsAgreed && field.Stamp == own);
        }

        private void Remember(ShadowEntity shadow, Dictionary<string, IncomingField> written)
        {
            LiveEntity live = m_Scene.ReadOrNull(shadow.Uuid);
            foreach (KeyValuePair<string, IncomingField> field in written)
            {
                object value;
                bool isReadBack = live != null && live.Fields.TryGetValue(field.Key, out value);
                object shown = isReadBack ? live.Fields[field.Key] : field.Value.Value;
                shadow.Put(field.Key, new Cell { Value = shown, Stamp = field.Value.Stamp, IsRemote = true });
                m_Outbox.Forget(shadow.Uuid, field.Key);
            }
            if (live != null) Adopt(shadow, live);
        }

        // What the editor gave the entity of its own accord while it was made (a light's range, say) is no edit of the
        // user's.
        private static void Adopt(ShadowEntity shadow, LiveEntity live)
        {
            foreach (KeyValuePair<string, object> field in live.Fields)
            {
                if (shadow.Cells.ContainsKey(field.Key)) continue;
                shadow.Put(field.Key, new Cell { Value = field.Value, Stamp = 0, IsRemote = true });
            }
        }

        private void Fail(string uuid, string code)
        {
            m_Failed[uuid] = code;
            Action<string, string> faulted = Faulted;
            if (faulted != null) faulted(code, uuid);
        }
    }
}
