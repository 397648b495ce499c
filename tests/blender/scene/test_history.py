"""The user's undo against what the hub wrote meanwhile: the last writer decides. And deletes in two phases."""
import uuid as uuids

import bpy

from actions import find
from dump import dump_scene, uuid_of
from stage import Stage, addon, pump
from vibesync.scene.removal import purge


class UndoAgainstRemote(Stage):
    def test_undo_does_not_take_back_a_remote_move(self) -> None:
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.remote_set("Light", translation=[50, 0, 0])
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.edit("undo")
        self.assertEqual(find("Cube").location.x, 1.0)
        self.assertEqual(find("Light").location.x, 50.0)
        self.assert_same()
        self.edit("redo")
        self.assertEqual((find("Cube").location.x, find("Light").location.x), (2.0, 50.0))
        self.assert_same()
        self.assert_quiet()

    def test_the_same_object_field_by_field(self) -> None:
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.remote_set("Cube", scale=[3, 3, 3])
        self.edit("undo")
        self.assertEqual((find("Cube").location.x, find("Cube").scale.x), (0.0, 3.0))
        self.assert_same()

    def test_a_remote_write_after_mine_stays(self) -> None:
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.remote_set("Cube", translation=[7, 0, 0])
        self.edit("undo")
        self.assertEqual(find("Cube").location.x, 7.0)
        self.assert_same()
        self.edit("redo")
        self.assertEqual(find("Cube").location.x, 7.0)
        self.assert_same()

    def test_undo_does_not_bring_back_a_remote_delete(self) -> None:
        light = self.uuid("Light")
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.remote({"op": "delete", "uuid": light})
        self.edit("undo")
        self.assertNotIn("Light", bpy.context.scene.objects)
        self.assertNotIn(light, self.hub.scene)
        self.edit("redo")
        self.assertNotIn("Light", bpy.context.scene.objects)
        self.assert_same()

    def test_undo_does_not_remove_a_remote_create(self) -> None:
        self.edit("move", object="Cube", by=[1, 0, 0])
        mesh, made, child = (str(uuids.uuid4()) for _ in range(3))
        base = {"type": "mesh", "collections": [], "visible": True, "translation": [4, 5, 6], "rotation": [0, 0, 0, 1],
                "scale": [1, 2, 1], "data": mesh}
        self.remote(
            {"op": "create", "uuid": mesh, "kind": "mesh",
                "fields": {"name": "B", "mesh.center": [0, 0, 0], "mesh.size": [1, 1, 1]}},
            {"op": "create", "uuid": made, "kind": "object", "fields": dict(base, name="R", parent=None)},
            {"op": "create", "uuid": child, "kind": "object", "fields": dict(base, name="S", parent=made)},
        )
        self.edit("undo")
        self.assertEqual((self.uuid("R"), self.uuid("S")), (made, child))
        self.assertEqual(find("S").parent, find("R"))
        self.assert_same()
        self.edit("redo")
        self.assertEqual(self.uuid("R"), made)
        self.assert_same()
        self.assert_quiet()

    def test_many_undos_over_what_the_hub_made(self) -> None:
        """Blender alone crashes here: undo frees new objects that something kept still points to."""
        for _ in range(4):
            self.edit("move", object="Cube", by=[1, 0, 0])
        mesh, above, below = (str(uuids.uuid4()) for _ in range(3))
        group = str(uuids.uuid4())
        base = {"type": "empty", "visible": True, "translation": [4, 5, 6], "rotation": [0, 0, 0, 1],
                "scale": [1, 2, 1]}
        first = dict(base, name="R", parent=None, collections=[])
        second = dict(base, name="S", parent=above, collections=[group])
        box = {"name": "B", "mesh.center": [0, 0, 0], "mesh.size": [1, 1, 1]}
        self.remote(
            {"op": "create", "uuid": mesh, "kind": "mesh", "fields": box},
            {"op": "create", "uuid": group, "kind": "collection", "fields": {"name": "G", "parent": None}},
            {"op": "create", "uuid": above, "kind": "object", "fields": first},
            {"op": "create", "uuid": below, "kind": "object", "fields": second},
            {"op": "set", "uuid": self.uuid("Light"), "fields": {"parent": above, "collections": [group]}},
            {"op": "set", "uuid": self.uuid("Cube"), "fields": {"data": mesh}},
        )
        for what in ("undo", "undo", "redo", "undo", "undo", "redo", "redo", "undo"):
            self.edit(what)
            self.assertEqual((self.uuid("R"), self.uuid("S")), (above, below))
            self.assertEqual((find("Light").parent, find("S").parent), (find("R"), find("R")))
            self.assertEqual(uuid_of(find("Cube").data), mesh)
            self.assert_same()
        self.edit("move", object="R", by=[1, 0, 0])
        for what in ("undo", "undo", "redo"):
            self.edit(what)
            self.assert_same()
        self.assert_quiet()

    def test_undo_of_a_delete_while_the_others_moved(self) -> None:
        self.edit("delete", object="Cube")
        self.remote_set("Light", translation=[9, 9, 9], name="Lamp")
        self.edit("undo")
        self.assertEqual(tuple(find("Lamp").location), (9.0, -9.0, 9.0))
        self.assertIn("Cube", bpy.context.scene.objects)
        self.assert_same()

    def test_a_remote_delete_of_what_undo_would_show(self) -> None:
        self.edit("create", type="cube", name="A")
        self.edit("move", object="A", by=[1, 0, 0])
        self.remote({"op": "delete", "uuid": self.uuid("A")})
        for _ in range(2):
            self.edit("undo")
            self.assertNotIn("A", bpy.context.scene.objects)
            self.assert_same()

    def test_undo_leaves_what_hangs_below_a_camera_where_it_is(self) -> None:
        """What the hub hung there is taken off for the undo; its place means something else without its parent."""
        made = {"name": "E", "type": "empty", "parent": self.uuid("Camera"), "collections": [], "visible": True,
                "translation": [4, 5, 6], "rotation": [0, 0, 0, 1], "scale": [1, 2, 1]}
        self.remote({"op": "create", "uuid": str(uuids.uuid4()), "kind": "object", "fields": made})
        self.edit("set", object="E", values={"location": [1, 2, 3]})
        self.edit("move", object="Cube", by=[1, 0, 0])
        changes = len(self.changes())
        agreed = self.hub.value(self.uuid("E"), "translation")
        for what in ("undo", "redo", "undo"):
            self.edit(what)
            self.assertEqual((find("E").parent, tuple(find("E").location)), (find("Camera"), (1.0, 2.0, 3.0)))
            self.assertEqual(self.hub.value(self.uuid("E"), "translation"), agreed)
            self.assert_same()
        bridge = addon.bridge()
        bridge.applier.unsettled.take_away(bridge.session.ledger)  # as before an undo that keeps both as they are
        bridge.applier.unsettled.take_away(bridge.session.ledger)  # and another one before the add-on looks
        self.assertIsNone(bpy.data.objects["E"].parent)
        bridge.hints.is_undone = True
        self.settle()
        self.assertEqual((find("E").parent, tuple(find("E").location)), (find("Camera"), (1.0, 2.0, 3.0)))
        self.assertEqual([op for op in self.changes()[changes:] if op["uuid"] == self.uuid("E")], [])

    def test_undo_hangs_nothing_below_a_remote_delete(self) -> None:
        """The user's step falls between the delete and what the hub then does with the child."""
        self.edit("create", type="empty", name="P", location=[1, 0, 0])
        self.edit("create", type="empty", name="Q", location=[2, 0, 0])
        self.edit("parent", object="Q", to="P")
        parent, child = self.uuid("P"), self.uuid("Q")
        self.remote({"op": "delete", "uuid": parent})
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.remote({"op": "set", "uuid": child, "fields": {"parent": None, "translation": [3, 0, 0]}})
        self.edit("move", object="Cube", by=[1, 0, 0])
        for what in ("undo", "undo", "undo", "redo", "redo", "redo", "undo"):
            self.edit(what)
            self.assertNotIn("P", bpy.context.scene.objects)
            self.assertIsNone(find("Q").parent, what)
            self.assert_same()
        self.assert_quiet()

    def test_undo_puts_nothing_into_a_collection_that_was_deleted_remotely(self) -> None:
        self.edit("collection-create", name="C")
        self.edit("collection-move", object="Cube", collection="C")
        self.edit("move", object="Cube", by=[1, 0, 0])
        group = str(uuid_of(bpy.data.collections["C"]))
        self.remote({"op": "set", "uuid": self.uuid("Cube"), "fields": {"collections": []}},
            {"op": "delete", "uuid": group})
        for what in ("undo", "redo", "undo"):
            self.edit(what)
            self.assert_same()
        purge()
        self.settle()
        self.assertIn("Cube", bpy.context.scene.collection.objects)
        self.assert_same()
        self.assert_quiet()

    def test_undo_and_edit_between_two_looks(self) -> None:
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.remote_set("Light", translation=[50, 0, 0])
        self.do("undo")
        find("Camera").location.x = 3
        self.settle()
        self.assertEqual((find("Cube").location.x, find("Light").location.x, find("Camera").location.x),
            (0.0, 50.0, 3.0))
        self.assert_same()

    def test_the_marks_of_the_document_survive_undo(self) -> None:
        document = addon.bridge().session.document.uuid
        self.edit("move", object="Cube", by=[1, 0, 0])
        while self.do("undo"):
            self.settle()
        self.assertEqual(bpy.context.scene["vibesync_document"], document)
        self.assert_same()


