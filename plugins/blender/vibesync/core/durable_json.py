"""The only way the add-on writes files of its own: whole, to a temporary file that then takes the place of the old one."""
import json
import os
from typing import Any


def write_json(path: str, value: Any) -> None:
    """Replaces the file durably. Raises OSError; the old one is intact then."""
    data = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")
    temporary = "%s.%d.tmp" % (path, os.getpid())
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def json_or_none(path: str) -> Any:
    """What the file holds, None when there is none. Raises ValueError when there is one that cannot be read."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(str(error)) from None
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("not ours: %r" % (error,)) from None
