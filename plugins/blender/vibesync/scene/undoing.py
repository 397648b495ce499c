"""After an undo or redo: identities are restored, and what undo did to the hub's writes is repaired
(core/reconcile.py).
"""
from typing import List, Tuple

from ..core.ledger import Ledger
from ..core.reconcile import reconcile
from .applying import Applier
from .capture import Capture
from .marks import DELETED_KEY, is_deleted
from .removal import remove_softly
from .rig import current_rig
from .writings import revive


def recover_from_undo(ledger: Ledger, capture: Capture, applier: Applier) -> None:
    """Puts back what the hub wrote last; the rest of the differences are the user's undo and go out as edits."""
    applier.unsettled.give_back(ledger, applier.scenery())
    _settle_ghosts(ledger)
    meshes = ledger.shadow.uuids_of_kind("mesh")
    survey = capture.survey(meshes, is_after_undo=True)
    verdict = reconcile(ledger.shadow, survey.fields())
    scene = applier.scenery()
    for kinds in (("mesh",), ("collection",), ("object",)):
        for uuid in _parents_first(ledger, verdict.recreate, kinds):
            applier.restore(uuid, None, None, scene)
    for uuid, fields in verdict.put_back.items():
        kind, live = survey.live[uuid]
        # The user's part first: reading back what was written must not take it for a consequence.
        ledger.local_edit(uuid, {name: value for name, value in live.items() if name not in fields})
        applier.restore(uuid, survey.census.blocks[kind][uuid], fields, scene)
    for uuid in verdict.remove_again:
        applier.remove(survey.live[uuid][0], uuid, scene)
    if verdict != ({}, [], []):
        survey = capture.survey(meshes)
    capture.enter(ledger, survey)


def _settle_ghosts(ledger: Ledger) -> None:
    """Undo restores links and marks of deletion apart from each other: a marked object can be back in the scene."""
    rig = current_rig()
    for block in [block for block in rig.scene.objects if is_deleted(block) and block.library is None]:
        uuid = block[DELETED_KEY]
        if uuid in ledger.shadow.entities:
            revive(block)
        else:
            remove_softly(block, "object", uuid, rig)


def _parents_first(ledger: Ledger, uuids: List[str], kinds: Tuple[str, ...]) -> List[str]:
    entities = ledger.shadow.entities

    def depth(uuid: str) -> int:
        steps, parent = 0, entities[uuid].value("parent")
        while isinstance(parent, str) and parent in entities and steps < len(entities):
            steps, parent = steps + 1, entities[parent].value("parent")
        return steps

    return sorted((uuid for uuid in uuids if entities[uuid].kind in kinds), key=depth)
