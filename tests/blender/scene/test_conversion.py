"""The worked numbers of the axis and unit conversion, in a real scene, both ways."""
import math

from mathutils import Euler

from actions import find
from stage import Stage, bpy


class Conversion(Stage):
    def _near(self, made: object, wanted: object, places: int = 5) -> None:
        assert isinstance(made, (list, tuple)) and isinstance(wanted, (list, tuple))
        for a, b in zip(made, wanted):
            self.assertAlmostEqual(a, b, places)

    def test_the_worked_example(self) -> None:
        angles = [math.radians(angle) for angle in (30, 40, 50)]
        self.edit("set", object="Cube", values={"location": [1, 2, 3], "rotation_euler": angles, "scale": [1, 2, 0.5]})
        cube = self.uuid("Cube")
        self._near(self.hub.value(cube, "translation"), [1, 3, -2])
        self._near(self.hub.value(cube, "rotation"), [0.080805, 0.303372, -0.402198, 0.860042])
        self._near(self.hub.value(cube, "scale"), [1, 0.5, 2])

    def test_the_default_camera(self) -> None:
        camera = find("Camera")
        camera.rotation_mode = "QUATERNION"
        camera.rotation_quaternion = (0.781608, 0.481705, 0.212905, 0.334247)
        camera.location = (7.358891, -6.925791, 4.958309)
        self.settle()
        uuid = self.uuid("Camera")
        self._near(self.hub.value(uuid, "translation"), [7.358891, 4.958309, 6.925791])
        self._near(self.hub.value(uuid, "rotation"), [-0.212063, 0.386895, 0.085801, 0.893297])

    def test_children_of_corrected_nodes_keep_their_place(self) -> None:
        """The canonical chain gives the same world place as Blender's own."""
        self.edit("set", object="Camera", values={"rotation_euler": [0.9, 0.2, 0.7], "location": [1, 2, 3]})
        self.edit("create", type="empty", name="E", location=[4, 5, 6])
        self.edit("parent", object="E", to="Camera", keep=False)
        self.edit("set", object="E", values={"location": [0.5, 1, -3], "rotation_euler": [0.1, 0.2, 0.3]})
        self.edit("create", type="spot", name="S")
        self.edit("parent", object="S", to="E", keep=False)
        self.edit("set", object="S", values={"location": [1, 0, 2], "rotation_euler": [0.3, 0, 0.1]})
        bpy.context.view_layer.update()
        for name in ("E", "S"):
            x, y, z = find(name).matrix_world.translation
            self._near(self._world(self.uuid(name)), [x, z, -y], 4)
        forward = find("S").matrix_world.to_quaternion() @ __import__("mathutils").Vector((0, 0, -1))
        self._near(self._forward(self.uuid("S")), [forward.x, forward.z, -forward.y], 4)
        self.assert_same()

    def _chain(self, uuid: str) -> list:
        chain = []
        at = uuid
        while at is not None:
            chain.insert(0, at)
            at = self.hub.value(at, "parent")
        return chain

    def _matrix(self, uuid: str) -> object:
        from mathutils import Matrix, Quaternion, Vector
        x, y, z, w = self.hub.value(uuid, "rotation")
        place, scale = Vector(self.hub.value(uuid, "translation")), Vector(self.hub.value(uuid, "scale"))
        return Matrix.LocRotScale(place, Quaternion((w, x, y, z)), scale)

    def _world_matrix(self, uuid: str) -> object:
        from mathutils import Matrix
        world = Matrix.Identity(4)
        for one in self._chain(uuid):
            world = world @ self._matrix(one)
        return world

    def _world(self, uuid: str) -> list:
        return list(self._world_matrix(uuid).translation)

    def _forward(self, uuid: str) -> list:
        from mathutils import Vector
        return list(self._world_matrix(uuid).to_quaternion() @ Vector((0, 0, -1)))

    def test_units(self) -> None:
        """Lengths are metres whatever the scene counts in; scale is a ratio and stays."""
        self.edit("move", object="Cube", by=[1, 2, 3])
        self.edit("unit", metres=0.01)
        cube = self.uuid("Cube")
        self._near(self.hub.value(cube, "translation"), [0.01, 0.03, -0.02])
        self._near(self.hub.value(cube, "scale"), [1, 1, 1])
        self._near(self.hub.value(self.hub.value(cube, "data"), "mesh.size"), [0.02, 0.02, 0.02])
        self._near([self.hub.value(self.uuid("Camera"), "camera.far")], [1.0])
        self.assert_same()
        self.remote_set("Cube", translation=[1, 1, 1])
        self._near(list(find("Cube").location), [100, -100, 100], 3)
        self.assert_same()
        self.assert_quiet()

    def test_field_of_view_by_fit(self) -> None:
        camera, uuid = find("Camera"), self.uuid("Camera")
        camera.data.lens = 50
        render = bpy.context.scene.render
        shapes = {
            (1920, 1080, "AUTO"): 22.895, (1080, 1920, "AUTO"): 39.598, (1080, 1920, "HORIZONTAL"): 65.238,
            (1080, 1920, "VERTICAL"): 26.991,
        }
        for (width, height, fit), degrees in shapes.items():
            render.resolution_x, render.resolution_y, camera.data.sensor_fit = width, height, fit
            self.settle()
            self.assertAlmostEqual(math.degrees(self.hub.value(uuid, "camera.yfov")), degrees, 2)
            self.remote_set("Camera", camera__yfov=0.7)
            self.assertAlmostEqual(self.hub.value(uuid, "camera.yfov"), 0.7, 5)
            self.assert_same()
            camera.data.lens = 50

    def test_random_rotations_both_ways(self) -> None:
        import random
        dice = random.Random(7)
        for mode in ("XYZ", "QUATERNION", "AXIS_ANGLE"):
            find("Cube").rotation_mode = mode
            for _ in range(6):
                q = Euler([dice.uniform(-3, 3) for _ in range(3)]).to_quaternion()
                for name in ("Cube", "Light"):
                    self.remote_set(name, rotation=[q.x, q.y, q.z, q.w],
                        translation=[dice.uniform(-9, 9) for _ in range(3)])
            self.assert_same()
        self.assert_quiet()
