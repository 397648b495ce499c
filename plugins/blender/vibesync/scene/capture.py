"""Finds out what the user did: looks where hints point, compares with the shadow, enters the differences in the ledger.

A look is cheap when little happened: hinted objects alone; after a structural hint a census of identities and
memberships; everything only after linking, loading, undo. Between hints a net catches what raises no event (bulk
writes): all matrices are compared in one native call, and a few objects a tick are read in full.
"""
from array import array
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

import bpy

from ..core.ledger import Ledger
from ..core.values import TRANSFORM_FIELDS, Fields, is_same_value
from .hints import Hints
from .marks import is_deleted, is_placeholder, uuid_or_none
from .meshes import BoundsCache
from .names import is_pushed_aside, remember
from .readings import Reader
from .registry import Census, Registry, key_of
from .rig import Rig, collection_parents, current_rig, memberships, scene_collections, scene_meshes, scene_objects

_BY_NAME_MAX = 6
_SWEEP_OBJECTS = 24
_MATRIX_EVERY_TICKS = 5

Report = Callable[[str, str, Optional[str]], None]
Live = Dict[str, Tuple[str, Fields]]


class Survey(NamedTuple):
    """Everything there is, at one moment: uuid -> kind and fields."""

    rig: Rig
    census: Census
    live: Live

    def fields(self) -> Dict[str, Fields]:
        """Without the kinds."""
        return {uuid: fields for uuid, (_kind, fields) in self.live.items()}


