"""The conformance vectors, as Python sees them: the same files that TypeScript and C# read."""
import json
import os
import unittest
from typing import Any, Dict, List

import paths  # noqa: F401

from vibesync.core import conversion, optics
from vibesync.core.values import is_same_value
from vibesync.link.pairing import is_proof_of, proof_of
from vibesync.protocol.codec import Frame, Row, decode_frame, decode_text, encode_frame
from vibesync.protocol.faults import WireError
from vibesync.protocol.stamps import StampClock, stamp_of

Case = Dict[str, Any]
_HAND_WORKED_EPSILON = 1e-5


def cases(name: str) -> List[Case]:
    with open(os.path.join(paths.VECTORS, name + ".json"), encoding="utf-8") as file:
        found: List[Case] = json.load(file)
    assert found, "a file of vectors is never empty"
    return found


def text_of(case: Case) -> str:
    return str(case["text"]) if "text" in case else json.dumps(case["message"])


class Vectors(unittest.TestCase):
    def test_messages(self) -> None:
        for file, definition in (("messages-up", "UpMessage"), ("messages-down", "DownMessage")):
            for case in cases(file):
                with self.subTest(case["name"]):
                    if case["valid"]:
                        decode_text(text_of(case), definition)
                    else:
                        with self.assertRaises(WireError):
                            decode_text(text_of(case), definition)

    def test_transforms(self) -> None:
        for case in cases("transforms"):
            data = bytes.fromhex(case["hex"])
            with self.subTest(case["name"]):
                if not case["valid"]:
                    with self.assertRaises(WireError) as caught:
                        decode_frame(data)
                    self.assertEqual(caught.exception.code, case["code"])
                    continue
                wanted = case["frame"]
                rows = [Row(row["uuid"], row["mask"], row["flags"], tuple(row["values"])) for row in wanted["rows"]]
                frame = Frame(wanted["lane"], wanted["seq"], wanted["epoch"], wanted["lsn"], wanted["stamp"], rows)
                self.assertEqual(decode_frame(data), frame)
                self.assertEqual(encode_frame(frame), data)

    def test_same_values(self) -> None:
        for case in cases("epsilon"):
            with self.subTest(case):
                self.assertEqual(is_same_value(case["field"], case["a"], case["b"]), case["same"])

    def test_stamps(self) -> None:
        for case in cases("stamps"):
            with self.subTest(case):
                if case["kind"] == "of":
                    self.assertEqual(stamp_of(case["lamport"], case["writer"]), case["stamp"])
                elif case["kind"] == "wins":
                    self.assertEqual(case["written"] > case["stored"], case["counts"])
                elif case["writer"] == "blender":
                    clock = StampClock()
                    for seen in case["seen"]:
                        clock.observe(seen)
                    self.assertEqual(clock.make(), case["stamp"])

    def test_proofs(self) -> None:
        for case in cases("proofs"):
            hello = {
                "nonce": case["clientNonce"], "role": case["role"], "instance": case["instance"],
                "project": case["project"], "protocol": {"max": case["protocolMax"]},
            }
            with self.subTest(case["name"]):
                made = proof_of(case["side"], case["token"], hello, case["serverNonce"])
                self.assertEqual(made, case["proof"])
                self.assertFalse(is_proof_of("0" * 64, case["side"], case["token"], hello, case["serverNonce"]))

    def test_placements(self) -> None:
        for case in cases("conversions"):
            if case["kind"] != "placement":
                continue
            frame = conversion.Frame(case["metresPerUnit"], case["aimed"], case["parentAimed"])
            with self.subTest(case["name"]):
                self._same(conversion.to_canonical(_transform(case["blender"]), frame), case["canonical"])
                self._same(conversion.to_blender(_transform(case["canonical"]), frame), case["blender"])

    def _same(self, made: conversion.Transform, wanted: Case) -> None:
        for name, value in made._asdict().items():
            near = max(abs(a - b) for a, b in zip(value, wanted[name])) <= _HAND_WORKED_EPSILON
            self.assertTrue(near or is_same_value(name, list(value), wanted[name]), (name, value, wanted[name]))

    def test_measures(self) -> None:
        seen = set()
        for case in cases("conversions"):
            seen.add(case["kind"])
            with self.subTest(case["name"]):
                getattr(self, "_check_" + case["kind"])(case)
        self.assertEqual(seen, {"placement", "mesh", "camera", "light"})

    def _check_placement(self, case: Case) -> None:
        self.assertEqual(len(case["canonical"]["rotation"]), 4)

    def _check_mesh(self, case: Case) -> None:
        center, size = case["blender"]["center"], case["blender"]["size"]
        low = [a - b / 2 for a, b in zip(center, size)]
        high = [a + b / 2 for a, b in zip(center, size)]
        unit = case["metresPerUnit"]
        made = conversion.bounds_to_canonical(low, high, unit)
        self._near(made[0] + made[1], case["canonical"]["center"] + case["canonical"]["size"])
        back = conversion.bounds_to_blender(case["canonical"]["center"], case["canonical"]["size"], unit)
        self._near(list(back[0]) + list(back[1]), low + high)

    def _check_camera(self, case: Case) -> None:
        blender, wanted = case["blender"], case["canonical"]
        picture = optics.Picture(1920, 1920 / case["aspect"], "AUTO", blender.get("sensorWidth", 36.0), 24.0)
        if "yfov" in wanted:
            self._near([optics.yfov_of_lens(picture, blender["lens"])], [wanted["yfov"]])
            self.assertAlmostEqual(optics.lens_of_yfov(picture, wanted["yfov"]), blender["lens"], 3)
        else:
            unit = case["metresPerUnit"]
            self._near([optics.ymag_of_ortho_scale(picture, blender["orthoScale"]) * unit], [wanted["ymag"]])
            self._near([optics.ortho_scale_of_ymag(picture, wanted["ymag"] / unit)], [blender["orthoScale"]])

    def _check_light(self, case: Case) -> None:
        blender, wanted = case["blender"], case["canonical"]
        per_energy = optics.intensity_per_energy(case["type"], blender.get("areaM2", 0.0))
        self.assertTrue(is_same_value("light.intensity", per_energy * blender["energy"], wanted["intensity"]))
        if "outer" in wanted:
            outer = blender["spotSize"] / 2
            inner = optics.inner_of_blend(outer, blender["spotBlend"])
            self._near([outer, inner], [wanted["outer"], wanted["inner"]])
            self._near([optics.blend_of_inner(outer, inner)], [blender["spotBlend"]])

    def _near(self, made: List[float], wanted: List[float]) -> None:
        for a, b in zip(made, wanted):
            self.assertLessEqual(abs(a - b), _HAND_WORKED_EPSILON, (made, wanted))


def _transform(part: Case) -> conversion.Transform:
    return conversion.Transform(tuple(part["translation"]), tuple(part["rotation"]), tuple(part["scale"]))
