"""The greeting on a fresh socket: hello -> challenge -> auth -> welcome. The hub proves itself before the add-on does.
"""
from typing import Any, Dict

from ..protocol.codec import decode_text, encode_text
from ..protocol.faults import WireError
from .discovery import Discovery
from .pairing import is_proof_of, make_nonce, proof_of
from .websocket import TEXT, WebSocket

Message = Dict[str, Any]


class Refused(WireError):
    """The hub said no, with a reason for the artist."""


def greet(socket: WebSocket, discovery: Discovery, hello: Message) -> Message:
    """Sends `hello` (without nonce), and answers with the hub's welcome. Raises Refused, WireError, OSError."""
    hello = dict(hello, nonce=make_nonce())
    socket.send(TEXT, encode_text(hello))
    challenge = _expect(socket, "challenge")
    if not is_proof_of(challenge["proof"], "hub", discovery.token, hello, challenge["nonce"]):
        raise WireError("E_UNAUTHENTICATED", "The program on the hub's port is not this user's VibeSync.")
    proof = proof_of("editor", discovery.token, hello, challenge["nonce"])
    socket.send(TEXT, encode_text({"kind": "auth", "proof": proof}))
    return _expect(socket, "welcome")


def _expect(socket: WebSocket, kind: str) -> Message:
    opcode, data = socket.receive()
    if opcode != TEXT:
        raise ConnectionError("the hub closed the connection during the greeting")
    message = decode_text(data.decode("utf-8", "replace"))
    if message["kind"] == "refused":
        raise Refused(message["code"], message["message"])
    if message["kind"] != kind:
        raise WireError("E_UNEXPECTED")
    return message
