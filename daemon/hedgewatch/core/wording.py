"""How numbers are said to people."""

from math import isfinite

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_DAYS_FROM = 2 * _DAY


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