class Removal(Stage):
    def _marked(self) -> int:
        return len([block for block in bpy.data.objects if "vibesync_deleted" in block])

    def test_what_a_child_hangs_on_stays_until_it_was_moved(self) -> None:
        self.edit("create", type="empty", name="Child", location=[1, 0, 0])
        self.edit("parent", object="Child", to="Cube", keep=False)
        child, cube = self.uuid("Child"), self.uuid("Cube")
        self.remote({"op": "delete", "uuid": cube})
        purge()
        self.settle()
        rows, items = self.ask([], [{"uuid": child, "fields": ["parent"]}])
        self.assertEqual(items[child]["fields"], {"parent": cube}, "the truth, so that the hub can mend it")
        self.remote({"op": "set", "uuid": child, "fields": {"parent": None, "translation": [3, 0, 0]}})
        purge()
        self.assertEqual(self._marked(), 0)
        self.assert_same()
        self.assert_quiet()

    def test_soft_then_hard(self) -> None:
        cube = self.uuid("Cube")
        self.remote({"op": "delete", "uuid": cube})
        self.assertEqual((self._marked(), "Cube" in bpy.context.scene.objects), (1, False))
        self.assertNotIn(cube, dump_scene()["objects"])
        self.assert_quiet()
        bridge = addon.bridge()
        for _ in range(2):  # the first pass only notes what is marked
            bridge._purge_due_s = 0.0
            pump()
        self.assertEqual(self._marked(), 0)
        self.assert_same()

    def test_a_revoked_delete_brings_back_the_very_same(self) -> None:
        cube = self.uuid("Cube")
        find("Cube")["mine"] = 42
        mesh = find("Cube").data.name
        fields = {name: write.value for name, write in self.hub.scene[cube].items()}
        self.remote({"op": "delete", "uuid": cube})
        self.remote({"op": "create", "uuid": cube, "kind": "object", "fields": dict(fields, translation=[1, 1, 1])})
        self.assertEqual((find("Cube")["mine"], find("Cube").data.name, self._marked()), (42, mesh, 0))
        self.assert_same()
        self.assert_quiet()

    def test_nothing_deleted_is_saved(self) -> None:
        import os
        path = os.path.join(self.folder, "a.blend")
        self.remote({"op": "delete", "uuid": self.uuid("Cube")})
        self.do("save", path=path)
        self.assertEqual(self._marked(), 0)

    def test_a_parent_and_its_child(self) -> None:
        self.edit("create", type="empty", name="Child", location=[1, 0, 0])
        self.edit("parent", object="Child", to="Cube", keep=False)
        child, cube = self.uuid("Child"), self.uuid("Cube")
        self.hub.apply({"op": "delete", "uuid": cube})
        self.hub.apply({"op": "set", "uuid": child, "fields": {"parent": None, "translation": [3, 0, 0]}})
        self.settle()
        self.assertIsNone(find("Child").parent)
        self.assert_same()
        self.assert_quiet()
        self.assertEqual([op for op in self.changes() if op["op"] == "delete"], [], "no echo of a delete")

    def test_a_mesh_outlives_its_last_object(self) -> None:
        mesh = str(uuid_of(find("Cube").data))
        self.remote({"op": "delete", "uuid": self.uuid("Cube")})
        self.assert_quiet()
        self.assertIn(mesh, self.hub.scene)
