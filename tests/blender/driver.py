"""Blender, told what to do over a socket: the hand of the artist in tests, not a part of the add-on.

    blender -b --factory-startup -P tests/blender/driver.py -- <tcp port or path of a unix socket>
    <python with bpy> tests/blender/driver.py <port or path>

The driver connects to the test, which listens. One JSON object a line: `{"id": 1, "do": "move", "object": "Cube", "by":
[1, 0, 0]}` -> `{"id": 1, "ok": true, "result": ...}` or `{"id": 1, "ok": false, "error": "..."}`. Things are named by
uuid or by Blender name. Edits are made as a user's operator makes them: edit, update, undo step; then the add-on looks.
`VIBESYNC_TEST_DIES_OF` makes Blender end as in a crash as soon as an object of that name is in it.
The commands are the methods of `actions.Actions`. Headless it pumps the add-on between commands; in a window Blender's
timer does. `VIBESYNC_HOME` says where the hub announces itself; the add-on begins to look for it at once.
"""
import json
import os
import select
import signal
import socket
import sys
from typing import Any, Dict, Optional

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import paths  # noqa: E402,F401

import bpy  # noqa: E402

import vibesync  # noqa: E402
from actions import Actions  # noqa: E402

_POLL_S = 0.004
_WINDOW_POLL_S = 0.02


class Driver:
    """One control connection."""

    def __init__(self, target: str) -> None:
        if target.isdigit():
            self._socket = socket.create_connection(("127.0.0.1", int(target)))
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(target)
        self._buffer = b""
        self._actions = Actions()
        self.is_over = False

    def poll(self, wait_s: float) -> None:
        """Does at most one command."""
        line = self._line_or_none(wait_s)
        if line is None:
            return
        command: Dict[str, Any] = json.loads(line)
        answer: Dict[str, Any] = {"id": command.get("id")}
        try:
            answer["result"] = self._actions.do(command)
            answer["ok"] = True
        except Exception as error:  # noqa: BLE001 - the test decides what an error means
            answer.update(ok=False, error="%s: %s" % (type(error).__name__, error))
        self._socket.sendall(json.dumps(answer).encode() + b"\n")
        self.is_over = self.is_over or command["do"] == "quit"

    def _line_or_none(self, wait_s: float) -> Optional[bytes]:
        if b"\n" not in self._buffer and select.select([self._socket], [], [], wait_s)[0]:
            data = self._socket.recv(65536)
            self._buffer += data
            self.is_over = self.is_over or not data
        if b"\n" not in self._buffer:
            return None
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line


def _die_of(name: str) -> None:
    """What a broken driver, modifier or add-on does, at an object that it cannot bear."""

    @bpy.app.handlers.persistent
    def die(*_: Any) -> None:
        if name in bpy.data.objects:
            os.kill(os.getpid(), signal.SIGKILL)

    bpy.app.handlers.depsgraph_update_post.append(die)


def main(target: str) -> None:
    if "VIBESYNC_TEST_DIES_OF" in os.environ:
        _die_of(os.environ["VIBESYNC_TEST_DIES_OF"])
    vibesync.register()
    driver = Driver(target)
    driver._actions.connect({})
    if not bpy.app.background:
        bpy.app.timers.register(lambda: _in_window(driver), persistent=True)
        return
    from vibesync.scene.pump import pump
    while not driver.is_over:
        pump()
        driver.poll(_POLL_S)
    vibesync.unregister()


def _in_window(driver: Driver) -> Optional[float]:
    driver.poll(0.0)
    if driver.is_over:
        vibesync.unregister()
        bpy.ops.wm.quit_blender()
        return None
    return _WINDOW_POLL_S


if __name__ == "__main__":
    main(sys.argv[-1])
