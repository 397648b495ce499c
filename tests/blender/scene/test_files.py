"""Saving, opening, reverting, crashing; with the hub there and with the hub away."""
import os
import shutil

import bpy

from actions import find
from fake_hub import FakeHub
from stage import Stage, addon, pump


class Files(Stage):
    def setUp(self) -> None:
        super().setUp()
        self.path = os.path.join(self.folder, "castle.blend")
        self.sidecar = self.path + ".vibesync.json"

    def _hub_leaves(self) -> None:
        self.hub.stop()
        pump(0.1)
        self.assertFalse(addon.bridge().is_linked)

    def _hub_returns(self) -> None:
        self.hub.indexed.clear()
        self.hub.start()
        self.relink()

    def test_a_save_writes_the_sidecar(self) -> None:
        self.assertFalse(os.path.exists(self.sidecar))
        self.do("save", path=self.path)
        self.assertTrue(os.path.exists(self.sidecar))
        self.assert_same()

    def test_opening_is_a_new_epoch_and_keeps_the_stamps(self) -> None:
        """[WIRE-11], [WIRE-14]"""
        self.edit("move", object="Cube", by=[1, 0, 0])
        stamp = self.hub.scene[self.uuid("Cube")]["translation"].stamp
        self.do("save", path=self.path)
        epoch = self.hub.epoch
        self.hub.indexed.clear()
        self.do("open", path=self.path)
        self.settle()
        self.assertTrue(self.hub.indexed.is_set())
        self.assertGreater(self.hub.epoch, epoch)
        cube = next(e for e in self.hub.of_kind("index")[-1]["entities"] if e["uuid"] == self.uuid("Cube"))
        self.assertEqual(cube.get("stamps", {}).get("translation", cube["stamp"]), stamp)
        self.assert_same()
        self.assert_quiet()

    def test_revert_takes_the_hubs_newer_values(self) -> None:
        """Acknowledged but not saved: the hub has it, so the scene gets it back."""
        self.do("save", path=self.path)
        self.edit("move", object="Cube", by=[5, 0, 0])
        self.do("revert")
        self.settle()
        self.assertEqual(find("Cube").location.x, 5.0)
        self.assert_same()

    def test_a_crash_loses_nothing_acknowledged(self) -> None:
        self.edit("create", type="cube", name="Saved")
        self.do("save", path=self.path)
        self.edit("move", object="Cube", by=[5, 0, 0])
        self.edit("create", type="empty", name="Unsaved", location=[1, 2, 3])
        self.edit("delete", object="Saved")
        self.do("new")  # as after a crash: the file on disk is the old one
        self.hub.stop()
        self.do("open", path=self.path)
        self._hub_returns()
        self.assertEqual(find("Cube").location.x, 5.0)
        self.assertEqual(tuple(find("Unsaved").location), (1.0, 2.0, 3.0))
        self.assert_same()

    def _write_an_unlinked_file(self) -> None:
        self.hub.stop()
        self.do("new", empty=False)
        for block in list(bpy.data.objects):
            block.name = "My " + block.name
        bpy.ops.wm.save_as_mainfile(filepath=self.path)

    def _die_and_open(self) -> None:
        self.hub.stop()
        self.do("new")
        self.do("open", path=self.path)
        self.assertIsNone(find("My Cube").get("vibesync_uuid"), "the file on disk knows nothing")
        self._hub_returns()
        self.settle()

    def test_a_crash_before_the_first_save_makes_nobody_a_stranger(self) -> None:
        """[WIRE-21] Identities are kept beside the file at once."""
        self._write_an_unlinked_file()
        self._hub_returns()
        note = self.path + ".vibesync-link.json"
        self.assertTrue(os.path.exists(note))
        self.edit("create", type="empty", name="Unsaved")
        self.edit("move", object="My Cube", by=[5, 0, 0])
        known = {block.name: block["vibesync_uuid"] for block in bpy.data.objects}
        self._die_and_open()
        self.assertEqual({block.name: block["vibesync_uuid"] for block in bpy.data.objects}, known)
        self.assertEqual(find("My Cube").location.x, 5.0, "what was accepted is there")
        self.assert_same()
        self.do("save", path=self.path)
        self.assertFalse(os.path.exists(note), "the file carries its identities now")

    def test_a_note_that_does_not_fit_does_not_count(self) -> None:
        """[WIRE-14]"""
        self._write_an_unlinked_file()
        self._hub_returns()
        before = self.uuid("My Cube")
        self._write_an_unlinked_file()  # as by another program: not the file that the note was written beside
        self._hub_returns()
        self.assertNotEqual(find("My Cube")["vibesync_uuid"], before)
        with open(self.path + ".vibesync-link.json", "w", encoding="ascii") as file:
            file.write("[1]")
        self._die_and_open()
        self.assertEqual(addon.bridge().session.faults.counts.get("E_REGISTRY"), 1)

    def test_edits_made_while_the_hub_is_away(self) -> None:
        """[WIRE-12] the session resumes, or the list tells them."""
        self._hub_leaves()
        self.do("move", object="Cube", by=[2, 0, 0])
        self.do("create", type="empty", name="Offline")
        pump(0.05)
        self.do("rename", object="Offline", name="Renamed")
        self.do("delete", object="Light")
        pump(0.05)
        self._hub_returns()
        self.assert_same()
        self.assertEqual(self.hub.value(self.uuid("Cube"), "translation"), [2.0, 0.0, 0.0])
        self.assert_quiet()

    def test_a_resume_needs_no_list(self) -> None:
        """[WIRE-16]"""
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.ask([self.uuid("Cube")], [])
        lists = len(self.hub.of_kind("index"))
        self.hub.drop()
        pump(0.02)
        self.do("move", object="Cube", by=[1, 0, 0])
        self.relink()
        self.assertEqual(len(self.hub.of_kind("index")), lists)
        self.assert_same()

    def test_a_change_lost_on_the_way_is_sent_again(self) -> None:
        """[WIRE-12] same number, same stamp."""
        self.edit("move", object="Light", by=[1, 0, 0])
        self.ask([self.uuid("Light")], [])
        self.hub.accepts = False
        self.do("move", object="Cube", by=[1, 0, 0])
        pump(0.1)
        lost = [one for one in self.hub.received if not isinstance(one, dict)][-1]
        self.hub.drop()
        self.hub.accepts = True
        self.relink()
        again = [one for one in self.hub.received if not isinstance(one, dict)][-1]
        self.assertEqual(again, lost)
        self.assert_same()

    def test_edits_in_a_file_opened_without_the_hub(self) -> None:
        self.do("save", path=self.path)
        self._hub_leaves()
        self.do("open", path=self.path)
        self.do("move", object="Cube", by=[3, 0, 0])
        pump(0.05)
        self.do("save")
        self.do("new")
        self.do("open", path=self.path)
        self._hub_returns()
        self.assertEqual(self.hub.value(self.uuid("Cube"), "translation"), [3.0, 0.0, 0.0])
        self.assert_same()

    def test_edits_made_without_the_add_on(self) -> None:
        """The file differs from its sidecar: those are edits, with new stamps."""
        self.do("save", path=self.path)
        with open(self.sidecar, "rb") as file:
            before = file.read()
        self._hub_leaves()
        find("Cube").location.x = 4
        self.do("delete", object="Light")
        self.do("create", type="empty", name="Extra")
        self.do("save")
        with open(self.sidecar, "wb") as file:
            file.write(before)
        self.do("open", path=self.path)
        self._hub_returns()
        self.assertEqual(self.hub.value(self.uuid("Cube"), "translation"), [4.0, 0.0, 0.0])
        self.assertNotIn("Light", bpy.context.scene.objects)
        self.assert_same()

    def test_a_newer_remote_value_wins_over_an_older_offline_edit(self) -> None:
        """[WIRE-9]"""
        self._hub_leaves()
        self.do("move", object="Cube", by=[3, 0, 0])
        pump(0.05)
        self.hub.stamp = 16 * 1_000_000
        self.hub.apply({"op": "set", "uuid": self.uuid("Cube"), "fields": {"translation": [8, 8, 8]}})
        self._hub_returns()
        self.assertEqual(tuple(find("Cube").location), (8.0, -8.0, 8.0))
        self.assert_same()

    def test_without_a_sidecar_the_hub_wins(self) -> None:
        """[WIRE-14]"""
        self.do("save", path=self.path)
        self.remote_set("Cube", translation=[6, 6, 6])
        os.remove(self.sidecar)
        self.do("open", path=self.path)
        self.settle()
        self.assertEqual(tuple(find("Cube").location), (6.0, -6.0, 6.0))
        self.assert_same()

    def test_a_damaged_sidecar_is_reported(self) -> None:
        self.do("save", path=self.path)
        with open(self.sidecar, "w", encoding="utf-8") as file:
            file.write("{")
        self.do("open", path=self.path)
        self.settle()
        self.assertEqual(self.faults().get("E_REGISTRY"), 1)
        self.assert_same()

    def test_save_as_and_save_copy(self) -> None:
        self.do("save", path=self.path)
        with open(self.sidecar, "rb") as file:
            before = file.read()
        self.edit("move", object="Cube", by=[1, 0, 0])
        copy, other = os.path.join(self.folder, "copy.blend"), os.path.join(self.folder, "other.blend")
        self.do("save", path=copy, copy=True)
        with open(self.sidecar, "rb") as file:
            self.assertEqual(file.read(), before, "the open file was not written, so its sidecar was not")
        self.do("save", path=other)
        self.assertTrue(os.path.exists(other + ".vibesync.json"))
        with open(self.sidecar, "rb") as file:
            self.assertEqual(file.read(), before)
        self.assert_same()

    def test_a_read_only_folder_is_reported(self) -> None:
        self.do("save", path=self.path)
        shutil.rmtree(self.sidecar, ignore_errors=True)
        os.remove(self.sidecar)
        os.mkdir(self.sidecar)
        self.edit("move", object="Cube", by=[1, 0, 0])
        self.do("save")
        self.assertEqual(self.faults().get("E_REGISTRY"), 1)
        self.assert_same()

    def test_a_new_file_is_another_document(self) -> None:
        before = addon.bridge().session.document.uuid
        self.do("new")
        self.settle()
        self.assertNotEqual(addon.bridge().session.document.uuid, before)
        self.assert_same()

    def test_a_file_that_was_never_linked_is_left_alone(self) -> None:
        addon.bridge().disconnect()
        self.do("new", empty=False)
        pump(0.1)
        self.assertNotIn("vibesync_uuid", find("Cube"))
        self.do("save", path=self.path)
        self.assertFalse(os.path.exists(self.sidecar))

    def test_disconnect_says_goodbye_and_connect_goes_on(self) -> None:
        addon.bridge().disconnect()
        pump(0.05)
        self.assertEqual(self.hub.of_kind("bye")[-1]["reason"], "disconnect")
        self.do("move", object="Cube", by=[1, 0, 0])
        pump(0.05)
        addon.bridge().connect()
        self.relink()
        self.assert_same()

    def test_another_hub_of_another_project(self) -> None:
        """The greeting names the project; the real hub refuses it, this one shows that it was named."""
        first = self.hub.project
        self._hub_leaves()
        with FakeHub(self.hub.home) as other:
            from waiting import wait_until
            self.assertTrue(wait_until(lambda: other.is_linked, 8, pump))
            self.assertEqual(other.of_kind("hello")[0]["project"], first)
