"""A look at everything, in slices: before a list, so that thousands of objects never hold Blender up.

    objects get identities -> meshes -> collections -> who is in which collection -> objects are read -> who is gone

No handle outlives a slice: each goes by its place in Blender's own lists. What shifts those lists, or cannot be told
from one data-block alone, is left to the ordinary look that follows before the list goes out: the walk only hints at
it. It never buries anything itself.
"""
import gc
import time
from typing import Any, Dict, List, Set

import bpy

from ..core.ledger import Ledger
from ..core.values import Fields
from .capture import Capture
from .marks import is_deleted, is_placeholder, uuid_or_none
from .readings import Reader
from .registry import key_of
from .rig import collection_parents, current_rig, scene_collections

# Blender takes 30 microseconds for an object, so a slice takes far less than a tick's budget.
SLICE_OBJECTS = 50
SLICE_MESHES = 4


class Walk:
    """One walk through one document. `is_first`: nothing of it has an age yet ([WIRE-14])."""

    def __init__(self, capture: Capture, ledger: Ledger, is_first: bool) -> None:
        self.is_first = is_first
        # Whether some data-block carries an identity that another one may have a right to.
        self.is_unclear = False
        self._capture = capture
        self._ledger = ledger
        self._known = set(ledger.shadow.uuids_of_kind("mesh"))
        self._taken: Dict[str, Set[str]] = {"object": set(), "mesh": set(), "collection": set()}
        self._meshes_used: Set[str] = set()
        self._members: Dict[str, List[str]] = {}
        self._collection_at = 0
        self._at = 0
        self._stages = [
            (self._identify_objects, SLICE_OBJECTS), (self._take_meshes, SLICE_MESHES), (self._take_collections, 1),
            (self._note_members, SLICE_OBJECTS), (self._read_objects, SLICE_OBJECTS), (self._miss_nobody, 1),
        ]
        capture.begin_walk()

    @property
    def is_done(self) -> bool:
        """Whether everything was seen."""
        return not self._stages

    def advance(self, budget_s: float) -> None:
        """At least one slice, then as many as fit.

        Python's collector stays off for the slice: what is made here lives on, and looking through all of it again and
        again, which new objects by the ten thousand provoke, takes tens of milliseconds each time.
        """
        is_collecting = gc.isenabled()
        gc.disable()
        try:
            self._advance(time.perf_counter() + budget_s)
        finally:
            if is_collecting:
                gc.enable()

    def _advance(self, end_s: float) -> None:
        while self._stages:
            work, size = self._stages[0]
            if work(self._at):
                self._at += size
            else:
                self._stages.pop(0)
                self._at = 0
            if time.perf_counter() >= end_s:
                return

    # Stages: each takes the slice at a place and answers whether there was one.

    def _identify_objects(self, at: int) -> bool:
        blocks = current_rig().scene.objects[at:at + SLICE_OBJECTS]
        for block in blocks:
            if _is_ours(block) and self._take("object", block) is not None:
                if block.type == "MESH" and block.data.library is None:
                    self._meshes_used.add(block.data.name)
        return len(blocks) > 0

    def _take_meshes(self, at: int) -> bool:
        meshes = bpy.data.meshes[at:at + SLICE_MESHES]
        reader = Reader(current_rig(), self._capture.bounds)
        for mesh in meshes:
            is_wanted = mesh.name in self._meshes_used or uuid_or_none(mesh) in self._known
            uuid = self._take("mesh", mesh) if is_wanted and _is_ours(mesh) and not is_placeholder(mesh) else None
            if uuid is not None:
                self._enter("mesh", uuid, mesh, reader.mesh_fields(uuid, mesh))
        return len(meshes) > 0

    def _take_collections(self, _at: int) -> bool:
        rig = current_rig()
        taken = [(self._take("collection", block), block) for block in scene_collections(rig)]
        parents = collection_parents(rig)
        reader = Reader(rig, self._capture.bounds)
        for uuid, block in taken:
            if uuid is not None:
                self._enter("collection", uuid, block, reader.collection_fields(block, parents))
        return False

    def _note_members(self, at: int) -> bool:
        collections = scene_collections(current_rig())
        if self._collection_at >= len(collections):
            return False
        collection = collections[self._collection_at]
        blocks = collection.objects[at:at + SLICE_OBJECTS]
        inside = uuid_or_none(collection)
        for block in blocks:
            member = uuid_or_none(block)
            if member is not None and inside is not None:
                self._members.setdefault(member, []).append(inside)
        if len(blocks) < SLICE_OBJECTS:
            self._collection_at += 1
            self._at = -SLICE_OBJECTS  # the next slice is the next collection's first
        return True

    def _read_objects(self, at: int) -> bool:
        rig = current_rig()
        if at == 0:
            self._members = {member: sorted(set(inside)) for member, inside in self._members.items()}
        blocks = rig.scene.objects[at:at + SLICE_OBJECTS]
        reader = Reader(rig, self._capture.bounds, self._members)
        for block in blocks:
            uuid = uuid_or_none(block) if _is_ours(block) else None
            if uuid is not None and self._capture.registry.uuid_of_key_or_none("object", key_of(block)) == uuid:
                self._enter("object", uuid, block, reader.object_fields(block))
        self._capture.report_odd(reader)
        return len(blocks) > 0

    def _miss_nobody(self, _at: int) -> bool:
        taken = set().union(*self._taken.values())
        is_complete = not self.is_unclear and taken.issuperset(self._ledger.shadow.entities)
        self._capture.end_walk(self._members, is_complete)
        self._ledger.end_look()
        return False

    # Inside

    def _take(self, kind: str, block: Any) -> Any:
        taken = self._taken[kind]
        uuid = self._capture.registry.take_clear_or_none(kind, block, taken)
        if uuid is None:
            self.is_unclear = True
        else:
            taken.add(uuid)
        return uuid

    def _enter(self, kind: str, uuid: str, block: Any, fields: Fields) -> None:
        if self.is_first:
            self._ledger.adopt(uuid, kind, fields)
        else:
            self._capture.enter_one(self._ledger, (kind, uuid, block), fields)


def _is_ours(block: Any) -> bool:
    return block.library is None and not is_deleted(block)
