"""The add-on's preferences: whether it looks for VibeSync by itself."""
from typing import Any

import bpy

_PACKAGE = __package__.rsplit(".", 1)[0]


class VIBESYNC_AP_preferences(bpy.types.AddonPreferences):  # type: ignore[misc]
    """Shown under Edit > Preferences > Add-ons."""

    bl_idname = _PACKAGE

    connects_itself: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Connect by itself",
        description="Link this scene as soon as VibeSync is running on this computer",
        default=True,
    )

    def draw(self, _context: Any) -> None:
        """One switch and one explanation."""
        self.layout.prop(self, "connects_itself")
        self.layout.label(text="VibeSync never talks to another computer.")


def wants_connection() -> bool:
    """Whether to connect without being asked. Run without preferences (from source), the default holds."""
    addon = bpy.context.preferences.addons.get(_PACKAGE)
    return True if addon is None or addon.preferences is None else bool(addon.preferences.connects_itself)


def register(_bridge: Any) -> None:
    """Enables the preferences."""
    bpy.utils.register_class(VIBESYNC_AP_preferences)


def unregister() -> None:
    """Disables them."""
    bpy.utils.unregister_class(VIBESYNC_AP_preferences)
