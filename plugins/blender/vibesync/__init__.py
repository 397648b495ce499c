"""VibeSync for Blender: keeps this scene the same as Unity's, live, through the VibeSync app on this computer.

This file only introduces the add-on; bpy is imported when it is enabled, so that protocol, link and core stay usable,
and tested, without Blender.
"""
bl_info = {
    "name": "VibeSync",
    "author": "VibeSync contributors",
    "version": (0, 1, 0),
    "blender": (3, 3, 0),
    "location": "3D View > Sidebar > VibeSync",
    "description": "Keeps the scene the same in Blender and Unity, live",
    "category": "System",
}


def register() -> None:
    """Enables the add-on."""
    from . import addon
    addon.register()


def unregister() -> None:
    """Disables the add-on; nothing of it stays behind."""
    from . import addon
    addon.unregister()
