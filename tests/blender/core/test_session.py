"""The conversation as a state machine, without sockets: greeting, listing, resuming, refusals."""
import unittest
from typing import Any, Dict, List, Optional

import paths  # noqa: F401

from vibesync.core.inbox import Inbox
from vibesync.core.ledger import Ledger
from vibesync.core.session import Document, Editor, Session
from vibesync.core.shadow import Shadow
from vibesync.core.wire_form import Answer, index_pages, verify_answers
from vibesync.protocol.codec import Frame, Row, encode_frame, encode_text
from vibesync.protocol.generated import LANE_TRANSFORMS
from vibesync.protocol.stamps import StampClock
from vibesync.protocol.validate import require
from vibesync.ui.words import STATES, Situation, state_word

from core.test_ledger import fields, uuid

LOG = uuid(900)


def welcome(resumed: bool = False, **more: Any) -> Dict[str, Any]:
    base = {
        "kind": "welcome", "protocol": 1, "session": uuid(901), "project": uuid(902), "projectName": "P", "log": LOG,
        "lsn": 4, "stamp": 160, "mode": "live", "resumed": resumed,
    }
    return require("DownMessage", dict(base, **more))


def new_session(entities: int = 2) -> Session:
    ledger = Ledger(Shadow(), StampClock())
    for number in range(entities):
        ledger.adopt(uuid(number), "object", fields())
    return Session(Editor("Blender", "3.4.1", "0.1.0", uuid(950)), ledger)


def drain(session: Session, now_s: float = 0.0) -> List[Any]:
    contents: List[Any] = []
    for _ in range(100):
        made = session.outgoing(now_s)
        if not made:
            break
        contents.extend(made)
    for content in contents:
        if isinstance(content, Frame):
            encode_frame(content)
        else:
            require("UpMessage", content)
            encode_text(content)
    return contents


def kinds(contents: List[Any]) -> List[str]:
    return ["frame" if isinstance(one, Frame) else one["kind"] for one in contents]


def listed() -> Session:
    session = new_session()
    session.opened(1, welcome())
    session.list_scene()
    drain(session)
    return session


def move(session: Session, x: float) -> None:
    session.ledger.local_edit(uuid(0), {"translation": [x, 0.0, 0.0]})
    session.ledger.end_look()


class Bases(unittest.TestCase):
    def test_an_edit_says_what_it_had_seen_and_joined_ones_the_least(self) -> None:
        """[WIRE-35]"""
        session = listed()
        move(session, 1.0)
        session.reached(9)
        move(session, 2.0)
        [frame] = [one for one in drain(session) if isinstance(one, Frame)]
        self.assertEqual(frame.lsn, 4)
        session.ledger.local_edit(uuid(1), {"name": "Later"})
        session.ledger.end_look()
        session.reached(12)
        session.ledger.local_delete(uuid(0))
        changes = [one for one in drain(session) if not isinstance(one, Frame) and one["kind"] == "change"]
        self.assertEqual([(one["ops"][0]["op"], one["base"]) for one in changes], [("set", 9), ("delete", 12)])


