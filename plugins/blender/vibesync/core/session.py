"""The conversation with the hub, as a state machine without sockets, clock or scene.

    offline --opened(resumed)--> live            state, then what was not accepted ([WIRE-16])
    offline --opened(else)-----> unlisted        state; the scene layer looks at everything, then calls `list_scene`
    unlisted --list_scene------> listing         state, then a page per call of `outgoing` ([WIRE-13])
    listing --last page--------> live
    live --reindex | another document--> unlisted
    any --closed---------------> offline

A list always opens a new epoch when changes were numbered in the old one: numbers restart, and late answers to the old
ones are ignored. What waits to be applied is dropped: the hub answers with everything that the list lacks. Only after
all of that was applied the place to resume from is offered: a resume would not bring it again, because it is older.
"""
from typing import Any, Dict, List, NamedTuple, Optional, Set

from ..protocol.codec import Frame
from ..protocol.generated import PROTOCOL_VERSION, PROTOCOL_VERSION_MIN
from .faults import Faults
from .inbox import Inbox
from .ledger import Ledger
from .wire_form import Content, change_message, held_message, index_pages

Message = Dict[str, Any]

_RETRY_S = 0.5
_RESYNC_PAUSE_S = 5.0
_EPOCH_MAX = 0xFFFF_FFFF


class Editor(NamedTuple):
    """Who speaks."""

    name: str
    version: str
    plugin: str
    instance: str


class Document(NamedTuple):
    """The open file. `uuid` is stored inside it, None until it was linked."""

    uuid: Optional[str]
    name: str
    saved: bool

    def message(self) -> Message:
        """As it stands in messages."""
        return {"uuid": self.uuid, "name": self.name[:200], "saved": self.saved}


