"""Proves to the hub, and has it prove first, that both know the token, which never crosses the wire ([WIRE-2])."""
import hashlib
import hmac
import secrets
from typing import Any, Dict

Hello = Dict[str, Any]


def make_nonce() -> str:
    """64 hex digits that nobody can guess."""
    return secrets.token_hex(32)


def proof_of(side: str, token: str, hello: Hello, server_nonce: str) -> str:
    """The proof of `side` ("hub" or "editor") for this hello and the hub's nonce: 64 lower-case hex digits."""
    project = hello["project"] if hello["project"] is not None else "-"
    parts = (
        "vibesync", side, hello["nonce"], server_nonce, hello["role"], hello["instance"], project,
        str(hello["protocol"]["max"]),
    )
    return hmac.new(token.encode("utf-8"), "|".join(parts).encode("utf-8"), hashlib.sha256).hexdigest()


def is_proof_of(proof: str, side: str, token: str, hello: Hello, server_nonce: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(proof, proof_of(side, token, hello, server_nonce))
