"""The N-panel: one word, one verdict, the queue, the last message, four buttons."""
from typing import Any, Dict

import bpy

from .words import Situation, state_word, verdict_word

_bridges: Dict[str, Any] = {}
_ICONS = {
    "In step": "CHECKMARK", "Sending": "SORTTIME", "Held": "HAND", "Conflict": "ERROR", "One side only": "UNLINKED",
}


class VIBESYNC_PT_panel(bpy.types.Panel):  # type: ignore[misc]
    """The state of the link, in the 3D view's sidebar."""

    bl_label = "VibeSync"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "VibeSync"

    def draw(self, _context: Any) -> None:
        """Reads the bridge; changes nothing."""
        bridge, layout = _bridges["one"], self.layout
        session = bridge.session
        queue = session.ledger.outbox.length + len(session.inbox) + session.waiting_at_hub
        word = state_word(Situation(
            bridge.is_linked, session.has_peer, len(session.conflicts), bool(session.inbox.waiting()), queue,
        ))
        layout.label(text=word, icon=_ICONS[word])
        column = layout.column(align=True)
        column.label(text="VibeSync: %s" % verdict_word(session.verdict))
        column.label(text="Waiting: %d" % queue)
        if not bridge.is_connecting:
            layout.operator("vibesync.connect", icon="LINKED")
        else:
            row = layout.row(align=True)
            is_paused = session.mode in ("paused", "safe")
            action = row.operator("vibesync.request", text="Resume" if is_paused else "Pause")
            action.action = "resume" if is_paused else "pause"
            row.operator("vibesync.disconnect", text="Disconnect", icon="UNLINKED")
            layout.operator("vibesync.request", text="Compare Again").action = "resync"
        if session.project is not None:
            layout.operator("vibesync.unlink")
        if session.faults.last:
            for line in _wrapped(session.faults.last, 36)[:5]:
                layout.label(text=line)


def _wrapped(text: str, width: int) -> "list[str]":
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = (lines[-1] + " " + word).strip()
    return lines


def register(bridge: Any) -> None:
    """Enables the panel."""
    _bridges["one"] = bridge
    bpy.utils.register_class(VIBESYNC_PT_panel)


def unregister() -> None:
    """Disables it."""
    bpy.utils.unregister_class(VIBESYNC_PT_panel)
    _bridges.clear()
