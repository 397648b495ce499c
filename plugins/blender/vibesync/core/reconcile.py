"""After an undo, a redo: who wins, field by field. The last writer decides.

Undo in Blender restores old copies of whole data-blocks, and with them it takes back what the hub wrote since. What the
hub wrote last is put back into the scene, silently; what the user wrote last is the user's undo and goes out as an
edit.
"""
from typing import Dict, List, NamedTuple

from .shadow import Shadow
from .values import Fields, changed_fields


class Reconciliation(NamedTuple):
    """What is to be done. Entities not named need nothing but an ordinary look."""

    put_back: Dict[str, Fields]
    recreate: List[str]
    remove_again: List[str]


def reconcile(shadow: Shadow, live: Dict[str, Fields]) -> Reconciliation:
    """`live`: what the scene shows now, per uuid."""
    put_back: Dict[str, Fields] = {}
    remove_again: List[str] = []
    for uuid, fields in live.items():
        entity = shadow.entities.get(uuid)
        tombstone = shadow.tombstones.get(uuid)
        if entity is None:
            if tombstone is not None and not tombstone.is_local:
                remove_again.append(uuid)
            continue
        registers = entity.registers
        mine = {name: registers[name].value for name in changed_fields(entity.values(), fields)
                if name in registers and not registers[name].is_local}
        if mine:
            put_back[uuid] = mine
    recreate = [uuid for uuid, entity in shadow.entities.items() if uuid not in live and not entity.is_local]
    return Reconciliation(put_back, recreate, remove_again)