class Session:
    """One document's conversation, over any number of connections."""

    def __init__(self, editor: Editor, ledger: Ledger) -> None:
        self.editor = editor
        self.ledger = ledger
        self.inbox = Inbox()
        self.faults = Faults()
        self.phase = "offline"
        self.document = Document(None, "Untitled", False)
        self.project: Optional[str] = None
        self.epoch = 1
        self.number = 0
        self.log: Optional[str] = None
        self.lsn = 0
        self.mode = "booting"
        self.verdict = "stopped"
        self.has_peer = False
        self.waiting_at_hub = 0
        self.conflicts: List[str] = []
        # The hub has logged the list; it has compared it, too; what it sent then is in the scene.
        self._is_list_taken = False
        self._is_list_merged = False
        self._is_resumable = False
        self._pages: Any = None
        self._resend = False
        self._state: Optional[Message] = None
        self._state_sent: Optional[Message] = None
        self._held: Set[str] = set()
        self._held_sent: Set[str] = set()
        self._requests: List[str] = []
        self._resync_s = -_RESYNC_PAUSE_S

    # From the scene layer

    def hello(self) -> Message:
        """The greeting, without nonce."""
        resume = {"log": self.log, "lsn": self.lsn} if self._is_resumable and self.log is not None else None
        return {
            "kind": "hello",
            "protocol": {"min": PROTOCOL_VERSION_MIN, "max": PROTOCOL_VERSION},
            "role": "blender",
            "editor": {"name": self.editor.name, "version": self.editor.version},
            "plugin": self.editor.plugin,
            "instance": self.editor.instance,
            "project": self.project,
            "document": self.document.message(),
            "epoch": self.epoch,
            "resume": resume,
        }

    def change_document(self, ledger: Ledger, document: Document) -> None:
        """Another file was opened: another shadow, another epoch."""
        ledger.clock.observe(self.ledger.clock.latest)
        self.ledger = ledger
        self._move_to(self.lsn)
        self.document = document
        self.inbox.clear()
        self._raise_epoch()
        self._forget_list()
        if self.phase != "offline":
            self.phase = "unlisted"

    def list_scene(self) -> None:
        """The shadow is up to date with the whole scene: tell it all."""
        assert self.phase == "unlisted", "[WIRE-13] a list is sent when one is due"
        if self.ledger.outbox.has_numbered:
            self._raise_epoch()
        self.inbox.drop_waiting()
        self.ledger.restart_outbox()
        self.inbox.clear()
        self.ledger.leave_room_for_listing()
        self._pages = index_pages(self.ledger.shadow, self.ledger.unaccepted_deletes(), self.epoch)
        self._state_sent = None
        self._held_sent = set()
        self.phase = "listing"

    def describe(self, activity: str, is_unsaved: bool, undo_steps: int) -> None:
        """What the editor is doing; sent when it changed."""
        self._state = {
            "kind": "state", "epoch": self.epoch, "activity": activity, "document": self.document.message(),
            "unsaved": is_unsaved, "undoSteps": undo_steps,
        }

    def hold(self, uuids: Set[str]) -> None:
        """What the user holds; sent when it changed."""
        self._held = uuids

    def request(self, action: str) -> None:
        """The user pressed a button."""
        self._requests.append(action)

    def reached(self, lsn: int) -> None:
        """Everything up to `lsn` is applied, or waits because the user holds it."""
        self._move_to(max(self.lsn, lsn))

    # From the link

    def opened(self, number: int, welcome: Message) -> None:
        """A connection is ready."""
        may_resume = self._is_resumable and self.log == welcome["log"]
        self.number = number
        self.ledger.clock.observe(welcome["stamp"])
        self.log = welcome["log"]
        self.project = welcome["project"]
        self.mode = welcome["mode"]
        self.inbox.clear_queue()
        self._state_sent = None
        self._held_sent = set()
        if welcome["resumed"] and may_resume:
            self.phase, self._resend = "live", True
            return
        self.phase = "unlisted"
        self._forget_list()
        self._move_to(welcome["lsn"])

    def closed(self, number: int) -> None:
        """The connection is over."""
        if number == self.number:
            self.phase = "offline"
            self._pages = None
            self.has_peer = False
            self.verdict = "stopped"

    def received(self, content: Content, now_s: float) -> None:
        """A message or frame of this connection."""
        epoch = content.epoch if isinstance(content, Frame) else content.get("epoch")
        if epoch is not None and epoch < self.epoch:
            # [WIRE-11] Meant for another document, or answered by the list that began this epoch.
            return
        if isinstance(content, Frame):
            self._merged()
            self.inbox.put_frame(content)
            return
        handler = getattr(self, "_on_" + content["kind"], None)
        if handler is None:
            self.faults.add("E_UNEXPECTED", "A %s came at the wrong moment and was ignored." % content["kind"], None,
                now_s)
        else:
            handler(content, now_s)

    def outgoing(self, now_s: float) -> List[Content]:
        """What is to be sent now, in order."""
        if self.phase == "unlisted":
            # Looking at everything takes a while: meanwhile the hub must not take the document for the one before.
            return list(self._state_messages())
        if self.phase not in ("listing", "live"):
            return []
        contents: List[Content] = self._state_messages()
        if self.phase == "listing":
            page = next(self._pages)
            contents.append(page)
            if page["last"]:
                self.phase, self._pages = "live", None
            return contents
        self._is_resumable = self._is_resumable or (self._is_list_merged and self.inbox.is_idle)
        outbox = self.ledger.outbox
        changes = outbox.in_flight() if self._resend else outbox.due(now_s)
        self._resend = False
        changes = changes + outbox.take()
        contents.extend(change_message(change, self.epoch) for change in changes)
        if self._held != self._held_sent:
            self._held_sent = set(self._held)
            contents.append(held_message(self._held, self.epoch))
        contents.extend(self.faults.take())
        contents.extend({"kind": "request", "action": action} for action in self._requests)
        self._requests.clear()
        return contents

    # Messages

    def _on_apply(self, message: Message, _now_s: float) -> None:
        self._merged()
        for op in message["ops"]:
            self.ledger.clock.observe(op["stamp"])
        self.inbox.put_ops(message["ops"], message["lsn"])

    def _on_accepted(self, message: Message, now_s: float) -> None:
        if self.ledger.accept(message["seq"]) is not None:
            self._take_as_listed()
        for refusal in message["refused"]:
            self.faults.add(refusal["code"], refusal["message"], refusal["uuid"], now_s)

    def _on_rejected(self, message: Message, now_s: float) -> None:
        if message["seq"] is not None and message["retry"]:
            self.ledger.outbox.retry_at(message["seq"], now_s + _RETRY_S)
            return
        self.faults.add(message["code"], message["message"], None, now_s)
        if message["seq"] is not None and self.ledger.outbox.accept(message["seq"]) is not None:
            self._ask_resync(now_s)

    def _on_verify(self, message: Message, _now_s: float) -> None:
        self._take_as_listed()
        self._merged()
        self.inbox.put_verify(message)

    def _on_final(self, message: Message, _now_s: float) -> None:
        self.inbox.put_final(message["lsn"])

    def _on_status(self, message: Message, _now_s: float) -> None:
        self.mode = message["mode"]
        self.verdict = message["verdict"]
        self.has_peer = message["peer"]
        self.waiting_at_hub = message["waiting"]
        self.conflicts = message["conflicts"]

    def _on_reindex(self, message: Message, now_s: float) -> None:
        self.faults.last = "VibeSync asked for the whole scene again (%s)." % message["code"]
        self._forget_list()
        self.phase, self._pages = "unlisted", None

    # Inside

    def _move_to(self, lsn: int) -> None:
        self.lsn = lsn
        self.ledger.outbox.seen_lsn = lsn

    def _state_messages(self) -> List[Content]:
        if self._state is None:
            self.describe("idle", False, 0)
        assert self._state is not None
        state = dict(self._state, epoch=self.epoch, document=self.document.message())
        if state == self._state_sent:
            return []
        self._state_sent = state
        return [state]

    def _take_as_listed(self) -> None:
        """The hub answered something that comes after the list, so it has the list."""
        if self.phase == "live" and not self._is_list_taken:
            self._is_list_taken = True
            self.ledger.confirm_deletes()

    def _merged(self) -> None:
        """Applies and questions come only after the list was compared; answers to changes come before that, too."""
        self._is_list_merged = self.phase == "live"

    def _forget_list(self) -> None:
        self._is_list_taken = self._is_list_merged = self._is_resumable = False

    def _ask_resync(self, now_s: float) -> None:
        """The hub refused an edit for good, so the two sides may differ until the scene is listed again."""
        if now_s - self._resync_s >= _RESYNC_PAUSE_S:
            self._resync_s = now_s
            self._requests.append("resync")

    def _raise_epoch(self) -> None:
        assert self.epoch < _EPOCH_MAX, "epochs never run out"
        self.epoch += 1

