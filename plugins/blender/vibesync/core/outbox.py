"""Local edits on their way to the hub: collected, coalesced, sent as numbered changes, kept until accepted ([WIRE-12]).

    put -> unsent (one entry per entity, later values replace earlier ones) -> take -> in flight -> accepted
                                                                                    ^ sent again after a reconnect

The number of changes in flight is limited; while it is reached, edits coalesce in `unsent`, which is bounded by the
size of the scene. Every field keeps the stamp of its edit, and one change holds one stamp, so a coalesced set may leave
as several changes. So it keeps what had been seen when it was found, of joined edits the least ([WIRE-35]). Order:
creates (what they need first), then by stamp: sets, then deletes ([WIRE-17]).
"""
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from ..protocol.codec import encoded_size
from ..protocol.generated import LIMITS
from .values import TRANSFORM_FIELDS, Fields

Operation = Dict[str, Any]

IN_FLIGHT_MAX = 16
# Leaves room for the message around the operations.
_TEXT_BYTES_MAX = LIMITS["textFrameBytesMax"] - 4_096
_KIND_ORDER = {"mesh": 0, "collection": 1, "object": 2}


class Change(NamedTuple):
    """One numbered change. `is_transforms`: nothing but transforms, so it travels on the binary lane ([WIRE-22]).

    `base`: the position in the log up to which its edits had seen what the other side did.
    """

    seq: int
    stamp: int
    ops: List[Operation]
    is_transforms: bool
    base: int


class Unsent:
    """What is to be said about one entity. `stamps` has one entry per field; creates and deletes have one for all.

    `base`: the least of what its edits had seen. `born`: of a delete, the stamp with which the deleted entity was
    created.
    """

    __slots__ = ("op", "kind", "stamp", "base", "fields", "stamps", "copied_from", "born")

    def __init__(self, op: str, kind: str, stamp: int, base: int) -> None:
        self.op = op
        self.kind = kind
        self.stamp = stamp
        self.base = base
        self.fields: Fields = {}
        self.stamps: Dict[str, int] = {}
        self.copied_from: Optional[str] = None
        self.born = 0


