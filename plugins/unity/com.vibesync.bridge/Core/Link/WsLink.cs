// One WebSocket to the hub: a receive loop, which also decodes and checks, and a single writer. Runs on the thread
// pool; the editor's main thread only enqueues frames and drains events.
//
// It must never touch the scene, and never cancel a pending receive (that aborts the socket). ClientWebSocket answers
// the hub's pings itself and does not tell, so liveness is judged by Session: an answer that does not come. Abort() is
// synchronous and safe before a domain reload.
using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net.WebSockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace VibeSync.Core
{
    public enum LinkEventKind { Opened, Message, Frame, Unreadable, Closed }

    /// <summary>Something that happened on the socket.</summary>
    public struct LinkEvent
    {
        public LinkEventKind Kind;
        public JsonObject Message;
        public TransformFrame Frame;
        /// <summary>Why a frame was unreadable.</summary>
        public string Code;
    }

    /// <summary>A single connection attempt and, if it succeeds, the connection.</summary>
    public sealed class WsLink
    {
        private const int k_ReceiveBufferBytes = 65536;
        private const int k_ConnectTimeoutMs = 5000;
        /// <summary>Frames waiting to be written; more means the hub does not read, and the link is given up.</summary>
        private const int k_OutgoingMax = 4096;

        private readonly ClientWebSocket m_Socket = new ClientWebSocket();
        private readonly ConcurrentQueue<LinkEvent> m_Events = new ConcurrentQueue<LinkEvent>();
        private readonly ConcurrentQueue<Outgoing> m_Outgoing = new ConcurrentQueue<Outgoing>();
        private readonly SemaphoreSlim m_Wake = new SemaphoreSlim(0);
        private int m_IsClosed;
        private int m_IsFinishing;

        private struct Outgoing
        {
            public WebSocketMessageType Type;
            public byte[] Bytes;
        }

        /// <summary>Raised on a pool thread when there is something to drain.</summary>
        public event Action Woken;

        public bool IsClosed
        {
            get { return m_IsClosed != 0; }
        }

        /// <summary>Everything handed to the socket was written.</summary>
        public bool IsDrained
        {
            get { return m_Outgoing.IsEmpty; }
        }

        public void Open(Uri address)
        {
            m_Socket.Options.AddSubProtocol(Generated.Subprotocol);
            m_Socket.Options.KeepAliveInterval = TimeSpan.FromMilliseconds(Generated.PingIntervalMs);
            Task.Run(() => RunAsync(address));
        }

        public bool TryTake(out LinkEvent taken)
        {
            return m_Events.TryDequeue(out taken);
        }

        public void SendText(string text)
        {
            Enqueue(new Outgoing { Type = WebSocketMessageType.Text, Bytes = Encoding.UTF8.GetBytes(text) });
        }

        public void SendBinary(byte[] bytes)
        {
            Enqueue(new Outgoing { Type = WebSocketMessageType.Binary, Bytes = bytes });
        }

        /// <summary>Closes politely once everything enqueued was written.</summary>
        public void Finish()
        {
            Interlocked.Exchange(ref m_IsFinishing, 1);
            m_Wake.Release();
        }

        /// <summary>Ends the connection now, without waiting for anybody.</summary>
        public void Abort()
        {
            Close();
            m_Socket.Abort();
            m_Wake.Release();
        }

        private void Enqueue(Outgoing frame)
        {
            if (IsClosed) return;
            if (m_Outgoing.Count >= k_OutgoingMax)
            {
                Abort();
                return;
            }
            m_Outgoing.Enqueue(frame);
            m_Wake.Release();
        }

        private async Task RunAsync(Uri address)
        {
            try
            {
                Task connecting = m_Socket.ConnectAsync(address, CancellationToken.None);
                if (await Task.WhenAny(connecting, Task.Delay(k_ConnectTimeoutMs)) != connecting)
                    throw new TimeoutException();
                await connecting;
                Raise(new LinkEvent { Kind = LinkEventKind.Opened });
                Task writing = WriteLoopAsync();
                Task abortingOnFault = writing.ContinueWith(_ => Abort(), TaskContinuationOptions.OnlyOnFaulted);
                await ReceiveLoopAsync();
                Close();
                m_Wake.Release();
                await Task.WhenAny(writing, abortingOnFault);
            }
            catch (Exception exception)
            {
                // Whatever the socket did, the consequence is the same: this link is over and another one is tried.
                if (exception is OutOfMemoryException) throw;
            }
            finally
            {
                Close();
                m_Wake.Release();
                m_Socket.Dispose();
            }
        }

        private async Task ReceiveLoopAsync()
        {
            var buffer = new ArraySegment<byte>(new byte[k_ReceiveBufferBytes]);
            var whole = new MemoryStream();
            while (!IsClosed)
            {
                Task<WebSocketReceiveResult> receiving = m_Socket.ReceiveAsync(buffer, CancellationToken.None);
                WebSocketReceiveResult part = await receiving;
                if (part.MessageType == WebSocketMessageType.Close) return;
                whole.Write(buffer.Array, 0, part.Count);
                if (whole.Length > Generated.Limits.TextFrameBytesMax) return;
                if (!part.EndOfMessage) continue;
                bool isText = part.MessageType == WebSocketMessageType.Text;
                byte[] bytes = whole.ToArray();
                whole.SetLength(0);
                Raise(isText ? Codec.DecodeText(bytes) : Codec.DecodeBinary(bytes));
            }
        }

        private async Task WriteLoopAsync()
        {
            while (!IsClosed)
            {
                Outgoing frame;
                while (!IsClosed && m_Outgoing.TryPeek(out frame))
                {
                    await m_Socket.SendAsync(new ArraySegment<byte>(frame.Bytes), frame.Type, true,
                        CancellationToken.None);
                    m_Outgoing.TryDequeue(out frame);
                }
                if (m_IsFinishing != 0) break;
                await m_Wake.WaitAsync();
            }
            if (IsClosed) return;
            await m_Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }

        private void Raise(LinkEvent raised)
        {
            m_Events.Enqueue(raised);
            Action woken = Woken;
            if (woken != null) woken();
        }

        private void Close()
        {
            if (Interlocked.Exchange(ref m_IsClosed, 1) == 0) Raise(new LinkEvent { Kind = LinkEventKind.Closed });
        }
    }
}
