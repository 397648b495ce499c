"""Takes the hub's writes into the scene, within a budget, and answers its questions from the live scene.

One step per operation: an edit of the user's not seen yet is entered first, the writes that win are written, what the
scene made of them is read back into the shadow. So nothing of the user's is overwritten unseen, and nothing of ours
comes back as an edit. What fails is remembered until it is written again, and is told in the answers.
"""
import time
from functools import partial
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Set, Tuple

import bpy

from ..core.session import Session
from ..core.values import TRANSFORM_FIELDS, Fields, is_same_value
from ..core.wire_form import Answer, verify_answers
from ..protocol.faults import WireError
from .capture import Capture
from .marks import is_deleted, uuid_or_none
from .readings import Reader
from .registry import Registry, key_of
from .removal import marked_or_none, remove_softly
from .rig import Rig, collection_parents, current_rig, scene_collections, scene_objects
from .unsettled import Unsettled
from .writings import Scenery, make_block, revive, write_collection, write_mesh, write_object

# Looking up one name goes through a list, a fraction of a millisecond in a large scene; all of them at once takes tens.
_BY_NAME_MAX = 2_000

Operation = Dict[str, Any]
Report = Callable[[str, str, Optional[str]], None]


class Blocks(Dict[str, Any]):
    """Living data-blocks by uuid, looked up one by one while few are asked for, all at once after that."""

    def __init__(self, registry: Registry, rig: Rig, kinds: Callable[[str], Optional[str]]) -> None:
        super().__init__()
        self._registry = registry
        self._rig = rig
        self._kind_of = kinds
        self._asked = 0
        self._is_complete = False

    def get(self, uuid: str, default: Any = None) -> Any:  # type: ignore[override]
        """The data-block, or the default when it is not in the scene."""
        found = super().get(uuid)
        if found is None and not self._is_complete:
            found = self._by_name_or_none(uuid)
            if found is None:
                self._complete()
                found = super().get(uuid)
            else:
                self[uuid] = found
        return default if found is None else found

    def __contains__(self, uuid: object) -> bool:
        return isinstance(uuid, str) and self.get(uuid) is not None

    def __getitem__(self, uuid: str) -> Any:
        found = self.get(uuid)
        if found is None:
            raise KeyError(uuid)
        return found

    def _by_name_or_none(self, uuid: str) -> Any:
        self._asked += 1
        name = self._registry.name_or_none(uuid)
        if name is None or self._asked > _BY_NAME_MAX:
            return None
        siblings = {"object": bpy.data.objects, "mesh": bpy.data.meshes, "collection": bpy.data.collections}
        block = siblings[self._kind_of(uuid) or "object"].get(name)
        if block is None or uuid_or_none(block) != uuid or is_deleted(block) or block.library is not None:
            return None
        return block

    def _complete(self) -> None:
        self._is_complete = True
        for blocks in (scene_objects(self._rig), scene_collections(self._rig), bpy.data.meshes):
            for block in blocks:
                uuid = uuid_or_none(block)
                if uuid is not None and not is_deleted(block) and block.library is None:
                    self[uuid] = block


