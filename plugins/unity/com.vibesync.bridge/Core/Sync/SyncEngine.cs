// The core's one turn: receive -> capture -> index or apply -> send, with everything the parts need joined here.
//
// The Editor assembly calls Tick from the editor's update, tells of events (dirty, structure, undo, document, activity)
// and implements the live scene; nothing else of the core needs to be known to it. Main thread only. Messages are taken
// apart in HubMessages.cs, the other half of this class.
using System;
using System.Collections.Generic;
using System.Diagnostics;

namespace VibeSync.Core
{
    /// <summary>What the editor is right now.</summary>
    public sealed class TickFacts
    {
        public double NowMs;
        /// <summary>One of the protocol's activities.</summary>
        public string Activity = "idle";
        public JsonObject Document;
        public bool IsUnsaved;
        /// <summary>What the user holds.</summary>
        public List<string> Held = new List<string>();
    }

    /// <summary>The link between one live scene and the hub.</summary>
    public sealed partial class SyncEngine : ISessionOwner
    {
        private const double k_ApplyBudgetMs = 4;
        private const double k_PollBudgetMs = 2;
        private const double k_PollPeriodMs = 1000;
        private const double k_SendPeriodMs = 15;

        private readonly ILiveScene m_Scene;
        private readonly EditorFacts m_Editor;
        private readonly HashSet<string> m_Dirty = new HashSet<string>(StringComparer.Ordinal);
        private readonly Incoming m_Incoming = new Incoming();
        private ShadowScene m_Shadow = new ShadowScene();
        private Outbox m_Outbox = new Outbox();
        private StampClock m_Clock = new StampClock();
        private Capture m_Capture;
        private Applier m_Applier;
        private Verifier m_Verifier;
        private ChangeWriter m_Writer;
        private Indexer m_Indexer;
        private TickFacts m_Facts = new TickFacts();
        private long m_Epoch;
        private bool m_IsStructureDirty;
        private bool m_IsStructureHinted;
        private bool m_IsUndone;
        private bool m_IsPolling;
        private double m_PollMs;
        private double m_SendMs;
        private bool m_HasBase;
        private bool m_IsTracking;
        private bool m_NeedsIndex;
        private bool m_IsEpochOpen;

        public readonly Session Session;

        /// <summary>Raised with the project's id when the hub has taken the document in.</summary>
        public event Action<string> Linked;

        /// <summary>Raised when the scene was written, so that the editor can redraw and mark it unsaved.</summary>
        public event Action Written;

        public string ProjectOrNull { get; private set; }

        public ShadowScene Shadow
        {
            get { return m_Shadow; }
        }

        public SyncEngine(ILiveScene scene, EditorFacts editor)
        {
            m_Scene = scene;
            m_Editor = editor;
            Session = new Session(this, editor.Instance);
            Join();
        }

        /// <summary>Whether the scene was listed, so that edits are noticed.</summary>
        public bool IsTracking
        {
            get { return m_IsTracking; }
        }

        public bool IsAwaiting
        {
            get { return m_Outbox.InFlight.Count > 0; }
        }

        /// <summary>Changes that the hub has not accepted yet.</summary>
        public int OutgoingCount
        {
            get { return m_Outbox.Count; }
        }

        /// <summary>Changes that the scene does not show yet, for whatever reason.</summary>
        public int IncomingCount
        {
            get { return m_Incoming.Count; }
        }

        public void MarkDirty(string uuid)
        {
            m_Dirty.Add(uuid);
        }

        public void MarkStructure()
        {
            m_IsStructureDirty = true;
        }

        /// <summary>Something in the hierarchy may have changed, for whatever reason: to be looked at before the next
        /// poll.</summary>
        public void HintStructure()
        {
            m_IsStructureHinted = true;
        }

        public void MarkUndo()
        {
            m_IsUndone = true;
        }

        /// <summary>
        /// Another scene is open: a new epoch. <paramref name="sidecarOrNull"/> is what was agreed when it was saved.
        /// </summary>
        public void OpenDocument(string projectOrNull, Sidecar sidecarOrNull, string saveId)
        {
            m_Shadow.Clear();
            m_Outbox.Clear();
            m_Incoming.Clear();
            m_ResyncLsn = 0;
            m_Dirty.Clear();
            m_Indexer = null;
            m_IsTracking = false;
            ForgetPosition();
            m_IsUndone = false;
            m_HasBase = sidecarOrNull != null && sidecarOrNull.TryRead(saveId, m_Shadow, m_Clock);
            NextEpoch();
            bool isOther = Session.Stage == SessionStage.Live && projectOrNull != null
                && projectOrNull != ProjectOrNull;
            ProjectOrNull = projectOrNull;
            if (isOther) Session.Reconnect();
            else if (Session.Stage == SessionStage.Live)
            {
                m_NeedsIndex = true;
                Linked(m_HubProject);
            }
        }

        /// <summary>Captures everything at once: before a save, a reload or Play Mode.</summary>
        public void CaptureAll()
        {
            if (!m_IsTracking || m_Indexer != null || !IsEditable) return;
            CaptureEvents();
            m_Capture.All();
        }

        /// <summary>After Play Mode: whatever it left changed goes back to what it was before.</summary>
        public void PutBack()
        {
            m_Dirty.Clear();
            m_IsStructureDirty = true;
            if (m_IsTracking) m_Capture.PutBack();
        }

