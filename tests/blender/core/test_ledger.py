"""Shadow, outbox and ledger: what leaves, in which order, and who wins."""
import unittest
from typing import Any, Dict, List

import paths  # noqa: F401

from vibesync.core.ledger import Ledger
from vibesync.core.outbox import IN_FLIGHT_MAX, Change
from vibesync.core.reconcile import reconcile
from vibesync.core.shadow import Shadow
from vibesync.core.wire_form import change_message
from vibesync.protocol.codec import Frame
from vibesync.protocol.stamps import StampClock, stamp_of


def uuid(number: int) -> str:
    return "00000000-0000-4000-8000-%012d" % number


def fields(**more: Any) -> Dict[str, Any]:
    base: Dict[str, Any] = {
        "name": "A", "type": "empty", "parent": None, "translation": [0.0, 0.0, 0.0], "rotation": [0.0, 0.0, 0.0, 1.0],
        "scale": [1.0, 1.0, 1.0],
    }
    return dict(base, **more)


class Books(unittest.TestCase):
    def setUp(self) -> None:
        self.ledger = Ledger(Shadow(), StampClock())

    def _adopt(self, *numbers: int) -> None:
        for number in numbers:
            self.ledger.adopt(uuid(number), "object", fields())

    def _move(self, number: int, x: float) -> None:
        self.ledger.local_edit(uuid(number), {"translation": [x, 0.0, 0.0]})
        self.ledger.end_look()

    def _take(self) -> List[Change]:
        return self.ledger.outbox.take()

    def test_below_the_tolerance_nothing_is_sent(self) -> None:
        """[WIRE-18]"""
        self._adopt(1)
        self._move(1, 9e-6)
        self.assertEqual(self._take(), [])
        self._move(1, 2e-5)
        self.assertEqual(len(self._take()), 1)

    def test_an_echo_is_no_edit(self) -> None:
        self._adopt(1)
        winners = self.ledger.remote_set(uuid(1), {"translation": [0.1, 0.0, 0.0]}, stamp_of(5, "unity"))
        self.assertEqual(winners, {"translation": [0.1, 0.0, 0.0]})
        live = {"translation": [0.10000000149, 0.0, 0.0]}
        self.ledger.read_back(uuid(1), live)
        self.assertEqual(self.ledger.local_edit(uuid(1), live), {})
        self.assertEqual(self._take(), [])

    def test_what_came_back_before_the_hub_missed_it_may_still_be_deleted_there(self) -> None:
        """[WIRE-9] the hub hears of values alone, so its own delete in between counts for both."""
        self._adopt(1)
        self.ledger.local_delete(uuid(1))
        between = self.ledger.clock.latest
        self.ledger.end_look()
        self.ledger.local_create(uuid(1), "object", fields(name="back"))
        self.assertEqual([op["op"] for change in self._take() for op in change.ops], ["set"])
        self.assertTrue(self.ledger.remote_delete(uuid(1), between))

    def test_an_edit_found_after_a_remote_write_is_newer(self) -> None:
        """[WIRE-9] also within one look."""
        self._adopt(1, 2)
        self.ledger.local_edit(uuid(1), {"name": "first"})
        self.ledger.remote_set(uuid(2), {"name": "theirs"}, stamp_of(50, "unity"))
        self.ledger.local_edit(uuid(2), {"name": "mine"})
        change = self._take()[-1]
        self.assertEqual((change.ops[0]["fields"], change.stamp > stamp_of(50, "unity")), ({"name": "mine"}, True))

    def test_transforms_alone_are_binary_and_the_rest_is_text(self) -> None:
        """[WIRE-22]"""
        self._adopt(1, 2)
        self.ledger.local_edit(uuid(1), {"scale": [2.0, 1.0, 1.0]})
        self.ledger.local_edit(uuid(2), {"name": "B", "scale": [3.0, 1.0, 1.0]})
        changes = self._take()
        self.assertEqual([(c.seq, c.is_transforms, len(c.ops)) for c in changes], [(1, False, 1), (2, True, 1)])
        self.assertEqual(len({c.stamp for c in changes}), 1, "one look, one stamp")
        frame = change_message(changes[1], 7)
        assert isinstance(frame, Frame)
        self.assertEqual((frame.seq, frame.epoch, frame.rows[0].mask, frame.rows[0].values[7:]),
            (2, 7, 4, (2.0, 1.0, 1.0)))

    def test_order_is_create_parents_first_then_set_then_delete(self) -> None:
        """[WIRE-17], [WIRE-19] one change, one operation per entity."""
        self._adopt(1, 2)
        self.ledger.local_create(uuid(10), "object", fields(parent=uuid(11)))
        self.ledger.local_create(uuid(11), "object", fields(parent=uuid(12)))
        self.ledger.local_create(uuid(12), "object", fields())
        self.ledger.local_create(uuid(13), "mesh", {"name": "M"})
        self.ledger.local_delete(uuid(1))
        self.ledger.local_edit(uuid(2), {"parent": uuid(10)})
        (change,) = self._take()
        self.assertEqual([(op["op"], op["uuid"]) for op in change.ops], [
            ("create", uuid(13)), ("create", uuid(12)), ("create", uuid(11)), ("create", uuid(10)),
            ("set", uuid(2)), ("delete", uuid(1)),
        ])

    def test_edits_join_a_create_that_has_not_left(self) -> None:
        self.ledger.local_create(uuid(1), "object", fields(), uuid(9))
        self.ledger.end_look()
        self._move(1, 5.0)
        (change,) = self._take()
        self.assertEqual(change.ops[0]["fields"]["translation"], [5.0, 0.0, 0.0])
        self.assertEqual(change.ops[0]["copiedFrom"], uuid(9))
        register = self.ledger.shadow.entities[uuid(1)].registers["translation"]
        self.assertEqual(register.stamp, change.stamp, "what the hub will store is what the shadow holds")

    def test_created_and_deleted_unheard_is_forgotten(self) -> None:
        self.ledger.local_create(uuid(1), "object", fields())
        self.ledger.local_delete(uuid(1))
        self.assertEqual(self._take(), [])

    def test_deleted_and_brought_back_unheard_is_a_set(self) -> None:
        self._adopt(1)
        self.ledger.local_delete(uuid(1))
        self.ledger.end_look()
        self.ledger.local_create(uuid(1), "object", fields(name="Back"))
        ops = [op for change in self._take() for op in change.ops]
        self.assertEqual([op["op"] for op in ops], ["set"])
        self.ledger.end_look()
        self.ledger.local_delete(uuid(1))
        self.assertEqual([op["op"] for change in self._take() for op in change.ops], ["delete"])

    def test_while_too_much_is_unaccepted_edits_coalesce(self) -> None:
        """[WIRE-12] what is in flight is kept and bounded; then the last value counts."""
        self._adopt(1)
        for step in range(1, 200):
            self._move(1, float(step))
            self._take()
        self.assertEqual(len(self.ledger.outbox.in_flight()), IN_FLIGHT_MAX)
        self.assertEqual(self.ledger.outbox.pending_fields(uuid(1)), {"translation"})
        self.assertEqual([c.seq for c in self.ledger.outbox.in_flight()], list(range(1, IN_FLIGHT_MAX + 1)))
        self.assertIsNotNone(self.ledger.accept(1))
        self.assertIsNone(self.ledger.accept(1), "an answer counts once")
        (change,) = self._take()
        self.assertEqual(change.ops[0]["fields"]["translation"], [199.0, 0.0, 0.0])
        self.assertEqual(change.seq, IN_FLIGHT_MAX + 1, "[WIRE-10] without gaps")

    def test_coalesced_fields_keep_their_own_stamps(self) -> None:
        """[WIRE-9] an old edit must not look newer than it is."""
        self._adopt(1)
        self.ledger.local_edit(uuid(1), {"name": "Early"})
        self.ledger.end_look()
        self._move(1, 1.0)
        changes = self._take()
        self.assertEqual([list(c.ops[0]["fields"]) for c in changes], [["name"], ["translation"]])
        self.assertLess(changes[0].stamp, changes[1].stamp)

    def test_the_higher_stamp_wins_whatever_the_order(self) -> None:
        """[WIRE-9]"""
        self._adopt(1)
        self._move(1, 1.0)
        mine = self.ledger.shadow.entities[uuid(1)].registers["translation"].stamp
        self.assertEqual(self.ledger.remote_set(uuid(1), {"translation": [9.0, 0.0, 0.0]}, mine - 1), {})
        self.assertEqual(self.ledger.remote_set(uuid(1), {"translation": [9.0, 0.0, 0.0]}, mine), {})
        winners = self.ledger.remote_set(uuid(1), {"translation": [9.0, 0.0, 0.0]}, mine + 1)
        self.assertEqual(list(winners), ["translation"])
        self.assertEqual(self._take(), [], "an unsent edit that lost is not sent")

    def test_an_edit_found_after_a_remote_write_is_newer_than_it(self) -> None:
        """[WIRE-8] also within one look at the scene, which otherwise gives all its edits one stamp."""
        self._adopt(1, 2)
        self.ledger.local_edit(uuid(1), {"name": "Before"})
        remote = stamp_of(50, "unity")
        self.ledger.remote_set(uuid(2), {"name": "Theirs"}, remote)
        self.ledger.local_edit(uuid(2), {"name": "Mine"})
        self.assertGreater(self.ledger.shadow.entities[uuid(2)].registers["name"].stamp, remote)
        self.ledger.local_edit(uuid(1), {"visible": False})
        stamps = [self.ledger.shadow.entities[uuid(number)].registers[name].stamp
            for number, name in ((2, "name"), (1, "visible"))]
        self.assertEqual(len(set(stamps)), 1, "nothing was heard in between")

    def test_being_there_or_not_is_pending_like_a_value(self) -> None:
        """[WIRE-26]"""
        self._adopt(1, 2)
        self.assertEqual(self.ledger.pending_fields(uuid(1), ["name"]), set())
        self.ledger.local_delete(uuid(1))
        (change,) = self._take()
        self.assertEqual(self.ledger.pending_fields(uuid(1), ["translation"]), {"name"}, "a deletion on its way")
        self.ledger.accept(change.seq)
        self.assertEqual(self.ledger.pending_fields(uuid(1), ["translation"]), set())
        self.ledger.end_look()
        self.ledger.local_create(uuid(1), "object", fields())
        self.assertIn("translation", self.ledger.pending_fields(uuid(1), []), "the hub takes it for deleted")
        self.ledger.remote_delete(uuid(2), stamp_of(50, "unity"))
        self.assertEqual(self.ledger.pending_fields(uuid(2), []), set())

    def test_stamps_are_above_everything_seen(self) -> None:
        """[WIRE-8]"""
        self._adopt(1)
        self.ledger.remote_set(uuid(1), {"name": "Z"}, stamp_of(1_000, "hub"))
        self._move(1, 1.0)
        self.assertEqual(self._take()[0].stamp, stamp_of(1_001, "blender"))

    def test_deletes(self) -> None:
        self._adopt(1)
        self.assertTrue(self.ledger.remote_delete(uuid(1), 99))
        self.assertFalse(self.ledger.remote_delete(uuid(1), 99))
        op = {"op": "create", "uuid": uuid(1), "kind": "object", "fields": fields(), "stamp": 98}
        self.assertFalse(self.ledger.remote_create(op), "a create older than the delete")
        self.assertTrue(self.ledger.remote_create(dict(op, stamp=100)))
        self.assertFalse(self.ledger.remote_delete(uuid(1), 99), "a delete older than the create")

    def test_a_message_keeps_the_limits_of_the_wire(self) -> None:
        """[WIRE-30]"""
        for number in range(3_000):
            self.ledger.local_create(uuid(number), "object", fields(name="x" * 256))
        changes = self._take()
        self.assertGreater(len(changes), 1)
        self.assertEqual(sum(len(c.ops) for c in changes), 3_000)
        from vibesync.protocol.codec import encode_text
        for change in changes:
            message = change_message(change, 1)
            assert isinstance(message, dict)
            encode_text(message)
        self.assertEqual([c.seq for c in changes], list(range(1, len(changes) + 1)))


