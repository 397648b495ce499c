"""A WebSocket client of the standard library alone (RFC 6455): text, binary, fragments, ping, pong, close.

Blocking; used by the link's threads only. One thread reads, any thread may write. Frames are masked with an
unpredictable key; long messages leave in fragments, because masking a long one in one go would hold the interpreter
lock for tens of milliseconds and with it Blender's main thread.
"""
import base64
import hashlib
import os
import socket
import struct
import threading
import time
from typing import Dict, List, NamedTuple, Tuple

from ..protocol.faults import WireError

_ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_FRAGMENT_BYTES = 262_144
_HEADER_LINES_MAX = 64
_HEADER_LINE_BYTES_MAX = 4_096
_FRAGMENTS_MAX = 1_024

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_CONTINUATION = 0


class Target(NamedTuple):
    """What to connect to."""

    host: str
    port: int
    path: str
    subprotocol: str


class WebSocket:
    """One open connection. OSError and WireError both mean: this connection is over."""

    def __init__(self, target: Target, timeout_s: float, message_bytes_max: int) -> None:
        self._message_bytes_max = message_bytes_max
        self._write_lock = threading.Lock()
        self._socket = socket.create_connection((target.host, target.port), timeout_s)
        self.heard_s = time.monotonic()
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._file = self._socket.makefile("rb", buffering=1 << 16)
            self._upgrade(target)
        except BaseException:
            self._socket.close()
            raise

    def set_timeout(self, timeout_s: float) -> None:
        """How long one read or write may take; liveness is the pings' business."""
        self._socket.settimeout(timeout_s)

    def send(self, kind: int, data: bytes) -> None:
        """Sends one message, fragmented when long."""
        first = True
        with self._write_lock:
            while first or data:
                part, data = data[:_FRAGMENT_BYTES], data[_FRAGMENT_BYTES:]
                self._send_frame(kind if first else _CONTINUATION, part, not data)
                first = False

    def receive(self) -> Tuple[int, bytes]:
        """The next message as (TEXT | BINARY | CLOSE, bytes). Pings are answered on the way."""
        kind, parts, size = 0, [], 0  # type: int, List[bytes], int
        while True:
            is_final, opcode, data = self._read_frame()
            if opcode == CLOSE:
                return CLOSE, data
            if opcode == PING:
                self.send(PONG, data)
            elif opcode in (TEXT, BINARY, _CONTINUATION):
                if (opcode == _CONTINUATION) != bool(parts):
                    raise WireError("E_MALFORMED", "A fragment arrived out of order.")
                kind = opcode or kind
                parts.append(data)
                size += len(data)
                if size > self._message_bytes_max or len(parts) > _FRAGMENTS_MAX:
                    raise WireError("E_OVERSIZED")
                if is_final:
                    return kind, b"".join(parts)
            elif opcode != PONG:
                raise WireError("E_MALFORMED", "A frame is of an unknown kind.")

    def close(self) -> None:
        """Says goodbye when possible, and wakes the thread that reads."""
        try:
            self.send(CLOSE, struct.pack("!H", 1000))
        except OSError:
            pass
        self.abort()

    def abort(self) -> None:
        """Ends the connection at once."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()

    def _upgrade(self, target: Target) -> None:
        key = base64.b64encode(os.urandom(16))
        host = "[%s]" % target.host if ":" in target.host else target.host
        lines = (
            "GET %s HTTP/1.1" % target.path, "Host: %s:%d" % (host, target.port), "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Key: %s" % key.decode("ascii"), "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: %s" % target.subprotocol,
        )
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
        status = self._file.readline(_HEADER_LINE_BYTES_MAX)
        headers = self._read_headers()
        wanted = base64.b64encode(hashlib.sha1(key + _ACCEPT_GUID).digest())
        if b" 101 " not in status or headers.get(b"sec-websocket-accept") != wanted:
            raise ConnectionError("the hub did not accept the connection")
        if headers.get(b"sec-websocket-protocol") != target.subprotocol.encode("ascii"):
            raise WireError("E_PROTOCOL_VERSION")

    def _read_headers(self) -> Dict[bytes, bytes]:
        headers: Dict[bytes, bytes] = {}
        for _ in range(_HEADER_LINES_MAX):
            line = self._file.readline(_HEADER_LINE_BYTES_MAX)
            if line in (b"\r\n", b""):
                return headers
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()
        raise ConnectionError("the answer has too many headers")

    def _send_frame(self, opcode: int, data: bytes, is_final: bool) -> None:
        size = len(data)
        head = bytes(((0x80 if is_final else 0) | opcode,))
        if size < 126:
            head += bytes((0x80 | size,))
        elif size < 1 << 16:
            head += struct.pack("!BH", 0x80 | 126, size)
        else:
            head += struct.pack("!BQ", 0x80 | 127, size)
        key = os.urandom(4)
        self._socket.sendall(head + key + _masked(data, key))

    def _read_frame(self) -> Tuple[bool, int, bytes]:
        first, second = self._read(2)
        size = second & 127
        if first & 0x70 or second & 0x80:
            raise WireError("E_MALFORMED", "A frame has bits set that were not agreed on.")
        if size == 126:
            (size,) = struct.unpack("!H", self._read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._read(8))
        if size > self._message_bytes_max:
            raise WireError("E_OVERSIZED")
        data = self._read(size)
        self.heard_s = time.monotonic()
        return bool(first & 0x80), first & 15, data

    def _read(self, size: int) -> bytes:
        data: bytes = self._file.read(size)
        if len(data) < size:
            raise ConnectionError("the connection ended")
        return data


def _masked(data: bytes, key: bytes) -> bytes:
    size = len(data)
    if size == 0:
        return data
    stream = (key * ((size + 3) // 4))[:size]
    return (int.from_bytes(data, "little") ^ int.from_bytes(stream, "little")).to_bytes(size, "little")


__all__: List[str] = ["BINARY", "CLOSE", "PING", "PONG", "TEXT", "Target", "WebSocket"]
