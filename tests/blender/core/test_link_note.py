"""The note beside a .blend that was linked and not saved since, on a real disk."""
import os
import tempfile
import unittest

import paths  # noqa: F401

from vibesync.core.link_note import (
    LinkNote, file_mark_or_none, forget_link_note, link_note_or_none, link_note_path, write_link_note,
)

from core.test_ledger import uuid


class Note(unittest.TestCase):
    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.blend = os.path.join(self._folder.name, "sc\u00e8ne.blend")
        with open(self.blend, "wb") as file:
            file.write(b"BLENDER")
        mark = file_mark_or_none(self.blend)
        assert mark is not None
        self.note = LinkNote(uuid(7), uuid(8), mark, {"object": {"W\u00fcrfel": uuid(1)}, "mesh": {"M": uuid(2)}})

    def tearDown(self) -> None:
        self._folder.cleanup()

    def test_what_was_written_is_read(self) -> None:
        self.assertIsNone(link_note_or_none(self.blend, uuid(8)))
        write_link_note(self.blend, self.note)
        self.assertEqual(link_note_or_none(self.blend, uuid(8)), self.note)
        self.assertEqual(sorted(os.listdir(self._folder.name)), sorted(os.path.basename(path) for path in (
            self.blend, link_note_path(self.blend))))
        forget_link_note(self.blend)
        forget_link_note(self.blend)
        self.assertIsNone(link_note_or_none(self.blend, uuid(8)))

    def test_it_counts_for_this_writing_of_the_file_and_this_project_alone(self) -> None:
        write_link_note(self.blend, self.note)
        self.assertIsNone(link_note_or_none(self.blend, uuid(9)))
        with open(self.blend, "ab") as file:
            file.write(b"!")
        self.assertIsNone(link_note_or_none(self.blend, uuid(8)))

    def test_what_cannot_be_read_says_so(self) -> None:
        for text in ("", "{", "[1]", "{}", '{"file": 1}', "[" * 100_000):
            with open(link_note_path(self.blend), "w", encoding="ascii") as file:
                file.write(text)
            with self.assertRaises(ValueError, msg=text[:20]):
                link_note_or_none(self.blend, uuid(8))


if __name__ == "__main__":
    unittest.main()
