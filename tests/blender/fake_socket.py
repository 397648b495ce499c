"""The server's end of one WebSocket, for the fake hub: refuses what the real hub refuses before the upgrade ([WIRE-3]),
insists on masked frames and small fragments, answers pings. Blocking; one thread reads, any thread may send.
"""
import base64
import hashlib
import socket
import struct
import threading
from typing import List, Tuple

import paths  # noqa: F401

from vibesync.protocol.generated import SOCKET_PATH, SUBPROTOCOL

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Peer:
    """The server's end of one WebSocket."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._file = connection.makefile("rb")
        self._lock = threading.Lock()
        self.request = self._upgrade()

    def _upgrade(self) -> List[str]:
        lines: List[str] = []
        while True:
            line = self._file.readline().decode("ascii").strip()
            if not line:
                break
            lines.append(line)
        headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:]}
        assert lines[0].split()[1] == SOCKET_PATH and "origin" not in headers, "[WIRE-3]"
        assert headers["sec-websocket-protocol"] == SUBPROTOCOL, "[WIRE-3]"
        accept = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + _GUID).digest()).decode()
        answer = (
            "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Accept: " + accept, "Sec-WebSocket-Protocol: " + SUBPROTOCOL,
        )
        self._socket.sendall(("\r\n".join(answer) + "\r\n\r\n").encode())
        return lines

    def send(self, opcode: int, data: bytes) -> None:
        size = len(data)
        head = bytes((0x80 | opcode,))
        if size < 126:
            head += bytes((size,))
        elif size < 65536:
            head += struct.pack("!BH", 126, size)
        else:
            head += struct.pack("!BQ", 127, size)
        with self._lock:
            self._socket.sendall(head + data)

    def receive(self) -> Tuple[int, bytes]:
        """The next data message, or (8, b"") at the end. Answers pings; insists on masks and small fragments."""
        kind, parts = 0, []  # type: int, List[bytes]
        while True:
            head = self._file.read(2)
            if len(head) < 2:
                return 8, b""
            size = head[1] & 127
            assert head[1] & 128, "a client masks its frames"
            if size == 126:
                (size,) = struct.unpack("!H", self._file.read(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", self._file.read(8))
            assert size <= 262_144, "long messages leave in fragments"
            key = self._file.read(4)
            stream = int.from_bytes((key * (size // 4 + 1))[:size], "little")
            data = (int.from_bytes(self._file.read(size), "little") ^ stream).to_bytes(size, "little")
            opcode = head[0] & 15
            if opcode == 8:
                return 8, data
            if opcode == 9:
                self.send(10, data)
            elif opcode in (0, 1, 2):
                kind = opcode or kind
                parts.append(data)
                if head[0] & 128:
                    return kind, b"".join(parts)

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()
