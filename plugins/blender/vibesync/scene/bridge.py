"""Everything the add-on is while it is enabled: one document's session, the looks, the applying, the link. Main thread
only.

A tick: take what the link brought -> see what the user holds -> look what the user did -> list the scene when that is
due -> apply -> send. Looking comes before applying, so that an edit is never overwritten unseen. A bridge that was
never linked does nothing and writes nothing into the file.
"""
import contextlib
import time
import uuid as uuids
from typing import Any, List, Optional, Set

import bpy

from ..core.ledger import Ledger
from ..core.session import Document, Editor, Session
from ..core.shadow import Shadow
from ..link.channel import Channel, Closed, Opened, Received, Unreadable
from ..protocol.stamps import StampClock
from . import document, guard, removal
from .applying import Applier
from .capture import Capture
from .guard import Guard
from .hints import Hints
from .registry import Registry
from .rig import current_rig
from .undoing import recover_from_undo
from .walk import Walk

_APPLY_BUDGET_S = 0.004
_EVENTS_PER_TICK_MAX = 200
_DESCRIBE_EVERY_S = 1.0
# Softly deleted things are kept this long, because a revoked delete wants them back as they were.
_PURGE_AFTER_S = 10.0
_PAGES_BUDGET_S = 0.004
_WALK_BUDGET_S = 0.004

PLUGIN_VERSION = "0.1.0"


