// What the hub says and what is said to it: the other half of SyncEngine. Every message was checked against the schema
// on the socket's thread; here it is only taken apart.
using System;
using System.Collections.Generic;

namespace VibeSync.Core
{
    public sealed partial class SyncEngine
    {
        private const double k_RetryMs = 250;

        private double m_RetryDueMs;
        private string m_Log;
        private string m_HubProject;
        private bool m_IsResumable;
        private bool m_IsMerged;
        private long m_ResyncLsn;
        private string m_ToldState = "";
        private string m_ToldHeld = "";
        private int m_Conflicts;

        /// <summary>The project's name, as the hub gave it.</summary>
        public string ProjectName { get; private set; }

        /// <summary>The hub's verdict, the same as in its window.</summary>
        public string Verdict { get; private set; }

        public bool HasPeer { get; private set; }

        /// <summary>The latest refusal's sentence, for the panel.</summary>
        public string NoticeOrNull { get; private set; }

        /// <summary>One of the five words that every VibeSync surface uses.</summary>
        public string StateWord
        {
            get
            {
                if (Session.Stage != SessionStage.Live || !HasPeer) return "One side only";
                if (m_Conflicts > 0) return "Conflict";
                if (m_Facts.Held.Count > 0 || m_Incoming.WaitingCount > 0) return "Held";
                return m_Outbox.Count > 0 || m_Incoming.Count > 0 || m_Indexer != null ? "Sending" : "In step";
            }
        }

        /// <summary>The user pressed a button: pause, resume, safe-mode or resync.</summary>
        public void Request(string action)
        {
            Session.Send(new JsonObject { { "kind", "request" }, { "action", action } });
        }

        JsonObject ISessionOwner.Hello(Greeting greeting)
        {
            if (m_Epoch == 0) NextEpoch();
            JsonObject resume = m_IsResumable && m_IsTracking
                ? new JsonObject { { "log", m_Log }, { "lsn", m_Incoming.AppliedLsn } }
                : null;
            if (resume == null && m_IsEpochOpen) NextEpoch();
            return greeting.Hello(m_Editor, m_Facts.Document, m_Epoch, resume);
        }

        void ISessionOwner.Welcomed(JsonObject welcome)
        {
            m_Clock.Observe(welcome.Long("stamp", 0));
            m_Log = (string)welcome["log"];
            m_HubProject = (string)welcome["project"];
            ProjectOrNull = m_HubProject;
            ProjectName = (string)welcome["projectName"];
            m_ToldState = "";
            m_ToldHeld = "";
            // Another scene may have been opened since the greeting: what the hub resumes is the one before.
            bool isResumed = (bool)welcome["resumed"] && m_IsResumable && m_IsTracking;
            m_NeedsIndex = !isResumed;
            m_IsResumable = isResumed;
            Linked(m_HubProject);
            if (!isResumed)
            {
                m_Incoming.LastLsn = welcome.Long("lsn", 0);
                return;
            }
            TellState();
            foreach (SentChange sent in m_Outbox.InFlight) Send(sent);
        }

        void ISessionOwner.Lost()
        {
            m_IsResumable = m_IsResumable && m_Indexer == null && !m_NeedsIndex;
            m_NeedsIndex = false;
            m_Indexer = null;
            m_Incoming.Clear();
            m_IsMerged = false;
            m_ResyncLsn = 0;
            m_RetryDueMs = 0;
            HasPeer = false;
            Verdict = null;
        }

        void ISessionOwner.Received(TransformFrame frame)
        {
            if (frame.Lane != Generated.LaneTransforms || IsForAnotherScene(frame.Epoch)) return;
            m_Clock.Observe(frame.Stamp);
            foreach (TransformRow row in frame.Rows)
            {
                foreach (KeyValuePair<string, object> field in TransformRows.ToFields(row))
                {
                    var value = new IncomingField { Value = field.Value, Stamp = frame.Stamp };
                    m_Incoming.Set(row.Uuid, field.Key, value, frame.Lsn);
                }
            }
            Advance(frame.Lsn);
        }