        /// <summary>One turn. Never throws for what the hub or the disk did.</summary>
        public void Tick(TickFacts facts)
        {
            m_Facts = facts;
            Session.Tick(facts.NowMs);
            bool isLive = Session.Stage == SessionStage.Live;
            if (isLive) TellState();
            if (!IsEditable) return;
            if (isLive && m_NeedsIndex) BeginIndex();
            if (m_Indexer != null) ContinueIndex();
            else if (m_IsTracking)
            {
                CaptureEvents();
                Poll();
                if (isLive && m_Applier.Run(Budget(k_ApplyBudgetMs))) Written();
                NoteResumable();
                if (isLive) SendChanges();
            }
        }

        /// <summary>The state to keep over a domain reload.</summary>
        public SavedState Save()
        {
            return new SavedState
            {
                Instance = m_Editor.Instance, Epoch = m_Epoch, Lsn = m_Incoming.AppliedLsn, LogOrNull = m_Log,
                ProjectOrNull = ProjectOrNull, IsTracking = m_IsTracking && m_Indexer == null,
                IsResumable = m_IsResumable && m_Indexer == null, HasBase = m_HasBase,
                Shadow = m_Shadow, Outbox = m_Outbox, Clock = m_Clock,
            };
        }

        /// <summary>Goes on from a state of before the reload.</summary>
        public void Restore(SavedState state)
        {
            m_Epoch = state.Epoch;
            m_Log = state.LogOrNull;
            ProjectOrNull = state.ProjectOrNull;
            m_HubProject = state.ProjectOrNull;
            m_IsTracking = state.IsTracking;
            m_IsResumable = state.IsResumable;
            m_IsEpochOpen = state.IsTracking;
            m_HasBase = state.HasBase;
            m_Incoming.LastLsn = state.Lsn;
            m_Shadow = state.Shadow;
            m_Outbox = state.Outbox;
            m_Clock = state.Clock;
            Join();
        }

        private bool IsEditable
        {
            get { return m_Facts.Activity == "idle" || m_Facts.Activity == "editing"; }
        }

        private void Join()
        {
            m_Outbox.SeenOf = m_Incoming.SeenOf;
            m_Capture = new Capture(m_Scene, m_Shadow, m_Outbox, m_Clock);
            m_Applier = new Applier(m_Scene, m_Shadow, m_Outbox, m_Capture, m_Incoming);
            m_Verifier = new Verifier(m_Scene, m_Outbox, m_Capture, m_Incoming, m_Applier);
            m_Writer = new ChangeWriter(m_Shadow, m_Outbox, m_Clock);
            m_Capture.Faulted += TellFault;
            m_Applier.Faulted += (code, uuid) => TellFault(code, Generated.ErrorSentence[code], uuid);
            m_Applier.Reached += Answer;
        }

        private void CaptureEvents()
        {
            if (m_IsUndone) m_Capture.AfterUndo();
            else if (m_IsStructureDirty) m_Capture.Structure();
            m_IsUndone = false;
            m_IsStructureDirty = false;
            var dirty = new List<string>(m_Dirty);
            m_Dirty.Clear();
            foreach (string uuid in dirty) m_Capture.Entity(uuid);
        }

        private void Poll()
        {
            if (!m_IsPolling && m_Facts.NowMs - m_PollMs < k_PollPeriodMs) return;
            if (!m_IsPolling && m_IsStructureHinted)
            {
                m_IsStructureHinted = false;
                m_Capture.Structure();
            }
            m_IsPolling = !m_Capture.Poll(Budget(k_PollBudgetMs));
            if (!m_IsPolling) m_PollMs = m_Facts.NowMs;
        }

        // An epoch in which something was numbered or listed cannot be listed again from the start: seq would not begin
        // at 1.
        private void BeginIndex()
        {
            m_NeedsIndex = false;
            m_IsStructureDirty = false;
            if (m_IsEpochOpen) NextEpoch();
            m_IsEpochOpen = true;
            ForgetPosition();
            TellState();
            m_Indexer = new Indexer(m_Scene, m_Shadow, m_Clock, m_Outbox, m_HasBase || m_IsTracking);
            m_Outbox.ClearInFlight();
        }

        private void ContinueIndex()
        {
            m_Indexer.Run(m_Epoch, Session.SendText, Budget(k_ApplyBudgetMs));
            if (!m_Indexer.IsComplete) return;
            m_Indexer = null;
            m_IsTracking = true;
        }

        private void SendChanges()
        {
            if (m_Facts.NowMs - m_SendMs < k_SendPeriodMs) return;
            m_SendMs = m_Facts.NowMs;
            if (m_RetryDueMs > m_Facts.NowMs) return;
            if (m_RetryDueMs > 0) SendAgain();
            foreach (SentChange sent in m_Writer.Write(m_Epoch)) Send(sent);
        }

        private void Send(SentChange sent)
        {
            if (sent.TextOrNull != null) Session.SendText(sent.TextOrNull);
            else Session.SendBinary(sent.BytesOrNull);
        }

        // Seconds since 1970: above every earlier epoch of this scene, in this process and the ones before it.
        private void NextEpoch()
        {
            var start = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            m_Epoch = Math.Max(m_Epoch + 1, (long)(DateTime.UtcNow - start).TotalSeconds);
            m_IsEpochOpen = false;
        }

        private static Func<bool> Budget(double budgetMs)
        {
            Stopwatch clock = Stopwatch.StartNew();
            return () => clock.Elapsed.TotalMilliseconds >= budgetMs;
        }
    }
}
