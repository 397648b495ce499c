"""What makes the bridge tick: a timer in the window, `pump()` without one (timers never fire in `blender -b`)."""
import time
from typing import Optional

import bpy

from .bridge import Bridge

_ACTIVE_S = 0.01
_IDLE_S = 0.1
_TROUBLED_S = 1.0

_bridge: Optional[Bridge] = None


def start(bridge: Bridge) -> None:
    """Begins to tick."""
    global _bridge
    _bridge = bridge
    if not bpy.app.background:
        bpy.app.timers.register(_on_timer, first_interval=_IDLE_S, persistent=True)


def stop() -> None:
    """Ends the ticking."""
    global _bridge
    _bridge = None
    if bpy.app.timers.is_registered(_on_timer):
        bpy.app.timers.unregister(_on_timer)


def pump(seconds: float = 0.0) -> None:
    """Ticks by hand, at least once, for headless runs and tests. Raises what a tick raises."""
    assert _bridge is not None, "the add-on is enabled"
    end_s = time.monotonic() + seconds
    while True:
        bpy.context.view_layer.update()
        _bridge.tick()
        if time.monotonic() >= end_s:
            return
        time.sleep(0.002)


def _on_timer() -> Optional[float]:
    """An exception would unregister the timer, so it ends here: counted, reported, and the next tick comes later."""
    bridge = _bridge
    if bridge is None:
        return None
    try:
        return _ACTIVE_S if bridge.tick() else _IDLE_S
    except Exception as error:  # noqa: BLE001
        bridge.errors += 1
        bridge.report("E_BUG", "The add-on stumbled: %s: %s" % (type(error).__name__, error))
        return _TROUBLED_S
