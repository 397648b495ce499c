"""Identity under everything that confuses it: undo, redo, copies, links, appends, files."""
import os
import unittest

import bpy

from actions import find, find_collection
from dump import uuid_of
from stage import Stage, pump


class Identity(Stage):
    def test_everything_is_identified_at_the_first_link(self) -> None:
        self.assertEqual(len(set(self.uuids().values())), 3)
        self.assertNotIn(None, self.uuids().values())
        self.assertIsNotNone(uuid_of(find("Cube").data))
        self.assertIsNotNone(uuid_of(find_collection("Collection")))
        self.assert_same()

    def test_a_copy_that_sorts_first_is_still_the_copy(self) -> None:
        """[WIRE-21]"""
        original, mesh = self.uuid("Cube"), uuid_of(find("Cube").data)
        self.edit("duplicate", object="Cube", name="Aardvark")
        self.assertEqual(self.uuid("Cube"), original)
        self.assertNotEqual(self.uuid("Aardvark"), original)
        self.assertNotEqual(uuid_of(find("Aardvark").data), mesh, "Shift-D copies the mesh too")
        created = {op["uuid"]: op for op in self.changes() if op["op"] == "create"}
        self.assertEqual(created[self.uuid("Aardvark")]["copiedFrom"], original)
        self.assert_same()

    def test_a_linked_duplicate_shares_its_mesh(self) -> None:
        self.edit("linked-duplicate", object="Cube", name="Twin")
        self.assertNotEqual(self.uuid("Twin"), self.uuid("Cube"))
        self.assertEqual(self.hub.value(self.uuid("Twin"), "data"), self.hub.value(self.uuid("Cube"), "data"))
        self.assert_same()

    def test_a_chain_of_copies(self) -> None:
        for number in range(5):
            self.edit("duplicate", object="Cube", by=[number, 0, 0])
        self.assertEqual(len(set(self.uuids().values())), 8)
        self.assert_same()

    def test_two_copies_between_two_looks(self) -> None:
        original = self.uuid("Cube")
        self.do("duplicate", object="Cube", name="B1")
        self.do("duplicate", object="Cube", name="A1")
        self.settle()
        self.assertEqual(self.uuid("Cube"), original)
        self.assertEqual(len(set(self.uuids().values())), 5)
        self.assert_same()

    def test_single_user_meshes_get_identities(self) -> None:
        self.edit("linked-duplicate", object="Cube", name="Twin")
        shared = uuid_of(find("Cube").data)
        find("Twin").data = find("Twin").data.copy()
        self.settle()
        self.assertEqual(uuid_of(find("Cube").data), shared)
        self.assertNotEqual(uuid_of(find("Twin").data), shared)
        self.assert_same()

    def test_undo_and_redo_of_a_move_keep_all_identities(self) -> None:
        before = self.uuids()
        self.edit("move", object="Cube", by=[1, 0, 0])
        for _ in range(12):
            self.edit("undo")
            self.assertEqual(self.uuids(), before)
            self.edit("redo")
            self.assertEqual(self.uuids(), before)
        self.assert_same()

    def test_undo_and_redo_of_a_duplicate_keep_its_identity(self) -> None:
        self.edit("duplicate", object="Cube", name="Aardvark")
        before = self.uuids()
        mesh = uuid_of(find("Aardvark").data)
        for _ in range(12):
            self.edit("undo")
            self.assertNotIn("Aardvark", self.uuids())
            self.assert_same()
            self.edit("redo")
            self.assertEqual(self.uuids(), before)
            self.assertEqual(uuid_of(find("Aardvark").data), mesh)
            self.assert_same()

    def test_undo_and_redo_of_a_linked_duplicate(self) -> None:
        self.edit("linked-duplicate", object="Cube", name="Twin")
        before = self.uuids()
        for _ in range(4):
            self.edit("undo")
            self.edit("redo")
            self.assertEqual(self.uuids(), before)
        self.assert_same()

    def test_undo_and_redo_of_a_delete_keep_the_identity(self) -> None:
        before = self.uuids()
        self.edit("delete", object="Cube")
        self.assertNotIn(before["Cube"], self.hub.scene)
        for _ in range(6):
            self.edit("undo")
            self.assertEqual(self.uuids(), before)
            self.assert_same()
            self.edit("redo")
            self.assertNotIn("Cube", self.uuids())
            self.assert_same()

    def test_undo_across_a_rename(self) -> None:
        before = self.uuid("Cube")
        self.edit("rename", object="Cube", name="Kubus")
        self.edit("undo")
        self.assertEqual(self.uuid("Cube"), before)
        self.edit("redo")
        self.assertEqual(self.uuid("Kubus"), before)
        self.assert_same()

    def test_undo_of_several_steps_at_once(self) -> None:
        self.edit("create", type="empty", name="E")
        self.edit("duplicate", object="Cube", name="Aardvark")
        self.edit("rename", object="Aardvark", name="Zebra")
        self.edit("delete", object="E")
        before = self.uuids()
        for _ in range(4):
            self.do("undo")
        self.settle()
        self.assertEqual(set(self.uuids()), {"Cube", "Camera", "Light"})
        self.assert_same()
        for _ in range(4):
            self.do("redo")
        self.settle()
        self.assertEqual(self.uuids(), before)
        self.assert_same()

    def test_a_new_object_with_an_old_name_is_new(self) -> None:
        old = self.uuid("Cube")
        self.edit("delete", object="Cube")
        self.edit("create", type="cube", name="Cube")
        self.assertNotEqual(self.uuid("Cube"), old)
        self.assert_same()

    def test_append_twice(self) -> None:
        path = os.path.join(self.folder, "library.blend")
        self.do("save", path=path, copy=True)
        before = self.uuids()
        self.edit("append", path=path, name="Cube")
        self.edit("append", path=path, name="Cube")
        after = self.uuids()
        self.assertEqual({name: after[name] for name in before}, before)
        self.assertEqual(len(set(after.values())), 5)
        self.assert_same()

    def test_linked_library_objects_are_skipped(self) -> None:
        path = os.path.join(self.folder, "library.blend")
        self.do("save", path=path, copy=True)
        folder = os.path.join(path, "Object") + os.sep
        bpy.ops.wm.link(directory=folder, filename="Cube")
        self.settle()
        self.assertEqual(len(self.hub.scene), 5)
        self.assert_same()

    def test_collections_are_identified_and_survive_undo(self) -> None:
        self.edit("collection-create", name="Props")
        before = uuid_of(find_collection("Props"))
        self.assertIsNotNone(before)
        self.edit("undo")
        self.assertNotIn(before, self.hub.scene)
        self.edit("redo")
        self.assertEqual(uuid_of(find_collection("Props")), before)
        self.assert_same()

    def test_many_census_keep_every_identity(self) -> None:
        before = self.uuids()
        for number in range(10):
            self.edit("create", type="empty", name="E%d" % number)
        after = self.uuids()
        self.assertEqual({name: after[name] for name in before}, before)
        self.assert_same()
        self.assert_quiet()

    def test_save_and_open_keep_identities(self) -> None:
        path = os.path.join(self.folder, "a.blend")
        self.edit("duplicate", object="Cube", name="Aardvark")
        before = self.uuids()
        self.do("save", path=path)
        self.do("open", path=path)
        self.settle()
        self.assertEqual(self.uuids(), before)
        self.assert_same()


class Enabling(unittest.TestCase):
    def test_twice(self) -> None:
        """Nothing stays behind: handlers, threads, classes."""
        import threading
        import vibesync
        from stage import addon_is_on
        if addon_is_on():
            vibesync.unregister()
        for _ in range(2):
            vibesync.register()
            pump()
            vibesync.unregister()
            names = [handler.__module__ for handler in bpy.app.handlers.depsgraph_update_post]
            self.assertNotIn("vibesync.scene.handlers", names)
            self.assertFalse([one for one in threading.enumerate() if one.name == "vibesync-link"])
            self.assertFalse(hasattr(bpy.types, "VIBESYNC_PT_panel"))
