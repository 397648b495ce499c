"""Cameras and lights: Blender's own measures <-> canonical ones. Pure formulas.

Cameras: the vertical field of view in radians, half the visible height in metres. Blender fits its sensor and its
orthographic scale to the picture's width or height, so the picture's shape is part of every formula.
Lights: candela, lux or nits, with 683 lumens per watt (glTF's KHR_lights_punctual, "SPEC" mode).
"""
import math
from typing import NamedTuple

_LUMENS_PER_WATT = 683.0


class Picture(NamedTuple):
    """How a camera's sensor lies in the rendered picture; width and height include the pixel aspect."""

    width: float
    height: float
    sensor_fit: str
    sensor_width: float
    sensor_height: float

    @property
    def is_wide(self) -> bool:
        """Whether the sensor is fitted to the picture's width."""
        return self.sensor_fit == "HORIZONTAL" or (self.sensor_fit == "AUTO" and self.width >= self.height)

    @property
    def sensor_rows(self) -> float:
        """The sensor's visible height, in the unit of the lens."""
        if self.is_wide:
            return self.sensor_width * self.height / self.width
        return self.sensor_height if self.sensor_fit == "VERTICAL" else self.sensor_width


def yfov_of_lens(picture: Picture, lens: float) -> float:
    """Vertical field of view of a focal length."""
    return 2 * math.atan(picture.sensor_rows / (2 * lens))


def lens_of_yfov(picture: Picture, yfov: float) -> float:
    """The focal length that shows `yfov`."""
    return picture.sensor_rows / (2 * math.tan(max(1e-6, min(yfov, math.pi - 1e-6)) / 2))


def ymag_of_ortho_scale(picture: Picture, ortho_scale: float) -> float:
    """Half the visible height, in the scene's units."""
    return ortho_scale / 2 * (picture.height / picture.width if picture.is_wide else 1.0)


def ortho_scale_of_ymag(picture: Picture, ymag: float) -> float:
    """The orthographic scale that shows `ymag`."""
    return ymag * 2 * (picture.width / picture.height if picture.is_wide else 1.0)


def intensity_per_energy(light_type: str, area_m2: float) -> float:
    """What one unit of Blender's energy is in candela (point, spot), lux (sun) or nits (area)."""
    if light_type == "sun":
        return _LUMENS_PER_WATT
    if light_type == "area":
        return _LUMENS_PER_WATT / (math.pi * max(area_m2, 1e-12))
    return _LUMENS_PER_WATT / (4 * math.pi)


def area_of_shape(shape: str, size: float, size_y: float) -> float:
    """The surface of an area light, in the unit of its sizes squared."""
    if shape == "SQUARE":
        return size * size
    if shape == "RECTANGLE":
        return size * size_y
    return math.pi / 4 * size * (size if shape == "DISK" else size_y)


def inner_of_blend(outer: float, blend: float) -> float:
    """Half angle at which a spot begins to fade."""
    return outer * (1 - blend)


def blend_of_inner(outer: float, inner: float) -> float:
    """Blender's blend for a fade between two half angles."""
    return 0.0 if outer <= 0 else max(0.0, min(1.0, 1 - inner / outer))
