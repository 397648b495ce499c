"""What the user holds right now: never written, never removed, reported to the hub as held ([WIRE-24]).

Held are: objects in a mode of their own (edit, sculpt, paint), and the selected objects while a tool is running.
Blender
4.2 tells which tools run. Before, a running transform shows by its effect: the user's edits of selected objects arrive,
and no finished operator has appeared since. A modal watcher would know better but switches off Blender's auto-save.
"""
from typing import Any, Optional, Set

import bpy

from .marks import uuid_or_none
from .rig import Rig

# After the last edit of an object this long counts as "in hand", however it was made.
_QUIET_S = 0.5
# A transform that has moved nothing for this long and left no operator was cancelled, or was not a tool.
_TOOL_QUIET_MAX_S = 5.0


class Guard:
    """Asked once a tick."""

    def __init__(self) -> None:
        self.held: Set[str] = set()
        self.is_busy = False
        self._edited: Set[str] = set()
        self._edited_s = float("-inf")
        self._operator: Optional[int] = None

    def note_edits(self, uuids: Set[str], now_s: float) -> None:
        """The user's edits that a look found."""
        if not uuids or bpy.app.background:
            return
        if now_s - self._edited_s > _TOOL_QUIET_MAX_S or not self._edited:
            self._operator = _last_operator()
            self._edited = set()
        self._edited |= uuids
        self._edited_s = now_s

    def update(self, rig: Rig, now_s: float) -> None:
        """Finds out what is held now."""
        held = _in_a_mode(rig)
        tools = _running_tools_or_none()
        if tools is None:
            held |= self._in_hand(now_s)
        elif tools:
            held |= _selected(rig)
        else:
            self._edited = set()
        self.held = held
        self.is_busy = bool(held) or bool(tools)

    def _in_hand(self, now_s: float) -> Set[str]:
        quiet_s = now_s - self._edited_s
        is_finished = _last_operator() != self._operator
        if not self._edited or quiet_s > _TOOL_QUIET_MAX_S or (quiet_s > _QUIET_S and is_finished):
            self._edited = set()
            return set()
        return set(self._edited)


def _running_tools_or_none() -> Optional[bool]:
    """Whether a modal tool runs in any window; None where Blender does not tell."""
    if bpy.app.background:
        return False
    windows = bpy.context.window_manager.windows
    if not windows or "modal_operators" not in windows[0].bl_rna.properties:
        return None
    return any(len(window.modal_operators) > 0 for window in windows)


def _last_operator() -> Optional[int]:
    operators = bpy.context.window_manager.operators
    return operators[-1].as_pointer() if len(operators) else None


def _selected(rig: Rig) -> Set[str]:
    return _uuids(rig.view_layer.objects.selected)


def _in_a_mode(rig: Rig) -> Set[str]:
    active = rig.view_layer.objects.active
    if active is None or active.mode == "OBJECT":
        return set()
    return _uuids(block for block in rig.view_layer.objects.selected if block.mode != "OBJECT") | _uuids([active])


def _uuids(blocks: Any) -> Set[str]:
    found = {uuid_or_none(block) for block in blocks if block is not None}
    return {uuid for uuid in found if uuid is not None}


def is_playing() -> bool:
    """Whether an animation plays in any window."""
    return any(window.screen.is_animation_playing for window in bpy.context.window_manager.windows)


def is_locked() -> bool:
    """Whether Blender asked that nothing be changed from timers (rendering with a locked interface)."""
    return bool(bpy.context.window_manager.is_interface_locked)
