"""The state in the five words that every VibeSync window uses, and the verdict in a sentence. No bpy."""
from typing import NamedTuple

STATES = ("In step", "Sending", "Held", "Conflict", "One side only")

_VERDICTS = {
    "live": "Live", "waiting": "Waiting", "paused": "Paused", "safe-mode": "Safe mode", "needs-you": "Needs you",
    "stopped": "Stopped",
}


class Situation(NamedTuple):
    """What the words are chosen from."""

    is_linked: bool
    has_peer: bool
    conflicts: int
    is_held: bool
    queue: int


def state_word(now: Situation) -> str:
    """One of the five words; the gravest that applies."""
    if not now.is_linked or not now.has_peer:
        return "One side only"
    if now.conflicts:
        return "Conflict"
    if now.is_held:
        return "Held"
    return "Sending" if now.queue else "In step"


def verdict_word(verdict: str) -> str:
    """The hub's verdict."""
    return _VERDICTS.get(verdict, "Stopped")
