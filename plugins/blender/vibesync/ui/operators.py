"""The panel's buttons."""
from typing import Any, Dict, Set

import bpy

_bridges: Dict[str, Any] = {}


class VIBESYNC_OT_connect(bpy.types.Operator):  # type: ignore[misc]
    """Link this scene through the VibeSync app on this computer"""

    bl_idname = "vibesync.connect"
    bl_label = "Connect"

    def execute(self, _context: Any) -> Set[str]:
        """Begins to look for the hub."""
        _bridges["one"].connect()
        return {"FINISHED"}


class VIBESYNC_OT_disconnect(bpy.types.Operator):  # type: ignore[misc]
    """Stop linking; edits are kept and told at the next connection"""

    bl_idname = "vibesync.disconnect"
    bl_label = "Disconnect"

    def execute(self, _context: Any) -> Set[str]:
        """Says goodbye."""
        _bridges["one"].disconnect()
        return {"FINISHED"}


class VIBESYNC_OT_request(bpy.types.Operator):  # type: ignore[misc]
    """Ask VibeSync to pause, to resume, or to compare the whole scene again"""

    bl_idname = "vibesync.request"
    bl_label = "Ask VibeSync"

    action: bpy.props.EnumProperty(  # type: ignore[valid-type]
        items=[(name, name, "") for name in ("pause", "resume", "safe-mode", "resync")],
    )

    def execute(self, _context: Any) -> Set[str]:
        """Sends the request with the next tick."""
        _bridges["one"].session.request(self.action)
        return {"FINISHED"}


class VIBESYNC_OT_unlink(bpy.types.Operator):  # type: ignore[misc]
    """Take this file out of its VibeSync project"""

    bl_idname = "vibesync.unlink"
    bl_label = "Unlink This File"

    def invoke(self, context: Any, event: Any) -> Set[str]:
        """Asks first."""
        result: Set[str] = context.window_manager.invoke_confirm(self, event)
        return result

    def execute(self, _context: Any) -> Set[str]:
        """Forgets the project."""
        _bridges["one"].unlink()
        return {"FINISHED"}


_CLASSES = (VIBESYNC_OT_connect, VIBESYNC_OT_disconnect, VIBESYNC_OT_request, VIBESYNC_OT_unlink)


def register(bridge: Any) -> None:
    """Enables the buttons."""
    _bridges["one"] = bridge
    for one in _CLASSES:
        bpy.utils.register_class(one)


def unregister() -> None:
    """Disables them."""
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
    _bridges.clear()
