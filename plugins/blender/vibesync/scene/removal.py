"""Deleting in two phases, because a hard remove while the user is inside a modal tool crashes Blender.

First, at once: the data-block leaves the scene, gets a fake user and a mark; capture ignores it from then on, and a
revoked delete finds it still there. Later, at a quiet moment or before the file is saved: what is marked is removed in
one go.
"""
from typing import Any, List, Optional, Set

import bpy

from .marks import DELETED_KEY, is_deleted, tag_changed
from .rig import Rig, containers_of, scene_collections


def remove_softly(block: Any, kind: str, uuid: str, rig: Rig) -> None:
    """Takes a data-block out of the scene."""
    if kind == "object":
        block.parent = None
        for collection in containers_of(block):
            collection.objects.unlink(block)
    elif kind == "collection":
        _unlink_collection(block, rig)
    block[DELETED_KEY] = uuid
    block.use_fake_user = True
    tag_changed(block)
    tag_changed(rig.scene)


def _unlink_collection(block: Any, rig: Rig) -> None:
    """What was only in this collection moves to the scene's root, so that it is not lost with it."""
    root = rig.scene.collection
    inside = {one.name for one in scene_collections(rig)} - {block.name}
    for member in list(block.objects):
        elsewhere = [one for one in scene_collections(rig) if one.name in inside]
        if not any(one.objects.get(member.name) == member for one in [root, *elsewhere]):
            root.objects.link(member)
        block.objects.unlink(member)
    for child in list(block.children):
        block.children.unlink(child)
        if not any(other.children.get(child.name) == child for other in [root, *scene_collections(rig)]):
            root.children.link(child)
    for other in [root, *scene_collections(rig)]:
        if other.children.get(block.name) == block:
            other.children.unlink(block)


def marked_or_none(kind: str, uuid: str) -> Optional[Any]:
    """The data-block that was deleted softly as `uuid`."""
    for block in _collection_of(kind):
        if block.get(DELETED_KEY) == uuid and block.library is None:
            return block
    return None


def marked() -> List[Any]:
    """Everything that waits to be removed."""
    return [
        block for kind in ("object", "mesh", "collection") for block in _collection_of(kind)
        if is_deleted(block) and block.library is None
    ]


def purge(known: Optional[Set[str]] = None) -> Set[str]:
    """Removes for good what is marked, with `known` only those; answers the uuids still marked. Never inside a tool."""
    waiting = marked()
    if not waiting:
        return set()
    parents = {one.parent for one in bpy.data.objects if one.parent is not None and not is_deleted(one)}
    blocks = [
        block for block in waiting
        if block not in parents and not _is_in_use(block) and (known is None or block[DELETED_KEY] in known)
    ]
    if blocks:
        bpy.data.batch_remove(blocks)
    return {block[DELETED_KEY] for block in marked()}


def _is_in_use(block: Any) -> bool:
    """Undo, or the user, may have brought it back; a mesh goes after the last object that shows it."""
    if isinstance(block, bpy.types.Object):
        return len(containers_of(block)) > 0
    return isinstance(block, bpy.types.Mesh) and block.users > int(block.use_fake_user)


def _collection_of(kind: str) -> Any:
    return {"object": bpy.data.objects, "mesh": bpy.data.meshes, "collection": bpy.data.collections}[kind]
