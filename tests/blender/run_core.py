"""Runs the tests that need no Blender; `tests/blender/run.py --lane core` calls it."""
import sys
import unittest

import paths


def main() -> int:
    suite = unittest.defaultTestLoader.discover(paths.TESTS + "/core", pattern="test_*.py", top_level_dir=paths.TESTS)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    # sub-tests count once
    broken = {getattr(test, "test_case", test).id() for test, _ in result.failures + result.errors}
    failed = len(broken)
    print("%d passed, %d failed" % (result.testsRun - failed, failed), flush=True)
    return 1 if failed or result.testsRun == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
