"""Bytes and text to messages and back. Everything coming in is checked here, once, and trusted afterwards.

The binary layout is that of shared/protocol/binary.ts, little-endian: a header of 32 bytes, then rows of 64 bytes
(uuid, mask, flags, translation xyz, rotation xyzw, scale xyz).
"""
import json
import struct
from typing import Any, Dict, List, NamedTuple, NoReturn, Sequence, Tuple

from .faults import WireError
from .generated import (
    HEADER_BYTES, LANE_READ_BACK, LANE_TRANSFORMS, LAYOUT_VERSION, LIMITS, MASK_BITS, ROW_BYTES, ROW_FLAGS,
)
from .validate import require

Message = Dict[str, Any]

_HEADER = struct.Struct("<BBHIIIQQ")
_ROW = struct.Struct("<16sII10f")
_MASK_ALL = sum(MASK_BITS.values())
_FLAGS_ALL = sum(ROW_FLAGS.values())
_SAFE_INTEGER_MAX = 2**53 - 1
# A quaternion further than this from unit length was not made by a healthy peer.
_UNIT_LENGTH_SLACK = 1e-3

assert _HEADER.size == HEADER_BYTES and _ROW.size == ROW_BYTES


class Row(NamedTuple):
    """`values`: translation xyz, rotation xyzw, scale xyz; those not named by `mask` are zero."""

    uuid: str
    mask: int
    flags: int
    values: Tuple[float, ...]


class Frame(NamedTuple):
    """`seq`: of a change going up, batch of a read-back, 0 coming down."""

    lane: int
    seq: int
    epoch: int
    lsn: int
    stamp: int
    rows: Sequence[Row]


def _refuse_constant(name: str) -> NoReturn:
    raise WireError("E_NOT_FINITE", "A message holds %s, which is not a number." % name)


def decode_text(text: str, definition: str = "DownMessage") -> Message:
    """A message of the text lane. Raises WireError."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise WireError("E_MALFORMED") from None
    return require(definition, value)


def encode_text(message: Message) -> bytes:
    """Compact UTF-8 JSON. Raises WireError for numbers that are not finite and for frames above the limit."""
    try:
        text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = text.encode("utf-8", "replace")
    except ValueError:
        raise WireError("E_NOT_FINITE") from None
    if len(data) > LIMITS["textFrameBytesMax"]:
        raise WireError("E_OVERSIZED")
    return data


def encoded_size(value: Any) -> int:
    """Bytes that `value` takes inside a message."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) + 1


def encode_frame(frame: Frame) -> bytes:
    """A binary frame of at most rowsPerFrameMax rows."""
    assert 0 < len(frame.rows) <= LIMITS["rowsPerFrameMax"], "a transform frame has 1 to rowsPerFrameMax rows"
    head = _HEADER.pack(frame.lane, LAYOUT_VERSION, len(frame.rows), frame.seq, frame.epoch, 0, frame.lsn, frame.stamp)
    parts: List[bytes] = [head]
    for row in frame.rows:
        parts.append(_ROW.pack(bytes.fromhex(row.uuid.replace("-", "")), row.mask, row.flags, *row.values))
    return b"".join(parts)


def decode_frame(data: bytes) -> Frame:
    """Decodes and checks a whole frame; one bad row refuses it. Raises WireError."""
    if len(data) < HEADER_BYTES:
        raise WireError("E_MALFORMED", "A transform frame is shorter than its header.")
    lane, layout, count, seq, epoch, _zero, lsn, stamp = _HEADER.unpack_from(data)
    if lane not in (LANE_TRANSFORMS, LANE_READ_BACK):
        raise WireError("E_MALFORMED", "There is no binary lane %d." % lane)
    if layout != LAYOUT_VERSION:
        raise WireError("E_PROTOCOL_VERSION", "The transform layout is of another version.")
    if count > LIMITS["rowsPerFrameMax"]:
        raise WireError("E_OVERSIZED", "A transform frame holds %d rows." % count)
    if count == 0 or len(data) != HEADER_BYTES + count * ROW_BYTES:
        raise WireError("E_MALFORMED", "A transform frame's length does not match its row count.")
    if lsn > _SAFE_INTEGER_MAX or stamp > _SAFE_INTEGER_MAX:
        raise WireError("E_MALFORMED", "A transform frame's position is too large.")
    rows = [_decode_row(data, HEADER_BYTES + index * ROW_BYTES) for index in range(count)]
    return Frame(lane, seq, epoch, lsn, stamp, rows)


def _decode_row(data: bytes, at: int) -> Row:
    raw, mask, flags, *values = _ROW.unpack_from(data, at)
    digits = raw.hex()
    uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    if mask > _MASK_ALL or flags > _FLAGS_ALL or (mask == 0 and flags == 0):
        raise WireError("E_MALFORMED", "A transform row's mask is not valid.")
    if sum(value * 0 for value in values) != 0:
        raise WireError("E_NOT_FINITE", "A transform has a value that is not a finite number.")
    if mask & MASK_BITS["rotation"]:
        length = sum(value * value for value in values[3:7])
        if abs(length - 1) > _UNIT_LENGTH_SLACK:
            raise WireError("E_MALFORMED", "A rotation is not of unit length.")
    return Row(uuid, mask, flags, tuple(values))
