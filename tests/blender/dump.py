"""The live scene in canonical values, read without the add-on's code, so that a mistake there cannot hide here.

Formulas: closed forms of the axis change for plain nodes; whole matrices for everything that hangs under a parent
inverse, a camera or a light.
"""
import math
from typing import Any, Dict, List, Optional

import bpy
from mathutils import Matrix, Quaternion, Vector

Json = Dict[str, Any]

_SWAP = Matrix(((1, 0, 0), (0, 0, 1), (0, -1, 0)))
_AIM = Quaternion((math.sqrt(0.5), -math.sqrt(0.5), 0, 0))
_LUMENS = 683.0


def uuid_of(block: Any) -> Optional[str]:
    """The identity that the add-on wrote into a data-block."""
    return block.get("vibesync_uuid")


def dump_scene() -> Json:
    """`objects`, `collections` and `meshes` by uuid; things without one under `unidentified`."""
    result: Json = {"objects": {}, "collections": {}, "meshes": {}, "unidentified": []}
    scene = bpy.context.scene
    unit = scene.unit_settings.scale_length
    collections = [one for one in scene.collection.children_recursive if "vibesync_deleted" not in one]
    for block in scene.objects:
        if block.library is None and "vibesync_deleted" not in block:
            _put(result, "objects", block, _object(block, unit, collections))
    for block in collections:
        _put(result, "collections", block, {"name": _name(block), "parent": _parent_of_collection(block, scene)})
    for mesh in {block.data for block in scene.objects if block.type == "MESH" and block.library is None}:
        if "vibesync_placeholder" not in mesh and mesh.library is None:
            _put(result, "meshes", mesh, _mesh(mesh, unit))
    return result


def _put(result: Json, group: str, block: Any, fields: Json) -> None:
    uuid = uuid_of(block)
    if uuid is None or uuid in result[group]:
        result["unidentified"].append(block.name)
    else:
        result[group][uuid] = fields


def _name(block: Any) -> str:
    return block["vibesync_name"] if block.get("vibesync_shown") == block.name else block.name


def _object(block: Any, unit: float, collections: List[Any]) -> Json:
    types = {"EMPTY": "empty", "MESH": "mesh", "CAMERA": "camera", "LIGHT": "light"}
    parent = block.parent
    fields: Json = {
        "name": _name(block),
        "blenderName": block.name,
        "type": block.get("vibesync_type") or types.get(block.type, "other"),
        "parent": None if parent is None else uuid_of(parent),
        "collections": sorted(uuid_of(one) or "?" for one in collections if one.objects.get(block.name) == block),
        "visible": not block.hide_viewport and not block.hide_get(),
    }
    fields.update(_transform(block, unit))
    if block.type == "MESH":
        fields["data"] = None if "vibesync_placeholder" in block.data else uuid_of(block.data)
    if block.type == "CAMERA":
        fields.update(_camera(block.data, unit))
    if block.type == "LIGHT":
        fields.update(_light(block.data, unit))
    return fields


def _transform(block: Any, unit: float) -> Json:
    parent = block.parent
    is_aimed = block.type in ("CAMERA", "LIGHT")
    is_under_aimed = parent is not None and parent.type in ("CAMERA", "LIGHT")
    is_plain = parent is None or block.matrix_parent_inverse == Matrix.Identity(4)
    if is_plain and not is_aimed and not is_under_aimed:
        rotation = _rotation(block)
        (x, y, z), (sx, sy, sz) = block.location, block.scale
        w, qx, qy, qz = rotation
        return {
            "translation": [x * unit, z * unit, -y * unit], "rotation": [qx, qz, -qy, w], "scale": [sx, sz, sy],
        }
    if is_plain:
        place, rotation, scale = block.location.copy(), _rotation(block), block.scale.copy()
    else:
        basis = Matrix.LocRotScale(block.location, _rotation(block), block.scale)
        place, rotation, scale = (block.matrix_parent_inverse @ basis).decompose()
    if is_under_aimed:
        place, rotation = _AIM.inverted() @ place, _AIM.inverted() @ rotation
    if is_aimed:
        rotation, scale = rotation @ _AIM, Vector((scale.x, scale.z, scale.y))
    turned = _SWAP @ rotation.to_matrix() @ _SWAP.inverted()
    quaternion = turned.to_quaternion()
    return {
        "translation": [part * unit for part in _SWAP @ place],
        "rotation": [quaternion.x, quaternion.y, quaternion.z, quaternion.w],
        "scale": [scale.x, scale.z, scale.y],
    }


def _rotation(block: Any) -> Any:
    if block.rotation_mode == "QUATERNION":
        return block.rotation_quaternion.normalized()
    if block.rotation_mode == "AXIS_ANGLE":
        angle, *axis = block.rotation_axis_angle
        return Quaternion(axis, angle)
    return block.rotation_euler.to_quaternion()


def _parent_of_collection(block: Any, scene: Any) -> Optional[str]:
    for one in scene.collection.children_recursive:
        if one.children.get(block.name) == block:
            return uuid_of(one)
    return None


def _mesh(mesh: Any, unit: float) -> Json:
    points = [vertex.co for vertex in mesh.vertices] or [(0, 0, 0)]
    low = [min(point[axis] for point in points) * unit for axis in range(3)]
    high = [max(point[axis] for point in points) * unit for axis in range(3)]
    center = [(a + b) / 2 for a, b in zip(low, high)]
    size = [b - a for a, b in zip(low, high)]
    return {
        "name": _name(mesh), "mesh.center": [center[0], center[2], -center[1]], "mesh.size": [size[0], size[2],
            size[1]],
    }


def _camera(camera: Any, unit: float) -> Json:
    render = bpy.context.scene.render
    ratio = render.resolution_y * render.pixel_aspect_y / (render.resolution_x * render.pixel_aspect_x)
    is_wide = camera.sensor_fit == "HORIZONTAL" or (camera.sensor_fit == "AUTO" and ratio <= 1)
    rows = camera.sensor_width * ratio if is_wide else (
        camera.sensor_height if camera.sensor_fit == "VERTICAL" else camera.sensor_width)
    return {
        "camera.projection": "orthographic" if camera.type == "ORTHO" else "perspective",
        "camera.yfov": 2 * math.atan2(rows, 2 * camera.lens),
        "camera.ymag": camera.ortho_scale / 2 * (ratio if is_wide else 1) * unit,
        "camera.near": camera.clip_start * unit,
        "camera.far": camera.clip_end * unit,
    }


def _light(light: Any, unit: float) -> Json:
    watts = light.energy
    if light.type == "SUN":
        intensity = _LUMENS * watts
    elif light.type == "AREA":
        sides = light.size * (light.size_y if light.shape in ("RECTANGLE", "ELLIPSE") else light.size)
        sides *= math.pi / 4 if light.shape in ("DISK", "ELLIPSE") else 1
        intensity = _LUMENS * watts / (math.pi * sides * unit * unit)
    else:
        intensity = _LUMENS * watts / (4 * math.pi)
    has_end = getattr(light, "use_custom_distance", False)
    fields: Json = {
        "light.type": light.type.lower(), "light.color": list(light.color), "light.intensity": intensity,
        "light.range": light.cutoff_distance * unit if has_end else 0.0,
    }
    if light.type == "SPOT":
        fields["light.outer"] = light.spot_size / 2
        fields["light.inner"] = light.spot_size / 2 * (1 - light.spot_blend)
    return fields
