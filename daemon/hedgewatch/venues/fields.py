"""Reads single fields of what a venue sends: what is no number is an error here, not a 0 later."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from hedgewatch.core.wording import figure

Row = Mapping[str, Any]

_SMALLEST, _LARGEST = 1e-30, 1e30
"""Beyond these nothing is held or priced, and a product of a few such numbers stays finite."""

_NUMBERS = frozenset({str, int, float})
"""What a number comes as; a boolean is of another class, which `isinstance` would not see."""


class OddReplyError(Exception):
    """A reply or frame that does not say what it must. It says nothing about the account."""


class UnlistedMarketError(OddReplyError):
    """A market that came up after the listing was read, or that was renamed."""


def number(row: Row, name: str) -> float:
    """A finite number that something can be, sent as a number or as a text."""
    raw: Any = row.get(name)
    kind = raw.__class__
    if kind not in _NUMBERS:
        raise OddReplyError(f"{name} is {raw!r:.40}, not a number")
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        raise OddReplyError(f"{name} is {raw!r:.40}, not a number") from None
    if kind is str and ("_" in raw or raw[0] <= " " or raw[-1] <= " " or not raw.isascii()):
        raise OddReplyError(f"{name} is {raw!r:.40}, a number to nobody but Python")
    if _SMALLEST < abs(value) < _LARGEST or value == 0.0:
        return value
    reason = "which nothing can be" if isfinite(value) else "not a finite number"
    raise OddReplyError(f"{name} is {raw!r:.40}, {reason}")


def positive(row: Row, name: str) -> float:
    """A number above 0, as every price is."""
    if (value := number(row, name)) <= 0.0:
        raise OddReplyError(f"{name} is {value}, not above 0")
    return value


def number_or(row: Row, name: str, default: float) -> float:
    """A number, or the default where the venue does not send the field at all."""
    return default if row.get(name) is None else number(row, name)


def above_zero_or_none(row: Row, name: str) -> float | None:
    """A number above 0; anything else is how venues say "none" ("0", "", null)."""
    try:
        return positive(row, name)
    except OddReplyError:
        return None


def number_or_none(row: Row, name: str) -> float | None:
    """A number that comes along with more important ones: what is none says nothing."""
    if row.get(name) in (None, ""):
        return None
    try:
        return number(row, name)
    except OddReplyError:
        return None


def said(row: Row, name: str) -> str:
    """A number as a message shows it, else what stands there; `?` where nothing does.

    >>> said({"mm": "18702.50000000"}, "mm"), said({"mm": "high"}, "mm"), said({}, "mm")
    ('18,702.5', 'high', '?')
    """
    value = number_or_none(row, name)
    return f"{row.get(name) or '?'!s:.30}" if value is None else figure(value, ",.8g")


def moment(row: Row, name: str) -> float:
    """Epoch seconds of a venue's milliseconds."""
    return positive(row, name) / 1000.0


def text(row: Row, name: str) -> str:
    """A text that is not empty."""
    raw = row.get(name)
    if not isinstance(raw, str) or not raw:
        raise OddReplyError(f"{name} is {raw!r:.40}, not a text")
    return raw


def says_yes(row: Row, name: str) -> bool:
    """True only for a plain yes, as JSON has it or as ccxt passes it on."""
    return row.get(name) in (True, "true")


def table(reply: object, what: str) -> Row:
    """An object; an error page, a list or nothing is not one."""
    if not isinstance(reply, Mapping):
        raise OddReplyError(f"{what} is not an object")
    return reply


def rows(reply: object, what: str) -> list[Row]:
    """A list of objects."""
    if not isinstance(reply, list):
        raise OddReplyError(f"{what} is not a list")
    return [table(row, f"a row of {what}") for row in reply]
