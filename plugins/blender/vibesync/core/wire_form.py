"""The messages the add-on sends, made from what the core holds. Pages and frames keep the limits of the wire
([WIRE-30]).
"""
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence, Set, Tuple, Union

from ..protocol.codec import Frame, Row, encoded_size
from ..protocol.generated import LANE_READ_BACK, LANE_TRANSFORMS, LIMITS, MASK_BITS, ROW_FLAGS
from .outbox import Change
from .shadow import Entity, Shadow
from .values import TRANSFORM_DEFAULTS, TRANSFORM_FIELDS, Fields

Message = Dict[str, Any]
Content = Union[Message, Frame]

_PAGE_BYTES_MAX = LIMITS["textFrameBytesMax"] - 16_384
# Far below the wire's limit: a page is made within one tick, at 10 microseconds an entity.
PAGE_ENTITIES = 200


class Answer(NamedTuple):
    """What a verify found for one entity, read from the live scene."""

    uuid: str
    fields: Fields
    is_missing: bool = False
    is_held: bool = False
    pending: Tuple[str, ...] = ()
    failed: str = ""


def change_message(change: Change, epoch: int) -> Content:
    """A change on its lane."""
    if not change.is_transforms:
        return {
            "kind": "change", "epoch": epoch, "seq": change.seq, "stamp": change.stamp, "base": change.base,
            "ops": change.ops,
        }
    rows = [transform_row(op["uuid"], op["fields"], 0) for op in change.ops]
    return Frame(LANE_TRANSFORMS, change.seq, epoch, change.base, change.stamp, rows)


def transform_row(uuid: str, fields: Fields, flags: int) -> Row:
    """The transforms among `fields` as a row."""
    mask = 0
    values: List[float] = []
    for name in TRANSFORM_FIELDS:
        value = fields.get(name)
        if isinstance(value, list):
            mask |= MASK_BITS[name]
            values.extend(value)
        else:
            values.extend([0.0] * len(TRANSFORM_DEFAULTS[name]))
    return Row(uuid, mask, flags, tuple(values))


def index_pages(shadow: Shadow, deleted: Sequence[Tuple[str, int]], epoch: int) -> Iterator[Message]:
    """The whole scene ([WIRE-13]), a page at a time; the shadow must not change until the last one is made."""
    page, entities, size = 0, [], 0  # type: int, List[Message], int
    gone = [{"uuid": uuid, "stamp": stamp} for uuid, stamp in deleted]
    deleted_max = LIMITS["entitiesPerPageMax"]
    for uuid, entity in shadow.entities.items():
        indexed = indexed_entity(uuid, entity)
        weight = encoded_size(indexed)
        if entities and (size + weight > _PAGE_BYTES_MAX // 2 or len(entities) >= PAGE_ENTITIES):
            yield _page(epoch, page, entities, gone[:deleted_max])
            page, entities, size, gone = page + 1, [], 0, gone[deleted_max:]
        entities.append(indexed)
        size += weight
    while len(gone) > deleted_max:
        yield _page(epoch, page, entities, gone[:deleted_max])
        page, entities, gone = page + 1, [], gone[deleted_max:]
    yield dict(_page(epoch, page, entities, gone), last=True)


def _page(epoch: int, page: int, entities: List[Message], deleted: List[Message]) -> Message:
    return {"kind": "index", "epoch": epoch, "page": page, "last": False, "entities": entities, "deleted": deleted}


def indexed_entity(uuid: str, entity: Entity) -> Message:
    """An entity with one common stamp and those that differ from it."""
    stamps = [register.stamp for register in entity.registers.values()]
    common = max(set(stamps), key=stamps.count) if stamps else entity.stamp
    message: Message = {"uuid": uuid, "kind": entity.kind, "fields": entity.values(), "stamp": common}
    others = {name: register.stamp for name, register in entity.registers.items() if register.stamp != common}
    if others:
        message["stamps"] = others
    return message


def verify_answers(batch: int, epoch: int, transforms: Sequence[Answer], items: Sequence[Answer]) -> List[Content]:
    """The read-back frames of a batch, then the message that closes it."""
    rows = [transform_row(answer.uuid, {} if answer.is_missing else answer.fields, _flags(answer))
        for answer in transforms]
    # A row that names nothing and flags nothing is not valid; an entity without transforms has failed to show any.
    rows = [row if row.mask or row.flags else row._replace(flags=ROW_FLAGS["failed"]) for row in rows]
    most = LIMITS["rowsPerFrameMax"]
    answers: List[Content] = [Frame(LANE_READ_BACK, batch, epoch, 0, 0, rows[at:at + most])
        for at in range(0, len(rows), most)]
    answers.append({
        "kind": "verified", "epoch": epoch, "batch": batch, "items": [_item(answer) for answer in items],
    })
    return answers


def _flags(answer: Answer) -> int:
    return (
        (ROW_FLAGS["missing"] if answer.is_missing else 0) | (ROW_FLAGS["held"] if answer.is_held else 0)
        | (ROW_FLAGS["pending"] if answer.pending else 0) | (ROW_FLAGS["failed"] if answer.failed else 0)
    )


def _item(answer: Answer) -> Message:
    item: Message = {"uuid": answer.uuid, "fields": answer.fields}
    if answer.is_missing:
        item["missing"] = True
    if answer.is_held:
        item["held"] = True
    if answer.pending:
        item["pending"] = list(answer.pending)
    if answer.failed:
        item["failed"] = answer.failed
    return item


def held_message(uuids: Set[str], epoch: int) -> Message:
    """What the user holds right now."""
    return {"kind": "held", "epoch": epoch, "uuids": sorted(uuids)[:LIMITS["heldMax"]]}
