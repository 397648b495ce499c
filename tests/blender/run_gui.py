"""Runs the tests that need Blender's window: a screen of its own, real keys and mouse, and the fake hub listening.

    python3 tests/blender/run_gui.py [pattern ...]

Blender runs `driver.py`; this process holds the hub, presses the keys with xdotool and asks the driver for dumps. All
areas but one small 3D view show the console, because a software-drawn viewport costs half a second a redraw.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from typing import Any, Callable, Dict, List, Optional

import paths

from fake_hub import FakeHub
from waiting import wait_until
from vibesync.core.values import is_same_value

_START_S = 90.0
_LIMIT_S = 15.0
_SIZE = "1000x700x24"


class Window:
    """One Blender window for all tests."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="vibesync-gui-")
        self.hub = FakeHub(os.path.join(self.folder, "home"))
        self.hub.start()
        self._started: List[subprocess.Popen] = []
        self._display = self._screen()
        self._server = socket.create_server(("127.0.0.1", 0))
        environment = dict(os.environ, DISPLAY=self._display, VIBESYNC_HOME=self.hub.home, LIBGL_ALWAYS_SOFTWARE="1")
        command = [
            "blender", "--factory-startup", "--window-geometry", "0", "0", "1000", "700",
            "-P", os.path.join(paths.TESTS, "driver.py"), "--", str(self._server.getsockname()[1]),
        ]
        self._started.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        self._server.settimeout(_START_S)
        connection, _ = self._server.accept()
        connection.settimeout(_START_S)
        self._file = connection.makefile("rw")
        self.blender = self._started[-1]

    def _screen(self) -> str:
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", _SIZE, "-nolisten", "tcp"]
        self._started.append(subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL))
        os.close(write)
        with os.fdopen(read) as file:
            return ":" + file.readline().strip()

    def do(self, what: str, **more: Any) -> Any:
        """One command of the driver."""
        self._file.write(json.dumps(dict(more, do=what, id=1)) + "\n")
        self._file.flush()
        answer = json.loads(self._file.readline())
        assert answer["ok"], answer
        return answer["result"]

    def press(self, *keys: str) -> None:
        """xdotool's words: key, type, mousemove, click ..."""
        environment = dict(os.environ, DISPLAY=self._display)
        subprocess.run(["xdotool", *keys], env=environment, check=True, timeout=20)

    def close(self) -> None:
        """Ends what was started, by its own handle."""
        for process in reversed(self._started):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self.hub.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Keys(unittest.TestCase):
    """Each test begins with the default cube alone selected, under the mouse."""

    window: Window

    @classmethod
    def setUpClass(cls) -> None:
        cls.window = Window()
        assert wait_until(cls.window.hub.indexed.is_set, _START_S), "the scene was listed"
        cls.window.do("prepare-window")
        time.sleep(1.0)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.window.close()

    def setUp(self) -> None:
        self.hub, self.do, self.press = self.window.hub, self.window.do, self.window.press
        self.hub.scene.clear()  # the last test's; the new file's list fills it again
        self.hub.deleted.clear()
        self.hub.indexed.clear()
        self.do("new", empty=False)
        self.assertTrue(wait_until(self.hub.indexed.is_set, _LIMIT_S))
        self.view = self.do("prepare-window")
        self.press("mousemove", str(self.view["x"]), str(self.view["y"]))
        self.settle()

    # Steps

    def key(self, name: str) -> None:
        self.press("mousemove", str(self.view["x"]), str(self.view["y"]), "key", name)
        time.sleep(0.3)

    def settle(self) -> None:
        """Until nothing is on its way and nothing was said for a while."""
        def is_done() -> bool:
            state = self.do("state")
            return state["outbox"] == 0 and state["inbox"] == 0 and not state["held"]

        self.assertTrue(wait_until(is_done, _LIMIT_S, lambda: time.sleep(0.05)), self.do("state"))
        time.sleep(0.3)

    def until(self, is_true: Callable[[], Any]) -> None:
        self.assertTrue(wait_until(lambda: bool(is_true()), _LIMIT_S, lambda: time.sleep(0.05)), self.do("state"))

    def scene(self) -> Dict[str, Any]:
        objects: Dict[str, Any] = self.do("dump")["objects"]
        return objects

    def named(self, name: str) -> Optional[str]:
        return next((uuid for uuid, fields in self.scene().items() if fields["name"] == name), None)

    def assert_same(self) -> None:
        self.settle()
        shown = self.scene()
        known = {one for one in self.hub.scene if self.hub.kinds[one] == "object"}
        self.assertEqual(set(shown), known)
        for one, fields in shown.items():
            for name, value in fields.items():
                if name != "blenderName":
                    agreed = self.hub.value(one, name)
                    self.assertTrue(is_same_value(name, value, agreed), (fields["name"], name, value, agreed))

    def drag(self) -> None:
        """G, then the mouse moves a bit; the tool stays open."""
        self.key("g")
        for step in range(1, 5):
            self.press("mousemove", str(self.view["x"] + 12 * step), str(self.view["y"]))
            time.sleep(0.15)

    # Tests

    def test_a_drag_is_seen_while_it_lasts(self) -> None:
        cube = self.hub.uuid_of("Cube")
        before = self.hub.value(cube, "translation")
        self.drag()
        self.until(lambda: self.hub.value(cube, "translation") != before)
        self.until(lambda: cube in self.hub.of_kind("held")[-1]["uuids"])
        self.press("click", "1")
        self.assert_same()
        self.assertEqual(self.hub.of_kind("held")[-1]["uuids"], [])

    def test_a_remote_change_waits_for_the_end_of_a_drag(self) -> None:
        """[WIRE-24] what the user holds is not written; what is not held is."""
        cube, light = self.hub.uuid_of("Cube"), self.hub.uuid_of("Light")
        self.drag()
        self.until(lambda: cube in self.do("state")["held"])
        self.hub.apply({"op": "set", "uuid": cube, "fields": {"scale": [3, 3, 3]}},
                       {"op": "set", "uuid": light, "fields": {"translation": [9, 9, 9]}})
        self.until(lambda: self.scene()[light]["translation"][0] == 9)
        self.assertEqual(self.scene()[cube]["scale"], [1, 1, 1])
        self.press("mousemove_relative", "--", "5", "0")
        time.sleep(0.3)
        self.assertEqual(self.scene()[cube]["scale"], [1, 1, 1])
        self.press("click", "1")
        self.until(lambda: self.scene()[cube]["scale"] == [3, 3, 3])
        self.assertNotEqual(self.scene()[cube]["translation"], [0, 0, 0])
        self.assert_same()

    def test_a_remote_delete_during_a_drag_does_not_crash(self) -> None:
        cube = self.hub.uuid_of("Cube")
        self.drag()
        self.until(lambda: cube in self.do("state")["held"])
        self.hub.apply({"op": "delete", "uuid": cube})
        time.sleep(0.5)
        self.press("mousemove_relative", "--", "15", "0")
        self.press("click", "1")
        self.until(lambda: cube not in self.scene())
        self.key("ctrl+z")
        self.settle()
        self.assertIsNone(self.window.blender.poll(), "Blender lives")
        self.assertNotIn(cube, self.scene())

    def test_a_cancelled_drag_goes_back(self) -> None:
        cube = self.hub.uuid_of("Cube")
        self.drag()
        self.until(lambda: self.hub.value(cube, "translation") != [0.0, 0.0, 0.0])
        self.press("key", "Escape")
        self.until(lambda: is_same_value("translation", self.hub.value(cube, "translation"), [0.0, 0.0, 0.0]))
        self.assert_same()

    def test_duplicates(self) -> None:
        cube = self.hub.uuid_of("Cube")
        self.key("shift+d")
        self.press("mousemove_relative", "--", "30", "0", "click", "1")
        self.until(lambda: self.named("Cube.001"))
        self.assertEqual(self.named("Cube"), cube)
        self.assert_same()
        self.key("alt+d")
        self.press("mousemove_relative", "--", "0", "30", "click", "1")
        self.until(lambda: self.named("Cube.002"))
        self.assert_same()
        shown = self.scene()
        self.assertEqual(shown[str(self.named("Cube.002"))]["data"], shown[str(self.named("Cube.001"))]["data"])
        before = {uuid: fields["name"] for uuid, fields in self.scene().items()}
        for _ in range(2):
            self.key("ctrl+z")
        self.until(lambda: self.named("Cube.001") is None)
        self.assert_same()
        for _ in range(2):
            self.key("ctrl+shift+z")
        self.until(lambda: self.named("Cube.002"))
        self.assertEqual({uuid: fields["name"] for uuid, fields in self.scene().items()}, before)
        self.assert_same()

    def test_undo_keeps_a_remote_change(self) -> None:
        light = self.hub.uuid_of("Light")
        self.drag()
        self.press("click", "1")
        self.settle()
        self.hub.apply({"op": "set", "uuid": light, "fields": {"translation": [7, 7, 7]}})
        self.settle()
        self.key("ctrl+z")
        self.until(lambda: self.scene()[str(self.named("Cube"))]["translation"] == [0, 0, 0])
        self.settle()
        self.assertEqual(self.scene()[light]["translation"], [7, 7, 7])
        self.assert_same()
        self.key("ctrl+shift+z")
        self.until(lambda: self.scene()[str(self.named("Cube"))]["translation"] != [0, 0, 0])
        self.assertEqual(self.scene()[light]["translation"], [7, 7, 7])
        self.assert_same()

    def test_parenting(self) -> None:
        self.do("select", objects=["Light", "Cube"])
        self.key("ctrl+p")
        self.press("key", "Return")
        self.until(lambda: self.scene()[str(self.named("Light"))]["parent"] == self.named("Cube"))
        self.assert_same()
        self.key("ctrl+z")
        self.until(lambda: self.scene()[str(self.named("Light"))]["parent"] is None)
        self.assert_same()

    def test_delete_and_undo(self) -> None:
        cube = self.hub.uuid_of("Cube")
        self.key("x")
        self.press("key", "Return")
        self.until(lambda: cube not in self.hub.scene)
        self.assert_same()
        self.key("ctrl+z")
        self.until(lambda: cube in self.hub.scene)
        self.assertEqual(self.named("Cube"), cube)
        self.assert_same()

    def test_rename(self) -> None:
        cube = self.hub.uuid_of("Cube")
        self.key("F2")
        time.sleep(0.3)
        self.press("key", "ctrl+a", "type", "Kubus")
        self.press("key", "Return")
        self.until(lambda: self.hub.value(cube, "name") == "Kubus")
        self.assert_same()

    def test_hide_and_show(self) -> None:
        cube = self.hub.uuid_of("Cube")
        self.key("h")
        self.until(lambda: self.hub.value(cube, "visible") is False)
        self.key("alt+h")
        self.until(lambda: self.hub.value(cube, "visible") is True)
        self.key("ctrl+z")
        self.until(lambda: self.hub.value(cube, "visible") is False)
        self.assert_same()

    def test_an_idle_window_says_nothing(self) -> None:
        before = self.hub.traffic()
        self.press("mousemove_relative", "--", "10", "10")
        time.sleep(2.0)
        self.assertEqual(self.hub.traffic(), before)
        self.assertEqual(self.do("state")["errors"], 0)

    def test_file_save_and_open(self) -> None:
        path = os.path.join(self.window.folder, "gui.blend")
        self.drag()
        self.press("click", "1")
        self.settle()
        cube = self.hub.uuid_of("Cube")
        self.do("save", path=path)
        self.hub.indexed.clear()
        self.do("open", path=path)
        self.assertTrue(wait_until(self.hub.indexed.is_set, _LIMIT_S))
        self.assertEqual(self.named("Cube"), cube)
        self.assert_same()


def main() -> int:
    loader = unittest.TestLoader()
    if len(sys.argv) > 1:
        loader.testNamePatterns = ["*%s*" % name for name in sys.argv[1:]]
    suite = loader.loadTestsFromTestCase(Keys)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (max(0, result.testsRun - failed), failed), flush=True)
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
