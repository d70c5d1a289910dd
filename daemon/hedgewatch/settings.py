"""What every part's settings are made of: strict models, durations, and secrets by reference.

Settings live beside what they configure, as subclasses of `Settings`; `config` composes them.
"""

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

_OF_SYSTEMD = Path("/run/credentials")
"""Where a unit finds what systemd gives it: nobody puts anything there."""
_LARGEST_SECRET = 64 * 1024
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = 366 * 86_400.0
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")


class Settings(BaseModel):
    """Settings refuse what they do not know, never change, and never show what they were given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def seconds(text: object) -> float:
    """Seconds of a duration written as `500ms`, `30s`, `5m`, `1h30m` or `2d`; `0` is 0."""
    if isinstance(text, int | float) and not isinstance(text, bool) and text == 0:
        return 0.0
    if not isinstance(text, str) or not _DURATION.fullmatch(text):
        raise ValueError("a duration must read like 500ms, 30s, 5m, 1h30m or 2d")
    total = sum(float(number) * _SECONDS[unit] for number, unit in _DURATION_PART.findall(text))
    if total > _LONGEST:
        raise ValueError("a duration is at most a year: 365d")
    return total


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder = (info.context or {}).get("folder")
    return Path(folder) / path if folder is not None else path


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("a name is up to 63 letters, digits, '_', '-' and '.', like desk-1")
    return text


def _web_address(text: str) -> str:
    address = urlsplit(text)
    if text and (address.scheme not in {"http", "https"} or not address.hostname):
        raise ValueError("a web address starts with http:// or https:// and names a host")
    return text


def timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "no such timezone is known here: write one like Europe/Berlin or UTC (where this "
            "machine knows none at all, install tzdata)"
        ) from None
    return name


Timezone = Annotated[str, AfterValidator(timezone)]
"""A place whose wall clock counts, as the IANA names it."""

WebAddress = Annotated[str, AfterValidator(_web_address)]
"""A link that people follow; empty where there is none."""

Name = Annotated[str, AfterValidator(_name)]
"""An alias that its owner gives: it becomes a label, a part of topics and of addresses."""

Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_DURATION.pattern}$"},
                {"type": "number", "const": 0},
            ]
        }
    ),
]
"""A duration in seconds, written with its unit."""

UserName = Annotated[str, Field(min_length=1)]
"""By which a person or a program logs in: no secret, so it may be written plainly."""

LocalPath = Annotated[Path, AfterValidator(_beside_the_file)]
"""A path; a relative one starts at the folder of the file that names it."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that shows itself to nobody who does not ask for it by `reveal`."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__


class SecretError(Exception):
    """A secret that cannot be read, with what to do about it (never with its text)."""


class SecretReference(Settings):
    """Where a secret is: a systemd credential, a file that only its owner reads, a variable."""

    credential: Annotated[str, Field(pattern=r"^[^/]+$")] | None = None
    file: LocalPath | None = None
    # Shorter than the keys of the venues, which would otherwise be shown as names that are not set.
    env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,59}$")] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(place is not None for place in (self.credential, self.file, self.env)) != 1:
            raise ValueError("a secret is given by exactly one of credential, file and env")
        return self

    def read(self) -> Secret:
        """The secret, read anew at each call, so that a rotated one is found."""
        if self.env is not None:
            return _from_variable(self.env)
        if self.credential is not None:
            return _from_credential(self.credential)
        path = self.file or Path()
        mend = f"write the secret into it, then chmod 600 {path}"
        return _from_file(path, stat.S_IRWXG | stat.S_IRWXO, mend)


def _from_variable(name: str) -> Secret:
    if name not in os.environ:
        raise SecretError(f"the environment variable {name} is not set: export {name}=…")
    if not (text := os.environ[name].strip()):
        raise SecretError(f"the environment variable {name} is empty: export {name}=…")
    return Secret(text)


def _from_credential(name: str) -> Secret:
    """A credential of the unit.

    A unit with a dynamic user gets it through an ACL, whose mask looks like permissions of the
    group: only what everybody may do is judged there.
    """
    mend = f"add LoadCredential={name}:/path to the unit"
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SecretError(
            f"the credential {name} exists only under systemd: {mend}, or use file: or env: here"
        )
    path = Path(folder) / name
    if not path.is_relative_to(_OF_SYSTEMD):  # by hand: the unit may well have its line
        mend = f"put it there (install -m 600 /dev/stdin {path}); the unit wants "
        mend += f"LoadCredential={name}:{path}"
    return _from_file(path, stat.S_IRWXO, mend)


def _from_file(path: Path, forbidden: int, mend_missing: str) -> Secret:
    try:
        return Secret(_read(path, forbidden))
    except FileNotFoundError:
        raise SecretError(f"{path} does not exist: {mend_missing}") from None
    except PermissionError:
        raise SecretError(
            f"{path} may not be read: chown it to the user that runs hedgewatch"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"{path} cannot be read as a text: {type(error).__name__}") from None


def _read(path: Path, forbidden: int) -> str:
    with path.open("rb") as opened:
        if os.fstat(opened.fileno()).st_mode & forbidden:
            raise SecretError(f"{path} is readable by others than its owner: chmod 600 {path}")
        content = opened.read(_LARGEST_SECRET + 1)
    if len(content) > _LARGEST_SECRET:
        raise SecretError(f"{path} is larger than a secret: it must hold the secret alone")
    if not (text := content.decode().strip()):
        raise SecretError(f"{path} is empty: write the secret into it")
    return text