class Applier:
    """Applies for one session."""

    def __init__(self, session: Session, capture: Capture, report: Report) -> None:
        self._session = session
        self._capture = capture
        self._report = report
        self._failed: Dict[str, str] = {}
        self.unsettled = Unsettled()
        # child -> parent it could not be hung below yet, with the stamp of that wish
        self._wishes: Dict[str, Tuple[str, int]] = {}

    def run(self, held: Set[str], budget_s: float) -> List[Any]:
        """Works on the inbox until the budget is used or nothing is left; answers the messages to send."""
        inbox = self._session.inbox
        inbox.release(held)
        answers: List[Any] = []
        if inbox.is_idle and not self._wishes:
            return answers
        scene = self.scenery()
        self._grant_wishes(scene)
        end_s = time.perf_counter() + budget_s
        while True:
            item = inbox.next_or_none(held)
            if item is None:
                break
            if item.op is not None:
                self._attempt(item.op, lambda op: self._apply(op, scene))
                self._grant_wishes(scene)
            if item.verify is not None:
                answers.extend(self._answer(item.verify, held, scene))
            if item.lsn is not None:
                self._session.reached(item.lsn)
            if time.perf_counter() >= end_s:
                break
        self._session.ledger.end_look()
        return answers

    def scenery(self) -> Scenery:
        """The scene as it is at this moment."""
        rig = current_rig()
        return Scenery(rig, Blocks(self._capture.registry, rig, self._session.ledger.shadow.kind_or_none))

    # Operations

    def restore(self, uuid: str, block: Any, fields: Optional[Fields], scene: Scenery) -> None:
        """After an undo: writes agreed values again; without a block the entity is made again."""
        entity = self._session.ledger.shadow.entities[uuid]
        op = {"uuid": uuid, "kind": entity.kind, "fields": entity.values()}
        if block is None or fields is None:
            self._attempt(op, lambda op: self._make(op, scene))
        else:
            self._attempt(op, lambda op: self.write(uuid, block, fields, scene))

    def _attempt(self, op: Operation, work: Callable[[Operation], None]) -> None:
        was_failed = self._failed.pop(op["uuid"], None)
        try:
            work(dict(op, again=was_failed is not None))
        except WireError as error:
            self._fail(op["uuid"], error.code, error.message)
        except (RuntimeError, ReferenceError, TypeError, ValueError, KeyError) as error:
            self._fail(op["uuid"], "E_APPLY", "Blender refused a change: %s" % (error,))

    def _fail(self, uuid: str, code: str, message: str) -> None:
        self._failed[uuid] = code
        self._report(code, message, uuid)

    def _apply(self, op: Operation, scene: Scenery) -> None:
        ledger, uuid = self._session.ledger, op["uuid"]
        kind = ledger.shadow.kind_or_none(uuid)
        if op["op"] == "delete":
            if ledger.remote_delete(uuid, op["stamp"]) and kind is not None:
                self.remove(kind, uuid, scene)
        elif op["op"] == "create" and kind is None:
            if ledger.remote_create(op):
                self._make(op, scene)
        elif kind is not None:
            self._set(uuid, kind, op, scene)
        elif uuid not in ledger.shadow.tombstones:
            self._fail(uuid, "E_UNKNOWN_ENTITY", "A change named an object that is not in this scene.")

    def _set(self, uuid: str, kind: str, op: Operation, scene: Scenery) -> None:
        ledger = self._session.ledger
        block = scene.blocks.get(uuid)
        if block is None:
            # Deleted by the user a moment ago, or undone: the next look finds out, and what it says is newer.
            self._capture.hints.has_structure = True
            ledger.remote_set(uuid, op["fields"], op["stamp"])
            return
        if kind == "object":
            reader = Reader(scene.rig, self._capture.bounds)
            self._capture.look_at_one(ledger, uuid, block, reader, set(op["fields"]))
        winners = ledger.remote_set(uuid, op["fields"], op["stamp"], op["again"])
        if winners:
            self.write(uuid, block, winners, scene)

    def _make(self, op: Operation, scene: Scenery) -> None:
        try:
            self._create(op, scene)
        finally:
            if op["uuid"] not in scene.blocks:
                self._session.ledger.forget(op["uuid"])

    def _create(self, op: Operation, scene: Scenery) -> None:
        """Makes an entity, or revives the one that was softly deleted."""
        uuid, kind = op["uuid"], op["kind"]
        block = marked_or_none(kind, uuid)
        if block is not None:
            revive(block)
        else:
            block = make_block(op, scene)
        scene.blocks[uuid] = block
        self.unsettled.note_created(kind, uuid)
        self._capture.registry.adopt(block, kind, uuid)
        fields = dict(op["fields"])
        if kind == "object":
            fields.setdefault("collections", [])
        self.write(uuid, block, fields, scene)
        self._capture.hints.has_scene = True

    def write(self, uuid: str, block: Any, fields: Fields, scene: Scenery) -> None:
        """Writes values that the shadow has already, and reads back what became of them."""
        ledger = self._session.ledger
        entity = ledger.shadow.entities[uuid]
        try:
            if entity.kind == "object":
                self._note_pointers(uuid, block, fields, scene)
                write_object(block, fields, entity.values(), scene)
            elif entity.kind == "collection":
                write_collection(block, fields, scene)
            else:
                self._capture.bounds.forget(uuid)
                write_mesh(uuid, block, fields, entity.values(), scene.rig)
        finally:
            self._capture.registry.note_name(uuid, block.name)
            ledger.read_back(uuid, self._live_fields(uuid, entity.kind, block, scene, set(fields)))

    def _grant_wishes(self, scene: Scenery) -> None:
        """What could not be hung below its parent, because that was not there yet or hung below it, is tried again,
        unless something newer was said of it.
        """
        for child, (parent, stamp) in list(self._wishes.items()):
            register, block = self._session.ledger.shadow.register_or_none(child, "parent"), scene.blocks.get(child)
            above = scene.blocks.get(parent)
            if register is None or register.stamp != stamp or block is None:
                del self._wishes[child]
            elif above is not None and not _is_below(above, block):
                del self._wishes[child]
                register.value = parent
                self._attempt({"uuid": child}, partial(self._write_parent, block, parent, scene))

    def _is_circular(self, uuid: str, scene: Scenery) -> bool:
        """Its agreed parent hangs below it, by an edit of the user's that the hub has not judged yet."""
        parent, stamp = self._wishes.get(uuid, ("", 0))
        register = self._session.ledger.shadow.register_or_none(uuid, "parent")
        return parent in scene.blocks and register is not None and register.stamp == stamp

    def _write_parent(self, block: Any, parent: str, scene: Scenery, op: Operation) -> None:
        self.write(op["uuid"], block, {"parent": parent}, scene)

    def _note_pointers(self, uuid: str, block: Any, fields: Fields, scene: Scenery) -> None:
        parent = fields.get("parent")
        if "parent" in fields:
            self.unsettled.note_parent(uuid)
        above = scene.blocks.get(parent) if isinstance(parent, str) else None
        if isinstance(parent, str) and (above is None or _is_below(above, block)):
            self._wishes[uuid] = (parent, self._session.ledger.shadow.entities[uuid].registers["parent"].stamp)
        if "collections" in fields:
            self.unsettled.note_collections(uuid)
        if "data" in fields and block.type == "MESH" and block.data is not None:
            self.unsettled.note_mesh(uuid, block.data.name)

    def remove(self, kind: str, uuid: str, scene: Scenery) -> None:
        """Softly; what the removal does to others is a consequence, not an edit of theirs."""
        block = scene.blocks.get(uuid)
        if block is None:
            return
        members = [uuid_or_none(one) for one in block.objects] if kind == "collection" else []
        remove_softly(block, kind, uuid, scene.rig)
        scene.blocks.pop(uuid, None)
        ledger = self._session.ledger
        for member in members:
            found = scene.blocks.get(member) if member in ledger.shadow.entities else None
            if found is not None and member is not None:
                reader = Reader(scene.rig, self._capture.bounds)
                ledger.read_back(member, {"collections": reader.object_fields(found, {"collections"})["collections"]})
        self._capture.hints.has_scene = True

    # Questions

    def _answer(self, message: Dict[str, Any], held: Set[str], scene: Scenery) -> Iterator[Any]:
        transforms = [self._answer_one(uuid, TRANSFORM_FIELDS, held, scene) for uuid in message["transforms"]]
        items = [self._answer_one(item["uuid"], item["fields"], held, scene) for item in message["items"]]
        return iter(verify_answers(message["batch"], self._session.epoch, transforms, items))

    def _answer_one(self, uuid: str, names: Sequence[str], held: Set[str], scene: Scenery) -> Answer:
        ledger = self._session.ledger
        entity = ledger.shadow.entities.get(uuid)
        block = scene.blocks.get(uuid)
        is_held = uuid in self._session.inbox.waiting()
        if block is None or entity is None:
            leaving = tuple(ledger.pending_fields(uuid, names)) if entity is None else ()
            return Answer(uuid, {}, is_missing=True, is_held=is_held, pending=leaving)
        live = self._live_fields(uuid, entity.kind, block, scene, set(names))
        # A value this scene has no place for (a point light's cone, the place below a bone) counts as agreed.
        shown = dict(entity.values(), **live)
        fields = {name: shown[name] for name in names if name in shown}
        pending = ledger.pending_fields(uuid, names)
        if "parent" in names and self._is_circular(uuid, scene):
            pending.add("parent")
        unseen = {name for name, value in fields.items() if not is_same_value(name, value, entity.value(name))}
        if unseen:
            self._capture.hints.has_structure = True  # the next look reads it in full
            self._capture.hints.objects.add(key_of(block))
        failed = self._failed.get(uuid, "")
        return Answer(uuid, fields, False, is_held, tuple(sorted(pending | unseen)), failed)

    def _live_fields(self, uuid: str, kind: str, block: Any, scene: Scenery, names: Set[str]) -> Fields:
        reader = Reader(scene.rig, self._capture.bounds)
        if kind == "object":
            return reader.object_fields(block, names)
        if kind == "collection":
            return reader.collection_fields(block, collection_parents(scene.rig))
        return reader.mesh_fields(uuid, block)


def _is_below(block: Any, above: Any) -> bool:
    """Whether an object is another one or hangs below it; Blender sees to it that the walk ends."""
    at = block
    while at is not None and at != above:
        at = at.parent
    return at is not None
