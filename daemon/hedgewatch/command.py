"""A command of a person on its way: what every channel hands in, and what it is answered.

The channels (HTTP, MQTT) know how a command arrives and who may give it, and nothing else; what is
done about it is in `commands`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

LARGEST_COMMAND = 4096
"""Bytes. A command is a few short texts; what is longer is a mistake, or an attack."""

_MOST_DIGITS = 16

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of a command. `status` is that of HTTP: 200 done, 400 wrong, 404 nothing is so
    called, 409 not as things stand.
    """

    status: int
    document: Mapping[str, object]


class Obeys(Protocol):
    """Does what it is told, and writes down what it was told."""

    async def obey(self, command: str, fields: Fields, channel: str) -> Reply: ...

    async def refused(self, command: str, channel: str, why: str, by: str = "") -> None:
        """A command that its channel turned away: nothing is done, it is written down."""
        ...


class Nonces(Protocol):
    """What was used once, over restarts too. OSError when the disk fails."""

    async def spend(self, nonce: str, until: float, now: float) -> bool: ...


def fields_of(content: bytes) -> dict[str, Any]:
    """The JSON object in `content`; ValueError says why it is none. A key stands once, because
    two readers of two equal keys may each believe another.
    """
    try:
        found = json.loads(
            content, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_number
        )
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except UnicodeError:
        raise ValueError("the text is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"this is no JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(found, dict):
        raise ValueError("a command is one JSON object: {…}")  # noqa: TRY004  # a wrong value
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise ValueError(f"the field '{twice[:40]}' stands twice")
    return found


def _number(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError("a number of so many digits is none of ours")
    return int(digits)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
