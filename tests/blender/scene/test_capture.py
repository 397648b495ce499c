"""Each thing an artist does, once: what the hub hears, and that it hears it once."""
import math

import bpy

from actions import find, find_collection
from dump import uuid_of
from stage import Stage, pump


class Capture(Stage):
    def _heard(self, what: str, **more: object) -> int:
        """Does it; answers how many messages about the scene it took, and that silence follows."""
        before = self.hub.traffic()
        self.edit(what, **more)
        count = self.hub.traffic() - before
        self.assert_same()
        self.assert_quiet(0.15)
        return count

    def test_move_is_one_message(self) -> None:
        self.assertEqual(self._heard("move", object="Cube", by=[1, 2, 3]), 1)
        self.assertEqual(self.hub.value(self.uuid("Cube"), "translation"), [1.0, 3.0, -2.0])

    def test_writing_the_same_value_is_no_edit(self) -> None:
        self.assertEqual(self._heard("set", object="Cube", values={"location": [0, 0, 0]}), 0)
        self.assertEqual(self._heard("set", object="Cube", values={"location": [5e-6, 0, 0]}), 0)

    def test_rename(self) -> None:
        self.assertEqual(self._heard("rename", object="Cube", name="Kubus"), 1)

    def test_a_rename_that_pushes_another_aside_is_one_edit(self) -> None:
        self.edit("create", type="empty", name="Other")
        other = self.uuid("Other")
        self.do("rename", object="Cube", name="Other")
        shown = {block.name for block in bpy.context.scene.objects}
        self.settle()
        self.assertEqual(self.hub.value(other, "name"), "Other", shown)
        self.assert_same()

    def test_create_of_every_type(self) -> None:
        for kind in ("cube", "empty", "camera", "point", "spot", "sun", "area"):
            self._heard("create", type=kind, name="New " + kind, location=[1, 2, 3])
        self.assertEqual(self.hub.value(self.uuid("New sun"), "light.type"), "sun")

    def test_other_types_are_listed_as_other(self) -> None:
        bpy.ops.object.text_add()
        self.settle()
        self.assertEqual(self.hub.value(self.uuid("Text"), "type"), "other")
        self.assert_same()

    def test_delete_with_children(self) -> None:
        """[WIRE-19] the children that stay are told in the same change."""
        self.edit("create", type="empty", name="Child")
        self.edit("parent", object="Child", to="Cube")
        cube = self.uuid("Cube")
        self.assertEqual(self._heard("delete", object="Cube"), 1)
        ops = self.hub.of_kind("change")[-1]["ops"]
        self.assertEqual([(op["op"], op["uuid"]) for op in ops], [("set", self.uuid("Child")), ("delete", cube)])

    def test_parenting_with_and_without_keeping_the_place(self) -> None:
        self.edit("move", object="Cube", by=[1, 2, 3])
        self.edit("set", object="Cube", values={"rotation_euler": [0.3, 0.4, 0.5], "scale": [2, 2, 2]})
        self.edit("create", type="empty", name="Kept", location=[5, 5, 5])
        self.edit("create", type="empty", name="Jumped", location=[5, 5, 5])
        self._heard("parent", object="Kept", to="Cube")
        self._heard("parent", object="Jumped", to="Cube", keep=False)
        self.assertEqual(self.hub.value(self.uuid("Jumped"), "translation"), [0.0, 0.0, 0.0], "as the operator does it")
        self.assertGreater(abs(self.hub.value(self.uuid("Kept"), "translation")[0]), 0.1)
        self._heard("parent", object="Kept", to=None)
        self.assertIsNone(self.hub.value(self.uuid("Kept"), "parent"))

    def test_hiding_by_both_switches(self) -> None:
        self.assertEqual(self._heard("hide", object="Cube"), 1)
        self.assertFalse(self.hub.value(self.uuid("Cube"), "visible"))
        self._heard("show", object="Cube")
        self._heard("disable", object="Cube")
        self.assertFalse(self.hub.value(self.uuid("Cube"), "visible"))
        self._heard("set", object="Cube", values={"location": [7, 0, 0]})
        self.assertEqual(self.hub.value(self.uuid("Cube"), "translation"), [7.0, 0.0, 0.0], "hidden, so not evaluated")

    def test_selecting_is_no_edit(self) -> None:
        before = self.hub.traffic()
        find("Cube").select_set(True)
        bpy.context.view_layer.objects.active = find("Cube")
        pump(0.1)
        self.assertEqual(self.hub.traffic(), before)

    def test_collections(self) -> None:
        self._heard("collection-create", name="Props")
        self._heard("collection-create", name="Small", parent="Props")
        self._heard("collection-move", object="Cube", collection="Small")
        small = uuid_of(find_collection("Small"))
        self.assertEqual(self.hub.value(self.uuid("Cube"), "collections"), [small])
        self._heard("collection-move", object="Cube", collection=None)
        self.assertEqual(self.hub.value(self.uuid("Cube"), "collections"), [])
        self._heard("collection-move", object="Light", collection="Small")
        self._heard("collection-delete", collection="Props")
        self.assertIsNone(self.hub.value(str(small), "parent"))
        self._heard("collection-delete", collection="Small")

    def test_camera_and_light_data(self) -> None:
        self._heard("set", object="Camera", values={"data.lens": 35, "data.clip_end": 500})
        self._heard("set", object="Camera", values={"data.type": "ORTHO", "data.ortho_scale": 8})
        self.assertEqual(self.hub.value(self.uuid("Camera"), "camera.projection"), "orthographic")
        self._heard("set", object="Light", values={"data.energy": 500, "data.color": [1, 0.5, 0.25]})
        self._heard("set", object="Light", values={"data.type": "SPOT"})
        self._heard("set", object="Light", values={"data.spot_size": 1.0, "data.spot_blend": 0.5})
        self.assertAlmostEqual(self.hub.value(self.uuid("Light"), "light.inner"), 0.25, 5)

    def test_a_wider_picture_changes_the_vertical_angle(self) -> None:
        before = self.hub.value(self.uuid("Camera"), "camera.yfov")
        bpy.context.scene.render.resolution_x = 3840
        pump(0.05)
        self.settle()
        self.assertLess(self.hub.value(self.uuid("Camera"), "camera.yfov"), before)
        self.assert_same()

    def test_mesh_bounds(self) -> None:
        self._heard("edit-mesh", object="Cube", factor=2)
        self.assertEqual(self.hub.value(uuid_of(find("Cube").data), "mesh.size"), [4.0, 4.0, 4.0])

    def test_edit_mode_is_measured_afterwards(self) -> None:
        self.edit("mode", object="Cube", mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.transform.resize(value=(3, 3, 3))
        pump(0.1)
        self.edit("mode", object="Cube", mode="OBJECT")
        self.assertEqual(self.hub.value(uuid_of(find("Cube").data), "mesh.size"), [6.0, 6.0, 6.0])
        self.assert_same()

    def test_bulk_writes_without_events_are_found(self) -> None:
        self.settle(0.2)
        count = len(bpy.data.objects)
        values = [0.0] * (3 * count)
        bpy.data.objects.foreach_get("location", values)
        at = [block.name for block in bpy.data.objects].index("Cube")
        values[at * 3] = 9.0
        bpy.data.objects.foreach_set("location", values)
        pump(0.3)
        self.assertEqual(self.hub.value(self.uuid("Cube"), "translation"), [9.0, 0.0, 0.0])

    def test_playing_an_animation_is_no_edit(self) -> None:
        self.do("keyframe", object="Cube", number=1)
        find("Cube").location.x = 8
        self.edit("keyframe", object="Cube", number=20)
        self.settle()
        for frame in (1, 5, 20, 7):
            before = self.hub.traffic()
            self.do("frame", number=frame)
            pump(0.15)
            self.assertEqual(self.hub.traffic(), before)
        self.edit("move", object="Light", by=[1, 0, 0])
        self.assertEqual(self.hub.traffic() - before, 1, "other edits go on")

    def test_shear_is_reported(self) -> None:
        self.edit("set", object="Cube", values={"scale": [1, 1, 4]})
        self.edit("create", type="empty", name="E")
        self.edit("set", object="E", values={"rotation_euler": [0.7, 0.3, 0]})
        self.edit("parent", object="E", to="Cube")
        self.assertEqual(self.faults().get("E_FIELD"), 1)

    def test_a_bone_parent_is_reported_and_left_out(self) -> None:
        bpy.ops.object.armature_add()
        self.settle()
        find("Cube").parent = find("Armature")
        find("Cube").parent_type = "BONE"
        find("Cube").parent_bone = "Bone"
        self.settle()
        self.assertGreaterEqual(self.faults().get("E_FIELD", 0), 1)
        self.assertIsNone(self.hub.value(self.uuid("Cube"), "parent"))

    def test_undo_and_redo_of_every_edit(self) -> None:
        edits = [
            ("move", {"object": "Cube", "by": [1, 0, 0]}), ("rename", {"object": "Cube", "name": "K"}),
            ("hide", {"object": "Light"}), ("parent", {"object": "Camera", "to": "Light"}),
            ("create", {"type": "spot", "name": "S"}), ("collection-move", {"object": "S", "collection": None}),
            ("set", {"object": "S", "values": {"data.energy": 5}}), ("edit-mesh", {"object": "K", "factor": 2}),
            ("delete", {"object": "S"}),
        ]
        for what, more in edits:
            self.edit(what, **more)
        for _ in edits:
            self.edit("undo")
            self.assert_same()
        for _ in edits:
            self.edit("redo")
            self.assert_same()
        self.assert_quiet()


class Rotations(Stage):
    def test_every_rotation_mode_says_the_same(self) -> None:
        wanted = None
        for mode in ("XYZ", "ZXY", "YZX", "QUATERNION", "AXIS_ANGLE"):
            self.edit("create", type="empty", name=mode)
            block = find(mode)
            block.rotation_mode = mode
            quaternion = (math.cos(0.35), math.sin(0.35), 0.0, 0.0)
            if mode == "QUATERNION":
                block.rotation_quaternion = [part * 3 for part in quaternion]
            elif mode == "AXIS_ANGLE":
                block.rotation_axis_angle = (0.7, 1, 0, 0)
            else:
                block.rotation_euler = (0.7, 0, 0)
            self.settle()
            value = self.hub.value(self.uuid(mode), "rotation")
            wanted = wanted or value
            for a, b in zip(value, wanted):
                self.assertAlmostEqual(a, b, 5)
        self.assert_same()

    def test_deltas_belong_to_the_place(self) -> None:
        self.edit("set", object="Cube", values={
            "location": [1, 0, 0], "delta_location": [0, 2, 0], "delta_scale": [2, 1, 1],
            "rotation_euler": [0, 0, 0.5], "delta_rotation_euler": [0, 0, 0.25],
        })
        uuid = self.uuid("Cube")
        self.assertEqual(self.hub.value(uuid, "translation"), [1.0, 0.0, -2.0])
        self.assertEqual(self.hub.value(uuid, "scale"), [2.0, 1.0, 1.0])
        self.assertAlmostEqual(self.hub.value(uuid, "rotation")[1], math.sin(0.375), 5)
        self.remote_set("Cube", translation=[4, 0, -2], rotation=[0, math.sin(0.5), 0, math.cos(0.5)], scale=[4, 1, 1])
        cube = find("Cube")
        self.assertAlmostEqual(cube.location.x, 4.0, 5)
        self.assertAlmostEqual(cube.rotation_euler.z, 0.75, 5)
        self.assertAlmostEqual(cube.scale.x, 2.0, 5)
        self.assert_quiet()
