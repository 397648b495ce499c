// The life of the connection, driven from the editor's main thread: find the hub, connect, greet, live, lose it, try
// again.
//
//   Off --Start--> Waiting --due--> Greeting --challenge--> Proving --welcome--> Live --closed--> Waiting
//
// Attempts follow at 0, 1, 3, 5, 10, 10 ... s, and at once when the discovery file changes: a hub that comes back is
// found without a click. A hub that owes an answer and says nothing for `SilenceMaxMs` is given up. It knows nothing of
// the scene.
using System;

namespace VibeSync.Core
{
    public enum SessionStage { Off, Waiting, Greeting, Proving, Live }

    /// <summary>What the session asks of its owner.</summary>
    public interface ISessionOwner
    {
        string ProjectOrNull { get; }
        /// <summary>The hello for a fresh greeting.</summary>
        JsonObject Hello(Greeting greeting);
        void Welcomed(JsonObject welcome);
        void Received(JsonObject message);
        void Received(TransformFrame frame);
        void Lost();
        /// <summary>Whether the hub owes an answer.</summary>
        bool IsAwaiting { get; }
    }

    /// <summary>Connects, greets and reconnects.</summary>
    public sealed class Session
    {
        private const int k_GreetingTimeoutMs = 5000;
        private const int k_DiscoveryLookMs = 250;
        private const int k_UnreadableMax = 5;
        private static readonly int[] s_DelaysMs = { 0, 1000, 3000, 5000, 10000 };

        private readonly ISessionOwner m_Owner;
        private readonly string m_Instance;
        private WsLink m_Link;
        private Greeting m_Greeting;
        private Discovery m_Discovery;
        private int m_Attempts;
        private int m_Unreadable;
        private double m_DueMs;
        private double m_LookMs;
        private double m_HeardMs;

        public SessionStage Stage { get; private set; }

        /// <summary>Why the hub did not take us; null when it did, or was not asked.</summary>
        public string RefusalOrNull { get; private set; }

        /// <summary>Raised on a pool thread when a frame has arrived.</summary>
        public event Action Woken;

        public Session(ISessionOwner owner, string instance)
        {
            m_Owner = owner;
            m_Instance = instance;
        }

        public void Start()
        {
            if (Stage != SessionStage.Off) return;
            Stage = SessionStage.Waiting;
            m_Attempts = 0;
            m_DueMs = 0;
        }

        /// <summary>Says goodbye where that is possible, and connects no more.</summary>
        public void Stop(string reason)
        {
            if (m_Link != null && Stage == SessionStage.Live)
            {
                Send(new JsonObject { { "kind", "bye" }, { "reason", reason } });
                m_Link.Finish();
                m_Link = null;
                m_Owner.Lost();
            }
            Drop();
            Stage = SessionStage.Off;
        }

        /// <summary>Greets anew: another document is open, which may belong to another project.</summary>
        public void Reconnect()
        {
            Stop("disconnect");
            Start();
        }

        /// <summary>Before a domain reload or the end: says goodbye if that takes no time, and drops the socket at
        /// once.</summary>
        public void Abort(string reason, int byeGraceMs)
        {
            if (m_Link != null && Stage == SessionStage.Live)
            {
                Send(new JsonObject { { "kind", "bye" }, { "reason", reason } });
                var clock = System.Diagnostics.Stopwatch.StartNew();
                while (!m_Link.IsDrained && !m_Link.IsClosed && clock.ElapsedMilliseconds < byeGraceMs)
                {
                    System.Threading.Thread.Sleep(1);
                }
            }
            Drop();
            Stage = SessionStage.Off;
        }

        public void Send(JsonObject message)
        {
            if (m_Link != null) m_Link.SendText(JsonWriter.Write(message));
        }

        public void SendText(string text)
        {
            if (m_Link != null) m_Link.SendText(text);
        }

        public void SendBinary(byte[] bytes)
        {
            if (m_Link != null) m_Link.SendBinary(bytes);
        }

