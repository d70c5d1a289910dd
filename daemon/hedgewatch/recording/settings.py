"""How much of what happened is kept, and where."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from hedgewatch.settings import Duration, LocalPath, Settings

_SIZE = re.compile(r"(\d+(?:\.\d+)?)(kB|MB|GB)")
_UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9}
LEAST_BYTES = 16 * 10**6


def bytes_of(text: object) -> int:
    """Bytes of a size written as 500kB, 256MB or 1.5GB."""
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a size must read like 256MB or 1.5GB")
    return int(float(found[1]) * _UNITS[found[2]])


class RecordingSettings(Settings):
    """The ring of what happened last; without a folder it is beside the store."""

    enabled: bool = True
    folder: LocalPath | None = None
    keep: Annotated[Duration, Field(ge=600.0)] = 86_400.0
    size: Annotated[int, BeforeValidator(bytes_of), Field(ge=LEAST_BYTES)] = 256 * 10**6
