"""The link over real sockets, against the fake hub."""
import contextlib
import os
import tempfile
import unittest
from typing import Any, Dict, List

from fake_hub import FakeHub
from waiting import wait_until

from vibesync.core.ledger import Ledger
from vibesync.core.session import Editor, Session
from vibesync.core.shadow import Shadow
from vibesync.link.channel import Channel, Closed, Event, Opened, Received, Unreadable
from vibesync.link.discovery import discovery_or_none
from vibesync.protocol.faults import WireError
from vibesync.protocol.stamps import StampClock

INSTANCE = "55555555-5555-4555-8555-555555555555"


def hello() -> Dict[str, Any]:
    session = Session(Editor("Blender", "0", "0", INSTANCE), Ledger(Shadow(), StampClock()))
    return session.hello()


class Link(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.home = self._folder.name
        os.environ["VIBESYNC_HOME"] = self.home
        self.events: List[Event] = []
        self.channel = Channel(hello)

    def tearDown(self) -> None:
        self.channel.stop()
        del os.environ["VIBESYNC_HOME"]
        self._folder.cleanup()

    def _wait(self, kind: type, count: int = 1, seconds: float = 8.0) -> Any:
        def has_come() -> bool:
            event = self.channel.event_or_none()
            while event is not None:
                self.events.append(event)
                event = self.channel.event_or_none()
            return len([one for one in self.events if isinstance(one, kind)]) >= count

        self.assertTrue(wait_until(has_come, seconds), "no %s in %r" % (kind.__name__, self.events))
        return [one for one in self.events if isinstance(one, kind)][count - 1]

    def test_greets_and_talks_both_ways(self) -> None:
        """[WIRE-2] both proofs, then messages; a long one leaves in fragments."""
        with FakeHub(self.home) as hub:
            self.channel.start()
            opened = self._wait(Opened)
            self.assertEqual(opened.welcome["project"], hub.project)
            long = {"kind": "held", "epoch": 1, "uuids": [INSTANCE] * 4_096}
            fault = {"kind": "fault", "code": "E_APPLY", "message": "x" * 1_000}
            for _ in range(20):
                self.channel.send(opened.number, long)
            self.channel.send(opened.number, fault)
            self.assertTrue(wait_until(lambda: bool(hub.of_kind("fault")), 5))
            self.assertEqual(len(hub.of_kind("held")), 20)
            self.channel.send(opened.number - 1, fault)
            hub.send({"kind": "final", "lsn": 7})
            self.assertEqual(self._wait(Received).content, {"kind": "final", "lsn": 7})
            self.assertEqual(len(hub.of_kind("fault")), 1, "a message of an older connection does not leave")

    def test_leaves_an_impostor_without_a_proof(self) -> None:
        """[WIRE-2] a program that cannot prove that it knows the token learns nothing."""
        with FakeHub(self.home) as hub:
            hub.answers_truthfully = False
            self.channel.start()
            self.assertEqual(self._wait(Closed).code, "E_UNAUTHENTICATED")
            self.assertEqual(hub.received, [])

    def test_reads_the_discovery_file_anew(self) -> None:
        """[WIRE-1] a hub that comes back on another port with another token is found."""
        self.channel.start()
        self._wait(Closed)
        with FakeHub(self.home) as first:
            self._wait(Opened)
            port = first.port
        self._wait(Closed, 2)
        with FakeHub(self.home) as second:
            self.assertEqual(self._wait(Opened, 2).number, max(e.number for e in self.events))
            self.assertNotEqual((port, first.token), (second.port, second.token))

    def test_refuses_another_computer(self) -> None:
        path = os.path.join(self.home, "hub.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"host":"192.0.2.1","port":1,"token":"x","protocol":{"min":1,"max":1}}')
        with self.assertRaises(WireError) as caught:
            discovery_or_none(path)
        self.assertEqual(caught.exception.code, "E_HOST")

    def test_bad_input_is_reported_and_has_no_effect(self) -> None:
        """[WIRE-29] wrong JSON, unknown members, NaN, a broken frame: each a code, and the link goes on."""
        with FakeHub(self.home) as hub:
            self.channel.start()
            self._wait(Opened)
            bad = [(1, b"{"), (1, b'{"kind":"final","lsn":1,"x":1}'), (1, b'{"kind":"final","lsn":NaN}'), (1, b"\xff"),
                   (2, b"\x01\x01")]
            for opcode, data in bad:
                hub.send_raw(opcode, data)
            self._wait(Unreadable, len(bad))
            codes = [event.code for event in self.events if isinstance(event, Unreadable)]
            self.assertEqual(codes, ["E_MALFORMED", "E_MALFORMED", "E_NOT_FINITE", "E_MALFORMED", "E_MALFORMED"])
            hub.send({"kind": "final", "lsn": 1})
            self._wait(Received)

    def test_an_oversized_message_ends_the_connection(self) -> None:
        """[WIRE-30] the receive buffer never grows beyond the limit."""
        with FakeHub(self.home) as hub:
            self.channel.start()
            self._wait(Opened)
            with contextlib.suppress(OSError):  # the add-on may hang up before the end of it
                hub.send_raw(1, b" " * 1_048_577)
            self.assertEqual(self._wait(Closed).code, "E_OVERSIZED")
            self._wait(Opened, 2)
