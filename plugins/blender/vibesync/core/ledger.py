"""Every write to the shadow goes through here: the user's edits on their way out, the hub's writes on their way in.

Joins shadow, outbox and clock, so that a value, its stamp and its place in the queue can never disagree. All edits
found by one look at the scene share one stamp. Remote writes count only above the field's own stamp ([WIRE-9]); a local
edit that was not sent yet and lost to a remote write is dropped from the queue.
"""
from typing import Any, Dict, Iterable, List, Optional, Set, Tuple

from ..protocol.stamps import StampClock
from .outbox import Change, Outbox
from .shadow import Entity, Register, Shadow, Tombstone
from .values import Fields, changed_fields

Operation = Dict[str, Any]


class Ledger:
    """The books of one document."""

    def __init__(self, shadow: Shadow, clock: StampClock) -> None:
        self.shadow = shadow
        self.clock = clock
        self.outbox = Outbox()
        self._look_stamp: Optional[int] = None

    # The user's edits

    def end_look(self) -> None:
        """The next edit found belongs to another look at the scene and gets another stamp."""
        self._look_stamp = None

    def local_create(self, uuid: str, kind: str, fields: Fields, copied_from: Optional[str] = None) -> None:
        """The user made (or brought back) an entity."""
        stamp = self._stamp()
        entity = _entity_of(kind, stamp, True, fields)
        entity.stamp = self.outbox.create(uuid, (kind, stamp, fields, copied_from))
        self.shadow.create(uuid, entity)

    def local_edit(self, uuid: str, live: Fields) -> Fields:
        """Compares what the scene shows with the shadow; queues and answers what the user changed."""
        entity = self.shadow.entities[uuid]
        changed = changed_fields(entity.values(), live)
        if changed:
            created = self.outbox.stamp_of_create_or_none(uuid)
            stamp = self._stamp() if created is None else created
            for name, value in changed.items():
                entity.registers[name] = Register(value, stamp, True)
            self.outbox.set(uuid, entity.kind, stamp, changed)
        return changed

    def local_delete(self, uuid: str) -> None:
        """The user deleted an entity."""
        stamp = self._stamp()
        entity = self.shadow.entities[uuid]
        self.shadow.bury(uuid, Tombstone(stamp, True, False))
        self.outbox.delete(uuid, entity.kind, stamp, entity.stamp)

    def adopt(self, uuid: str, kind: str, fields: Fields) -> None:
        """An entity found in a scene without a shadow: stamp 0, the hub's values win where it has some ([WIRE-14])."""
        self.shadow.create(uuid, _entity_of(kind, 0, True, fields))

    # The hub's writes

    def remote_create(self, op: Operation) -> bool:
        """Whether the entity is to be made now. False: it lives already, or was deleted later than this create."""
        self._observe(op["stamp"])
        tombstone = self.shadow.tombstones.get(op["uuid"])
        if op["uuid"] in self.shadow.entities or (tombstone is not None and tombstone.stamp > op["stamp"]):
            return False
        self.outbox.drop(op["uuid"])
        self.shadow.create(op["uuid"], _entity_of(op["kind"], op["stamp"], False, op["fields"]))
        return True

    def forget(self, uuid: str) -> None:
        """An entity that could not be made: it must not look like one that the user deleted."""
        self.shadow.entities.pop(uuid, None)

    def remote_set(self, uuid: str, fields: Fields, stamp: int, is_again: bool = False) -> Fields:
        """Enters the values that win, and answers them: they are to be written to the scene.

        `is_again`: writing this entity failed, so the very same write counts once more ([WIRE-26]).
        """
        self._observe(stamp)
        entity = self.shadow.entities[uuid]
        winners: Fields = {}
        for name, value in fields.items():
            register = entity.registers.get(name)
            is_repeated = is_again and register is not None and stamp == register.stamp and not register.is_local
            if register is None or stamp > register.stamp or is_repeated:
                entity.registers[name] = Register(value, stamp, False)
                winners[name] = value
        if winners:
            self.outbox.drop(uuid, set(winners))
        return winners

    def remote_delete(self, uuid: str, stamp: int) -> bool:
        """Whether the entity is to be taken out of the scene. False when it was made again later than this delete."""
        self._observe(stamp)
        entity = self.shadow.entities.get(uuid)
        if entity is not None and entity.stamp > stamp:
            return False
        self.shadow.bury(uuid, Tombstone(stamp, False, True))
        self.outbox.drop(uuid)
        return entity is not None

    def read_back(self, uuid: str, live: Fields) -> None:
        """What the scene made of a remote write becomes the shadow's value; stamps and writers stay."""
        entity = self.shadow.entities.get(uuid)
        if entity is None:
            return
        for name, value in live.items():
            register = entity.registers.get(name)
            if register is None:
                entity.registers[name] = Register(value, entity.stamp, False)
            else:
                register.value = value

    # Answers

    def pending_fields(self, uuid: str, names: Iterable[str]) -> Set[str]:
        """Which of these fields have an edit that the hub has not accepted ([WIRE-26]).

        Without names the hub takes the entity for deleted: then everything that was not accepted counts. The name
        stands for a deletion of the user's.
        """
        tombstone = self.shadow.tombstones.get(uuid)
        if tombstone is not None:
            return set() if tombstone.is_accepted else {"name"}
        pending = self.outbox.pending_fields(uuid)
        wanted = set(names)
        return pending & wanted if wanted else pending

    def accept(self, seq: int) -> Optional[Change]:
        """The hub made a change durable."""
        change = self.outbox.accept(seq)
        for op in change.ops if change is not None else ():
            tombstone = self.shadow.tombstones.get(op["uuid"])
            if op["op"] == "delete" and tombstone is not None:
                tombstone.is_accepted = True
        return change

    def restart_outbox(self) -> None:
        """Before an index: it tells everything that is unaccepted, with the same stamps."""
        self.outbox.restart()

    def leave_room_for_listing(self) -> None:
        """The hub stamps every listed value that has stamp 0 and does not tell; edits made next must still be newer."""
        ageless = sum(1 for one in self.shadow.entities.values() for register in one.registers.values()
            if not register.stamp)
        if ageless:
            self.clock.skip(ageless + len(self.shadow.entities) + 1)

    def unaccepted_deletes(self) -> List[Tuple[str, int]]:
        """Uuid and stamp of deletes that the hub may not know of."""
        return [(uuid, stone.stamp) for uuid, stone in self.shadow.tombstones.items() if not stone.is_accepted]

    def confirm_deletes(self) -> None:
        """The hub has taken the index that named them."""
        for tombstone in self.shadow.tombstones.values():
            tombstone.is_accepted = True

    def _observe(self, stamp: int) -> None:
        """An edit found after a remote write is newer than that write."""
        self.clock.observe(stamp)
        self.end_look()

    def _stamp(self) -> int:
        # One look, one stamp: but an edit found after a remote write was heard of is newer than it ([WIRE-8]).
        if self._look_stamp is None or self.clock.has_seen_above(self._look_stamp):
            self._look_stamp = self.clock.make()
        return self._look_stamp


def _entity_of(kind: str, stamp: int, is_local: bool, fields: Fields) -> Entity:
    entity = Entity(kind, stamp, is_local)
    for name, value in fields.items():
        entity.registers[name] = Register(value, stamp, is_local)
    return entity
