"""The link as the main thread sees it: two queues. Behind them, daemon threads connect, greet, read, write and ping.

Owns: the sockets, the threads, reconnecting (0.5 s doubling to 10 s, with jitter, reading the discovery file each
time).
Never: touches bpy, blocks the caller, or lets a message meant for one connection leave on the next (every connection
has a number, and messages carry it).
"""
import queue
import random
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

from ..protocol.codec import Frame, decode_frame, decode_text, encode_frame, encode_text
from ..protocol.faults import WireError
from ..protocol.generated import LIMITS, PING_INTERVAL_MS, SILENCE_MAX_MS, SOCKET_PATH, SUBPROTOCOL
from .discovery import announcement_or_none, discovery_or_none, discovery_path
from .greeting import greet
from .websocket import BINARY, CLOSE, PING, TEXT, Target, WebSocket

Message = Dict[str, Any]

_RETRY_FIRST_S = 0.5
_RETRY_MAX_S = 10.0
_RETRY_JITTER = 0.25
_GREETING_TIMEOUT_S = 5.0
# One read or write that takes longer belongs to a dead connection; pings notice it earlier.
_SOCKET_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 2.0


class Opened(NamedTuple):
    """A connection is greeted and may be used under `number`."""

    number: int
    welcome: Message


class Closed(NamedTuple):
    """The connection is over, or could not be made; the next attempt follows by itself."""

    number: int
    code: Optional[str]
    message: str


class Received(NamedTuple):
    """A checked message or transform frame."""

    number: int
    content: Union[Message, Frame]


class Unreadable(NamedTuple):
    """Something came in that broke the protocol; it had no effect."""

    number: int
    code: str
    message: str


Event = Union[Opened, Closed, Received, Unreadable]


class Channel:
    """Starts with `start`, ends with `stop`; between them reconnects for ever."""

    def __init__(self, hello: Callable[[], Message]) -> None:
        """`hello` makes the current greeting (without nonce); it is called on the link's thread and must be quick."""
        self._hello = hello
        self._events: "queue.SimpleQueue[Event]" = queue.SimpleQueue()
        self._outgoing: "queue.SimpleQueue[Tuple[int, Union[Message, Frame, None]]]" = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._socket: Optional[WebSocket] = None
        self._number = 0
        self._threads: List[threading.Thread] = []

    def start(self) -> None:
        """Begins to look for the hub."""
        assert not self._threads, "a channel starts once"
        for run in (self._run_reader, self._run_writer):
            thread = threading.Thread(target=run, name="vibesync-link", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Ends the connection and the threads, after what was queued has left. Safe to call twice."""
        self._outgoing.put((0, None))
        if len(self._threads) > 1:
            self._threads[1].join(_STOP_TIMEOUT_S)
        self._stopping.set()
        socket = self._socket
        if socket is not None:
            socket.close()
        for thread in self._threads:
            thread.join(_STOP_TIMEOUT_S)

    def send(self, number: int, content: Union[Message, Frame]) -> None:
        """Queues a message for connection `number`; dropped when that connection is over."""
        self._outgoing.put((number, content))

    def event_or_none(self) -> Optional[Event]:
        """The next thing that happened."""
        try:
            return self._events.get_nowait()
        except queue.Empty:
            return None

    def _run_reader(self) -> None:
        wait_s = _RETRY_FIRST_S
        while not self._stopping.is_set():
            self._number += 1
            announced = announcement_or_none(discovery_path())
            if self._connect_and_read(self._number):
                wait_s = _RETRY_FIRST_S
            self._wait(wait_s * (1 + random.uniform(-_RETRY_JITTER, _RETRY_JITTER)), announced)
            wait_s = min(wait_s * 2, _RETRY_MAX_S)

    def _wait(self, seconds: float, announced: Optional[int]) -> None:
        """Until the next attempt is due, or a hub announces itself anew."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s and not self._stopping.wait(min(_RETRY_FIRST_S, seconds)):
            now = announcement_or_none(discovery_path())
            if now is not None and now != announced:
                return

    def _connect_and_read(self, number: int) -> bool:
        """One connection's life. Answers whether it was greeted."""
        greeted = False
        code: Optional[str] = None
        reason = ""
        try:
            socket, welcome = self._open()
            self._socket = socket
            greeted = True
            self._events.put(Opened(number, welcome))
            self._read(number, socket)
            reason = "The hub closed the connection."
        except WireError as error:
            code, reason = error.code, error.message
        except OSError as error:
            reason = "The connection to the hub ended: %s." % (error,)
        finally:
            socket_or_none, self._socket = self._socket, None
            if socket_or_none is not None:
                socket_or_none.abort()
        self._events.put(Closed(number, code, reason))
        return greeted

    def _open(self) -> Tuple[WebSocket, Message]:
        discovery = discovery_or_none(discovery_path())
        if discovery is None:
            raise ConnectionError("VibeSync is not running")
        target = Target(discovery.host, discovery.port, SOCKET_PATH, SUBPROTOCOL)
        limit = max(LIMITS["textFrameBytesMax"], LIMITS["binaryFrameBytesMax"])
        socket = WebSocket(target, _GREETING_TIMEOUT_S, limit)
        try:
            welcome = greet(socket, discovery, self._hello())
        except BaseException:
            socket.abort()
            raise
        socket.set_timeout(_SOCKET_TIMEOUT_S)
        return socket, welcome

    def _read(self, number: int, socket: WebSocket) -> None:
        while not self._stopping.is_set():
            opcode, data = socket.receive()
            if opcode == CLOSE:
                return
            try:
                content: Union[Message, Frame]
                content = decode_text(data.decode("utf-8")) if opcode == TEXT else decode_frame(data)
                self._events.put(Received(number, content))
            except UnicodeDecodeError:
                self._events.put(Unreadable(number, "E_MALFORMED", "A text frame was not UTF-8."))
            except WireError as error:
                self._events.put(Unreadable(number, error.code, error.message))

    def _run_writer(self) -> None:
        pinged_s = time.monotonic()
        while not self._stopping.is_set():
            try:
                number, content = self._outgoing.get(timeout=0.5)
                if content is None:
                    return
                self._write(number, content)
            except queue.Empty:
                pass
            if time.monotonic() - pinged_s >= PING_INTERVAL_MS / 1_000:
                pinged_s = time.monotonic()
                self._ping()

    def _write(self, number: int, content: Union[Message, Frame]) -> None:
        socket = self._socket
        if socket is None or number != self._number:
            return
        try:
            if isinstance(content, Frame):
                socket.send(BINARY, encode_frame(content))
            else:
                socket.send(TEXT, encode_text(content))
        except WireError as error:
            self._events.put(Unreadable(number, error.code, error.message))
        except OSError:
            socket.abort()  # the reader notices and reports

    def _ping(self) -> None:
        socket = self._socket
        if socket is None:
            return
        if time.monotonic() - socket.heard_s > SILENCE_MAX_MS / 1_000:
            socket.abort()
            return
        try:
            socket.send(PING, b"")
        except OSError:
            socket.abort()
