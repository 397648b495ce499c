"""Waiting in tests: always for something, never for longer than said."""
import time
from typing import Callable, Optional


def wait_until(is_true: Callable[[], bool], seconds: float, step: Optional[Callable[[], None]] = None) -> bool:
    """Waits for a condition, doing `step` (pumping, usually) in between."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return True
        if step is not None:
            step()
        time.sleep(0.002)
    return is_true()
