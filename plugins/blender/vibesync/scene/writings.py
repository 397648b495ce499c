"""Canonical fields, written to the live scene. Writes only what differs; the caller reads back what became of it."""
from typing import Any, Dict, Optional

import bpy

from ..core.values import TRANSFORM_DEFAULTS, TRANSFORM_FIELDS, Fields
from ..protocol.faults import WireError
from .marks import DELETED_KEY, ID_KEY, TYPE_KEY, tag_changed
from .meshes import fill_box, is_box, make_mesh, make_placeholder
from .names import fitting, remember, write_name
from .optic_data import LIGHT_TYPES, write_camera, write_light
from .rig import Rig, scene_collections
from .transforms import write_transform

Blocks = Dict[str, Any]


def make_object(uuid: str, fields: Fields, blocks: Blocks, rig: Rig) -> Any:
    """A new object, linked where it belongs; its other fields are written by `write_object`."""
    name = fitting(str(fields.get("name") or "Object")) or "Object"
    kind = fields.get("type")
    block = bpy.data.objects.new(name, _data_for(kind, name, fields, blocks))
    block[ID_KEY] = uuid
    if kind == "other":
        block[TYPE_KEY] = "other"
    link_object(block, fields, blocks, rig)
    return block


def _data_for(kind: Any, name: str, fields: Fields, blocks: Blocks) -> Any:
    if kind == "mesh":
        mesh = blocks.get(str(fields.get("data")))
        return make_placeholder() if mesh is None else mesh
    if kind == "camera":
        return bpy.data.cameras.new(name)
    if kind == "light":
        return bpy.data.lights.new(name, LIGHT_TYPES[str(fields.get("light.type") or "point")])
    return None


def write_object(block: Any, fields: Fields, agreed: Fields, scene: "Scenery") -> None:
    """Shows `fields`. `agreed`: all of the object's values with these entered.

    Under a new parent the place is written whole.
    """
    rig, blocks = scene.rig, scene.blocks
    trouble: Optional[str] = None
    if "name" in fields:
        write_name(block, bpy.data.objects, str(fields["name"]))
    if "parent" in fields:
        trouble = _write_parent(block, fields["parent"], blocks)
    if "collections" in fields:
        link_object(block, fields, blocks, rig)
    if "data" in fields and block.type == "MESH":
        mesh = make_placeholder() if fields["data"] is None else blocks.get(str(fields["data"]))
        trouble = trouble or ("E_UNKNOWN_ENTITY" if mesh is None else None)
        block.data = block.data if mesh is None else mesh
    if block.type == "CAMERA":
        write_camera(block.data, fields, rig)
    if block.type == "LIGHT":
        write_light(block, fields, rig)
    if "visible" in fields:
        write_visible(block, bool(fields["visible"]), rig)
    if "parent" in fields:
        write_transform(block, {name: agreed.get(name) or TRANSFORM_DEFAULTS[name] for name in TRANSFORM_FIELDS}, rig)
    elif any(name in fields for name in TRANSFORM_FIELDS):
        write_transform(block, {name: fields[name] for name in TRANSFORM_FIELDS if name in fields}, rig)
    if trouble is not None:  # the rest is written all the same
        raise WireError(trouble)


class Scenery:
    """What writings need around them: the rig, and every living data-block by uuid."""

    def __init__(self, rig: Rig, blocks: Blocks) -> None:
        self.rig = rig
        self.blocks = blocks


def _write_parent(block: Any, parent: Any, blocks: Blocks) -> Optional[str]:
    """Answers why the object hangs on nothing instead: the parent is not there, or hangs below the object itself."""
    above = None if parent is None else blocks.get(str(parent))
    block.parent = above  # Blender makes it None, without a word, where that would close a circle
    block.parent_type = "OBJECT"
    if block.parent != above:
        return "E_CYCLE"
    return "E_UNKNOWN_ENTITY" if parent is not None and above is None else None


def link_object(block: Any, fields: Fields, blocks: Blocks, rig: Rig) -> None:
    """Puts an object into exactly its collections; into the scene's root when it has none. Other scenes' are left
    alone.
    """
    wanted = [blocks[uuid] for uuid in fields.get("collections") or [] if uuid in blocks]  # type: ignore[union-attr]
    root = rig.scene.collection
    targets = wanted or [root]
    names = {collection.name for collection in wanted}
    for collection in targets:
        if collection.objects.get(block.name) != block:
            collection.objects.link(block)
    for collection in scene_collections(rig):
        if collection.name not in names and collection.objects.get(block.name) == block:
            collection.objects.unlink(block)
    if wanted and root.objects.get(block.name) == block:
        root.objects.unlink(block)
    tag_changed(rig.scene)


def write_visible(block: Any, visible: bool, rig: Rig) -> None:
    """Shows or hides by the switch of this view layer, or by the global one where the object is not in it."""
    if visible and block.hide_viewport:
        block.hide_viewport = False
    try:
        if block.hide_get(view_layer=rig.view_layer) == visible:
            block.hide_set(not visible, view_layer=rig.view_layer)
    except RuntimeError:
        block.hide_viewport = not visible


def make_collection(uuid: str, fields: Fields, scene: Scenery) -> Any:
    """A new collection below its parent."""
    name = str(fields.get("name") or "Collection")
    block = bpy.data.collections.new(fitting(name))
    block[ID_KEY] = uuid
    remember(block, name)
    write_collection_parent(block, fields.get("parent"), scene)
    return block


def write_collection(block: Any, fields: Fields, scene: Scenery) -> None:
    """Shows a collection's fields."""
    if "name" in fields:
        write_name(block, bpy.data.collections, str(fields["name"]))
    if "parent" in fields:
        write_collection_parent(block, fields["parent"], scene)


def write_collection_parent(block: Any, parent: Any, scene: Scenery) -> None:
    """Moves a collection below another one, or to the scene's root."""
    root = scene.rig.scene.collection
    above = root if parent is None else scene.blocks.get(str(parent))
    if above is None:
        raise WireError("E_UNKNOWN_ENTITY")
    if above == block or any(one == above for one in block.children_recursive):
        raise WireError("E_CYCLE")
    if above.children.get(block.name) != block:
        above.children.link(block)
    for other in [root, *scene_collections(scene.rig)]:
        if other != above and other.children.get(block.name) == block:
            other.children.unlink(block)
    tag_changed(scene.rig.scene)


def write_mesh(uuid: str, block: Any, fields: Fields, agreed: Fields, rig: Rig) -> None:
    """Shows a mesh's fields; bounds can be written to a stand-in only."""
    if "name" in fields:
        write_name(block, bpy.data.meshes, str(fields["name"]))
    if "mesh.center" not in fields and "mesh.size" not in fields:
        return
    if not is_box(block):
        raise WireError("E_APPLY", "The mesh %s was made in Blender, so its bounds can only change there." % block.name)
    fill_box(block, agreed, rig)


def make_block(op: Dict[str, Any], scene: Scenery) -> Optional[Any]:
    """The data-block of a create."""
    if op["kind"] == "mesh":
        return make_mesh(op["uuid"], op["fields"], scene.rig)
    if op["kind"] == "collection":
        return make_collection(op["uuid"], op["fields"], scene)
    return make_object(op["uuid"], op["fields"], scene.blocks, scene.rig)


def revive(block: Any) -> None:
    """A softly deleted data-block lives again."""
    del block[DELETED_KEY]
    block.use_fake_user = False
    tag_changed(block)
