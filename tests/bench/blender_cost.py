"""The Blender of blender.bench.ts: what the add-on costs the main thread with 10 000 objects, linked to a real hub.

    VIBESYNC_HOME=... blender -b --factory-startup -P tests/bench/blender_cost.py

Only the add-on's own ticks are timed, as Blender's timer would call them. The last line is one object of JSON.
"""
import json
import os
import sys
import time
from typing import List

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "blender"))
import paths  # noqa: E402,F401

import bpy  # noqa: E402

import vibesync  # noqa: E402
from vibesync.addon import bridge  # noqa: E402

_OBJECTS = 10_000
_MESHES = 10
_IDLE_TICKS = 300
_LINK_S_MAX = 120.0
_REST_S = 0.005


def _fill() -> None:
    for block in list(bpy.data.objects):
        bpy.data.objects.remove(block)
    meshes = [bpy.data.meshes.new("m%d" % number) for number in range(_MESHES)]
    for number in range(_OBJECTS):
        block = bpy.data.objects.new("o%05d" % number, meshes[number % _MESHES])
        block.location = (number % 100, number // 100, 0)
        bpy.context.scene.collection.objects.link(block)
    bpy.context.view_layer.update()


def _tick_ms() -> float:
    began = time.perf_counter()
    bridge().tick()
    return (time.perf_counter() - began) * 1e3


def _link() -> List[float]:
    ticks = []
    end = time.perf_counter() + _LINK_S_MAX
    while not _is_linked() and time.perf_counter() < end:
        ticks.append(_tick_ms())
        time.sleep(_REST_S)
    assert _is_linked(), "the add-on was not linked in time: %s" % bridge().session.phase
    return ticks


def _is_linked() -> bool:
    """The hub has the whole list, has answered with positions of its own, and nothing waits to be applied."""
    session = bridge().session
    return session.phase == "live" and session.lsn > 0 and len(session.inbox) == 0


def main() -> None:
    _fill()
    vibesync.register()
    bridge().connect()
    began = time.perf_counter()
    linking = _link()
    seconds = time.perf_counter() - began
    for _ in range(_IDLE_TICKS):
        _tick_ms()
        time.sleep(_REST_S)
    idle = []
    for _ in range(_IDLE_TICKS):
        idle.append(_tick_ms())
        time.sleep(_REST_S)
    print(json.dumps({"seconds": seconds, "linking": linking, "idle": idle, "version": bpy.app.version_string}))
    vibesync.unregister()


main()
