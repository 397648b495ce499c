"""The shadow scene: what the add-on last agreed with, per entity and field, and who wrote it last.

The shadow is what capture compares the live scene with (equal: nothing happened, or our own write came back), what undo
is reconciled with (the last writer decides), and what the sidecar keeps. A value enters it in the same step in which it
is written to the scene or read from it, never at another moment.
"""
from typing import Dict, Iterable, Optional

from .values import Fields, Value


class Register:
    """One field: its value, the stamp of its last write, and whether Blender's user made that write."""

    __slots__ = ("value", "stamp", "is_local")

    def __init__(self, value: Value, stamp: int, is_local: bool) -> None:
        self.value = value
        self.stamp = stamp
        self.is_local = is_local


class Entity:
    """One living entity. `stamp` and `is_local` are of its creation."""

    __slots__ = ("kind", "stamp", "is_local", "registers")

    def __init__(self, kind: str, stamp: int, is_local: bool) -> None:
        self.kind = kind
        self.stamp = stamp
        self.is_local = is_local
        self.registers: Dict[str, Register] = {}

    def values(self) -> Fields:
        """All fields' values."""
        return {name: register.value for name, register in self.registers.items()}

    def value(self, name: str, default: Value = None) -> Value:
        """One field's value."""
        register = self.registers.get(name)
        return default if register is None else register.value


class Tombstone:
    """A deleted entity. `is_accepted`: the hub knows of it (always so for remote deletes)."""

    __slots__ = ("stamp", "is_local", "is_accepted")

    def __init__(self, stamp: int, is_local: bool, is_accepted: bool) -> None:
        self.stamp = stamp
        self.is_local = is_local
        self.is_accepted = is_accepted


# Deletes remembered for reconciling undo; the oldest are forgotten first. The hub remembers all.
TOMBSTONES_MAX = 20_000


class Shadow:
    """All entities of one document."""

    def __init__(self) -> None:
        self.entities: Dict[str, Entity] = {}
        self.tombstones: Dict[str, Tombstone] = {}

    def create(self, uuid: str, entity: Entity) -> None:
        """Adds an entity; its tombstone, if there was one, is lifted."""
        self.entities[uuid] = entity
        self.tombstones.pop(uuid, None)

    def bury(self, uuid: str, tombstone: Tombstone) -> None:
        """Removes an entity and remembers its deletion."""
        self.entities.pop(uuid, None)
        self.tombstones.pop(uuid, None)
        self.tombstones[uuid] = tombstone
        while len(self.tombstones) > TOMBSTONES_MAX:
            del self.tombstones[next(iter(self.tombstones))]

    def register_or_none(self, uuid: str, name: str) -> Optional[Register]:
        """The register of one field."""
        entity = self.entities.get(uuid)
        return None if entity is None else entity.registers.get(name)

    def kind_or_none(self, uuid: str) -> Optional[str]:
        """What a living entity is."""
        entity = self.entities.get(uuid)
        return None if entity is None else entity.kind

    def uuids_of_kind(self, kind: str) -> Iterable[str]:
        """The living entities of one kind."""
        return [uuid for uuid, entity in self.entities.items() if entity.kind == kind]
