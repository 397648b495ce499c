"""Checks a decoded JSON value against the generated schema, before anything else looks at it.

Only the part of JSON Schema 2020-12 that the generator emits is understood: a keyword outside it stops the add-on at
load, so that nothing passes unchecked. The schema is turned into nested functions once; each answers None, or where and
why a value does not fit. A choice between objects that all fix one member (`kind`, `op`) is made by that member, so
that the reason names the right alternative.
"""
import json
import re
from typing import Any, Callable, Dict, List, Optional, cast

from .faults import WireError
from .generated import SCHEMA_JSON

Check = Callable[[Any], Optional[str]]
Schema = Dict[str, Any]

_ANNOTATIONS = frozenset(("$schema", "$defs", "$id", "title", "description", "default", "id"))
_KNOWN = frozenset((
    "$ref", "anyOf", "oneOf", "const", "enum", "type", "properties", "required", "additionalProperties",
    "propertyNames", "items", "minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern",
)) | _ANNOTATIONS


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: Dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
}


class Validator:
    """All definitions of one schema, compiled."""

    def __init__(self, schema: Schema) -> None:
        self._definitions: Schema = schema["$defs"]
        self._compiled: Dict[str, Check] = {}
        for name in self._definitions:
            self._definition(name)

    def problem(self, definition: str, value: Any) -> Optional[str]:
        """Why `value` is not a `definition`; None when it is."""
        return self._compiled[definition](value)

    def _definition(self, name: str) -> Check:
        if name not in self._compiled:
            self._compiled[name] = lambda value: self._compiled[name](value)  # for definitions that refer to themselves
            self._compiled[name] = self._compile(self._definitions[name])
        return self._compiled[name]

    def _compile(self, schema: Schema) -> Check:
        unknown = set(schema) - _KNOWN
        assert not unknown, "the schema uses keywords that are not understood: %s" % sorted(unknown)
        if "$ref" in schema:
            return self._reference(schema["$ref"].rsplit("/", 1)[1])
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                return self._choice(schema[keyword])
        checks = [check for check in (_typed(schema), _bounded(schema), self._array(schema), self._object(schema))
            if check]
        return _all(checks)

    def _reference(self, name: str) -> Check:
        self._definition(name)
        compiled = self._compiled
        return lambda value: compiled[name](value)

    def _choice(self, options: List[Schema]) -> Check:
        member = _discriminator(options)
        if member is not None:
            return _by_member(member, {option["properties"][member]["const"]: self._compile(option)
                for option in options})
        checks = [self._compile(option) for option in options]

        def choose(value: Any) -> Optional[str]:
            problem: Optional[str] = " fits no alternative"
            for check in checks:
                problem = check(value)
                if problem is None:
                    return None
            return problem

        return choose

    def _array(self, schema: Schema) -> Optional[Check]:
        if schema.get("type") != "array":
            return None
        item = self._compile(schema["items"])
        low, high = schema.get("minItems", 0), schema.get("maxItems", float("inf"))

        def check(value: List[Any]) -> Optional[str]:
            if not low <= len(value) <= high:
                return " has %d items" % len(value)
            for index, member in enumerate(value):
                problem = item(member)
                if problem is not None:
                    return "[%d]%s" % (index, problem)
            return None

        return check

    def _object(self, schema: Schema) -> Optional[Check]:
        if schema.get("type") != "object":
            return None
        members = {name: self._compile(member) for name, member in schema.get("properties", {}).items()}
        required = schema.get("required", [])
        extra = schema.get("additionalProperties", True)
        others = self._compile(extra) if isinstance(extra, dict) else None
        names = self._compile(schema["propertyNames"]) if "propertyNames" in schema else None

        def check(value: Dict[str, Any]) -> Optional[str]:
            for name in required:
                if name not in value:
                    return " lacks %s" % name
            for name, member in value.items():
                inner = members.get(name, others)
                if (inner is None and extra is False) or (names is not None and names(name) is not None):
                    return " has an unknown member"
                problem = inner(member) if inner is not None else None
                if problem is not None:
                    return ".%s%s" % (name, problem)
            return None

        return check


def _typed(schema: Schema) -> Check:
    if "const" in schema:
        wanted = schema["const"]
        return lambda value: None if type(value) is type(wanted) and value == wanted else " is not %r" % (wanted,)
    if "enum" in schema:
        choices = frozenset(schema["enum"])
        return lambda value: None if isinstance(value, str) and value in choices else " is not one of the choices"
    if "type" not in schema:
        return lambda value: None
    is_type = _TYPES[schema["type"]]
    name = schema["type"]
    return lambda value: None if is_type(value) else " is not of type %s" % name


def _bounded(schema: Schema) -> Optional[Check]:
    if "const" in schema or "enum" in schema:
        return None
    if schema.get("type") in ("number", "integer"):
        low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
        return lambda value: None if low <= value <= high else " is out of range"
    if schema.get("type") != "string":
        return None
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    pattern = re.compile(schema["pattern"].rstrip("$") + r"\Z") if "pattern" in schema else None

    def check(value: str) -> Optional[str]:
        if not shortest <= _length(value) <= longest:
            return " is of the wrong length"
        if pattern is not None and pattern.search(value) is None:
            return " does not have the right form"
        return None

    return check


def _length(text: str) -> int:
    """As the hub counts: UTF-16 units."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF) if not text.isascii() else len(text)


def _all(checks: List[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(value: Any) -> Optional[str]:
        for part in checks:
            problem = part(value)
            if problem is not None:
                return problem
        return None

    return check


def _discriminator(options: List[Schema]) -> Optional[str]:
    """The member that every alternative fixes to another constant, if there is one."""
    for member in options[0].get("properties", {}):
        values = [option.get("properties", {}).get(member, {}).get("const") for option in options]
        if None not in values and len(set(values)) == len(values):
            return cast(str, member)
    return None


def _by_member(member: str, checks: Dict[Any, Check]) -> Check:
    def check(value: Any) -> Optional[str]:
        if not isinstance(value, dict):
            return " is not of type object"
        tag = value.get(member)
        inner = checks.get(tag) if isinstance(tag, str) else None
        return ".%s is unknown" % member if inner is None else inner(value)

    return check


_validator = Validator(json.loads(SCHEMA_JSON))


def require(definition: str, value: Any) -> Dict[str, Any]:
    """The value, now trusted. Raises WireError(E_MALFORMED) that says where it breaks the schema."""
    problem = _validator.problem(definition, value)
    if problem is not None:
        raise WireError("E_MALFORMED", ("A message could not be read: %s%s." % (definition, problem))[:1_000])
    return cast(Dict[str, Any], value)
