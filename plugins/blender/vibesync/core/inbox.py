"""What the hub sent and the scene has not taken yet: applied in order, a little per tick, never what the user holds.

Operations, and the questions between them, keep the order in which they came ([WIRE-23]). An operation on something
that the user holds steps aside and waits there, later writes to the same thing joining it, while the others go on
([WIRE-24]). A question (`verify`) is answered when everything before it was applied or waits ([WIRE-25]).
"""
from collections import deque
from typing import Any, Deque, Dict, List, NamedTuple, Optional, Set

from ..protocol.codec import Frame
from ..protocol.generated import MASK_BITS

Operation = Dict[str, Any]

_SLICES = {"translation": slice(0, 3), "rotation": slice(3, 7), "scale": slice(7, 10)}


class Item(NamedTuple):
    """`lsn`: the position that is reached when this item is done; None inside a message."""

    op: Optional[Operation]
    verify: Optional[Dict[str, Any]]
    lsn: Optional[int]


class Inbox:
    """The queue of one connection's writes and the waiting room of held ones."""

    def __init__(self) -> None:
        self._queue: Deque[Item] = deque()
        self._waiting: Dict[str, List[Operation]] = {}

    def __len__(self) -> int:
        return len(self._queue) + len(self._waiting)

    @property
    def is_idle(self) -> bool:
        """Nothing to do now; held writes may wait."""
        return not self._queue

    def put_ops(self, ops: List[Operation], lsn: int) -> None:
        """One `apply`."""
        for op in ops:
            self._queue.append(Item(op, None, None))
        self._queue.append(Item(None, None, lsn))

    def put_frame(self, frame: Frame) -> None:
        """One transform frame."""
        self.put_ops([op_of_row(frame, index) for index in range(len(frame.rows))], frame.lsn)

    def put_verify(self, message: Dict[str, Any]) -> None:
        """One question."""
        self._queue.append(Item(None, message, message["lsn"]))

    def put_final(self, lsn: int) -> None:
        """Everything up to `lsn` is settled."""
        self._queue.append(Item(None, None, lsn))

    def next_or_none(self, held: Set[str]) -> Optional[Item]:
        """The next item that may be done now. Held operations step aside."""
        while self._queue:
            item = self._queue.popleft()
            uuid = item.op["uuid"] if item.op is not None else None
            if item.op is None or (uuid not in held and uuid not in self._waiting):
                return item
            self._waiting.setdefault(item.op["uuid"], []).append(item.op)
        return None

    def release(self, held: Set[str]) -> None:
        """What is no longer held comes back, before everything else."""
        for uuid in [uuid for uuid in self._waiting if uuid not in held]:
            for op in reversed(self._waiting.pop(uuid)):
                self._queue.appendleft(Item(op, None, None))

    def waiting(self) -> Set[str]:
        """What has a remote write waiting because the user holds it."""
        return set(self._waiting)

    def clear_queue(self) -> None:
        """A new connection sends again what was not reached; what waits stays, because its position was passed."""
        self._queue.clear()

    def drop_waiting(self) -> None:
        """The scene is listed anew: the hub sends again what it lacks; what waited may have been replaced meanwhile."""
        self._waiting.clear()

    def clear(self) -> None:
        """Another document: nothing of this applies."""
        self._queue.clear()
        self._waiting.clear()


def op_of_row(frame: Frame, index: int) -> Operation:
    """A row of the binary lane as the set that it stands for."""
    row = frame.rows[index]
    fields = {name: list(row.values[_SLICES[name]]) for name, bit in MASK_BITS.items() if row.mask & bit}
    return {"op": "set", "uuid": row.uuid, "fields": fields, "stamp": frame.stamp}
