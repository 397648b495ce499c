"""Seeded random edits on both sides at once, with undo, redo, lost links and reloads in between: all must converge."""
import os
import random
import uuid as uuids
from typing import Any, Dict, List

import bpy

from stage import Stage, addon, pump, wait_until

SEEDS = int(os.environ.get("VIBESYNC_STORM_SEEDS", "6"))
FIRST_SEED = int(os.environ.get("VIBESYNC_STORM_FIRST", "0"))
STEPS = 60


class Storm(Stage):
    def test_seeds(self) -> None:
        for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
            with self.subTest(seed=seed):
                if seed > FIRST_SEED:
                    self.tearDown()
                    self.setUp()
                self._run(random.Random(seed))

    def _run(self, dice: random.Random) -> None:
        for _ in range(STEPS):
            side = dice.random()
            if side < 0.5:
                self._local(dice)
            elif side < 0.9:
                self._remote(dice)
            else:
                self._trouble(dice)
            if dice.random() < 0.6:
                pump(dice.choice((0.0, 0.0, 0.02)))
        self.assertTrue(wait_until(lambda: self.hub.is_linked, 8, pump))
        self.settle(0.2)
        self.assert_same()
        self.assert_quiet()
        uuids_seen = [one["vibesync_uuid"] for one in bpy.context.scene.objects]
        self.assertEqual(len(uuids_seen), len(set(uuids_seen)))
        self.assertEqual(self.faults().get("E_BUG"), None)

    # The artist in Blender

    def _local(self, dice: random.Random) -> None:
        names = [block.name for block in bpy.context.scene.objects if not block.hide_viewport and not block.hide_get()]
        what = dice.choice(("create", "move", "move", "set", "rename", "parent", "delete", "duplicate",
                            "linked-duplicate", "hide", "show", "undo", "undo", "redo",
                            "collection-create", "collection-move", "unparent"))
        if what in ("undo", "redo"):
            self.do(what)
            return
        if what == "create":
            self.do("create", type=dice.choice(("cube", "empty", "camera", "spot")), location=self._place(dice))
            return
        if what == "collection-create":
            self.do("collection-create", name="C%d" % dice.randrange(99))
            return
        if not names:
            return
        name = dice.choice(names)
        if what == "move":
            self.do("move", object=name, by=self._place(dice))
        elif what == "set":
            size = dice.uniform(0.5, 2)
            self.do("set", object=name, values={"scale": [size] * 3, "rotation_euler": self._place(dice)})
        elif what == "rename":
            self.do("rename", object=name, name="N%d" % dice.randrange(30))
        elif what == "parent":
            other = dice.choice(names)
            if other != name and not self._is_below(other, name):
                self.do("parent", object=name, to=other, keep=dice.random() < 0.5)
        elif what == "unparent":
            self.do("parent", object=name, to=None)
        elif what == "delete" and len(names) > 2:
            self.do("delete", object=name)
        elif what in ("duplicate", "linked-duplicate"):
            self.do(what, object=name, by=self._place(dice))
        elif what == "hide":
            self.do("hide", object=name)
        elif what == "show":
            self.do("show", object=dice.choice([block.name for block in bpy.context.scene.objects]))
        elif what == "collection-move":
            inside = [one.name for one in bpy.context.scene.collection.children_recursive]
            self.do("collection-move", object=name, collection=dice.choice(inside + [None]))

    def _is_below(self, name: str, above: str) -> bool:
        block = bpy.data.objects[name]
        while block is not None:
            if block.name == above:
                return True
            block = block.parent
        return False

    # The artist in Unity, who sees what the hub knows

    def _remote(self, dice: random.Random) -> None:
        with self.hub._lock:
            objects = sorted(one for one in self.hub.scene if self.hub.kinds[one] == "object")
            ops = self._remote_ops(dice, objects)
            if ops:
                self.hub.apply(*ops)
        orphans = [op for op in ops if op["op"] == "delete"]
        if orphans:
            self._rehome(dice, orphans[0]["uuid"])

    def _remote_ops(self, dice: random.Random, objects: List[str]) -> List[Dict[str, Any]]:
        what = dice.choice(("create", "set", "set", "move", "rename", "hide", "delete", "parent"))
        if what == "create" or not objects:
            made = str(uuids.UUID(int=dice.getrandbits(128), version=4))
            above = dice.choice([*objects, None])
            return [{"op": "create", "uuid": made, "kind": "object", "fields": {
                "name": "U%d" % dice.randrange(30), "type": "empty", "parent": above, "collections": [],
                "visible": True, "translation": self._place(dice), "rotation": [0, 0, 0, 1], "scale": [1, 1, 1]}}]
        one = dice.choice(objects)
        if what in ("set", "move"):
            return [{"op": "set", "uuid": one, "fields": {"translation": self._place(dice), "scale": [1, 2, 1]}}]
        if what == "rename":
            return [{"op": "set", "uuid": one, "fields": {"name": "N%d" % dice.randrange(30)}}]
        if what == "hide":
            return [{"op": "set", "uuid": one, "fields": {"visible": dice.random() < 0.5}}]
        if what == "parent":
            above = dice.choice([*objects, None])
            if above is not None and self._is_hub_below(above, one):
                return []
            return [{"op": "set", "uuid": one, "fields": {"parent": above}}]
        if len(objects) < 4:
            return []
        return [{"op": "delete", "uuid": one}]

    def _rehome(self, dice: random.Random, gone: str) -> None:
        """As the hub does it ([WIRE-19]): children move up in a message of their own; the user may be faster."""
        if dice.random() < 0.5:
            pump()
            self._local(dice)
            pump()
        with self.hub._lock:
            children = [one for one in self.hub.scene if self.hub.value(one, "parent") == gone]
            moves = [{"op": "set", "uuid": one, "fields": {"parent": None}} for one in children]
            if moves:
                self.hub.apply(*moves)

    def _is_hub_below(self, one: Any, above: str) -> bool:
        for _ in range(100):
            if one == above:
                return True
            if one is None:
                return False
            one = self.hub.value(one, "parent")
        return True

    def _trouble(self, dice: random.Random) -> None:
        what = dice.choice(("drop", "restart", "purge", "save", "reopen"))
        path = os.path.join(self.folder, "storm.blend")
        if what == "drop":
            self.hub.drop()
        elif what == "restart":
            self.hub.stop()
            pump(0.02)
            self.hub.start()
        elif what == "purge":
            addon.bridge()._purge_due_s = 0.0
        elif what == "save":
            self.do("save", path=path)
        elif what == "reopen" and os.path.exists(path):
            self.settle()
            self.do("open", path=path)

    def _place(self, dice: random.Random) -> List[float]:
        return [round(dice.uniform(-5, 5), 3) for _ in range(3)]
