"""An object's local transform, read and written through its own fields.

Local means `matrix_parent_inverse @ matrix_basis`; matrix_local and matrix_world are the depsgraph's and stale for
hidden, unlinked or just-edited objects. While the parent inverse is the identity the fields are read one by one: taking
a matrix apart would turn a mirrored scale into another one and 400 degrees into 40. Delta transforms are part of the
local transform and are kept.
"""
from typing import Any, Dict, List, NamedTuple, Optional

from mathutils import Euler, Matrix, Quaternion, Vector

from ..core.conversion import Frame, Transform, normalized, to_blender, to_canonical
from ..core.values import is_same_value
from .rig import Rig

_AIMED = ("CAMERA", "LIGHT")
_IDENTITY = Matrix.Identity(4)
_SHEAR_MAX = 1e-4
_TINY_SCALE = 1e-12


class Reading(NamedTuple):
    """A canonical transform; `is_sheared`: three parts cannot hold it exactly."""

    fields: Dict[str, List[float]]
    is_sheared: bool


def frame_of(block: Any, scale_length: float) -> Frame:
    """What the conversion needs to know about an object."""
    parent = block.parent
    return Frame(scale_length, block.type in _AIMED, parent is not None and parent.type in _AIMED)


def is_parent_supported(block: Any) -> bool:
    """Whether the object hangs on another object as a whole (not on a bone, vertex or lattice)."""
    return block.parent is None or block.parent_type == "OBJECT"


def read_transform(block: Any, scale_length: float) -> Reading:
    """The object's canonical local transform."""
    inverse = block.matrix_parent_inverse if block.parent is not None else _IDENTITY
    is_sheared = False
    if inverse == _IDENTITY:
        local = _local_of_fields(block)
    else:
        matrix = inverse @ block.matrix_basis
        location, rotation, scale = matrix.decompose()
        is_sheared = _difference(matrix, Matrix.LocRotScale(location, rotation, scale)) > _SHEAR_MAX
        local = Transform(tuple(location), _xyzw(rotation), tuple(scale))
    canonical = to_canonical(local, frame_of(block, scale_length))
    fields = {name: list(value) for name, value in canonical._asdict().items()}
    return Reading(fields, is_sheared)


def write_transform(block: Any, parts: Dict[str, Any], rig: Rig) -> None:
    """Shows the given parts of the canonical local transform.

    What is shown already is left alone, so Euler turns survive.
    """
    scale_length = rig.scale_length
    before: Optional[Dict[str, List[float]]] = read_transform(block, scale_length).fields
    wanted = dict(before or {}, **parts)
    if block.matrix_parent_inverse != _IDENTITY:
        block.matrix_parent_inverse = _IDENTITY
        before = None
    canonical = Transform(tuple(wanted["translation"]), tuple(wanted["rotation"]), tuple(wanted["scale"]))
    local = to_blender(canonical, frame_of(block, scale_length))
    if before is None or not is_same_value("translation", before["translation"], wanted["translation"]):
        block.location = Vector(local.translation) - block.delta_location
    if before is None or not is_same_value("rotation", before["rotation"], wanted["rotation"]):
        _write_rotation(block, local.rotation)
    if before is None or not is_same_value("scale", before["scale"], wanted["scale"]):
        block.scale = [
            part / delta if abs(delta) > _TINY_SCALE else part for part, delta in zip(local.scale, block.delta_scale)
        ]


def _local_of_fields(block: Any) -> Transform:
    location = block.location + block.delta_location
    mode = block.rotation_mode
    if mode == "QUATERNION":
        rotation = block.delta_rotation_quaternion.normalized() @ block.rotation_quaternion.normalized()
    else:
        rotation = _plain_rotation(block)
        if mode != "AXIS_ANGLE" and any(block.delta_rotation_euler):
            rotation = block.delta_rotation_euler.to_quaternion() @ rotation
    scale = [part * delta for part, delta in zip(block.scale, block.delta_scale)]
    return Transform(tuple(location), _xyzw(rotation), tuple(scale))


def _plain_rotation(block: Any) -> Any:
    if block.rotation_mode == "AXIS_ANGLE":
        angle, *axis = block.rotation_axis_angle
        return Quaternion(axis, angle) if any(axis) else Quaternion()
    return block.rotation_euler.to_quaternion()


def _write_rotation(block: Any, xyzw: Any) -> None:
    x, y, z, w = xyzw
    rotation = Quaternion((w, x, y, z))
    mode = block.rotation_mode
    if mode == "QUATERNION":
        block.rotation_quaternion = block.delta_rotation_quaternion.normalized().inverted() @ rotation
        return
    if mode == "AXIS_ANGLE":
        axis, angle = rotation.to_axis_angle()
        block.rotation_axis_angle = (angle, *axis)
        return
    if any(block.delta_rotation_euler):
        rotation = block.delta_rotation_euler.to_quaternion().inverted() @ rotation
    near = Euler(block.rotation_euler, mode)
    block.rotation_euler = rotation.to_euler(mode, near)


def _xyzw(rotation: Any) -> Any:
    return normalized((rotation.x, rotation.y, rotation.z, rotation.w))


def _difference(a: Any, b: Any) -> float:
    return max(float(abs(x - y)) for row_a, row_b in zip(a, b) for x, y in zip(row_a, row_b))