class Reconciling(unittest.TestCase):
    def test_the_last_writer_decides(self) -> None:
        ledger = Ledger(Shadow(), StampClock())
        for number in (1, 2, 3):
            ledger.adopt(uuid(number), "object", fields())
        ledger.local_edit(uuid(1), {"name": "Mine"})
        ledger.remote_set(uuid(1), {"translation": [5.0, 0.0, 0.0]}, 1_000)
        create = {"op": "create", "uuid": uuid(4), "kind": "object", "fields": fields(), "stamp": 1_001}
        ledger.remote_create(create)
        ledger.remote_delete(uuid(2), 1_002)
        live = {uuid(1): fields(), uuid(2): fields(), uuid(3): fields()}
        found = reconcile(ledger.shadow, live)
        self.assertEqual(found.put_back, {uuid(1): {"translation": [5.0, 0.0, 0.0]}}, "the name is the user's undo")
        self.assertEqual(found.recreate, [uuid(4)])
        self.assertEqual(found.remove_again, [uuid(2)])

    def test_a_local_create_that_was_undone_stays_away(self) -> None:
        ledger = Ledger(Shadow(), StampClock())
        ledger.local_create(uuid(1), "object", fields())
        self.assertEqual(reconcile(ledger.shadow, {}), ({}, [], []))