class Capture:
    """The looks at one document."""

    def __init__(self, registry: Registry, hints: Hints, report: Report) -> None:
        self.registry = registry
        self.hints = hints
        self.bounds = BoundsCache()
        self._report = report
        self._pointers: List[int] = []
        self._matrices = bytes()
        self._sweep_at = 0
        self._ticks = 0
        self._put_off: Set[int] = set()
        self._members: Dict[str, List[str]] = {}
        self._switches: Tuple[bytes, bytes] = (b"", b"")
        self._odd: Set[str] = set()  # told of already
        self._measures: Optional[Tuple[float, float, float]] = None

    def look(self, ledger: Ledger) -> Set[str]:
        """Enters what changed; answers the objects whose transform the user changed."""
        hints = self.hints
        moved: Set[str] = set()
        if hints.has_frame:
            self._follow_animation(ledger)
        rig = current_rig()
        if hints.has_scene and not hints.has_structure:
            self._look_at_scene(ledger, rig)
        self._put_off_meshes_in_hand(rig)
        self._forget_bounds(hints.meshes)
        blocks: List[Any] = []
        if not hints.has_structure and (hints.objects or hints.meshes or hints.has_optics):
            hints.has_structure = not self._are_known(hints)
            if not hints.has_structure:
                blocks = self._resolve(hints.objects, rig, hints.has_optics)
                hints.has_structure = not all(self._is_itself(block) for block in blocks)
        if hints.has_structure:
            moved |= self._look_at_structure(ledger, rig)
        elif blocks or hints.meshes:
            moved |= self._enter_objects(ledger, blocks, Reader(rig, self.bounds, self._members))
            self._enter_meshes(ledger, rig, hints.meshes)
        else:
            moved |= self._cast_net(ledger, rig)
        hints.clear()
        ledger.end_look()
        return moved

    def survey(self, known: Iterable[str], is_after_undo: bool = False) -> Survey:
        """Reads everything. `known`: meshes that were told of and count even when no object shows them."""
        rig = current_rig()
        if is_after_undo:
            self._forget_bounds(self.hints.meshes)
        census = self._census(rig, set(known), is_after_undo)
        self._members = memberships(rig)
        reader = Reader(rig, self.bounds, self._members)
        parents = collection_parents(rig)
        live: Live = {}
        for uuid, block in census.blocks["mesh"].items():
            live[uuid] = ("mesh", reader.mesh_fields(uuid, block))
        for uuid, block in census.blocks["collection"].items():
            live[uuid] = ("collection", reader.collection_fields(block, parents))
        for uuid, block in census.blocks["object"].items():
            live[uuid] = ("object", reader.object_fields(block))
        self.report_odd(reader)
        self.hints.clear()
        return Survey(rig, census, live)

    def enter(self, ledger: Ledger, survey: Survey) -> None:
        """A survey's differences, as the user's edits."""
        blocks = survey.census.blocks
        for uuid, (kind, fields) in survey.live.items():
            if uuid in ledger.shadow.entities:
                self._edit(ledger, uuid, blocks[kind][uuid], fields)
            else:
                ledger.local_create(uuid, kind, fields, survey.census.copies.get(uuid))
        for uuid in [uuid for uuid in ledger.shadow.entities if uuid not in survey.live]:
            ledger.local_delete(uuid)
        ledger.end_look()

    def begin_walk(self) -> None:
        """A walk sees everything from here on; hints that come while it lasts stay for the look after it."""
        self._forget_bounds(self.hints.meshes)
        self._pointers = [block.as_pointer() for block in current_rig().scene.objects]
        self.hints.clear()

    def end_walk(self, members: Dict[str, List[str]], is_complete: bool) -> None:
        """Everything was seen; where the walk may have missed or lost somebody, a census follows."""
        self._members = members
        pointers = [block.as_pointer() for block in current_rig().scene.objects]
        if not is_complete or pointers != self._pointers:
            self.hints.has_structure = True

    def enter_one(self, ledger: Ledger, one: Tuple[str, str, Any], fields: Fields) -> None:
        """What a walk read of (kind, uuid, data-block), as the user's edit."""
        kind, uuid, block = one
        if uuid in ledger.shadow.entities:
            self._edit(ledger, uuid, block, fields)
        else:
            ledger.local_create(uuid, kind, fields)

    def look_at_one(self, ledger: Ledger, uuid: str, block: Any, reader: Reader, names: Set[str]) -> None:
        """Before a remote write: an edit of the user's that no look has found yet must not be overwritten unseen."""
        if uuid in ledger.shadow.entities:
            self._edit(ledger, uuid, block, reader.object_fields(block, names))

    # Structure

    def _census(self, rig: Rig, known: Set[str], is_after_undo: bool) -> Census:
        objects = scene_objects(rig)
        self._pointers = [block.as_pointer() for block in rig.scene.objects]
        items = {"object": objects, "collection": scene_collections(rig), "mesh": scene_meshes(objects, known)}
        return self.registry.take(items, is_after_undo)

    def _look_at_structure(self, ledger: Ledger, rig: Rig) -> Set[str]:
        """Who came, who went, who is in which collection, and whatever else was hinted."""
        shadow = ledger.shadow
        census = self._census(rig, set(shadow.uuids_of_kind("mesh")), False)
        members = self._members = memberships(rig)
        reader = Reader(rig, self.bounds, members)
        gone = [uuid for uuid, entity in shadow.entities.items() if uuid not in census.blocks[entity.kind]]
        parents = collection_parents(rig)
        for uuid, block in census.blocks["mesh"].items():
            is_new = uuid not in shadow.entities
            if is_new or key_of(block) in self.hints.meshes:
                self._enter_one(ledger, census, ("mesh", uuid, block), reader.mesh_fields(uuid, block))
        for uuid, block in census.blocks["collection"].items():
            self._enter_one(ledger, census, ("collection", uuid, block), reader.collection_fields(block, parents))
        moved: Set[str] = set()
        hinted = self.hints.objects
        for uuid, block in census.blocks["object"].items():
            entity = shadow.entities.get(uuid)
            is_touched = entity is None or key_of(block) in hinted or entity.value("parent") in gone
            if is_touched or members.get(uuid, []) != entity.value("collections"):  # type: ignore[union-attr]
                changed = self._enter_one(ledger, census, ("object", uuid, block), reader.object_fields(block))
                if entity is not None and not changed.keys().isdisjoint(TRANSFORM_FIELDS):
                    moved.add(uuid)
        for uuid in gone:
            ledger.local_delete(uuid)
        self.report_odd(reader)
        return moved

    def _enter_one(self, ledger: Ledger, census: Census, one: Tuple[str, str, Any], fields: Fields) -> Fields:
        kind, uuid, block = one
        if uuid in ledger.shadow.entities:
            return self._edit(ledger, uuid, block, fields)
        ledger.local_create(uuid, kind, fields, census.copies.get(uuid))
        return fields

    def _edit(self, ledger: Ledger, uuid: str, block: Any, fields: Fields) -> Fields:
        entity = ledger.shadow.entities[uuid]
        before = entity.value("name")
        if "name" in fields and fields["name"] != before and isinstance(before, str):
            if is_pushed_aside(block, _siblings(entity.kind), before):
                remember(block, before)
                fields["name"] = before
            self.registry.note_name(uuid, block.name)
        return ledger.local_edit(uuid, fields)

    # Objects

    def _are_known(self, hints: Hints) -> bool:
        known = self.registry.uuid_of_key_or_none
        return all(known("object", key) is not None for key in hints.objects) and all(
            known("mesh", key) is not None for key in hints.meshes)

    def _is_itself(self, block: Any) -> bool:
        """False when another object has the address of one that is gone; or after "make single user" and the like: the
        mesh is new, or a copy that still carries its original's uuid.
        """
        if not self._is_the_one(uuid_or_none(block) or "", block):
            return False
        mesh = block.data if block.type == "MESH" else None
        if mesh is None or mesh.library is not None or is_placeholder(mesh):
            return True
        return self.registry.uuid_of_key_or_none("mesh", key_of(mesh)) == uuid_or_none(mesh) is not None

    def _put_off_meshes_in_hand(self, rig: Rig) -> None:
        """While a mesh is edited or sculpted its points change many times a second, or are not up to date: measured
        later.
        """
        active = rig.view_layer.objects.active
        if active is not None and active.type == "MESH" and active.mode != "OBJECT":
            key = key_of(active.data)
            if key in self.hints.meshes:
                self.hints.meshes.discard(key)
                self._put_off.add(key)
        elif self._put_off:
            self.hints.meshes |= self._put_off
            self._put_off = set()

    def _resolve(self, keys: Set[int], rig: Rig, with_optics: bool) -> List[Any]:
        """The hinted objects; by name when they are few, because going through all costs a few milliseconds."""
        if len(keys) <= _BY_NAME_MAX and not with_optics:
            names = [self.registry.name_or_none(self.registry.uuid_of_key_or_none("object", key) or "") for key in keys]
            found = [bpy.data.objects.get(name) for name in names if name is not None]
            if len(found) == len(keys) and all(block is not None and key_of(block) in keys for block in found):
                return [block for block in found if not is_deleted(block) and block.library is None]
        wanted = ("CAMERA", "LIGHT") if with_optics else ()
        return [block for block in scene_objects(rig) if key_of(block) in keys or block.type in wanted]

    def _enter_objects(self, ledger: Ledger, blocks: Iterable[Any], reader: Reader) -> Set[str]:
        moved: Set[str] = set()
        for block in blocks:
            uuid = uuid_or_none(block)
            if uuid is None or uuid not in ledger.shadow.entities or not self._is_the_one(uuid, block):
                continue
            changed = self._edit(ledger, uuid, block, reader.object_fields(block))
            if not changed.keys().isdisjoint(TRANSFORM_FIELDS):
                moved.add(uuid)
        self.report_odd(reader)
        return moved

    def _is_the_one(self, uuid: str, block: Any) -> bool:
        """Not a copy outside the scene that still carries its original's uuid."""
        return self.registry.uuid_of_key_or_none("object", key_of(block)) == uuid

    def _enter_meshes(self, ledger: Ledger, rig: Rig, keys: Set[int]) -> None:
        if not keys:
            return
        reader = Reader(rig, self.bounds)
        for mesh in bpy.data.meshes:
            uuid = uuid_or_none(mesh) if key_of(mesh) in keys else None
            if uuid is not None and uuid in ledger.shadow.entities:
                self._edit(ledger, uuid, mesh, reader.mesh_fields(uuid, mesh))

    def _forget_bounds(self, keys: Set[int]) -> None:
        for key in keys:
            uuid = self.registry.uuid_of_key_or_none("mesh", key)
            if uuid is not None:
                self.bounds.forget(uuid)

    def _look_at_scene(self, ledger: Ledger, rig: Rig) -> None:
        """An event of the scene alone: selecting, hiding, units, rarely a new object. Selecting is the most frequent.
        """
        objects = list(rig.scene.objects)
        self.hints.has_structure = self._pointers != [block.as_pointer() for block in objects]
        switches = (_hidden_flags(rig), bytes(bytearray(block.hide_viewport for block in objects)))
        if switches != self._switches:
            self._switches = switches
            self._hint_visibility(ledger, rig)
        if self._has_unit_changed(rig):
            self.hints.objects.update(key_of(block) for block in objects)
            self.hints.meshes.update(key_of(mesh) for mesh in bpy.data.meshes if uuid_or_none(mesh) is not None)
            self.hints.has_optics = True

    def _hint_visibility(self, ledger: Ledger, rig: Rig) -> None:
        """Finds whose switches are not as agreed."""
        reader = Reader(rig, self.bounds)
        for block in scene_objects(rig):
            entity = ledger.shadow.entities.get(uuid_or_none(block) or "")
            if entity is None:
                self.hints.has_structure = True
            elif reader.visible(block) != entity.value("visible"):
                self.hints.objects.add(key_of(block))

    def _has_unit_changed(self, rig: Rig) -> bool:
        measures = (rig.scale_length, rig.width, rig.height)
        before, self._measures = self._measures, measures
        return before is not None and before != measures

    # Without a hint

    def _cast_net(self, ledger: Ledger, rig: Rig) -> Set[str]:
        self._ticks += 1
        count = len(bpy.data.objects)
        if self._ticks % _MATRIX_EVERY_TICKS == 0:
            return self._compare_matrices(ledger, rig, count)
        if count == 0:
            return set()
        self._sweep_at = self._sweep_at if self._sweep_at < count else 0
        blocks = bpy.data.objects[self._sweep_at:self._sweep_at + _SWEEP_OBJECTS]
        self._sweep_at += _SWEEP_OBJECTS
        alive = [block for block in blocks if block.library is None and not is_deleted(block)]
        return self._enter_objects(ledger, alive, Reader(rig, self.bounds, self._members))

    def _compare_matrices(self, ledger: Ledger, rig: Rig, count: int) -> Set[str]:
        buffer = array("f", bytes(64 * count))
        bpy.data.objects.foreach_get("matrix_basis", buffer)
        before, self._matrices = self._matrices, buffer.tobytes()
        if before == self._matrices or len(before) != len(self._matrices):
            return set()
        now = self._matrices
        changed = [at for at in range(count) if before[at * 64:at * 64 + 64] != now[at * 64:at * 64 + 64]]
        everything = list(bpy.data.objects)
        moved = [everything[at] for at in changed if not is_deleted(everything[at])]
        return self._enter_objects(ledger, moved, Reader(rig, self.bounds, self._members))

    def _follow_animation(self, ledger: Ledger) -> None:
        """Another frame is shown: what curves moved is not an edit, so the shadow follows silently."""
        rig = current_rig()
        reader = Reader(rig, self.bounds, self._members)
        for block in scene_objects(rig):
            uuid = uuid_or_none(block)
            if uuid is None or uuid not in ledger.shadow.entities or not _is_animated(block):
                continue
            entity = ledger.shadow.entities[uuid]
            live = reader.object_fields(block)
            ledger.read_back(uuid, {
                name: value for name, value in live.items() if not is_same_value(name, value, entity.value(name))
            })

    def report_odd(self, reader: Reader) -> None:
        """Tells once of everything that cannot be kept in step as it is."""
        for uuid in set(reader.sheared) - self._odd:
            self._report("E_FIELD", "%s is sheared by its parent; Unity shows it without the shear."
                         % (self.registry.name_or_none(uuid) or "An object"), uuid or None)
        for uuid in set(reader.unsupported) - self._odd:
            self._report("E_FIELD", "%s hangs on a bone, a vertex or another file; its place is not kept in step."
                         % (self.registry.name_or_none(uuid) or "An object"), uuid or None)
        self._odd.update(reader.sheared, reader.unsupported)


def _hidden_flags(rig: Rig) -> bytes:
    layer = rig.view_layer
    if layer == bpy.context.view_layer:
        return bytes(bytearray(block.hide_get() for block in layer.objects))
    return bytes(bytearray(block.hide_get(view_layer=layer) for block in layer.objects))


def _is_animated(block: Any) -> bool:
    data = block.data
    return block.animation_data is not None or (data is not None and getattr(data, "animation_data", None) is not None)


def _siblings(kind: str) -> Any:
    return {"object": bpy.data.objects, "collection": bpy.data.collections, "mesh": bpy.data.meshes}[kind]
