"""Stamps order the writes to one field: the higher one wins, whatever order they arrive in (`lamport x 16 + writer`).
"""
from .generated import WRITERS

_WRITERS_PER_LAMPORT = 16


def stamp_of(lamport: int, writer: str) -> int:
    """The stamp that `writer` makes at `lamport`."""
    return lamport * _WRITERS_PER_LAMPORT + WRITERS[writer]


class StampClock:
    """Blender's logical clock. Its next stamp is above every stamp it has seen or made ([WIRE-8])."""

    def __init__(self, seen: int = 0) -> None:
        self._lamport = seen // _WRITERS_PER_LAMPORT

    def observe(self, stamp: int) -> None:
        """Takes note of a stamp made elsewhere."""
        self._lamport = max(self._lamport, stamp // _WRITERS_PER_LAMPORT)

    def make(self) -> int:
        """A new stamp of Blender's."""
        self._lamport += 1
        return stamp_of(self._lamport, "blender")

    def has_seen_above(self, stamp: int) -> bool:
        """Whether a stamp of a later lamport was seen or made since."""
        return self._lamport > stamp // _WRITERS_PER_LAMPORT

    def skip(self, steps: int) -> None:
        """Leaves room for stamps that others make and this clock will not see."""
        self._lamport += steps

    @property
    def latest(self) -> int:
        """Not below any stamp seen or made; what a sidecar keeps."""
        return self._lamport * _WRITERS_PER_LAMPORT + _WRITERS_PER_LAMPORT - 1
