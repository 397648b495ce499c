"""Enabling and disabling: makes the one bridge, joins it to Blender's handlers, timer and panels, and takes it all
back.
"""
import atexit
from typing import Optional

import bpy

from .scene import handlers, pump
from .scene.bridge import Bridge
from .ui import operators, panel, preferences

_bridge: Optional[Bridge] = None


def bridge() -> Bridge:
    """The bridge of the enabled add-on."""
    assert _bridge is not None, "the add-on is enabled"
    return _bridge


def register() -> None:
    """Enables the add-on; connects by itself when the preferences say so."""
    global _bridge
    _bridge = Bridge()
    for module in (preferences, operators, panel):
        module.register(_bridge)
    handlers.add_handlers(_bridge)
    pump.start(_bridge)
    atexit.register(_leave)
    if not bpy.app.background:
        bpy.app.timers.register(_open_first_file, first_interval=0.1)


def unregister() -> None:
    """Disables the add-on: threads, timer, handlers and panels are gone afterwards."""
    global _bridge
    atexit.unregister(_leave)
    if bpy.app.timers.is_registered(_open_first_file):
        bpy.app.timers.unregister(_open_first_file)
    if _bridge is not None:
        _bridge.disconnect("reload")
    pump.stop()
    handlers.remove_handlers()
    for module in (panel, operators, preferences):
        module.unregister()
    _bridge = None


def _open_first_file() -> None:
    """Files are not readable while add-ons are enabled at start, so the first one is taken up a moment later."""
    if _bridge is None:
        return
    if not _bridge.is_prepared:
        _bridge.file_opened()
    if preferences.wants_connection():
        _bridge.connect()


def _leave() -> None:
    if _bridge is not None:
        _bridge.disconnect("quit")
