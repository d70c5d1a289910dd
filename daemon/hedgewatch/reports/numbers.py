"""How a report says numbers and moments."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from zoneinfo import ZoneInfo

from hedgewatch.core.scenarios import MONEY

UNKNOWN = "unknown"


def money(amount: float | None, currency: str = "", *, signed: bool = False) -> str:
    """`12,345.67 USDT`, of a coin with eight digits at most."""
    if amount is None:
        return UNKNOWN
    if not isfinite(amount):
        return "∞" if amount > 0.0 else "-∞"
    digits = 2 if currency in MONEY or not currency else 6
    return f"{_rounded(amount, digits, signed=signed)} {currency}".strip()


def percent(part: float | None, *, signed: bool = False) -> str:
    """`12.3%` of a fraction."""
    if part is None:
        return UNKNOWN
    if not isfinite(part):
        return "∞" if part > 0.0 else "-∞"
    return f"{_rounded(part * 100.0, 2, signed=signed)}%"


def _rounded(number: float, digits: int, *, signed: bool) -> str:
    """What is nothing after rounding has no sign: `-0.01 (+0.00%)` would contradict itself."""
    rounded = round(number, digits) + 0.0  # no "-0.00"
    return f"{rounded:{'+' if signed and rounded else ''},.{digits}f}"


def seconds(took: float | None) -> str:
    """`0.12 s` of what is short."""
    return UNKNOWN if took is None else f"{took:.2f} s" if took < 10.0 else f"{took:.0f} s"  # noqa: PLR2004 - below it, hundredths matter


class Wall:
    """Says moments as the wall in a timezone shows them; with the day where there are several."""

    def __init__(self, timezone: str, *, days: bool) -> None:
        self._zone = ZoneInfo(timezone)
        self._days = days

    def moment(self, at: float) -> str:
        """`03:10`, or `Mon 23 03:10`."""
        local = datetime.fromtimestamp(at, self._zone)
        return f"{local:%a} {local.day} {local:%H:%M}" if self._days else f"{local:%H:%M}"

    def date(self, at: float) -> str:
        """`Mon 30 Nov 09:00`, whatever the period."""
        local = datetime.fromtimestamp(at, self._zone)
        return f"{local:%a} {local.day} {local:%b %H:%M}"

    def span(self, begins: float, ends: float) -> str:
        """`from 03:10 to 03:14`; to the second where it is shorter than two minutes."""
        if ends - begins >= 120.0:  # noqa: PLR2004
            return f"from {self.moment(begins)} to {self.moment(ends)}"
        early, late = (datetime.fromtimestamp(at, self._zone) for at in (begins, ends))
        day = f"{early:%a} {early.day} " if self._days else ""
        return f"from {day}{early:%H:%M:%S} to {late:%H:%M:%S}"


def some(names: Sequence[str], most: int) -> str:
    """The first of them, and how many more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
