"""The file beside the .blend: the shadow as it was at the last save, so that a reopened file knows what changed since.

`<file>.blend.vibesync.json`. What cannot be read, or is of another version, counts as missing: then every value has
stamp 0 and the hub's values win where it has some.
"""
from typing import Any, Dict, List, NamedTuple, Optional

from ..protocol.generated import FIELDS
from .durable_json import json_or_none, write_json
from .shadow import Entity, Register, Shadow, Tombstone

VERSION = 1
_SUFFIX = ".vibesync.json"


class Sidecar(NamedTuple):
    """What is kept. `stamp` is not below any stamp seen."""

    document: str
    project: Optional[str]
    log: Optional[str]
    lsn: int
    stamp: int
    shadow: Shadow


def sidecar_path(blend_path: str) -> str:
    """Where the sidecar of a .blend file is."""
    return blend_path + _SUFFIX


def write_sidecar(path: str, sidecar: Sidecar) -> None:
    """Replaces the file durably. Raises OSError; the old one is intact then."""
    write_json(path, _encoded(sidecar))


def sidecar_or_none(path: str) -> Optional[Sidecar]:
    """The sidecar, None when there is none. Raises ValueError when there is one that cannot be used."""
    value = json_or_none(path)
    try:
        return None if value is None else _decoded(value)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError("not a sidecar: %r" % (error,)) from None


def _encoded(sidecar: Sidecar) -> Dict[str, Any]:
    entities: Dict[str, Any] = {}
    for uuid, entity in sidecar.shadow.entities.items():
        fields = {name: [one.value, one.stamp, int(one.is_local)] for name, one in entity.registers.items()}
        entities[uuid] = {"kind": entity.kind, "stamp": entity.stamp, "local": int(entity.is_local), "fields": fields}
    stones: Dict[str, List[int]] = {
        uuid: [stone.stamp, int(stone.is_local), int(stone.is_accepted)]
        for uuid, stone in sidecar.shadow.tombstones.items()
    }
    return {
        "version": VERSION, "document": sidecar.document, "project": sidecar.project, "log": sidecar.log,
        "lsn": sidecar.lsn, "stamp": sidecar.stamp, "entities": entities, "tombstones": stones,
    }


def _decoded(value: Any) -> Sidecar:
    if value["version"] != VERSION:
        raise ValueError("of version %r" % (value["version"],))
    shadow = Shadow()
    for uuid, known in value["entities"].items():
        entity = Entity(known["kind"], int(known["stamp"]), bool(known["local"]))
        for name, (content, stamp, is_local) in known["fields"].items():
            if name in FIELDS:
                entity.registers[name] = Register(content, int(stamp), bool(is_local))
        shadow.entities[uuid] = entity
    for uuid, (stamp, is_local, is_accepted) in value["tombstones"].items():
        shadow.tombstones[uuid] = Tombstone(int(stamp), bool(is_local), bool(is_accepted))
    return Sidecar(
        value["document"], value["project"], value["log"], int(value["lsn"]), int(value["stamp"]), shadow,
    )