class Bridge:
    """One per Blender."""

    def __init__(self) -> None:
        editor = Editor("Blender", bpy.app.version_string, PLUGIN_VERSION, str(uuids.uuid4()))
        self.session = Session(editor, Ledger(Shadow(), StampClock()))
        self.hints = Hints()
        self.guard = Guard()
        self.is_prepared = False
        self.is_frozen = False
        self.is_rendering = False
        self.errors = 0
        self._channel: Optional[Channel] = None
        self._described_s = float("-inf")
        self._purge_due_s = float("-inf")
        self._marked: Set[str] = set()
        self._saved_ns: Optional[int] = None
        self._reset()
        self._hello = self.session.hello()

    # Link

    @property
    def is_connecting(self) -> bool:
        """Whether the user wants a link."""
        return self._channel is not None

    @property
    def is_linked(self) -> bool:
        """Whether the hub is there."""
        return self._channel is not None and self.session.phase != "offline"

    def connect(self) -> None:
        """Begins to look for the hub, and keeps looking."""
        if self._channel is None:
            self._refresh_hello()
            self._channel = Channel(lambda: self._hello)
            self._channel.start()

    def disconnect(self, reason: str = "disconnect") -> None:
        """Says goodbye and stops the threads. Edits from now on wait in the shadow."""
        channel, self._channel = self._channel, None
        if channel is None:
            return
        if self.session.phase != "offline":
            channel.send(self.session.number, {"kind": "bye", "reason": reason})
        channel.stop()
        self.session.closed(self.session.number)

    def report(self, code: str, message: str, uuid: Optional[str] = None) -> None:
        """A fault: counted, shown, told to the hub."""
        self.session.faults.add(code, message, uuid, time.monotonic())

    # The tick

    def tick(self) -> bool:
        """One turn; answers whether there is more to do soon."""
        now_s = time.monotonic()
        has_news = self._take_events(now_s)
        if self.is_frozen or guard.is_locked():
            return True
        if not self.is_prepared and self.session.phase == "offline":
            self._refresh_hello()
            return has_news
        self.guard.update(current_rig(), now_s)
        is_watching = not (self.is_rendering or guard.is_playing())
        is_undone = self.is_prepared and self.hints.is_undone
        if is_undone or self.session.phase != "unlisted":
            self._leave_walk()
        if is_watching and self.session.phase == "unlisted" and not (is_undone and self.is_prepared):
            if self._has_seen_all(now_s):
                self.session.list_scene()
        elif is_watching and self.is_prepared and self.session.phase != "listing":
            self._look(now_s)
        answers: List[Any] = []
        if self.session.phase == "live" and is_watching:
            answers = self.applier.run(self.guard.held, _APPLY_BUDGET_S)
        self._describe(now_s)
        self._send(answers, now_s)
        self._purge_when_quiet(now_s)
        self._refresh_hello()
        return has_news or self.is_active

    @property
    def is_active(self) -> bool:
        """Whether something is under way, so that the next tick should come soon."""
        session = self.session
        return (
            session.phase in ("unlisted", "listing") or not session.inbox.is_idle or session.ledger.outbox.length > 0
            or self.guard.is_busy
        )

    def _take_events(self, now_s: float) -> bool:
        if self._channel is None:
            return False
        for count in range(_EVENTS_PER_TICK_MAX):
            event = self._channel.event_or_none()
            if event is None:
                return count > 0
            if isinstance(event, Opened):
                self.session.opened(event.number, event.welcome)
            elif isinstance(event, Closed):
                self.session.closed(event.number)
                self.session.faults.last = event.message
            elif isinstance(event, Received):
                if event.number == self.session.number:
                    self.session.received(event.content, now_s)
            elif isinstance(event, Unreadable):
                self.report(event.code, event.message)
        return True

    def _look(self, now_s: float) -> None:
        ledger = self.session.ledger
        if self.hints.is_undone:
            document.mark_document(self.session.document.uuid, self.session.project)
            recover_from_undo(ledger, self.capture, self.applier)
        elif self.hints.is_all:
            self.capture.enter(ledger, self.capture.survey(ledger.shadow.uuids_of_kind("mesh")))
        else:
            self.guard.note_edits(self.capture.look(ledger), now_s)

    def _send(self, answers: List[Any], now_s: float) -> None:
        channel, session = self._channel, self.session
        if channel is None or session.phase == "offline":
            return
        end_s = time.perf_counter() + _PAGES_BUDGET_S
        session.hold(self.guard.held if session.phase == "live" else set())
        for content in session.outgoing(now_s):
            channel.send(session.number, content)
        while session.phase == "listing" and time.perf_counter() < end_s:
            for content in session.outgoing(now_s):
                channel.send(session.number, content)
        for content in answers:
            channel.send(session.number, content)

    def _describe(self, now_s: float) -> None:
        if now_s - self._described_s < _DESCRIBE_EVERY_S and not self.is_rendering:
            return
        self._described_s = now_s
        activity = "rendering" if self.is_rendering else "playing" if guard.is_playing() else (
            "editing" if self.guard.is_busy else "idle")
        self.session.document = document.current_document()
        self.session.describe(activity, bool(bpy.data.is_dirty), 1 if bpy.ops.ed.undo.poll() else 0)

    def _refresh_hello(self) -> None:
        if not self.is_prepared:
            self.session.document = document.current_document()
            self.session.project = document.linked_project_or_none()
        self._hello = self.session.hello()

    def _purge_when_quiet(self, now_s: float) -> None:
        if now_s >= self._purge_due_s and not self.guard.is_busy and self.session.inbox.is_idle:
            self._purge_due_s = now_s + _PURGE_AFTER_S
            self._marked = removal.purge(self._marked)

    # The document

    def _reset(self) -> None:
        self.hints.clear()
        self.hints.is_all = True
        self._walk: Optional[Walk] = None
        self._note: Optional[document.NoteWriting] = None
        self.registry = Registry()
        self.capture = Capture(self.registry, self.hints, self.report)
        self.applier = Applier(self.session, self.capture, self.report)

    def _has_seen_all(self, now_s: float) -> bool:
        """Walks on before a list, one tick's worth; whether the shadow is up to date with the whole scene."""
        walk = self._walk
        if walk is None:
            self._begin_walk()
        elif not walk.is_done:
            walk.advance(_WALK_BUDGET_S)
        elif walk.is_first:
            self._adopt_unclear(walk)
            walk.is_first = False
            _push_undo_step("VibeSync: link")
            self._note = document.NoteWriting(self.session.project, self.registry.names())
        elif self._note is not None:
            self._end_note(self._note)
        else:
            self._walk = None
            self._look(now_s)
            return True
        return False

    def _begin_walk(self) -> None:
        is_first = not self.is_prepared
        if is_first:
            self._mark_first_time()
        self._walk = Walk(self.capture, self.session.ledger, is_first)

    def _mark_first_time(self) -> None:
        """The file is linked now: identities are written into it, its values have no age ([WIRE-14])."""
        try:
            recalled = document.recall_link(self.session.project)
        except ValueError as error:
            recalled = None
            self.report("E_REGISTRY", "The note beside the .blend could not be read (%s)." % (error,))
        mark = document.mark_document(recalled, self.session.project)
        self.session.document = document.current_document()
        assert self.session.document.uuid == mark, "the mark is on the bound scene"
        self.is_prepared = True

    def _end_note(self, note: document.NoteWriting) -> None:
        """The list waits for it: what the hub has heard of must not get another identity after a crash."""
        if not note.is_done:
            return
        self._note = None
        if note.problem is not None:
            self.report("E_REGISTRY", note.problem)

    def _adopt_unclear(self, walk: Walk) -> None:
        """What came with identities of its own has no age either, once a census has told whose they are."""
        if walk.is_first and walk.is_unclear:
            self._adopt_scene(self.session.ledger)

    def _leave_walk(self) -> None:
        """The link went, or the user undid: a walk begins anew. What was adopted half is not taken for the whole."""
        walk, self._walk = self._walk, None
        if walk is not None and walk.is_first:
            self.session.ledger.shadow.entities.clear()
            self.hints.clear()
            self.hints.is_all = True
            self.is_prepared = False

    def _adopt_scene(self, ledger: Ledger) -> None:
        survey = self.capture.survey(())
        for uuid, (kind, fields) in survey.live.items():
            ledger.adopt(uuid, kind, fields)
        self.is_prepared = True

    def file_opened(self) -> None:
        """After load, revert, new: another document, another epoch, what is known of it comes from its sidecar."""
        self.is_frozen = False
        self.is_rendering = False
        opening = document.open_books()
        self.session.change_document(opening.ledger, document.current_document())
        self._reset()
        self.guard = Guard()
        self.is_prepared = False
        self._follow_project()
        if opening.problem is not None:
            self.report("E_REGISTRY", opening.problem)
        if opening.sidecar is not None:
            self._enter_reopened(opening.ledger)
        elif document.is_linked():
            self._adopt_scene(opening.ledger)
        self._refresh_hello()

    def _follow_project(self) -> None:
        """A file of another project needs a greeting of its own, which the hub then refuses with a reason."""
        project = document.linked_project_or_none()
        if self.session.phase == "offline":
            self.session.project = project
        elif project is not None and project != self.session.project:
            self.disconnect()
            self.session.project = project
            self.connect()

    def _enter_reopened(self, ledger: Ledger) -> None:
        """What differs from the sidecar was edited since; the rest keeps its stamps. Meshes without users are not in
        files.
        """
        survey = self.capture.survey(ledger.shadow.uuids_of_kind("mesh"))
        for uuid in ledger.shadow.uuids_of_kind("mesh"):
            if uuid not in survey.live:
                del ledger.shadow.entities[uuid]
        self.capture.enter(ledger, survey)
        self.is_prepared = True

    def file_saving(self) -> None:
        """Before a save: the shadow is brought up to date, nothing that was deleted is saved."""
        self._saved_ns = document.modified_ns_or_none()
        if not self.is_prepared:
            return
        if self._walk is not None and not self._walk.is_done:
            self._walk.advance(float("inf"))
            self._adopt_unclear(self._walk)
        if self.session.phase == "listing":
            # A save must not hold anything without an identity: reopened, it would be somebody else.
            self.capture.survey(self.session.ledger.shadow.uuids_of_kind("mesh"))
            self.hints.is_all = True
        else:
            self._look(time.monotonic())
        if not self.guard.is_busy:
            removal.purge()

    def file_saved(self) -> None:
        """After a save: the sidecar, unless only a copy was written."""
        if not self.is_prepared or document.modified_ns_or_none() == self._saved_ns:
            return
        try:
            document.keep_books(self.session)
        except OSError as error:
            self.report("E_REGISTRY", "The file beside the .blend could not be written: %s." % (error,))

    def unlink(self) -> None:
        """The user takes this file out of the project."""
        self.disconnect()
        try:
            document.unlink_document()
        except OSError as error:
            self.report("E_REGISTRY", "The note beside the .blend could not be removed: %s." % (error,))
        self.session.change_document(Ledger(Shadow(), StampClock()), Document(None, "Untitled", False))
        self.session.project = None
        self._reset()
        self.is_prepared = False
        self._refresh_hello()


def _push_undo_step(message: str) -> None:
    """Once, when identities were written; a step for every remote change would let the user undo those. Timers have no
    window.
    """
    windows = bpy.context.window_manager.windows
    override = bpy.context.temp_override(window=windows[0]) if windows else contextlib.nullcontext()
    with override:
        if bpy.ops.ed.undo_push.poll():
            bpy.ops.ed.undo_push(message=message)
