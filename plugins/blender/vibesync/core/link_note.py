"""The note beside a .blend that was linked and not saved since: who is who in the file as it is on disk (phase 1.8).

`<file>.blend.vibesync-link.json`. Identities are written into the scene at once, but reach the file only with the next
save. If Blender dies before that, the file knows nothing of them, and everything in it would come to the hub a second
time, as somebody else. The note says by name what each thing is; it counts for the very file that it was written
beside, told by size and time, and for the project that gave the identities.
"""
import os
from typing import Dict, NamedTuple, Optional, Tuple

from .durable_json import json_or_none, write_json

VERSION = 1
_SUFFIX = ".vibesync-link.json"

# kind -> name in Blender -> uuid
Names = Dict[str, Dict[str, str]]
# Size and modification time of a .blend: another save gives another one.
FileMark = Tuple[int, int]


class LinkNote(NamedTuple):
    """What is kept. `document` is the mark that the file was to get."""

    document: str
    project: Optional[str]
    file: FileMark
    names: Names


def link_note_path(blend_path: str) -> str:
    """Where the note of a .blend file is."""
    return blend_path + _SUFFIX


def file_mark_or_none(blend_path: str) -> Optional[FileMark]:
    """Which writing of the file this is; None when there is no file."""
    try:
        found = os.stat(blend_path)
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def write_link_note(blend_path: str, note: LinkNote) -> None:
    """Replaces the note durably. Raises OSError."""
    write_json(link_note_path(blend_path), {
        "version": VERSION, "document": note.document, "project": note.project, "file": list(note.file),
        "names": note.names,
    })


def link_note_or_none(blend_path: str, project: Optional[str]) -> Optional[LinkNote]:
    """The note that counts for this file and project. Raises ValueError when there is one that cannot be used."""
    value = json_or_none(link_note_path(blend_path))
    if value is None:
        return None
    try:
        size, modified_ns = value["file"]
        names = {str(kind): {str(name): str(uuid) for name, uuid in named.items()}
            for kind, named in value["names"].items()}
        note = LinkNote(str(value["document"]), value["project"], (int(size), int(modified_ns)), names)
        if value["version"] != VERSION:
            raise ValueError("of version %r" % (value["version"],))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a note: %r" % (error,)) from None
    return note if note.file == file_mark_or_none(blend_path) and note.project == project else None


def forget_link_note(blend_path: str) -> None:
    """The file carries its identities itself now, or is unlinked. Raises OSError."""
    if blend_path and os.path.exists(link_note_path(blend_path)):
        os.remove(link_note_path(blend_path))
