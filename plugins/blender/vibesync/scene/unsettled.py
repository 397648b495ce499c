"""Keeps Blender's undo from crashing over what the hub made: takes it away before an undo, gives it back afterwards.

Undo keeps every data-block in memory whose saved form is the same in both steps, even when it was changed since without
an undo step, and frees data-blocks that the target step does not know. A collection that was kept then points to an
object that was freed, and Blender crashes (3.4 and 5.0 alike). An undo step for every remote change would cure it, but
costs 50 to 700 ms in a large scene and would let the user undo the other artist's work.

So, in undo_pre, nothing that is kept may point to anything that the hub made since the last step. When that was is not
known, so everything the hub made since the file was opened counts. Afterwards what is still there is linked again, and
what is gone is made again like any remote create that undo removed (undoing.py).
"""
from typing import Any, Dict, Iterable, Tuple

import bpy

from ..core.ledger import Ledger
from .marks import is_deleted, tag_changed, uuid_or_none
from .rig import Rig, bound_scene, containers_of, scene_collections
from .writings import Scenery, link_object, write_collection_parent


class Unsettled:
    """What the hub's writes made point to what, since the file was opened."""

    def __init__(self) -> None:
        self._created: Dict[str, str] = {}
        self._parented: Dict[str, None] = {}
        self._regrouped: Dict[str, None] = {}
        self._shown_before: Dict[str, str] = {}
        # Since the last look: several undos may come before it.
        self._taken: Dict[str, None] = {}
        self._parted: Dict[str, Tuple[str, Any]] = {}

    def note_created(self, kind: str, uuid: str) -> None:
        """A data-block was made or revived."""
        self._created[uuid] = kind

    def note_parent(self, uuid: str) -> None:
        """An object was hung below another one."""
        self._parented[uuid] = None

    def note_collections(self, uuid: str) -> None:
        """An object was put into other collections: undo may keep the old one without it, and free the new one."""
        self._regrouped[uuid] = None

    def note_mesh(self, uuid: str, before: str) -> None:
        """An object shows another mesh; `before` is the name of the one that the user's last step may know."""
        self._shown_before.setdefault(uuid, before)

    def take_away(self, ledger: Ledger) -> None:
        """Before an undo or redo. What the user wrote last has an undo step of its own and stays."""
        if not self._created and not self._parented and not self._shown_before:
            return
        for block in bpy.data.objects:
            uuid = uuid_or_none(block)
            if uuid is None or block.library is not None or is_deleted(block) or block.mode != "OBJECT":
                continue
            self._part(block, uuid, ledger)
            if uuid in self._created:
                self._unlink(uuid, (one.objects for one in containers_of(block)), block)
        for collection in bpy.data.collections:
            uuid = uuid_or_none(collection)
            if uuid in self._created and uuid is not None:
                everywhere = [bound_scene().collection, *bpy.data.collections]
                owners = [one.children for one in everywhere if one.children.get(collection.name) == collection]
                self._unlink(uuid, owners, collection)
        tag_changed(bound_scene())

    def give_back(self, ledger: Ledger, scene: Scenery) -> None:
        """After it: what was taken away and is still there is linked where it belongs."""
        taken = [*self._taken, *(uuid for uuid in self._regrouped if uuid not in self._created)]
        self._taken = {}
        if not taken and not self._parted:
            return
        known = {uuid_or_none(one): one for one in [*bpy.data.objects, *bpy.data.collections] if one.library is None}
        for uuid in taken:
            block, entity = known.get(uuid), ledger.shadow.entities.get(uuid)
            if block is None or entity is None or is_deleted(block):
                continue
            if entity.kind == "collection":
                above = entity.value("parent")
                scene.blocks[uuid] = block
                if not _has_owner(block, scene.rig):
                    write_collection_parent(block, above if above in scene.blocks else None, scene)
        for uuid in taken:
            block, entity = known.get(uuid), ledger.shadow.entities.get(uuid)
            if block is not None and entity is not None and entity.kind == "object" and not is_deleted(block):
                group = entity.registers.get("collections")
                if not containers_of(block) and (group is None or not group.is_local or uuid in self._created):
                    link_object(block, entity.values(), scene.blocks, scene.rig)

        self._hang_again(known)

    def _hang_again(self, known: Dict[str, Any]) -> None:
        """What undo left as it was taken off: its place means something only below its parent. What undo made anew is
        for the last writer to decide.
        """
        parted, self._parted = self._parted, {}
        for uuid, (parent, basis) in parted.items():
            block, above = known.get(uuid), known.get(parent)
            if block is not None and above is not None and block.parent is None and block.matrix_basis == basis:
                block.parent = above

    def _part(self, block: Any, uuid: str, ledger: Ledger) -> None:
        parent = ledger.shadow.register_or_none(uuid, "parent")
        if block.parent is not None and parent is not None and not parent.is_local:
            if uuid in self._parented or uuid_or_none(block.parent) in self._created:
                self._parted[uuid] = (uuid_or_none(block.parent) or "", block.matrix_basis.copy())
                block.parent = None
        mesh = ledger.shadow.register_or_none(uuid, "data")
        before = bpy.data.meshes.get(self._shown_before.get(uuid, ""))
        if before is not None and mesh is not None and not mesh.is_local and uuid not in self._created:
            block.data = before

    def _unlink(self, uuid: str, owners: Iterable[Any], block: Any) -> None:
        for owner in list(owners):
            owner.unlink(block)
        self._taken[uuid] = None


def _has_owner(block: Any, rig: Rig) -> bool:
    owners = [rig.scene.collection, *scene_collections(rig)]
    return any(owner.children.get(block.name) == block for owner in owners)
