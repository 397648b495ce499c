"""Meshes by reference: their bounds, and the box that stands for a mesh whose data is not on the wire yet."""
from array import array
from typing import Any, Dict, List, Tuple

import bpy

from ..core.conversion import bounds_to_blender, bounds_to_canonical
from ..core.values import Fields
from .marks import BOX_KEY, ID_KEY, PLACEHOLDER_KEY
from .names import fitting, read_name, remember
from .rig import Rig

_FACES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


class BoundsCache:
    """Bounds of meshes by uuid, measured again only when something said that the mesh changed."""

    def __init__(self) -> None:
        self._known: Dict[str, Tuple[int, Tuple[List[float], List[float]]]] = {}

    def forget(self, uuid: str) -> None:
        """The mesh may have changed."""
        self._known.pop(uuid, None)

    def clear(self) -> None:
        """Every mesh may have changed."""
        self._known.clear()

    def bounds(self, uuid: str, mesh: Any) -> Tuple[List[float], List[float]]:
        """Lowest and highest corner, in Blender's units."""
        count = len(mesh.vertices)
        known = self._known.get(uuid)
        if known is None or known[0] != count:
            known = self._known[uuid] = (count, _measure(mesh))
        return known[1]


def read_mesh(uuid: str, mesh: Any, rig: Rig, cache: BoundsCache) -> Fields:
    """A mesh's fields."""
    low, high = cache.bounds(uuid, mesh)
    center, size = bounds_to_canonical(low, high, rig.scale_length)
    return {"name": read_name(mesh), "mesh.center": center, "mesh.size": size}  # type: ignore[dict-item]


def make_mesh(uuid: str, fields: Fields, rig: Rig) -> Any:
    """A box of the mesh's bounds."""
    name = str(fields.get("name") or "Mesh")
    mesh = bpy.data.meshes.new(fitting(name))
    mesh[ID_KEY] = uuid
    mesh[BOX_KEY] = True
    remember(mesh, name)
    fill_box(mesh, fields, rig)
    return mesh


def fill_box(mesh: Any, fields: Fields, rig: Rig) -> None:
    """Gives a stand-in mesh the bounds in `fields`."""
    center = fields.get("mesh.center") or [0.0, 0.0, 0.0]
    size = fields.get("mesh.size") or [0.0, 0.0, 0.0]
    assert isinstance(center, list) and isinstance(size, list), "the schema lets only vectors through"
    low, high = bounds_to_blender(center, size, rig.scale_length)
    corners = [(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    mesh.clear_geometry()
    mesh.from_pydata(corners, [], _FACES)
    mesh.update()


def is_box(mesh: Any) -> bool:
    """Whether the mesh is a stand-in, whose bounds a remote write may change."""
    return mesh.get(BOX_KEY) is not None and len(mesh.vertices) == 8


def make_placeholder() -> Any:
    """What a mesh object without a mesh shows: nothing."""
    mesh = bpy.data.meshes.new("Nothing")
    mesh[PLACEHOLDER_KEY] = True
    return mesh


def _measure(mesh: Any) -> Tuple[List[float], List[float]]:
    count = len(mesh.vertices)
    if count == 0:
        return [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
    flat = array("f", bytes(4 * 3 * count))
    mesh.vertices.foreach_get("co", flat)
    axes = [flat[axis::3] for axis in range(3)]
    return [min(axis) for axis in axes], [max(axis) for axis in axes]
