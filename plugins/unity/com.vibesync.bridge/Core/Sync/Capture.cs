// Finds what the user did: compares the live scene with the shadow and puts the difference into the outbox.
//
// Echo filter: what the hub wrote is in the shadow before anybody compares, so it is no difference. After an undo or
// redo the rule is "who wrote last" (Unity's undo steps hold absolute values and so revert remote writes as
// collateral): a field last written by the hub is put back silently, everything else that differs is the user's edit.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    /// <summary>Diff of the live scene against the shadow.</summary>
    public sealed class Capture
    {
        private readonly ILiveScene m_Scene;
        private readonly ShadowScene m_Shadow;
        private readonly Outbox m_Outbox;
        private readonly StampClock m_Clock;
        private readonly Queue<string> m_PollOrder = new Queue<string>();

        /// <summary>Raised with code, sentence and UUID for what cannot be captured.</summary>
        public event Action<string, string, string> Faulted;

        public Capture(ILiveScene scene, ShadowScene shadow, Outbox outbox, StampClock clock)
        {
            m_Scene = scene;
            m_Shadow = shadow;
            m_Outbox = outbox;
            m_Clock = clock;
        }

        /// <summary>Compares one entity; true when there was an edit.</summary>
        public bool Entity(string uuid)
        {
            LiveEntity live = m_Scene.ReadOrNull(uuid);
            ShadowEntity shadow = m_Shadow.EntityOrNull(uuid);
            if (live == null && shadow == null) return false;
            if (live == null) return Deleted(shadow);
            if (shadow == null) return Created(live);
            bool isChanged = false;
            foreach (string field in Differing(live, shadow))
            {
                var cell = new Cell { Value = live.Fields[field], Stamp = m_Clock.Next() };
                shadow.Put(field, cell);
                m_Outbox.Set(uuid, field);
                isChanged = true;
            }
            if (isChanged) CaptureData(live);
            return isChanged;
        }

        /// <summary>Everything: identities, newcomers, edits and deletions.</summary>
        public void All()
        {
            m_Scene.Identify();
            List<string> living = m_Scene.Uuids();
            foreach (string uuid in living) Entity(uuid);
            foreach (string uuid in Missing()) Entity(uuid);
            m_PollOrder.Clear();
        }

        /// <summary>Newcomers and deletions only; cheap enough for every structural event.</summary>
        public void Structure()
        {
            m_Scene.Identify();
            foreach (string uuid in m_Scene.Uuids())
            {
                if (m_Shadow.EntityOrNull(uuid) == null) Entity(uuid);
            }
            foreach (string uuid in Missing()) Entity(uuid);
        }

        /// <summary>Compares the next entities until <paramref name="isOver"/>; true when a whole round is
        /// done.</summary>
        public bool Poll(Func<bool> isOver)
        {
            if (m_PollOrder.Count == 0)
            {
                foreach (string uuid in m_Scene.Uuids()) m_PollOrder.Enqueue(uuid);
            }
            while (m_PollOrder.Count > 0 && !isOver()) Entity(m_PollOrder.Dequeue());
            return m_PollOrder.Count == 0;
        }

        /// <summary>After an undo or redo: puts back what the hub wrote last, captures the rest.</summary>
        public void AfterUndo()
        {
            m_Scene.Identify();
            RestoreRemote();
            foreach (string uuid in m_Scene.Uuids())
            {
                Tombstone tombstone = m_Shadow.TombstoneOrNull(uuid);
                if (tombstone != null && tombstone.IsRemote) m_Scene.DeleteOrError(uuid, _ => false);
                else PutBack(uuid, true);
            }
            All();
        }

        /// <summary>Writes every agreed value that the scene does not show: what Play Mode changed is no
        /// edit.</summary>
        public void PutBack()
        {
            m_Scene.Identify();
            foreach (string uuid in m_Scene.Uuids()) PutBack(uuid, false);
        }

        // Entities that the hub made and the undo of something else took along, parents first.
        private void RestoreRemote()
        {
            List<string> missing = Missing();
            missing.Sort((a, b) => m_Shadow.DepthOf(a).CompareTo(m_Shadow.DepthOf(b)));
            foreach (string uuid in missing)
            {
                ShadowEntity shadow = m_Shadow.EntityOrNull(uuid);
                if (!shadow.IsRemoteMade) continue;
                FieldMap values = Placement.NearestLiving(m_Shadow, shadow, m_Scene.Exists);
                m_Scene.CreateOrError(uuid, shadow.Kind, values);
            }
        }

        private void PutBack(string uuid, bool remoteOnly)
        {
            LiveEntity live = m_Scene.ReadOrNull(uuid);
            ShadowEntity shadow = m_Shadow.EntityOrNull(uuid);
            if (live == null || shadow == null) return;
            var values = new FieldMap();
            foreach (string field in Differing(live, shadow))
            {
                Cell cell;
                if (shadow.Cells.TryGetValue(field, out cell) && (cell.IsRemote || !remoteOnly))
                    values.Add(field, cell.Value);
            }
            string parent = values.Text("parent");
            if (parent != null && !m_Scene.Exists(parent)) values.Remove("parent");
            if (values.Count > 0) m_Scene.WriteOrError(uuid, values);
        }

        /// <summary>The relevant fields whose live value is not the shadow's.</summary>
        private List<string> Differing(LiveEntity live, ShadowEntity shadow)
        {
            var result = new List<string>();
            foreach (KeyValuePair<string, object> field in live.Fields)
            {
                if (!Relevance.IsRelevant(field.Key, live.Fields)) continue;
                Cell cell;
                bool isKnown = shadow.Cells.TryGetValue(field.Key, out cell);
                if (isKnown && Epsilon.IsSame(field.Key, cell.Value, field.Value)) continue;
                if (Finite.IsFinite(field.Value)) result.Add(field.Key);
                else Report("E_NOT_FINITE", field.Key, live.Uuid);
            }
            return result;
        }

        private bool Created(LiveEntity live)
        {
            Tombstone tombstone = m_Shadow.TombstoneOrNull(live.Uuid);
            if (tombstone != null && tombstone.IsRemote)
            {
                // Not an undo (AfterUndo has dealt with those): a prefab or a paste brought an identity that was
                // deleted. What is kept only for the other editor has nothing to give a new one to: it stays deleted.
                if (live.Kind != "object") return false;
                m_Scene.Reidentify(live.Uuid);
                m_Scene.Identify();
                return true;
            }
            long stamp = m_Clock.Next();
            ShadowEntity shadow = m_Shadow.Add(live.Uuid, live.Kind, new Birth { Stamp = stamp });
            foreach (string field in Differing(live, shadow))
            {
                shadow.Put(field, new Cell { Value = live.Fields[field], Stamp = stamp });
            }
            m_Outbox.Create(shadow, live.CopiedFromOrNull);
            CaptureData(live);
            return true;
        }

        // A mesh that an object shows for the first time is told with it.
        private void CaptureData(LiveEntity live)
        {
            string data = live.Fields.Text("data");
            if (data != null && m_Shadow.EntityOrNull(data) == null) Entity(data);
        }

        private bool Deleted(ShadowEntity shadow)
        {
            m_Shadow.Bury(shadow.Uuid, new Tombstone { Stamp = m_Clock.Next() });
            m_Outbox.Delete(shadow.Uuid);
            return true;
        }

        private List<string> Missing()
        {
            var result = new List<string>();
            foreach (ShadowEntity entity in m_Shadow.Entities)
            {
                if (!m_Scene.Exists(entity.Uuid)) result.Add(entity.Uuid);
            }
            return result;
        }

        private void Report(string code, string field, string uuid)
        {
            Action<string, string, string> faulted = Faulted;
            if (faulted != null) faulted(code, Generated.ErrorSentence[code] + " (" + field + ")", uuid);
        }
    }
}