class Outbox:
    """The edits of one epoch."""

    def __init__(self) -> None:
        self._unsent: Dict[str, Unsent] = {}
        self._in_flight: Dict[int, Change] = {}
        self._retry: Dict[int, float] = {}
        self._seq = 0
        # The position in the log up to which the scene shows what the other side did: what an edit found now has seen.
        self.seen_lsn = 0

    @property
    def length(self) -> int:
        """Entities waiting to be sent or accepted."""
        return len(self._unsent) + sum(len(change.ops) for change in self._in_flight.values())

    @property
    def has_numbered(self) -> bool:
        """Whether a change of this epoch has left already."""
        return self._seq > 0

    def stamp_of_create_or_none(self, uuid: str) -> Optional[int]:
        """The stamp of a create that has not left yet: later edits to the entity join it and take its stamp."""
        unsent = self._unsent.get(uuid)
        return unsent.stamp if unsent is not None and unsent.op == "create" else None

    def create(self, uuid: str, entry: Tuple[str, int, Fields, Optional[str]]) -> int:
        """Queues a create: kind, stamp, fields, original of a copy. Answers the stamp of the entity's creation: an
        older one for what was deleted and brought back before the hub heard of it, because there it lived all along.
        """
        kind, stamp, fields, copied_from = entry
        known = self._unsent.get(uuid)
        if known is not None and known.op == "delete":
            del self._unsent[uuid]
            self.set(uuid, kind, stamp, fields)
            return known.born
        unsent = Unsent("create", kind, stamp, self.seen_lsn)
        unsent.fields = dict(fields)
        unsent.copied_from = copied_from
        self._unsent[uuid] = unsent
        return stamp

    def set(self, uuid: str, kind: str, stamp: int, fields: Fields) -> None:
        """Queues new values."""
        unsent = self._unsent.get(uuid)
        if unsent is None or unsent.op == "delete":
            unsent = self._unsent[uuid] = Unsent("set", kind, stamp, self.seen_lsn)
        unsent.base = min(unsent.base, self.seen_lsn)
        unsent.fields.update(fields)
        for name in fields:
            unsent.stamps[name] = stamp

    def delete(self, uuid: str, kind: str, stamp: int, born: int) -> None:
        """Queues a delete; an entity that the hub never heard of is forgotten instead."""
        unsent = self._unsent.pop(uuid, None)
        if unsent is not None and unsent.op == "create":
            return
        base = self.seen_lsn if unsent is None else min(unsent.base, self.seen_lsn)
        self._unsent[uuid] = Unsent("delete", kind, stamp, base)
        self._unsent[uuid].born = born

    def drop(self, uuid: str, names: Optional[Set[str]] = None) -> None:
        """Forgets unsent values that a newer remote write replaced; without names, all about the entity."""
        unsent = self._unsent.get(uuid)
        if unsent is None:
            return
        if names is not None:
            for name in names:
                unsent.fields.pop(name, None)
                unsent.stamps.pop(name, None)
        if names is None or (unsent.op == "set" and not unsent.fields):
            del self._unsent[uuid]

    def pending_fields(self, uuid: str) -> Set[str]:
        """Fields with an edit that was not accepted yet."""
        unsent = self._unsent.get(uuid)
        names = set() if unsent is None else set(unsent.fields)
        for change in self._in_flight.values():
            for op in change.ops:
                if op["uuid"] == uuid:
                    names.update(op.get("fields", ()))
        return names

    def take(self) -> List[Change]:
        """The changes to send now, from here on in flight."""
        if not self._unsent or len(self._in_flight) >= IN_FLIGHT_MAX:
            return []
        changes: List[Change] = []
        for stamp, is_transforms, ops in _runs(self._units()):
            self._seq += 1
            base = min(self._unsent[op["uuid"]].base for op in ops)
            change = Change(self._seq, stamp, ops, is_transforms, base)
            self._in_flight[self._seq] = change
            changes.append(change)
        self._unsent.clear()
        return changes

    def in_flight(self) -> List[Change]:
        """Sent and not accepted, in order: to be sent again after a reconnect ([WIRE-16])."""
        self._retry.clear()
        return list(self._in_flight.values())

    def accept(self, seq: int) -> Optional[Change]:
        """The hub has made `seq` durable. None when it was not in flight."""
        self._retry.pop(seq, None)
        return self._in_flight.pop(seq, None)

    def retry_at(self, seq: int, due_s: float) -> None:
        """The hub refused `seq` for now."""
        if seq in self._in_flight:
            self._retry[seq] = due_s

    def due(self, now_s: float) -> List[Change]:
        """Changes whose time to be sent again has come."""
        seqs = sorted(seq for seq, due_s in self._retry.items() if due_s <= now_s)
        for seq in seqs:
            del self._retry[seq]
        return [self._in_flight[seq] for seq in seqs]

    def restart(self) -> None:
        """Everything unaccepted is told by an index instead; numbers begin again."""
        seen_lsn = self.seen_lsn
        self.__init__()  # type: ignore[misc]
        self.seen_lsn = seen_lsn

    def _units(self) -> List[Tuple[int, bool, Operation]]:
        """(stamp, is transforms alone, operation) in sending order."""
        creates = {uuid: unsent for uuid, unsent in self._unsent.items() if unsent.op == "create"}
        units = [(creates[uuid].stamp, False, _create_of(uuid, creates[uuid])) for uuid in _needs_first(creates)]
        rest: List[Tuple[int, int, Operation]] = []
        for uuid, unsent in self._unsent.items():
            if unsent.op == "delete":
                rest.append((unsent.stamp, 2, {"op": "delete", "uuid": uuid}))
            elif unsent.op == "set":
                for stamp in set(unsent.stamps.values()):
                    fields = {name: value for name, value in unsent.fields.items() if unsent.stamps[name] == stamp}
                    is_transforms = all(name in TRANSFORM_FIELDS for name in fields)
                    rest.append((stamp, 3 if is_transforms else 1, {"op": "set", "uuid": uuid, "fields": fields}))
        rest.sort(key=lambda unit: unit[:2])
        return units + [(stamp, rank == 3, op) for stamp, rank, op in rest]


def _create_of(uuid: str, unsent: Unsent) -> Operation:
    op: Operation = {"op": "create", "uuid": uuid, "kind": unsent.kind, "fields": unsent.fields}
    if unsent.copied_from is not None:
        op["copiedFrom"] = unsent.copied_from
    return op


def _needs_first(creates: Dict[str, Unsent]) -> List[str]:
    """The uuids such that parents, collections and meshes come before what refers to them."""
    def depth(uuid: str) -> int:
        steps, parent = 0, creates[uuid].fields.get("parent")
        while isinstance(parent, str) and parent in creates and steps < len(creates):
            steps, parent = steps + 1, creates[parent].fields.get("parent")
        return steps

    return sorted(creates, key=lambda uuid: (_KIND_ORDER[creates[uuid].kind], depth(uuid)))


def _runs(units: List[Tuple[int, bool, Operation]]) -> List[Tuple[int, bool, List[Operation]]]:
    """Neighbours of one stamp and lane joined, within the limits of a message."""
    runs: List[Tuple[int, bool, List[Operation]]] = []
    size = 0
    for stamp, is_transforms, op in units:
        weight = 0 if is_transforms else encoded_size(op)
        limit = LIMITS["rowsPerFrameMax"] if is_transforms else LIMITS["opsPerMessageMax"]
        fits = bool(runs) and runs[-1][:2] == (stamp, is_transforms) and len(runs[-1][2]) < limit
        if not fits or size + weight > _TEXT_BYTES_MAX:
            runs.append((stamp, is_transforms, []))
            size = 0
        runs[-1][2].append(op)
        size += weight
    return runs
