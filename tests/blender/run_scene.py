"""Runs tests/blender/scene inside Blender (`blender -b -P run_scene.py [-- pattern]`) or inside Python with bpy."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import paths  # noqa: E402


def main() -> int:
    wanted = sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else []
    loader = unittest.TestLoader()
    if wanted:
        loader.testNamePatterns = ["*%s*" % name for name in wanted]
    suite = loader.discover(os.path.join(paths.TESTS, "scene"), pattern="test_*.py", top_level_dir=paths.TESTS)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(suite)
    failed = len({getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors})
    print("%d passed, %d failed" % (result.testsRun - failed, failed), flush=True)
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # Blender's own exit would print more lines and, with -P, hide the code
