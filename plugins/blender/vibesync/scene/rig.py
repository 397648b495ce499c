"""The scene that is kept in step, and the facts about it that readings need. Made anew in every function that needs it.
"""
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

import bpy

from .marks import DOCUMENT_KEY, is_deleted, uuid_or_none


class Rig(NamedTuple):
    """One scene and its measures."""

    scene: Any
    view_layer: Any
    scale_length: float
    width: float
    height: float


def bound_scene() -> Any:
    """The scene that carries the document's mark; the one in the window while none does."""
    for scene in bpy.data.scenes:
        if scene.get(DOCUMENT_KEY) is not None and scene.library is None:
            return scene
    return bpy.context.scene or bpy.data.scenes[0]


def current_rig() -> Rig:
    """The bound scene as it is now."""
    scene = bound_scene()
    view_layer = bpy.context.view_layer if bpy.context.scene == scene else scene.view_layers[0]
    render = scene.render
    width = render.resolution_x * render.pixel_aspect_x
    height = render.resolution_y * render.pixel_aspect_y
    return Rig(scene, view_layer, scene.unit_settings.scale_length or 1.0, width, height)


def scene_objects(rig: Rig) -> List[Any]:
    """The objects that are kept in step: in the scene, this file's own, not on their way out."""
    return [block for block in rig.scene.objects if block.library is None and not is_deleted(block)]


def scene_collections(rig: Rig) -> List[Any]:
    """The collections below the scene's root."""
    blocks = rig.scene.collection.children_recursive
    return [block for block in blocks if block.library is None and not is_deleted(block)]


def scene_meshes(objects: Iterable[Any], known: Set[str]) -> List[Any]:
    """Meshes that an object shows, and those that were told of before and still exist."""
    used = {block.data.name: block.data for block in objects if block.type == "MESH" and block.data.library is None}
    meshes = [mesh for mesh in used.values() if not is_deleted(mesh)]
    for mesh in bpy.data.meshes:
        if mesh.library is None and mesh.name not in used and uuid_or_none(mesh) in known and not is_deleted(mesh):
            meshes.append(mesh)
    return [mesh for mesh in meshes if mesh.get("vibesync_placeholder") is None]


def collection_parents(rig: Rig) -> Dict[str, Optional[str]]:
    """uuid of a collection -> uuid of the collection it is in (None: the scene's root)."""
    parents: Dict[str, Optional[str]] = {}
    rows: List[Tuple[Optional[str], Any]] = [(None, rig.scene.collection)]
    while rows:
        parent, collection = rows.pop(0)
        for child in collection.children:
            uuid = uuid_or_none(child)
            if uuid is not None and uuid not in parents:
                parents[uuid] = parent
                rows.append((uuid, child))
    return parents


def memberships(rig: Rig) -> Dict[str, List[str]]:
    """uuid of an object -> sorted uuids of the scene's collections that it is in."""
    found: Dict[str, List[str]] = {}
    for collection in scene_collections(rig):
        uuid = uuid_or_none(collection)
        if uuid is None:
            continue
        for block in collection.objects:
            member = uuid_or_none(block)
            if member is not None:
                found.setdefault(member, []).append(uuid)
    return {member: sorted(set(collections)) for member, collections in found.items()}


def memberships_of(block: Any, rig: Rig) -> List[str]:
    """The same for one object; Blender's own `users_collection` goes through all objects of all collections."""
    inside = [uuid_or_none(one) for one in scene_collections(rig) if one.objects.get(block.name) == block]
    return sorted(uuid for uuid in inside if uuid is not None)


def containers_of(block: Any) -> List[Any]:
    """Every collection of every scene that an object is in, roots included."""
    everywhere = [*bpy.data.collections, *(scene.collection for scene in bpy.data.scenes)]
    return [collection for collection in everywhere if collection.objects.get(block.name) == block]
