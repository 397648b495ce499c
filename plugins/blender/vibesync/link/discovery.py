"""Finds the hub: reads `hub.json` in `$VIBESYNC_HOME`, or in `.vibesync` in the user's home folder ([WIRE-1]).

The file is read anew before every attempt to connect, because port and token change at every start of the hub. Only
loopback hosts are accepted: the add-on never talks to another machine.
"""
import json
import os
from typing import NamedTuple, Optional

from ..protocol.faults import WireError

_FILE_BYTES_MAX = 16_384
_LOOPBACK_HOSTS = ("127.0.0.1", "::1")


class Discovery(NamedTuple):
    """Where the hub listens and what proves that it is the user's own."""

    host: str
    port: int
    token: str
    protocol_min: int
    protocol_max: int


def discovery_path() -> str:
    """Where the hub announces itself."""
    home = os.environ.get("VIBESYNC_HOME") or os.path.join(os.path.expanduser("~"), ".vibesync")
    return os.path.join(home, "hub.json")


def announcement_or_none(path: str) -> Optional[int]:
    """Changes when a hub announces itself anew; None while none does."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def discovery_or_none(path: str) -> Optional[Discovery]:
    """The running hub; None when there is none. Raises WireError when the file names something unacceptable."""
    try:
        with open(path, encoding="utf-8") as file:
            value = json.loads(file.read(_FILE_BYTES_MAX))
        found = Discovery(
            str(value["host"]), int(value["port"]), str(value["token"]),
            int(value["protocol"]["min"]), int(value["protocol"]["max"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # absent, or being replaced at this moment: the next attempt reads it again
    if found.host not in _LOOPBACK_HOSTS or not 1 <= found.port <= 65_535:
        raise WireError("E_HOST", "The hub's address is not on this computer, so it was refused.")
    return found
