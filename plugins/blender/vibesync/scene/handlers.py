"""Blender's application handlers. Each only takes a note; the work is done by the next tick. All survive file loads."""
from typing import Any, Callable, Dict

import bpy
from bpy.app.handlers import persistent

from .bridge import Bridge

_bridges: Dict[str, Bridge] = {}


def _bridge() -> Bridge:
    return _bridges["one"]


@persistent
def _depsgraph_updated(_scene: Any, depsgraph: Any = None) -> None:
    if depsgraph is not None and _bridge().is_prepared:
        _bridge().hints.add_updates(depsgraph)


@persistent
def _undoing(*_: Any) -> None:
    bridge = _bridge()
    if bridge.is_prepared:
        bridge.applier.unsettled.take_away(bridge.session.ledger)


@persistent
def _undone(*_: Any) -> None:
    _bridge().hints.is_undone = True


@persistent
def _frame_changed(*_: Any) -> None:
    _bridge().hints.has_frame = True


@persistent
def _loading(*_: Any) -> None:
    _bridge().is_frozen = True


@persistent
def _loaded(*_: Any) -> None:
    _bridge().file_opened()


@persistent
def _saving(*_: Any) -> None:
    _bridge().file_saving()


@persistent
def _saved(*_: Any) -> None:
    _bridge().file_saved()


@persistent
def _render_began(*_: Any) -> None:
    _bridge().is_rendering = True


@persistent
def _render_ended(*_: Any) -> None:
    _bridge().is_rendering = False


_HANDLERS: Dict[str, Callable[..., None]] = {
    "depsgraph_update_post": _depsgraph_updated,
    "undo_pre": _undoing,
    "redo_pre": _undoing,
    "undo_post": _undone,
    "redo_post": _undone,
    "frame_change_post": _frame_changed,
    "load_pre": _loading,
    "load_post": _loaded,
    "save_pre": _saving,
    "save_post": _saved,
    "render_init": _render_began,
    "render_complete": _render_ended,
    "render_cancel": _render_ended,
}


def add_handlers(bridge: Bridge) -> None:
    """Begins to listen."""
    _bridges["one"] = bridge
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)


def remove_handlers() -> None:
    """Stops listening."""
    for name, handler in _HANDLERS.items():
        listed = getattr(bpy.app.handlers, name)
        if handler in listed:
            listed.remove(handler)
    _bridges.clear()
