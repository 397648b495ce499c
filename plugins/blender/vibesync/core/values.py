"""Field values, and when two of them are the same value ([WIRE-18]). Mirrors shared/math/epsilon.ts."""
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

from ..protocol.generated import (
    COLOR_EPSILON, FIELDS, LENGTH_EPSILON, LENGTH_RELATIVE_EPSILON, RATIO_EPSILON, ROTATION_EPSILON,
)

Value = Union[None, bool, float, str, List[Any]]
Fields = Dict[str, Value]

# In the order of their mask bits (1, 2, 4) on the binary lane.
TRANSFORM_FIELDS = ("translation", "rotation", "scale")
TRANSFORM_DEFAULTS: Dict[str, List[float]] = {
    "translation": [0.0, 0.0, 0.0], "rotation": [0.0, 0.0, 0.0, 1.0], "scale": [1.0, 1.0, 1.0],
}


def _is_same_length(a: float, b: float) -> bool:
    return abs(a - b) <= max(LENGTH_EPSILON, LENGTH_RELATIVE_EPSILON * max(abs(a), abs(b)))


def _is_same_ratio(a: float, b: float) -> bool:
    return abs(a - b) <= RATIO_EPSILON * max(1.0, abs(a), abs(b))


def _is_same_color(a: float, b: float) -> bool:
    return abs(a - b) <= COLOR_EPSILON


_COMPARISONS: Dict[str, Callable[[float, float], bool]] = {
    "length": _is_same_length, "ratio": _is_same_ratio, "color": _is_same_color,
}


def is_same_rotation(a: Sequence[float], b: Sequence[float]) -> bool:
    """As rotations: q and -q are the same."""
    return 1 - abs(sum(x * y for x, y in zip(a, b))) <= ROTATION_EPSILON


def is_same_value(name: str, a: Value, b: Value) -> bool:
    """Whether two values of field `name` agree within its tolerance."""
    if a == b and isinstance(a, bool) == isinstance(b, bool):
        return True
    tolerance = FIELDS[name]["tolerance"]
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b) or tolerance == "exact":
            return False
        if tolerance == "rotation":
            return is_same_rotation(a, b)
        is_same = _COMPARISONS[tolerance]
        return all(is_same(x, y) for x, y in zip(a, b))
    if tolerance not in _COMPARISONS or not _is_number(a) or not _is_number(b):
        return False
    return _COMPARISONS[tolerance](a, b)  # type: ignore[arg-type]


def changed_fields(before: Mapping[str, Value], now: Mapping[str, Value]) -> Fields:
    """The fields of `now` that are not the same in `before`."""
    return {name: value for name, value in now.items()
            if name not in before or not is_same_value(name, before[name], value)}


def fields_of_kind(kind: str, fields: Mapping[str, Value]) -> Fields:
    """Those of `fields` that an entity of this kind has."""
    return {name: value for name, value in fields.items() if kind in FIELDS[name]["kinds"]}


def _is_number(value: Optional[Value]) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
