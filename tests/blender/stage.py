"""The stage of tests inside a real Blender: the add-on enabled, a fake hub, the artist's hand, and questions to both.
"""
import os
import shutil
import tempfile
import unittest
from typing import Any, Dict, List, Optional

import paths  # noqa: F401

import bpy

import vibesync
from actions import Actions, find
from dump import dump_scene, uuid_of
from fake_hub import FakeHub
from waiting import wait_until
from vibesync import addon
from vibesync.core.values import is_same_value
from vibesync.scene.pump import pump

_QUIET_S = 0.06
_LIMIT_S = 8.0


class Stage(unittest.TestCase):
    """A new default file, linked to a new hub, for every test."""

    def setUp(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="vibesync-test-")
        os.environ["VIBESYNC_HOME"] = os.path.join(self.folder, "home")
        if not addon_is_on():
            vibesync.register()
        self.hand = Actions()
        self.do("new", empty=False)
        self.hub = FakeHub(os.environ["VIBESYNC_HOME"])
        self.hub.start()
        self.link()

    def tearDown(self) -> None:
        if addon_is_on():
            vibesync.unregister()
        self.hub.stop()
        shutil.rmtree(self.folder)

    # The artist

    def do(self, what: str, **more: Any) -> Any:
        """One command of the driver."""
        return self.hand.do(dict(more, do=what))

    def edit(self, what: str, **more: Any) -> Any:
        """One command, and what follows from it has reached the hub."""
        result = self.do(what, **more)
        self.settle()
        return result

    # The link

    def link(self) -> None:
        """Connects and waits until the scene was listed."""
        addon.bridge().connect()
        self.assertTrue(wait_until(self.hub.indexed.is_set, _LIMIT_S, pump), "the scene was listed")
        self.settle()

    def relink(self) -> None:
        """The same after the hub came back: its own list event decides."""
        self.assertTrue(wait_until(lambda: self.hub.is_linked, _LIMIT_S, pump), "the link is back")
        self.settle()

    def settle(self, quiet_s: float = _QUIET_S) -> None:
        """Pumps until nothing is on its way in either direction."""
        bridge = addon.bridge()

        def is_done() -> bool:
            return bridge.session.ledger.outbox.length == 0 and bridge.session.inbox.is_idle

        pump(0.01)
        if self.hub.is_linked and self.hub.accepts:
            self.assertTrue(wait_until(is_done, _LIMIT_S, pump), "everything was accepted")
        pump(quiet_s)

    def remote(self, *ops: Dict[str, Any]) -> None:
        """What Unity did."""
        self.hub.apply(*ops)
        self.settle()

    def remote_set(self, who: str, **fields: Any) -> None:
        """Unity changed fields; `__` stands for the dot."""
        made = {field.replace("__", "."): value for field, value in fields.items()}
        self.remote({"op": "set", "uuid": self.uuid(who), "fields": made})

    def ask(self, transforms: List[str], items: List[Dict[str, Any]]) -> Any:
        """Asks for a read-back: (rows by uuid, items by uuid)."""
        batch = self.hub.ask(transforms, items)
        self.assertTrue(wait_until(lambda: any(m["batch"] == batch for m in self.hub.of_kind("verified")), _LIMIT_S,
            pump))
        closing = next(m for m in self.hub.of_kind("verified") if m["batch"] == batch)
        frames = [one for one in self.hub.received if not isinstance(one, dict) and one.lane == 2 and one.seq == batch]
        return {row.uuid: row for frame in frames for row in frame.rows}, {item["uuid"]: item
            for item in closing["items"]}

    # Questions

    def uuid(self, name: str) -> str:
        """The identity of an object, as the scene has it."""
        found: Optional[str] = uuid_of(find(name))
        assert found is not None, "%s has an identity" % name
        return found

    def uuids(self) -> Dict[str, str]:
        """name -> uuid of all objects."""
        return {block.name: uuid_of(block) for block in bpy.context.scene.objects}

    def changes(self) -> List[Dict[str, Any]]:
        """All operations of all text changes so far."""
        return [op for message in self.hub.of_kind("change") for op in message["ops"]]

    def assert_same(self) -> None:
        """Scene and hub agree, in every entity and value, and the scene has no strangers."""
        pump(0.02)
        shown = dump_scene()
        self.assertEqual(shown["unidentified"], [])
        flat = {**shown["objects"], **shown["collections"]}
        known = {one: values for one, values in self.hub.scene.items() if self.hub.kinds[one] != "mesh"}
        self.assertEqual(set(flat), set(known))
        for one, values in {**flat, **shown["meshes"]}.items():
            for name, value in values.items():
                if name != "blenderName":
                    agreed = self.hub.value(one, name)
                    why = (values["name"], one, name, value, agreed, self._registers(one, name))
                    self.assertTrue(is_same_value(name, value, agreed), why)

    def _registers(self, one: str, name: str) -> Any:
        """What the hub and the add-on remember of a value, for the message of a failed test."""
        write, ours = self.hub.scene[one].get(name), addon.bridge().session.ledger.shadow.register_or_none(one, name)
        return write, None if ours is None else (ours.value, ours.stamp, "local" if ours.is_local else "remote")

    def assert_quiet(self, seconds: float = 0.3) -> None:
        """No traffic about the scene: no echo."""
        before = self.hub.traffic()
        pump(seconds)
        self.assertEqual(self.hub.traffic() - before, 0, "nothing is said when nothing happens")

    def faults(self) -> Dict[str, int]:
        """What the add-on reported."""
        counts: Dict[str, int] = addon.bridge().session.faults.counts
        return counts


def addon_is_on() -> bool:
    """Whether the add-on is enabled."""
    return addon._bridge is not None