        void ISessionOwner.Received(JsonObject message)
        {
            if (IsForAnotherScene(message.Long("epoch", m_Epoch))) return;
            switch ((string)message["kind"])
            {
                case "apply": ReceiveApply(message); break;
                case "verify": ReceiveVerify(message); break;
                case "accepted": ReceiveAccepted(message); break;
                case "rejected": ReceiveRejected(message); break;
                case "status": ReceiveStatus(message); break;
                case "reindex": ReceiveReindex(); break;
            }
        }

        // Sent before the hub heard that another scene is open: it was meant for the one before [WIRE-11].
        private bool IsForAnotherScene(long epoch)
        {
            return epoch < m_Epoch;
        }

        // An apply or a verification: our listing was merged, and the resync before it has come whole. Answers and
        // finals say nothing of the kind; they come while the hub still compares.
        private void Advance(long lsn)
        {
            m_Incoming.LastLsn = Math.Max(m_Incoming.LastLsn, Math.Max(lsn, m_ResyncLsn));
            m_ResyncLsn = 0;
            m_IsMerged = m_IsTracking && m_Indexer == null && !m_NeedsIndex;
        }

        // What the hub sends after a listing is not "what came after a position", so there is no place to go on from
        // until all of it is in the scene.
        private void NoteResumable()
        {
            if (m_IsMerged && m_Incoming.Count == 0) m_IsResumable = true;
        }

        private void ForgetPosition()
        {
            m_IsMerged = false;
            m_IsResumable = false;
        }

        private void ReceiveApply(JsonObject message)
        {
            long lsn = message.Long("lsn", 0);
            bool isAgreed = (string)message["reason"] != "edit";
            bool isResync = (string)message["reason"] == "resync";
            // A resync gathers writes of many positions under its last one: until all are applied, none counts.
            long first = isResync ? m_Incoming.LastLsn + 1 : lsn;
            foreach (object item in (JsonArray)message["ops"]) ReceiveOp((JsonObject)item, isAgreed, first);
            if (isResync) m_ResyncLsn = Math.Max(m_ResyncLsn, lsn);
            else Advance(lsn);
        }

        private void ReceiveOp(JsonObject op, bool isAgreed, long lsn)
        {
            var uuid = (string)op["uuid"];
            long stamp = op.Long("stamp", 0);
            m_Clock.Observe(stamp);
            var kind = (string)op["op"];
            if (kind == "delete")
            {
                m_Incoming.Delete(uuid, stamp, isAgreed, lsn);
                return;
            }
            if (kind == "create") m_Incoming.Create(uuid, (string)op["kind"], stamp, lsn);
            foreach (KeyValuePair<string, object> field in FieldTable.FromJson((JsonObject)op["fields"]))
            {
                var value = new IncomingField { Value = field.Value, Stamp = stamp, IsAgreed = isAgreed };
                m_Incoming.Set(uuid, field.Key, value, lsn);
            }
        }

        private void ReceiveVerify(JsonObject message)
        {
            var request = new VerifyRequest { Batch = message.Long("batch", 0), Lsn = message.Long("lsn", 0) };
            foreach (object uuid in (JsonArray)message["transforms"]) request.Transforms.Add((string)uuid);
            foreach (object item in (JsonArray)message["items"])
            {
                var fields = ((JsonArray)((JsonObject)item)["fields"]).ConvertAll(field => (string)field).ToArray();
                request.Items.Add(new KeyValuePair<string, string[]>((string)((JsonObject)item)["uuid"], fields));
            }
            m_Incoming.Ask(request);
            Advance(0);
        }

        private void Answer(VerifyRequest request)
        {
            byte[] transforms = m_Verifier.TransformsOrNull(request, m_Epoch);
            if (transforms != null) Session.SendBinary(transforms);
            Session.Send(m_Verifier.Verified(request, m_Epoch));
        }

