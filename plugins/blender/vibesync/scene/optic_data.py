"""Camera and light data-blocks <-> the object's camera.* and light.* fields. Features newer than Blender 3.3 are
probed.
"""
from typing import Any, Dict, Optional

from ..core import optics
from ..core.values import Fields, Value
from .rig import Rig

_LIGHT_TYPES = {"POINT": "point", "SPOT": "spot", "SUN": "sun", "AREA": "area"}
_BLENDER_LIGHT_TYPES = {canonical: blender for blender, canonical in _LIGHT_TYPES.items()}


def read_camera(camera: Any, rig: Rig) -> Fields:
    """The camera.* fields."""
    picture = _picture(camera, rig)
    return {
        "camera.projection": "orthographic" if camera.type == "ORTHO" else "perspective",
        "camera.yfov": optics.yfov_of_lens(picture, camera.lens),
        "camera.ymag": optics.ymag_of_ortho_scale(picture, camera.ortho_scale) * rig.scale_length,
        "camera.near": camera.clip_start * rig.scale_length,
        "camera.far": camera.clip_end * rig.scale_length,
    }


def write_camera(camera: Any, fields: Fields, rig: Rig) -> None:
    """Shows the camera.* fields among `fields`; sensor and fit stay the artist's."""
    picture = _picture(camera, rig)
    if "camera.projection" in fields:
        is_same = (fields["camera.projection"] == "orthographic") == (camera.type == "ORTHO")
        if not is_same:
            camera.type = "ORTHO" if fields["camera.projection"] == "orthographic" else "PERSP"
    if "camera.yfov" in fields:
        camera.lens = optics.lens_of_yfov(picture, _number(fields["camera.yfov"]))
    if "camera.ymag" in fields:
        camera.ortho_scale = optics.ortho_scale_of_ymag(picture, _number(fields["camera.ymag"]) / rig.scale_length)
    if "camera.near" in fields:
        camera.clip_start = _number(fields["camera.near"]) / rig.scale_length
    if "camera.far" in fields:
        camera.clip_end = _number(fields["camera.far"]) / rig.scale_length


def read_light(light: Any, rig: Rig) -> Fields:
    """The light.* fields."""
    kind = _LIGHT_TYPES.get(light.type, "point")
    fields: Fields = {
        "light.type": kind,
        "light.color": [part * warmth for part, warmth in zip(light.color, _warmth(light))],
        "light.intensity": light.energy * _per_energy(light, kind, rig),
        "light.range": (
            light.cutoff_distance * rig.scale_length if getattr(light, "use_custom_distance", False) else 0.0
        ),
    }
    if kind == "spot":
        outer = light.spot_size / 2
        fields["light.outer"] = outer
        fields["light.inner"] = optics.inner_of_blend(outer, light.spot_blend)
    return fields


def write_light(block: Any, fields: Fields, rig: Rig) -> None:
    """Shows the light.* fields among `fields`. `block`: the object, because another type makes another data class."""
    if "light.type" in fields:
        block.data.type = _BLENDER_LIGHT_TYPES[str(fields["light.type"])]
    light = block.data
    kind = _LIGHT_TYPES.get(light.type, "point")
    if isinstance(fields.get("light.color"), list):
        if getattr(light, "use_temperature", False):
            light.use_temperature = False
        light.color = fields["light.color"]
    if "light.intensity" in fields:
        light.energy = _number(fields["light.intensity"]) / _per_energy(light, kind, rig)
    if "light.range" in fields and hasattr(light, "use_custom_distance"):
        reach = _number(fields["light.range"])
        light.use_custom_distance = reach > 0
        if reach > 0:
            light.cutoff_distance = reach / rig.scale_length
    if kind == "spot" and ("light.outer" in fields or "light.inner" in fields):
        _write_cone(light, fields)


def _write_cone(light: Any, fields: Fields) -> None:
    outer_before = light.spot_size / 2
    inner_before = optics.inner_of_blend(outer_before, light.spot_blend)
    outer = _number(fields.get("light.outer", outer_before))
    inner = _number(fields.get("light.inner", inner_before))
    light.spot_size = outer * 2
    light.spot_blend = optics.blend_of_inner(outer, inner)


def _per_energy(light: Any, kind: str, rig: Rig) -> float:
    area_m2 = 0.0
    if kind == "area":
        area_m2 = optics.area_of_shape(light.shape, light.size, light.size_y) * rig.scale_length ** 2
    factor = optics.intensity_per_energy(kind, area_m2) * 2 ** getattr(light, "exposure", 0.0)
    if kind == "area" and not getattr(light, "normalize", True):
        factor *= area_m2
    return float(factor)


def _warmth(light: Any) -> Any:
    has_temperature = getattr(light, "use_temperature", False)
    color: Optional[Any] = getattr(light, "temperature_color", None) if has_temperature else None
    return (1.0, 1.0, 1.0) if color is None else color


def _picture(camera: Any, rig: Rig) -> optics.Picture:
    return optics.Picture(rig.width, rig.height, camera.sensor_fit, camera.sensor_width, camera.sensor_height)


def _number(value: Value) -> float:
    assert isinstance(value, (int, float)), "the schema lets only numbers through"
    return float(value)


LIGHT_TYPES: Dict[str, str] = _BLENDER_LIGHT_TYPES
