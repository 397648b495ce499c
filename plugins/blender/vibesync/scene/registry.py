"""Which data-block is which entity: survives undo, redo, duplicates, append, save and load.

The registry is the authority, keyed by Blender's session id of a data-block (its address where there is none); the
custom property is the copy that files carry. Undo takes properties back and copies carry their original's, so at every
census:

1. who is known by key keeps its identity (with addresses: when the property agrees; after an undo: when the name does);
2. who carries an identity that nobody claimed takes it, after an undo preferably the one that had its name;
3. who is left is new, or a copy: it gets an identity of its own, remembering the original ([WIRE-21]).

The first to come is never simply "the original": bpy.data is sorted by name.
"""
import uuid as uuids
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple

from .marks import ID_KEY, uuid_or_none

KINDS = ("mesh", "collection", "object")
_NAMES_MAX = 16


class Record:
    """What is known of one identity. `census`: the last one that saw it."""

    __slots__ = ("uuid", "kind", "names", "key", "census")

    def __init__(self, uuid: str, kind: str) -> None:
        self.uuid = uuid
        self.kind = kind
        self.names: List[str] = []
        self.key = 0
        self.census = 0


class Census(NamedTuple):
    """The living, by kind and uuid; valid inside the function that took it. `copies`: new uuid -> original's."""

    blocks: Dict[str, Dict[str, Any]]
    copies: Dict[str, str]


def key_of(block: Any) -> int:
    """Tells two data-blocks of this session apart."""
    return getattr(block, "session_uid", 0) or block.as_pointer()


class Registry:
    """The identities of one document."""

    def __init__(self) -> None:
        self._records: Dict[str, Record] = {}
        self._by_key: Dict[Tuple[str, int], str] = {}
        self._by_name: Dict[Tuple[str, str], str] = {}
        self._number = 0

    def take(self, items: Mapping[str, Iterable[Any]], is_after_undo: bool) -> Census:
        """Identifies every data-block given per kind, and writes identities into those that lack them."""
        self._number += 1
        census = Census({}, {})
        for kind in KINDS:
            self._take_kind(kind, items[kind], is_after_undo, census)
        return census

    def take_clear_or_none(self, kind: str, block: Any, taken: Set[str]) -> Optional[str]:
        """Identifies one data-block where the others need not be asked: it is known by key, or carries an identity that
        nobody ever had, or none. None: only a census can tell.
        """
        stored = uuid_or_none(block)
        uuid = self._known_or_none(kind, block, stored, False)
        if uuid is None and stored not in self._records:
            uuid = stored or str(uuids.uuid4())
        if uuid is None or uuid in taken:
            return None
        self._enter(kind, block, uuid)
        return uuid

    def adopt(self, block: Any, kind: str, uuid: str) -> None:
        """A data-block that the add-on made itself."""
        self._enter(kind, block, uuid)

    def uuid_of_key_or_none(self, kind: str, key: int) -> Optional[str]:
        """The entity behind a data-block's key, as of the last census."""
        return self._by_key.get((kind, key))

    def name_or_none(self, uuid: str) -> Optional[str]:
        """The name an entity's data-block was last seen with."""
        record = self._records.get(uuid)
        return record.names[-1] if record is not None and record.names else None

    def names(self) -> Dict[str, Dict[str, str]]:
        """Every identity by kind and the name its data-block was last seen with."""
        names: Dict[str, Dict[str, str]] = {kind: {} for kind in KINDS}
        for record in self._records.values():
            if record.names:
                names[record.kind][record.names[-1]] = record.uuid
        return names

    def note_name(self, uuid: str, name: str) -> None:
        """A data-block was seen under this name."""
        record = self._records.get(uuid)
        if record is None or (record.names and record.names[-1] == name):
            return
        record.names.append(name)
        del record.names[:-_NAMES_MAX]
        self._by_name[(record.kind, name)] = uuid

    def _take_kind(self, kind: str, items: Iterable[Any], is_after_undo: bool, census: Census) -> None:
        taken: Dict[str, Any] = {}
        pending: List[Tuple[Any, Optional[str]]] = []
        for block in items:
            stored = uuid_or_none(block)
            known = self._known_or_none(kind, block, stored, is_after_undo)
            if known is not None and known not in taken:
                taken[known] = block
            else:
                pending.append((block, stored))
        unclaimed = [(block, stored) for block, stored in pending if stored is None or stored in taken]
        claims: Dict[str, List[Any]] = {}
        for block, stored in pending:
            if stored is not None and stored not in taken:
                claims.setdefault(stored, []).append(block)
        for stored, blocks in claims.items():
            heir = self._heir_or_none(kind, stored, blocks, is_after_undo)
            if heir is not None:
                taken[stored] = heir
            unclaimed.extend((block, stored) for block in blocks if block is not heir)
        for block, stored in unclaimed:
            uuid = self._recovered_or_none(kind, block, taken) if is_after_undo else None
            if uuid is None:
                uuid = str(uuids.uuid4())
                if stored is not None:
                    census.copies[uuid] = stored
            taken[uuid] = block
        for uuid, block in taken.items():
            self._enter(kind, block, uuid)
        census.blocks[kind] = taken

    def _known_or_none(self, kind: str, block: Any, stored: Optional[str], is_after_undo: bool) -> Optional[str]:
        known = self._by_key.get((kind, key_of(block)))
        if known is None:
            return None
        record = self._records[known]
        if record.kind != kind:
            return None
        has_session_id = bool(getattr(block, "session_uid", 0))
        if stored == known or has_session_id or (is_after_undo and block.name in record.names):
            return known
        return None

    def _heir_or_none(self, kind: str, uuid: str, blocks: List[Any], is_after_undo: bool) -> Optional[Any]:
        """Which of the blocks that carry `uuid` is the entity; None when all of them are others that copied it."""
        record = self._records.get(uuid)
        if record is not None and record.kind != kind:
            return None
        if record is not None:
            for block in blocks:
                if block.name in record.names[-1:]:
                    return block
        if is_after_undo:
            blocks = [block for block in blocks if self._by_name.get((kind, block.name), uuid) == uuid]
        return blocks[0] if blocks else None

    def _recovered_or_none(self, kind: str, block: Any, taken: Dict[str, Any]) -> Optional[str]:
        uuid = self._by_name.get((kind, block.name))
        return uuid if uuid is not None and uuid not in taken else None

    def _enter(self, kind: str, block: Any, uuid: str) -> None:
        if block.get(ID_KEY) != uuid:
            block[ID_KEY] = uuid
        record = self._records.get(uuid)
        if record is None:
            record = self._records[uuid] = Record(uuid, kind)
        record.key = key_of(block)
        record.census = self._number
        self._by_key[(kind, record.key)] = uuid
        self.note_name(uuid, block.name)