        public void Tick(double nowMs)
        {
            if (Stage == SessionStage.Off) return;
            if (m_Link == null) TryConnect(nowMs);
            LinkEvent taken;
            while (m_Link != null && m_Link.TryTake(out taken)) Handle(taken, nowMs);
            if (m_Link == null) return;
            bool isGreeting = Stage != SessionStage.Live;
            double patienceMs = isGreeting ? k_GreetingTimeoutMs : Generated.SilenceMaxMs;
            if (!isGreeting && !m_Owner.IsAwaiting) m_HeardMs = nowMs;
            if (nowMs - m_HeardMs > patienceMs) Lose(nowMs);
        }

        private void TryConnect(double nowMs)
        {
            bool isNew = nowMs >= m_LookMs && IsHubNew(nowMs);
            if (nowMs < m_DueMs && !isNew) return;
            m_Discovery = Discovery.ReadOrNull();
            if (m_Discovery == null)
            {
                Postpone(nowMs);
                return;
            }
            m_HeardMs = nowMs;
            m_Unreadable = 0;
            Stage = SessionStage.Greeting;
            m_Link = new WsLink();
            m_Link.Woken += () => { if (Woken != null) Woken(); };
            m_Link.Open(m_Discovery.Address);
        }

        private bool IsHubNew(double nowMs)
        {
            m_LookMs = nowMs + k_DiscoveryLookMs;
            Discovery found = Discovery.ReadOrNull();
            return found != null && (m_Discovery == null || found.Token != m_Discovery.Token);
        }

        private void Handle(LinkEvent taken, double nowMs)
        {
            m_HeardMs = nowMs;
            switch (taken.Kind)
            {
                case LinkEventKind.Opened:
                    m_Greeting = new Greeting(m_Discovery, m_Instance, m_Owner.ProjectOrNull);
                    Send(m_Owner.Hello(m_Greeting));
                    break;
                case LinkEventKind.Message:
                    HandleMessage(taken.Message, nowMs);
                    break;
                case LinkEventKind.Frame:
                    if (Stage == SessionStage.Live) m_Owner.Received(taken.Frame);
                    break;
                case LinkEventKind.Unreadable:
                    HandleUnreadable(taken.Code, nowMs);
                    break;
                case LinkEventKind.Closed:
                    Lose(nowMs);
                    break;
            }
        }

        private void HandleMessage(JsonObject message, double nowMs)
        {
            var kind = (string)message["kind"];
            if (kind == "refused")
            {
                RefusalOrNull = (string)message["message"];
                Lose(nowMs);
            }
            else if (Stage == SessionStage.Greeting && kind == "challenge") Prove(message, nowMs);
            else if (Stage == SessionStage.Proving && kind == "welcome") Welcome(message);
            else if (Stage == SessionStage.Live && kind != "challenge" && kind != "welcome") m_Owner.Received(message);
            else Lose(nowMs);
        }

        private void Prove(JsonObject challenge, double nowMs)
        {
            JsonObject auth = m_Greeting.AuthOrNull(challenge);
            if (auth == null)
            {
                RefusalOrNull = Generated.ErrorSentence["E_UNAUTHENTICATED"];
                Lose(nowMs);
                return;
            }
            Stage = SessionStage.Proving;
            Send(auth);
        }

        private void Welcome(JsonObject welcome)
        {
            Stage = SessionStage.Live;
            RefusalOrNull = null;
            m_Attempts = 0;
            m_Owner.Welcomed(welcome);
        }

        private void HandleUnreadable(string code, double nowMs)
        {
            if (Stage == SessionStage.Live)
            {
                string sentence = Generated.ErrorSentence[code];
                Send(new JsonObject { { "kind", "fault" }, { "code", code }, { "message", sentence } });
            }
            if (++m_Unreadable >= k_UnreadableMax || Stage != SessionStage.Live) Lose(nowMs);
        }

        private void Lose(double nowMs)
        {
            bool wasLive = Stage == SessionStage.Live;
            Drop();
            Stage = SessionStage.Waiting;
            Postpone(nowMs);
            if (wasLive) m_Owner.Lost();
        }

        private void Postpone(double nowMs)
        {
            m_DueMs = nowMs + s_DelaysMs[Math.Min(m_Attempts, s_DelaysMs.Length - 1)];
            m_Attempts++;
        }

        private void Drop()
        {
            if (m_Link != null) m_Link.Abort();
            m_Link = null;
        }
    }
}