class Conversation(unittest.TestCase):
    def test_hello_says_what_it_must(self) -> None:
        session = new_session()
        hello = dict(session.hello(), nonce="0" * 64)
        require("UpMessage", hello)
        self.assertIsNone(hello["resume"])

    def test_state_then_index_before_any_change(self) -> None:
        """[WIRE-11], [WIRE-13]"""
        session = new_session()
        move(session, 1.0)
        session.opened(1, welcome())
        self.assertEqual(kinds(drain(session)), ["state"], "what it is doing, while it looks at the scene")
        self.assertEqual(drain(session), [], "and nothing else before it has")
        session.list_scene()
        contents = drain(session)
        self.assertEqual(kinds(contents), ["state", "index"])
        index = contents[1]
        self.assertEqual((index["page"], index["last"], len(index["entities"])), (0, True, 2))
        moved = index["entities"][0]
        self.assertEqual((moved["stamp"], list(moved["stamps"])), (0, ["translation"]), "[WIRE-14] ages per field")
        self.assertEqual(session.ledger.outbox.length, 0, "the list told the edit already")

    def test_an_empty_scene_is_one_empty_page(self) -> None:
        """[WIRE-13]"""
        session = new_session(0)
        session.opened(1, welcome())
        session.list_scene()
        self.assertEqual([c for c in drain(session) if c["kind"] == "index"][0]["entities"], [])

    def test_pages_keep_the_limits(self) -> None:
        """[WIRE-30]"""
        shadow = new_session(2_500).ledger.shadow
        gone = [(uuid(5_000 + number), 17) for number in range(4_500)]
        pages = list(index_pages(shadow, gone, 1))
        for page in pages:
            require("UpMessage", page)
            encode_text(page)
        self.assertEqual([page["page"] for page in pages], list(range(len(pages))))
        self.assertEqual([page["last"] for page in pages], [False] * (len(pages) - 1) + [True])
        self.assertEqual(sum(len(page["entities"]) for page in pages), 2_500)
        self.assertEqual(sum(len(page["deleted"]) for page in pages), 4_500)

    def test_resume_is_offered_only_after_what_the_list_brought_was_applied(self) -> None:
        """[WIRE-16] What the hub sends after a list is older than the place to resume from."""
        session = listed()
        self.assertIsNone(session.hello()["resume"])
        move(session, 1.0)
        (change,) = [c for c in drain(session) if isinstance(c, Frame)]
        session.received({"kind": "accepted", "epoch": change.epoch, "seq": change.seq, "lsn": 9, "refused": []}, 0.0)
        drain(session)
        self.assertIsNone(session.hello()["resume"], "the hub still compares")
        op = {"op": "set", "uuid": uuid(1), "fields": {"visible": False}, "stamp": 18}
        session.received({"kind": "apply", "epoch": 1, "lsn": 4, "reason": "resync", "ops": [op]}, 0.0)
        drain(session)
        self.assertIsNone(session.hello()["resume"], "the scene does not show it yet")
        while session.inbox.next_or_none(set()) is not None:
            pass
        drain(session)
        self.assertEqual(session.hello()["resume"], {"log": LOG, "lsn": 4})
        session.received({"kind": "apply", "epoch": 1, "lsn": 5, "reason": "edit", "ops": [op]}, 0.0)
        self.assertEqual(session.hello()["resume"], {"log": LOG, "lsn": 4}, "this one would come again")

    def test_after_a_resume_what_was_not_accepted_is_sent_again(self) -> None:
        """[WIRE-12], [WIRE-16] with the same number and stamp, and no list."""
        session = listed()
        session.received({"kind": "verify", "epoch": 1, "batch": 1, "lsn": 5, "transforms": [], "items": []}, 0.0)
        session.inbox.next_or_none(set())
        move(session, 1.0)
        before = [c for c in drain(session) if isinstance(c, Frame)]
        session.closed(1)
        move(session, 2.0)
        self.assertEqual(drain(session), [])
        session.opened(2, welcome(True))
        contents = drain(session)
        self.assertEqual(kinds(contents), ["state", "frame", "frame"])
        self.assertEqual(contents[1], before[0])
        self.assertEqual((contents[2].seq, contents[2].rows[0].values[0]), (2, 2.0))

    def test_another_log_means_a_list(self) -> None:
        session = listed()
        session.received({"kind": "verify", "epoch": 1, "batch": 1, "lsn": 5, "transforms": [], "items": []}, 0.0)
        session.inbox.next_or_none(set())
        drain(session)
        session.opened(2, welcome(True, log=uuid(999)))
        self.assertEqual(session.phase, "unlisted")

    def test_reindex_lists_under_a_new_epoch(self) -> None:
        """[WIRE-13] numbers begin again, late answers to old ones change nothing."""
        session = listed()
        move(session, 1.0)
        drain(session)
        session.received({"kind": "reindex", "epoch": 1, "code": "E_UNKNOWN_ENTITY"}, 0.0)
        self.assertEqual(session.phase, "unlisted")
        session.list_scene()
        contents = drain(session)
        self.assertEqual((kinds(contents), session.epoch), (["state", "index"], 2))
        move(session, 5.0)
        (change,) = [c for c in drain(session) if isinstance(c, Frame)]
        self.assertEqual((change.seq, change.epoch), (1, 2))
        session.received({"kind": "accepted", "epoch": 1, "seq": 1, "lsn": 9, "refused": []}, 0.0)
        self.assertEqual(session.ledger.outbox.in_flight()[0].seq, 1, "[WIRE-11] that was the answer to another one")
        session.received({"kind": "accepted", "epoch": 2, "seq": 1, "lsn": 10, "refused": []}, 0.0)
        self.assertEqual(session.ledger.outbox.length, 0)

    def test_another_document_is_another_epoch(self) -> None:
        """[WIRE-11]"""
        session = listed()
        session.inbox.put_ops([{"op": "delete", "uuid": uuid(0), "stamp": 999}], 5)
        session.change_document(Ledger(Shadow(), StampClock()), Document(None, "Other", True))
        self.assertEqual((session.phase, session.epoch, len(session.inbox)), ("unlisted", 2, 0))
        (state,) = drain(session)
        self.assertEqual((state["kind"], state["epoch"]), ("state", 2), "the hub hears of it before the list is ready")
        self.assertIsNone(session.hello()["resume"])

    def test_rejections(self) -> None:
        session = listed()
        move(session, 1.0)
        drain(session)
        reject = {"kind": "rejected", "epoch": 1, "seq": 1, "code": "E_BUSY", "message": "later", "retry": True}
        session.received(reject, 10.0)
        self.assertEqual(drain(session, 10.1), [])
        self.assertEqual(kinds(drain(session, 11.0)), ["frame"], "kept and sent again")
        session.received(dict(reject, retry=False, code="E_FIELD"), 12.0)
        contents = drain(session, 12.0)
        self.assertEqual(kinds(contents), ["fault", "request"])
        self.assertEqual(contents[1]["action"], "resync")
        self.assertEqual(session.ledger.outbox.length, 0)

    def test_a_stale_frame_is_dropped(self) -> None:
        """[WIRE-11]"""
        session = listed()
        session.epoch = 3
        row = Row(uuid(0), 1, 0, (1.0,) + (0.0,) * 9)
        session.received(Frame(LANE_TRANSFORMS, 0, 2, 9, 99, [row]), 0.0)
        self.assertTrue(session.inbox.is_idle)
        session.received(Frame(LANE_TRANSFORMS, 0, 3, 9, 99, [row]), 0.0)
        self.assertEqual(len(session.inbox), 2)

    def test_what_was_meant_for_the_document_before_is_dropped(self) -> None:
        """[WIRE-11]"""
        session = listed()
        session.change_document(Ledger(Shadow(), StampClock()), Document(None, "Other", True))
        late = {"op": "create", "uuid": uuid(7), "kind": "object", "fields": {}, "stamp": 999}
        session.received({"kind": "apply", "epoch": 1, "lsn": 9, "reason": "edit", "ops": [late]}, 0.0)
        question = {"kind": "verify", "epoch": 1, "batch": 1, "lsn": 9, "transforms": [], "items": []}
        session.received(question, 0.0)
        self.assertTrue(session.inbox.is_idle)
        session.received({"kind": "apply", "epoch": 2, "lsn": 9, "reason": "resync", "ops": [late]}, 0.0)
        self.assertEqual(len(session.inbox), 2)

    def test_an_answer_about_the_document_before_settles_nothing_in_this_one(self) -> None:
        """[WIRE-10] [WIRE-11]"""
        session = listed()
        move(session, 1.0)
        drain(session)
        session.change_document(new_session().ledger, Document(None, "Other", True))
        session.list_scene()
        drain(session)
        move(session, 2.0)
        (sent,) = drain(session)
        self.assertEqual((sent.seq, sent.epoch), (1, 2))
        reject = {"kind": "rejected", "epoch": 1, "seq": 1, "code": "E_CYCLE", "message": "no", "retry": False}
        late = [{"kind": "accepted", "epoch": 1, "seq": 1, "lsn": 9, "refused": []}, reject,
            {"kind": "reindex", "epoch": 1, "code": "E_INDEX_INCOMPLETE"}]
        for message in late:
            session.received(require("DownMessage", message), 0.0)
        self.assertEqual(drain(session), [], "and says nothing")
        self.assertEqual((session.phase, session.faults.counts), ("live", {}))
        self.assertEqual([change.seq for change in session.ledger.outbox.in_flight()], [1])
        session.received(require("DownMessage", dict(late[0], epoch=2)), 0.0)
        self.assertEqual(session.ledger.outbox.length, 0)

    def test_a_rejection_of_nothing_that_could_be_read_is_told(self) -> None:
        session = listed()
        nothing: Dict[str, Any] = {"kind": "rejected", "epoch": None, "seq": None}
        reject = dict(nothing, code="E_MALFORMED", message="no", retry=False)
        session.received(require("DownMessage", reject), 0.0)
        self.assertEqual(session.faults.counts, {"E_MALFORMED": 1})

    def test_a_greeting_in_the_middle_is_unexpected(self) -> None:
        session = listed()
        session.received({"kind": "challenge", "nonce": "0" * 64, "proof": "0" * 64}, 0.0)
        self.assertEqual(session.faults.counts, {"E_UNEXPECTED": 1})

    def test_faults_do_not_flood(self) -> None:
        session = listed()
        for second in range(50):
            session.faults.add("E_APPLY", "no", uuid(1), float(second))
        self.assertEqual(len(drain(session)), 1)
        self.assertEqual(session.faults.counts["E_APPLY"], 50)

    def test_edits_stay_newer_than_what_the_hub_stamps_at_a_listing(self) -> None:
        """[WIRE-14] a list without ages is stamped by the hub, unseen by the editor."""
        session = listed()
        move(session, 1.0)
        stamp = session.ledger.shadow.entities[uuid(0)].registers["translation"].stamp
        self.assertGreater(stamp // 16, 160 // 16 + 2)


class Receiving(unittest.TestCase):
    def setUp(self) -> None:
        self.inbox = Inbox()

    def _op(self, number: int, stamp: int = 1) -> Dict[str, Any]:
        return {"op": "set", "uuid": uuid(number), "fields": {"name": str(stamp)}, "stamp": stamp}

    def _next(self, held: Optional[set] = None) -> Any:
        return self.inbox.next_or_none(held or set())

    def test_held_writes_step_aside_in_order(self) -> None:
        """[WIRE-23], [WIRE-24]"""
        self.inbox.put_ops([self._op(1, 1), self._op(2, 2), self._op(1, 3)], 5)
        held = {uuid(1)}
        self.assertEqual(self._next(held).op["uuid"], uuid(2))
        self.assertEqual(self._next(held).lsn, 5, "the position moves on")
        self.assertIsNone(self._next(held))
        self.assertEqual((self.inbox.waiting(), len(self.inbox)), ({uuid(1)}, 1))
        self.inbox.put_ops([self._op(1, 4)], 6)
        self.inbox.release(set())
        stamps = [item.op["stamp"] for item in iter(self._next, None) if item.op]
        self.assertEqual(stamps, [1, 3, 4])

    def test_a_question_comes_after_what_was_before_it(self) -> None:
        """[WIRE-25]"""
        self.inbox.put_ops([self._op(1)], 5)
        self.inbox.put_verify({"kind": "verify", "epoch": 1, "batch": 1, "lsn": 5, "transforms": [], "items": []})
        items = list(iter(self._next, None))
        self.assertEqual([bool(item.op) for item in items], [True, False, False])
        self.assertEqual(items[2].verify["batch"], 1)

    def test_a_new_connection_keeps_what_waits(self) -> None:
        self.inbox.put_ops([self._op(1), self._op(2)], 5)
        self._next({uuid(1)})
        self.inbox.clear_queue()
        self.assertEqual(self.inbox.waiting(), {uuid(1)})

    def test_answers_are_valid(self) -> None:
        """[WIRE-25] missing, held, pending and failed, on both lanes."""
        whole = {"translation": [1.0, 2.0, 3.0], "rotation": [0.0, 0.0, 0.0, 1.0], "scale": [1.0, 1.0, 1.0]}
        transforms = [Answer(uuid(1), dict(whole)), Answer(uuid(2), {}, is_missing=True), Answer(uuid(3), {}),
                      Answer(uuid(4), dict(whole), is_held=True, pending=("scale",), failed="E_APPLY")]
        items = [Answer(uuid(5), {"name": "A"}, failed="E_APPLY", pending=("name",), is_held=True),
                 Answer(uuid(6), {}, is_missing=True)]
        frame, closing = verify_answers(3, 2, transforms, items)
        assert isinstance(frame, Frame) and isinstance(closing, dict)
        from vibesync.protocol.codec import decode_frame
        self.assertEqual([(row.mask, row.flags) for row in decode_frame(encode_frame(frame)).rows],
                         [(7, 0), (0, 1), (0, 8), (7, 14)])
        require("UpMessage", closing)
        self.assertEqual((closing["batch"], frame.seq, frame.epoch), (3, 3, 2))


class Words(unittest.TestCase):
    def test_the_gravest_word_wins(self) -> None:
        made = [
            state_word(Situation(True, True, 0, False, 0)), state_word(Situation(True, True, 0, False, 3)),
            state_word(Situation(True, True, 0, True, 3)), state_word(Situation(True, True, 1, True, 3)),
            state_word(Situation(True, False, 1, True, 3)),
        ]
        self.assertEqual(made, list(STATES))
        self.assertEqual(state_word(Situation(False, True, 0, False, 0)), "One side only")
