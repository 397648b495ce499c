"""What the driver can do in Blender, each the way the user's operator does it. Methods are commands; `-` becomes `_`.
"""
import contextlib
import os
import signal
from typing import Any, Callable, Dict, List, Optional

import bpy

from dump import dump_scene, uuid_of

Command = Dict[str, Any]


class Actions:
    """Commands on the open file."""

    def do(self, command: Command) -> Any:
        """Runs one command; edits end with an undo step, as operators do."""
        method: Callable[[Command], Any] = getattr(self, command["do"].replace("-", "_"))
        if not getattr(method, "is_edit", False):
            return method(command)
        with _in_view():
            result = method(command)
            bpy.context.view_layer.update()
            if command.get("push", True):
                bpy.ops.ed.undo_push(message=command["do"])
        return result

    # The link

    def ping(self, _command: Command) -> str:
        return bpy.app.version_string

    def connect(self, _command: Command) -> None:
        _bridge().connect()

    def disconnect(self, _command: Command) -> None:
        _bridge().disconnect()

    def pump(self, command: Command) -> None:
        from vibesync.scene.pump import pump
        pump(float(command.get("seconds", 0.0)))

    def state(self, _command: Command) -> Any:
        """What the add-on says of itself: for waiting and for messages, not for comparing scenes."""
        bridge = _bridge()
        session = bridge.session
        return {
            "phase": session.phase, "epoch": session.epoch, "lsn": session.lsn, "mode": session.mode,
            "verdict": session.verdict, "outbox": session.ledger.outbox.length, "inbox": len(session.inbox),
            "held": sorted(bridge.guard.held), "faults": session.faults.counts, "last": session.faults.last,
            "errors": bridge.errors, "conflicts": session.conflicts, "instance": session.editor.instance,
        }

    def dump(self, _command: Command) -> Any:
        return dump_scene()

    def quit(self, _command: Command) -> None:
        """The driver ends after answering."""

    def crash(self, _command: Command) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    # The window

    def prepare_window(self, _command: Command) -> Any:
        """One 3D view in wire frame, consoles elsewhere; the cube alone selected. Answers the view's middle on the
        screen.
        """
        window = bpy.context.window_manager.windows[0]
        bpy.context.preferences.view.show_splash = False
        areas = sorted(window.screen.areas, key=lambda area: area.width * area.height)
        view = areas[-1]
        for area in areas[:-1]:
            area.type = "CONSOLE"
        view.type = "VIEW_3D"
        view.spaces.active.shading.type = "WIREFRAME"
        view.spaces.active.overlay.show_overlays = False
        if "Cube" in bpy.context.scene.objects:
            _select([find("Cube")])
        left, top = view.x + view.width // 2, window.height - (view.y + view.height // 2)
        return {"x": left, "y": top}

    def select(self, command: Command) -> None:
        _select([find(name) for name in command["objects"]])

    # Making and removing

    def create(self, command: Command) -> Any:
        """`type`: cube, empty, camera, point, spot, sun, area; `name`, `location`."""
        kind, location = command.get("type", "cube"), command.get("location", [0, 0, 0])
        bpy.ops.object.select_all(action="DESELECT")
        if kind == "empty":
            bpy.ops.object.empty_add(location=location)
        elif kind == "camera":
            bpy.ops.object.camera_add(location=location)
        elif kind in ("point", "spot", "sun", "area"):
            bpy.ops.object.light_add(type=kind.upper(), location=location)
        else:
            bpy.ops.mesh.primitive_cube_add(location=location, size=command.get("size", 2))
        made = bpy.context.view_layer.objects.active
        if "name" in command:
            made.name = command["name"]
        return made.name

    def delete(self, command: Command) -> None:
        """`objects`, or `object`."""
        _select([find(name) for name in command.get("objects") or [command["object"]]])
        bpy.ops.object.delete()

    def duplicate(self, command: Command) -> Any:
        return self._duplicate(command, False)

    def linked_duplicate(self, command: Command) -> Any:
        return self._duplicate(command, True)

    def _duplicate(self, command: Command, linked: bool) -> Any:
        _select([find(command["object"])])
        bpy.ops.object.duplicate(linked=linked)
        made = bpy.context.view_layer.objects.active
        made.location = [a + b for a, b in zip(made.location, command.get("by", [0, 0, 0]))]
        if "name" in command:
            made.name = command["name"]
        return made.name

    # Changing

    def set(self, command: Command) -> None:
        """`values`: attribute paths of the object and Blender's own values, such as {"data.lens": 35}."""
        block = find(command["object"])
        for path, value in command["values"].items():
            owner = block
            *steps, last = path.split(".")
            for step in steps:
                owner = getattr(owner, step)
            setattr(owner, last, value)

    def move(self, command: Command) -> None:
        _select([find(command["object"])])
        bpy.ops.transform.translate(value=command["by"])

    def rename(self, command: Command) -> None:
        find(command["object"]).name = command["name"]

    def parent(self, command: Command) -> None:
        """`to`: the new parent, null for none; `keep` (default): stay in place in the world."""
        child, keep = find(command["object"]), command.get("keep", True)
        if command.get("to") is None:
            _select([child])
            bpy.ops.object.parent_clear(type="CLEAR_KEEP_TRANSFORM" if keep else "CLEAR")
            return
        above = find(command["to"])
        _select([child, above])
        bpy.ops.object.parent_set(type="OBJECT") if keep else bpy.ops.object.parent_no_inverse_set()

    def hide(self, command: Command) -> None:
        """What H does; its operator needs a 3D view, which a headless Blender has not."""
        find(command["object"]).hide_set(True)

    def show(self, command: Command) -> None:
        block = find(command["object"])
        block.hide_viewport = False
        block.hide_set(False)

    def disable(self, command: Command) -> None:
        """The other switch: hide in all viewports."""
        find(command["object"]).hide_viewport = True

    def edit_mesh(self, command: Command) -> None:
        """Scales the mesh's own points by `factor`."""
        mesh = find(command["object"]).data
        for vertex in mesh.vertices:
            vertex.co = vertex.co * command["factor"]
        mesh.update()

    def unit(self, command: Command) -> None:
        bpy.context.scene.unit_settings.scale_length = command["metres"]

    def mode(self, command: Command) -> None:
        """Enters or leaves a mode, such as EDIT."""
        _select([find(command["object"])])
        bpy.ops.object.mode_set(mode=command["mode"])

    def frame(self, command: Command) -> None:
        bpy.context.scene.frame_set(command["number"])

    def keyframe(self, command: Command) -> None:
        find(command["object"]).keyframe_insert("location", frame=command["number"])

    # Collections

    def collection_create(self, command: Command) -> Any:
        made = bpy.data.collections.new(command["name"])
        above = find_collection(command["parent"]) if command.get("parent") else bpy.context.scene.collection
        above.children.link(made)
        return made.name

    def collection_delete(self, command: Command) -> None:
        """As the outliner's Delete: its objects and collections move up."""
        block = find_collection(command["collection"])
        above = next(one for one in _all_collections() if one.children.get(block.name) == block)
        for member in list(block.objects):
            if above.objects.get(member.name) is None:
                above.objects.link(member)
        for child in list(block.children):
            above.children.link(child)
        bpy.data.collections.remove(block)

    def collection_move(self, command: Command) -> None:
        """Puts an object into one collection (null: the root) and out of all others."""
        block = find(command["object"])
        target = find_collection(command["collection"]) if command.get("collection") else bpy.context.scene.collection
        for one in list(block.users_collection):
            if one != target:
                one.objects.unlink(block)
        if target.objects.get(block.name) is None:
            target.objects.link(block)

    # History and files

    def undo(self, _command: Command) -> bool:
        with _in_view():
            can = bpy.ops.ed.undo.poll()
            if can:
                bpy.ops.ed.undo()
        return bool(can)

    def redo(self, _command: Command) -> bool:
        with _in_view():
            can = bpy.ops.ed.redo.poll()
            if can:
                bpy.ops.ed.redo()
        return bool(can)

    def save(self, command: Command) -> None:
        """`path` (omitted: where it is), `copy`."""
        if "path" in command:
            bpy.ops.wm.save_as_mainfile(filepath=command["path"], copy=command.get("copy", False))
        else:
            bpy.ops.wm.save_mainfile()

    def open(self, command: Command) -> None:
        bpy.ops.wm.open_mainfile(filepath=command["path"])
        _begin_history("open")

    def revert(self, _command: Command) -> None:
        bpy.ops.wm.revert_mainfile()
        _begin_history("revert")

    def new(self, command: Command) -> None:
        """`empty` (default): without the default cube, camera and light."""
        bpy.ops.wm.read_homefile(use_empty=command.get("empty", True), use_factory_startup=True)
        _begin_history("new")

    def append(self, command: Command) -> None:
        """An object of another file."""
        folder = os.path.join(command["path"], "Object") + os.sep
        bpy.ops.wm.append(directory=folder, filename=command["name"])


