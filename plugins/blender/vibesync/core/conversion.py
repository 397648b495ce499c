"""Blender space <-> canonical space (glTF 2.0: right-handed, +Y up, metres, quaternions xyzw). Pure formulas.

Axes: a Blender vector (x, y, z) is the canonical (x, z, -y); lengths are multiplied by the scene's `scale_length`.

Cameras and lights look along -Z of a frame that the axis swap turned away, so their own frame is turned back: with K
the rotation by -90 degrees about Blender's X, a corrected node's canonical frame is W * K. Its local transform is
therefore L * K, and the local transform of a child of a corrected node is K^-1 * L. K maps axes onto axes, so a
corrected node's scale only swaps two components and nothing shears.

Quaternions are (x, y, z, w) everywhere in this file, also on Blender's side.
"""
import math
from typing import List, NamedTuple, Sequence, Tuple

Vector = Tuple[float, float, float]
Quaternion = Tuple[float, float, float, float]

_K = math.sqrt(0.5)
_CORRECTION: Quaternion = (-_K, 0.0, 0.0, _K)
_CORRECTION_BACK: Quaternion = (_K, 0.0, 0.0, _K)


class Transform(NamedTuple):
    """A local transform: translation, rotation of unit length, scale."""

    translation: Vector
    rotation: Quaternion
    scale: Vector


class Frame(NamedTuple):
    """What the formulas need to know about a node."""

    scale_length: float = 1.0
    is_corrected: bool = False
    is_parent_corrected: bool = False


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """The rotation b, then a."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def normalized(q: Sequence[float]) -> Quaternion:
    """Unit length, w >= 0 (ties decided by x, y, z); the identity for a quaternion without length."""
    length = math.sqrt(sum(part * part for part in q))
    if not length > 1e-12:
        return (0.0, 0.0, 0.0, 1.0)
    x, y, z, w = (part / length for part in q)
    first = next((part for part in (w, x, y, z) if abs(part) > 1e-9), 1.0)
    return (x, y, z, w) if first > 0 else (-x, -y, -z, -w)


def to_canonical(local: Transform, frame: Frame) -> Transform:
    """A Blender local transform in canonical space."""
    (x, y, z), rotation, (sx, sy, sz) = local
    if frame.is_parent_corrected:
        x, y, z = x, -z, y  # K^-1
        rotation = multiply(_CORRECTION_BACK, rotation)
    if frame.is_corrected:
        rotation = multiply(rotation, _CORRECTION)
        sx, sy, sz = sx, sz, sy
    qx, qy, qz, qw = normalized(rotation)
    unit = frame.scale_length
    return Transform((x * unit, z * unit, 0.0 - y * unit), normalized((qx, qz, 0.0 - qy, qw)), (sx, sz, sy))


def to_blender(local: Transform, frame: Frame) -> Transform:
    """A canonical local transform in Blender space."""
    unit = frame.scale_length
    x, y, z = local.translation[0] / unit, -local.translation[2] / unit, local.translation[1] / unit
    qx, qy, qz, qw = local.rotation
    rotation: Quaternion = (qx, -qz, qy, qw)
    sx, sy, sz = local.scale[0], local.scale[2], local.scale[1]
    if frame.is_corrected:
        rotation = multiply(rotation, _CORRECTION_BACK)
        sx, sy, sz = sx, sz, sy
    if frame.is_parent_corrected:
        x, y, z = x, z, -y  # K
        rotation = multiply(_CORRECTION, rotation)
    return Transform((x, y, z), normalized(rotation), (sx, sy, sz))


def bounds_to_canonical(
    low: Sequence[float], high: Sequence[float], scale_length: float
) -> Tuple[List[float], List[float]]:
    """Centre and size of a Blender box, canonical."""
    center = [(a + b) / 2 * scale_length for a, b in zip(low, high)]
    size = [(b - a) * scale_length for a, b in zip(low, high)]
    return [center[0], center[2], 0.0 - center[1]], [size[0], size[2], size[1]]


def bounds_to_blender(center: Sequence[float], size: Sequence[float], scale_length: float) -> Tuple[Vector, Vector]:
    """Lowest and highest corner in Blender space of a canonical box."""
    middle = (center[0] / scale_length, -center[2] / scale_length, center[1] / scale_length)
    half = (size[0] / scale_length / 2, size[2] / scale_length / 2, size[1] / scale_length / 2)
    low = (middle[0] - half[0], middle[1] - half[1], middle[2] - half[2])
    return low, (middle[0] + half[0], middle[1] + half[1], middle[2] + half[2])