        private void ReceiveAccepted(JsonObject message)
        {
            SentChange sent = m_Outbox.AnsweredOrNull(message.Long("seq", 0));
            if (sent == null) return;
            foreach (object item in (JsonArray)message["refused"])
            {
                var refused = (JsonObject)item;
                NoticeOrNull = (string)refused["message"];
                TakeBack((string)refused["uuid"], sent, (string)refused["code"]);
                // A refused move took its place and rotation along, which were relative to the parent that was refused.
                if ((string)refused["code"] == "E_CYCLE") Request("resync");
            }
        }

        private void ReceiveRejected(JsonObject message)
        {
            long seq = message.Long("seq", 0);
            NoticeOrNull = (string)message["message"];
            if ((bool)message["retry"])
            {
                if (m_RetryDueMs == 0) m_RetryDueMs = m_Facts.NowMs + k_RetryMs;
                return;
            }
            SentChange sent = m_Outbox.AnsweredOrNull(seq);
            var code = (string)message["code"];
            if (sent == null) return;
            foreach (string uuid in sent.FieldsByUuid.Keys) TakeBack(uuid, sent, code);
            Request("resync");
        }

        // The hub refused a write: whatever it says about these fields next, it says with authority.
        private void TakeBack(string uuid, SentChange sent, string code)
        {
            ShadowEntity entity = m_Shadow.EntityOrNull(uuid);
            Tombstone tombstone = m_Shadow.TombstoneOrNull(uuid);
            if (tombstone != null && tombstone.Stamp == sent.Stamp) tombstone.Stamp = 0;
            if (entity == null) return;
            if (code == "E_KIND" || code == "E_DUPLICATE_UUID")
            {
                m_Shadow.Bury(uuid, new Tombstone { IsRemote = true });
                m_Scene.Reidentify(uuid);
                m_IsStructureDirty = true;
                return;
            }
            if (entity.LifeStamp == sent.Stamp) entity.LifeStamp = 0;
            foreach (Cell cell in entity.Cells.Values)
            {
                if (cell.Stamp == sent.Stamp) cell.Stamp = 0;
            }
        }

        // Changes are answered in the order of their numbers, so after a "later" everything from the oldest on goes
        // again.
        private void SendAgain()
        {
            m_RetryDueMs = 0;
            foreach (SentChange sent in m_Outbox.InFlight) Send(sent);
        }

        private void ReceiveStatus(JsonObject message)
        {
            Verdict = (string)message["verdict"];
            HasPeer = (bool)message["peer"];
            m_Conflicts = ((JsonArray)message["conflicts"]).Count;
        }

        private void ReceiveReindex()
        {
            if (m_Indexer != null || m_NeedsIndex) return;
            ForgetPosition();
            m_Indexer = new Indexer(m_Scene, m_Shadow, m_Clock, m_Outbox, true);
        }

        private void TellState()
        {
            var state = new JsonObject
            {
                { "kind", "state" }, { "epoch", m_Epoch }, { "activity", m_Facts.Activity },
                { "document", m_Facts.Document }, { "unsaved", m_Facts.IsUnsaved }, { "undoSteps", 0 },
            };
            TellIfNew(JsonWriter.Write(state), ref m_ToldState);
            List<string> held = m_Facts.Held;
            if (held.Count > Generated.Limits.HeldMax) held = held.GetRange(0, Generated.Limits.HeldMax);
            var message = new JsonObject { { "kind", "held" }, { "epoch", m_Epoch }, { "uuids", held } };
            bool isQuiet = held.Count == 0 && m_ToldHeld.Length == 0;
            if (!isQuiet) TellIfNew(JsonWriter.Write(message), ref m_ToldHeld);
        }

        private void TellIfNew(string text, ref string told)
        {
            if (text == told) return;
            Session.SendText(text);
            told = text;
        }

        private void TellFault(string code, string sentence, string uuid)
        {
            NoticeOrNull = sentence;
            if (Session.Stage != SessionStage.Live) return;
            var fault = new JsonObject { { "kind", "fault" }, { "code", code }, { "message", sentence }, { "uuid",
                uuid } };
            Session.Send(fault);
        }
    }
}
