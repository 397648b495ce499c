"""The file beside the .blend, on a real disk."""
import json
import os
import tempfile
import unittest

import paths  # noqa: F401

from vibesync.core.ledger import Ledger
from vibesync.core.shadow import Shadow
from vibesync.core.sidecar import Sidecar, sidecar_or_none, sidecar_path, write_sidecar
from vibesync.protocol.stamps import StampClock

from core.test_ledger import fields, uuid


class Beside(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = sidecar_path(os.path.join(self._folder.name, "scène.blend"))

    def tearDown(self) -> None:
        self._folder.cleanup()

    def _sidecar(self) -> Sidecar:
        ledger = Ledger(Shadow(), StampClock())
        ledger.adopt(uuid(1), "object", fields(name="Ä"))
        ledger.local_edit(uuid(1), {"translation": [1.5, 0.0, 0.0]})
        ledger.adopt(uuid(2), "mesh", {"name": "M"})
        ledger.local_delete(uuid(2))
        return Sidecar(uuid(7), uuid(8), uuid(9), 42, ledger.clock.latest, ledger.shadow)

    def test_what_was_written_is_read(self) -> None:
        wanted = self._sidecar()
        write_sidecar(self.path, wanted)
        found = sidecar_or_none(self.path)
        assert found is not None
        self.assertEqual(found[:5], wanted[:5])
        entity, known = found.shadow.entities[uuid(1)], wanted.shadow.entities[uuid(1)]
        self.assertEqual(entity.values(), known.values())
        register = entity.registers["translation"]
        self.assertEqual((register.stamp, register.is_local), (known.registers["translation"].stamp, True))
        self.assertFalse(found.shadow.tombstones[uuid(2)].is_accepted, "an unaccepted delete is told after a restart")
        self.assertEqual(os.listdir(self._folder.name), [os.path.basename(self.path)], "no temporary file stays")

    def test_missing_and_damaged(self) -> None:
        self.assertIsNone(sidecar_or_none(self.path))
        write_sidecar(self.path, self._sidecar())
        with open(self.path, encoding="utf-8") as file:
            text = file.read()
        for damaged in (text[:-9], "", "[]", "{}", text.replace('"version":1', '"version":2'),
            json.dumps({"version": 1})):
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(damaged)
            with self.assertRaises(ValueError, msg=damaged[:20]):
                sidecar_or_none(self.path)

    def test_a_failed_write_leaves_the_old_one(self) -> None:
        write_sidecar(self.path, self._sidecar())
        before = os.stat(self.path).st_mtime_ns
        with self.assertRaises(OSError):
            write_sidecar(os.path.join(self._folder.name, "missing", "x.json"), self._sidecar())
        self.assertEqual(os.stat(self.path).st_mtime_ns, before)
