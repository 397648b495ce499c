"""What the live scene shows, as canonical fields. Reads only; never asks the depsgraph."""
from typing import Any, Dict, List, Optional, Set

from ..core.values import TRANSFORM_FIELDS, Fields
from .marks import PLACEHOLDER_KEY, TYPE_KEY, is_deleted, uuid_or_none
from .meshes import BoundsCache, read_mesh
from .names import read_name
from .optic_data import read_camera, read_light
from .rig import Rig, memberships_of
from .transforms import is_parent_supported, read_transform

# What says where an object is: read together, because each means something only with the others.
_PLACE_FIELDS = {"parent", *TRANSFORM_FIELDS}
_TYPES = {"EMPTY": "empty", "MESH": "mesh", "CAMERA": "camera", "LIGHT": "light"}


class Reader:
    """Reads one scene at one moment. `members` answers collections for many objects at once; without it each is asked.
    """

    def __init__(self, rig: Rig, cache: BoundsCache, members: Optional[Dict[str, List[str]]] = None) -> None:
        self.rig = rig
        self.cache = cache
        self.sheared: List[str] = []
        self.unsupported: List[str] = []
        self._members = members

    def object_fields(self, block: Any, names: Optional[Set[str]] = None) -> Fields:
        """An object's fields; with `names`, at least those."""
        fields: Fields = {}
        if names is None or not names.isdisjoint(_PLACE_FIELDS):
            self._add_place(block, fields)
            if names is not None and names.issubset(_PLACE_FIELDS):
                return fields
        fields["name"] = read_name(block)
        fields["type"] = type_of(block)
        fields["visible"] = is_visible(block, self.rig)
        if names is None or "collections" in names:
            fields["collections"] = self._collections(block)
        if block.type == "MESH":
            fields["data"] = data_of(block)
        elif block.type == "CAMERA":
            fields.update(read_camera(block.data, self.rig))
        elif block.type == "LIGHT":
            fields.update(read_light(block.data, self.rig))
        return fields

    def collection_fields(self, block: Any, parents: Dict[str, Optional[str]]) -> Fields:
        """A collection's fields."""
        return {"name": read_name(block), "parent": parents.get(uuid_or_none(block) or "")}

    def mesh_fields(self, uuid: str, block: Any) -> Fields:
        """A mesh's fields."""
        return read_mesh(uuid, block, self.rig, self.cache)

    def visible(self, block: Any) -> bool:
        """Whether an object's own switches show it."""
        return is_visible(block, self.rig)

    def _add_place(self, block: Any, fields: Fields) -> None:
        parent = block.parent
        parent_uuid = None if parent is None else uuid_or_none(parent)
        is_outside = parent is not None and (parent_uuid is None or parent.library is not None)
        if is_outside or not is_parent_supported(block):
            self.unsupported.append(uuid_or_none(block) or "")
            return
        if parent is not None and is_deleted(parent):
            parent_uuid = None
        fields["parent"] = parent_uuid
        reading = read_transform(block, self.rig.scale_length)
        fields.update(reading.fields)
        if reading.is_sheared:
            self.sheared.append(uuid_or_none(block) or "")

    def _collections(self, block: Any) -> Any:
        if self._members is None:
            return memberships_of(block, self.rig)
        return self._members.get(uuid_or_none(block) or "", [])


def type_of(block: Any) -> str:
    """The canonical type; an Empty may stand in for another one."""
    stand_in = block.get(TYPE_KEY) if block.type == "EMPTY" else None
    return stand_in if isinstance(stand_in, str) else _TYPES.get(block.type, "other")


def data_of(block: Any) -> Optional[str]:
    """The uuid of the mesh that an object shows."""
    mesh = block.data
    is_ours = mesh is not None and mesh.library is None and mesh.get(PLACEHOLDER_KEY) is None
    return uuid_or_none(mesh) if is_ours else None


def is_visible(block: Any, rig: Rig) -> bool:
    """Its own two switches; collections that are switched off do not count."""
    if block.hide_viewport:
        return False
    try:
        return not block.hide_get(view_layer=rig.view_layer)
    except RuntimeError:  # not in this view layer, so it has no switch there
        return True
