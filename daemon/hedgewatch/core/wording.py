"""How moments, durations and figures are said."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite

from hedgewatch.core.scenarios import MONEY

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_DAYS_FROM = 2 * _DAY
_EXACT_BELOW = 10.0
_GENERAL = re.compile(r"(?P<before>.*?)(?P<digits>(\.\d+)?)g")


def figure(value: float, spec: str) -> str:
    """A finite number in a format of Python's, as a person reads it: without an exponent, where
    `g` would write one (`0.0000123`, `1,234,567,891`), and without the sign of what rounds to 0.
    """
    text = format(value, spec)
    general = _GENERAL.fullmatch(spec)
    if general and "e" in text:
        before, digits = general["before"], general["digits"]
        if abs(value) >= 1.0:
            return format(value, f"{before}.0f")
        return format(Decimal(format(value, f"{digits}g")), f"{before}f")
    is_zero = value < 0.0 and not re.search("[1-9]", text)
    return format(0.0, spec) if is_zero else text


def amount(value: float, currency: str) -> str:
    """So much of a currency, without its name: money to the cent, coins to six digits."""
    return f"{value:,.2f}" if currency in MONEY else figure(value, ",.6g")


def spoken(seconds: float) -> str:
    """A duration as one says it, rounded down: `45 s`, `12 min`, `3 h 05 min`, `38 days`.

    What is negative reads `0 s`, what has no end `∞`.
    """
    if not isfinite(seconds):
        return "∞" if seconds > 0 else "0 s"
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole >= _DAYS_FROM:
        return f"{whole // _DAY} days"
    hours, minutes = divmod(whole // _MINUTE, _HOUR // _MINUTE)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def signed(seconds: float) -> str:
    """A duration with its sign, of which below ten seconds fractions count: `+1.25 s`,
    `-3 h 05 min`.
    """
    if abs(seconds) < _EXACT_BELOW:
        return f"{seconds:+.3g} s"
    return f"{'-' if seconds < 0.0 else '+'}{spoken(abs(seconds))}"


def rfc3339(at: float) -> str:
    """A moment (epoch seconds) in UTC, to the millisecond: `2026-11-30T00:15:02.123Z`."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def time_of_day(at: float) -> str:
    """A moment of today (epoch seconds) as one says it: `03:04:05 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S UTC")


def date_and_time(at: float) -> str:
    """A moment (epoch seconds) to the minute: `2026-12-24 09:00 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
