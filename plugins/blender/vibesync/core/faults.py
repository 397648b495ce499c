"""What went wrong, counted per code and thing, and told to the hub without flooding it."""
from typing import Any, Dict, List, Optional, Tuple

from ..protocol.generated import ERROR_SENTENCE, LIMITS

Message = Dict[str, Any]

_REPEAT_S = 60.0
_WAITING_MAX = 200
_REMEMBERED_MAX = 2_000


class Faults:
    """Counters, and the fault messages that wait to be sent."""

    def __init__(self) -> None:
        self.counts: Dict[str, int] = {}
        self.last = ""
        self._told_s: Dict[Tuple[str, Optional[str]], float] = {}
        self._messages: List[Message] = []

    def add(self, code: str, message: str, uuid: Optional[str], now_s: float) -> None:
        """Counts a fault; the same one is told again only after a minute."""
        assert code in ERROR_SENTENCE, "error codes are a closed list"
        self.counts[code] = self.counts.get(code, 0) + 1
        self.last = message
        told_s = self._told_s.get((code, uuid))
        if told_s is not None and now_s - told_s < _REPEAT_S:
            return
        if len(self._told_s) >= _REMEMBERED_MAX:
            self._told_s.clear()
        self._told_s[(code, uuid)] = now_s
        fault: Message = {"kind": "fault", "code": code, "message": message[:LIMITS["messageLengthMax"]]}
        if uuid is not None:
            fault["uuid"] = uuid
        if len(self._messages) < _WAITING_MAX:
            self._messages.append(fault)

    def take(self) -> List[Message]:
        """The messages to send now."""
        messages, self._messages = self._messages, []
        return messages
