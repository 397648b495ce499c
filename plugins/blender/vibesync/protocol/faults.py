"""The one exception of the wire layers: a closed code and a sentence. Caught at the border, counted and reported."""
from typing import Optional

from .generated import ERROR_SENTENCE


class WireError(Exception):
    """Something that came in, or would go out, breaks the protocol."""

    def __init__(self, code: str, message: Optional[str] = None) -> None:
        assert code in ERROR_SENTENCE, "error codes are a closed list"
        super().__init__(message or ERROR_SENTENCE[code])
        self.code = code
        self.message = message or ERROR_SENTENCE[code]
