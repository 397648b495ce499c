"""The look at everything before a list, in slices: what one tick may do, what happens in between. Counts, not times.
"""
import os
import time
from typing import Any, Dict, List

import bpy

from stage import Stage, addon
from vibesync.core.wire_form import PAGE_ENTITIES
from vibesync.scene import bridge as bridge_module
from vibesync.scene import walk
from vibesync.scene.marks import uuid_or_none
from vibesync.scene.readings import Reader
from vibesync.scene.registry import Registry

COUNT = 330
TICKS_MAX = 500


class Walking(Stage):
    def setUp(self) -> None:
        super().setUp()
        self.counts: Dict[str, int] = {}
        budgets = bridge_module._WALK_BUDGET_S, bridge_module._PAGES_BUDGET_S
        self.addCleanup(lambda: _set_budgets(*budgets))
        _set_budgets(0.0, 0.0)  # every tick does the least it can
        for owner, name in ((Reader, "object_fields"), (Registry, "take_clear_or_none"), (Registry, "take")):
            self._count(owner, name)

    def _count(self, owner: Any, name: str) -> None:
        """Counts the calls of one method from here on."""
        method = getattr(owner, name)

        def counted(*args: Any, **more: Any) -> Any:
            self.counts[name] = self.counts.get(name, 0) + 1
            return method(*args, **more)

        setattr(owner, name, counted)
        self.addCleanup(lambda: setattr(owner, name, method))

    def fill(self) -> None:
        """A file that was never linked: objects in two collections, parents after their children, shared meshes."""
        self.do("new", empty=True)
        self.hub.indexed.clear()
        meshes = [bpy.data.meshes.new("m%d" % number) for number in range(7)]
        groups = [bpy.data.collections.new("c%d" % number) for number in range(2)]
        for group in groups:
            bpy.context.scene.collection.children.link(group)
        blocks = [bpy.data.objects.new("o%03d" % number, meshes[number % 7]) for number in range(COUNT)]
        for number, block in enumerate(blocks):
            groups[number % 2].objects.link(block)
            block.location = (number, 0, 0)
            block.parent = blocks[-1] if number < 10 else None
        bpy.context.view_layer.update()

    def tick(self) -> Dict[str, int]:
        """One tick; what it did."""
        self.counts.clear()
        bpy.context.view_layer.update()
        addon.bridge().tick()
        return dict(self.counts, is_walking=int(addon.bridge()._walk is not None))

    def ticks(self, most: int = TICKS_MAX) -> List[Dict[str, int]]:
        """Ticks until the list has reached the hub, or `most`."""
        done: List[Dict[str, int]] = []
        while len(done) < most and addon.bridge().session.phase != "live":
            done.append(self.tick())
        return done

    def walk_into(self, ticks: int) -> None:
        """A first walk that has come this far."""
        self.fill()
        self.ticks(ticks)
        self.assertFalse(addon.bridge()._walk is None or addon.bridge()._walk.is_done, "it is under way")

    def finish(self) -> None:
        """The rest of the walk and the list; then both sides are compared."""
        self.ticks()
        self.assertTrue(self.wait(self.hub.indexed.is_set))
        self.settle()
        self.assert_same()

    def test_no_tick_does_more_than_a_slice(self) -> None:
        self.fill()
        done = self.ticks()
        self.finish()
        for name, most in (("object_fields", walk.SLICE_OBJECTS), ("take_clear_or_none", 2 * walk.SLICE_OBJECTS)):
            self.assertLessEqual(max(tick.get(name, 0) for tick in done), most)
        read = sum(tick.get("object_fields", 0) for tick in done if tick["is_walking"])
        self.assertEqual(read, COUNT, "each was read once")
        self.assertEqual(sum(tick.get("take", 0) for tick in done), 0, "no census of everything")
        pages = [message for message in self.hub.of_kind("index") if message["epoch"] == self.hub.epoch]
        self.assertLessEqual(max(len(page["entities"]) for page in pages), PAGE_ENTITIES)

    def test_what_is_done_while_identities_are_given_is_in_the_list(self) -> None:
        self._disturb(2)

    def test_what_is_done_while_memberships_are_read_is_in_the_list(self) -> None:
        self._disturb(12)

    def test_what_is_done_while_objects_are_read_is_in_the_list(self) -> None:
        self._disturb(20)

    def _disturb(self, ticks: int) -> None:
        self.walk_into(ticks)
        bpy.data.objects.remove(bpy.data.objects["o003"])
        bpy.data.objects["o001"].location.z = 7
        bpy.data.objects["o329"].name = "last"
        late = bpy.data.objects.new("late", None)
        bpy.context.scene.collection.objects.link(late)
        self.finish()
        self.assertEqual(self.hub.value(self.uuid("o001"), "translation")[1], 7)
        self.assertIn("late", self.uuids())

    def test_a_save_in_the_middle_holds_every_identity(self) -> None:
        """[WIRE-14]"""
        self.walk_into(4)
        path = os.path.join(self.folder, "half.blend")
        bpy.ops.wm.save_as_mainfile(filepath=path)
        self.assertEqual([block.name for block in bpy.data.objects if uuid_or_none(block) is None], [])
        saved = self.uuids()
        self.finish()
        self.assertEqual({name: self.uuids()[name] for name in saved}, saved)

    def test_a_link_that_goes_in_the_middle_begins_anew_and_keeps_the_identities(self) -> None:
        self.walk_into(12)
        given = {name: one for name, one in self.uuids().items() if one is not None}
        self.hub.drop()
        time.sleep(0.2)  # the link's thread notices
        self.tick()
        self.assertEqual(addon.bridge().session.phase, "offline")
        self.assertEqual(addon.bridge().session.ledger.shadow.entities, {})
        self.assertTrue(self.wait(self.hub.indexed.is_set))
        self.finish()
        self.assertEqual({name: self.uuids()[name] for name in given}, given)

    def test_identities_that_came_from_elsewhere_are_told_apart_by_a_census(self) -> None:
        self.fill()
        foreign = "11111111-1111-4111-8111-111111111111"
        for name in ("o100", "o200"):
            bpy.data.objects[name]["vibesync_uuid"] = foreign
        self.finish()
        self.assertEqual(len(set(self.uuids().values())), len(self.uuids()))
        self.assertIn(foreign, self.uuids().values())

    def test_a_file_that_is_linked_again_keeps_its_identities_without_a_census(self) -> None:
        self.fill()
        self.finish()
        before = self.uuids()
        addon.bridge().unlink()
        self.hub.indexed.clear()
        addon.bridge().connect()
        self.assertTrue(self.wait(lambda: addon.bridge().session.phase == "unlisted"))
        done = self.ticks()
        self.assertEqual(sum(tick.get("take", 0) for tick in done), 0)
        self.finish()
        self.assertEqual(self.uuids(), before)

    def test_a_list_asked_for_again_walks_again(self) -> None:
        self.fill()
        self.finish()
        epoch = addon.bridge().session.epoch
        self.hub.indexed.clear()
        self.hub.send({"kind": "reindex", "epoch": epoch, "code": "E_UNEXPECTED"})
        self.assertTrue(self.wait(lambda: addon.bridge().session.phase == "unlisted"))
        bpy.data.objects["o005"].location.y = 3
        done = self.ticks()
        self.finish()
        self.assertLessEqual(max(tick.get("object_fields", 0) for tick in done), walk.SLICE_OBJECTS + 1)
        self.assertGreaterEqual(addon.bridge().session.epoch, epoch)
        self.assertEqual(self.hub.value(self.uuid("o005"), "translation")[2], -3)

    def wait(self, is_true: Any) -> bool:
        """Ticks until it is true."""
        for _ in range(TICKS_MAX * 4):
            if is_true():
                return True
            self.tick()
            self.hub.indexed.wait(0.002)
        return False


def _set_budgets(walk_s: float, pages_s: float) -> None:
    bridge_module._WALK_BUDGET_S, bridge_module._PAGES_BUDGET_S = walk_s, pages_s
