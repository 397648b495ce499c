"""The open file as the hub knows it: its mark, its name, its sidecar."""
import os
import threading
import uuid as uuids
from typing import Optional

import bpy

from ..core.ledger import Ledger
from ..core.link_note import (
    LinkNote, Names, file_mark_or_none, forget_link_note, link_note_or_none, write_link_note,
)
from ..core.session import Document, Session
from ..core.shadow import Shadow
from ..core.sidecar import Sidecar, sidecar_or_none, sidecar_path, write_sidecar
from ..protocol.stamps import StampClock
from .marks import DOCUMENT_KEY, ID_KEY, PROJECT_KEY, uuid_or_none
from .rig import bound_scene


class Opening:
    """What was found beside a file that was opened. `sidecar` None: its values are of unknown age."""

    def __init__(self, ledger: Ledger, sidecar: Optional[Sidecar], problem: Optional[str]) -> None:
        self.ledger = ledger
        self.sidecar = sidecar
        self.problem = problem


def current_document() -> Document:
    """The open file."""
    path = bpy.data.filepath
    mark = bound_scene().get(DOCUMENT_KEY)
    return Document(mark if isinstance(mark, str) else None, os.path.basename(path) or "Untitled", bool(path))


def linked_project_or_none() -> Optional[str]:
    """The project this file was linked to."""
    mark = bound_scene().get(PROJECT_KEY)
    return mark if isinstance(mark, str) else None


def is_linked() -> bool:
    """Whether this file was ever linked."""
    return bound_scene().get(DOCUMENT_KEY) is not None


def mark_document(document: Optional[str], project: Optional[str]) -> str:
    """Writes the marks that are missing (undo takes them back); answers the document's uuid."""
    scene = bound_scene()
    mark = document or scene.get(DOCUMENT_KEY) or str(uuids.uuid4())
    if scene.get(DOCUMENT_KEY) != mark:
        scene[DOCUMENT_KEY] = mark
    if project is not None and scene.get(PROJECT_KEY) != project:
        scene[PROJECT_KEY] = project
    return str(mark)


def unlink_document() -> None:
    """Forgets the project; identities stay."""
    scene = bound_scene()
    for key in (DOCUMENT_KEY, PROJECT_KEY):
        if key in scene:
            del scene[key]
    forget_link_note(bpy.data.filepath)


def open_books() -> Opening:
    """The ledger of the open file: from its sidecar, or empty."""
    path, document = bpy.data.filepath, current_document()
    sidecar, problem = None, None
    if path and document.uuid is not None:
        try:
            sidecar = sidecar_or_none(sidecar_path(path))
        except ValueError as error:
            problem = "The file beside %s could not be read (%s)." % (document.name, error)
        if sidecar is not None and sidecar.document != document.uuid:
            sidecar = None
    if sidecar is None:
        return Opening(Ledger(Shadow(), StampClock()), None, problem)
    return Opening(Ledger(sidecar.shadow, StampClock(sidecar.stamp)), sidecar, None)


def keep_books(session: Session) -> None:
    """Writes the sidecar of the file that was just saved. Raises OSError."""
    path, document = bpy.data.filepath, current_document()
    if not path or document.uuid is None:
        return
    ledger = session.ledger
    write_sidecar(sidecar_path(path), Sidecar(
        document.uuid, session.project, session.log, session.lsn, ledger.clock.latest, ledger.shadow,
    ))
    forget_link_note(path)


def recall_link(project: Optional[str]) -> Optional[str]:
    """Gives everything the identity it got when this very file was linked before and never saved; answers the mark that
    the document had then. Raises ValueError when the note cannot be read.
    """
    note = link_note_or_none(bpy.data.filepath, project) if bpy.data.filepath else None
    if note is None:
        return None
    groups = {"object": bpy.data.objects, "mesh": bpy.data.meshes, "collection": bpy.data.collections}
    for kind, named in note.names.items():
        for block in groups.get(kind, ()):
            uuid = named.get(block.name) if block.library is None else None
            if uuid is not None and uuid_or_none(block) is None:
                block[ID_KEY] = uuid
    return note.document


class NoteWriting:
    """Writes the note of a first link, beside a thread's patience: the disk must not hold Blender up."""

    def __init__(self, project: Optional[str], names: Names) -> None:
        path, document = bpy.data.filepath, current_document()
        mark = file_mark_or_none(path) if path else None
        self.problem: Optional[str] = None
        self._thread: Optional[threading.Thread] = None
        if mark is not None and document.uuid is not None:
            self._thread = threading.Thread(
                target=self._write, args=(path, LinkNote(document.uuid, project, mark, names)), daemon=True)
            self._thread.start()

    @property
    def is_done(self) -> bool:
        """The note is on the medium, or could not be written."""
        return self._thread is None or not self._thread.is_alive()

    def _write(self, path: str, note: LinkNote) -> None:
        try:
            write_link_note(path, note)
        except OSError as error:
            self.problem = "The note beside the .blend could not be written: %s." % (error,)


def modified_ns_or_none() -> Optional[int]:
    """When the open file was last written; tells a save from "Save Copy"."""
    try:
        return os.stat(bpy.data.filepath).st_mtime_ns if bpy.data.filepath else None
    except OSError:
        return None
