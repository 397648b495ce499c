"""Where things are, for the Blender tests; importing it makes the add-on importable as `vibesync`."""
import os
import sys

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(TESTS))
PLUGIN = os.path.join(ROOT, "plugins", "blender")
VECTORS = os.path.join(ROOT, "shared", "protocol", "vectors")

for folder in (PLUGIN, TESTS):
    if folder not in sys.path:
        sys.path.insert(0, folder)