for _name in (
    "create", "delete", "duplicate", "linked_duplicate", "set", "move", "rename", "parent", "hide", "show", "disable",
    "edit_mesh", "unit", "keyframe", "collection_create", "collection_delete", "collection_move", "append", "mode",
):
    getattr(Actions, _name).is_edit = True


def find(name: str) -> Any:
    """The scene's object of this uuid or Blender name."""
    for block in bpy.context.scene.objects:
        if uuid_of(block) == name or block.name == name:
            return block
    raise LookupError("no object %s" % name)


def find_collection(name: str) -> Any:
    """The collection of this uuid or Blender name."""
    for block in bpy.context.scene.collection.children_recursive:
        if uuid_of(block) == name or block.name == name:
            return block
    raise LookupError("no collection %s" % name)


def _in_view() -> Any:
    """The context of an operator: in a window the 3D view, because a timer has none; headless it is there already."""
    if bpy.app.background:
        return contextlib.nullcontext()
    window = bpy.context.window_manager.windows[0]
    view = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in view.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=view, region=region)


def _begin_history(what: str) -> None:
    """A window begins the undo history of a file itself."""
    if bpy.app.background:
        bpy.ops.ed.undo_push(message=what)


def _all_collections() -> List[Any]:
    return [bpy.context.scene.collection, *bpy.context.scene.collection.children_recursive]


def _select(blocks: List[Any]) -> None:
    """The last one becomes the active one; what is hidden cannot be selected and is not acted on."""
    active: Optional[Any] = bpy.context.view_layer.objects.active
    if active is not None and active.mode != "OBJECT" and active not in blocks:
        bpy.ops.object.mode_set(mode="OBJECT")
    for block in bpy.context.view_layer.objects:
        block.select_set(False)
    for block in blocks:
        block.select_set(True)
    bpy.context.view_layer.objects.active = blocks[-1]


def _bridge() -> Any:
    from vibesync import addon
    return addon.bridge()
