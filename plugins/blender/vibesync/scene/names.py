"""Names are projections: Blender wants them unique per type and at most 63 bytes, the canonical name need not be
either.

A remote name never takes a name away from another data-block: when it is taken, the block shows a free one and
remembers the canonical one beside it. While it still shows what was put there, it answers with the canonical name.
"""
import re
from typing import Any, Optional

from .marks import NAME_KEY, SHOWN_KEY

_BYTES_MAX = 63
_SUFFIX = re.compile(r"\.\d{3,}\Z")
_TRIES_MAX = 100_000


def read_name(block: Any) -> str:
    """The canonical name."""
    shown = block.name
    canonical = block.get(NAME_KEY)
    return canonical if isinstance(canonical, str) and block.get(SHOWN_KEY) == shown else shown


def write_name(block: Any, siblings: Any, canonical: str) -> None:
    """Shows `canonical`, or the nearest free name. `siblings`: the bpy.data collection of its type."""
    wanted = fitting(canonical) or "Unnamed"
    if block.name != wanted:
        block.name = _free_name(block, siblings, wanted)
    remember(block, canonical)


def remember(block: Any, canonical: str) -> None:
    """Keeps the canonical name beside the shown one where they differ."""
    if block.name == canonical:
        for key in (NAME_KEY, SHOWN_KEY):
            if key in block:
                del block[key]
        return
    block[NAME_KEY] = canonical
    block[SHOWN_KEY] = block.name


def fitting(name: str) -> str:
    """As much of a name as Blender can hold, cut between characters."""
    return name.encode("utf-8", "replace")[:_BYTES_MAX].decode("utf-8", "ignore")


def is_pushed_aside(block: Any, siblings: Any, before: Optional[str]) -> bool:
    """Whether Blender renamed this block because another one took its name: that is not an edit of it."""
    if before is None or not _SUFFIX.search(block.name):
        return False
    base = _SUFFIX.sub("", fitting(before))
    other = siblings.get(fitting(before))
    return _SUFFIX.sub("", block.name).startswith(base[:_BYTES_MAX - 8]) and other is not None and other != block


def _free_name(block: Any, siblings: Any, wanted: str) -> str:
    other = siblings.get(wanted)
    if other is None or other == block:
        return wanted
    base = _SUFFIX.sub("", wanted).encode("utf-8")[:_BYTES_MAX - 8].decode("utf-8", "ignore")
    for number in range(1, _TRIES_MAX):
        name = "%s.%03d" % (base, number)
        other = siblings.get(name)
        if other is None or other == block:
            return name
    return wanted
