"""Functions of the recent past: `change(margin_ratio, 5m)` is one name, read from a row's windows.

What is windowed stands wherever a measure may: in rules, in annotations. The first argument is a
measure, or a measure of a scenario; the second a time, in whole seconds.
"""

import re
from dataclasses import dataclass

from hedgewatch.core.expression.units import Unit, per_second

SHORTEST, LONGEST = 5.0, 30 * 86_400.0
"""Seconds that a window may take."""

WINDOWED = ("average", "change", "highest", "lowest", "rate", "zscore")

_SCALES = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_CALL = re.compile(
    rf"""\s*({"|".join(WINDOWED)})\s*\(\s*(\w+(?:\s*\([^()]*\))?)\s*,"""
    r"""\s*(\d{1,9}(?:\.\d{1,3})?)(ms|[smhd])\s*\)\s*""",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Windowing:
    """One function over one measure: `seconds` is how far back it looks."""

    function: str
    measure: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.function}({self.measure}, {in_units(self.seconds)})"


def windowing_of(name: str) -> Windowing | None:
    """What a name says of a window; None of a plain measure or a measure of a scenario."""
    found = _CALL.fullmatch(name)
    if found is None:
        return None
    return Windowing(found[1], found[2], float(found[3]) * _SCALES[found[4]])


def in_units(seconds: float) -> str:
    """A time in the largest unit that leaves no rest: 5m, 90s, 1d."""
    for unit, scale in _SCALES.items():
        if seconds >= scale and seconds % scale == 0.0:
            return f"{seconds / scale:.0f}{unit}"
    return f"{seconds:g}s"


def mistake_in_length(seconds: float) -> str:
    """Why a window cannot be so long; empty when it can."""
    if not SHORTEST <= seconds <= LONGEST:
        return f"a window takes {in_units(SHORTEST)} to {in_units(LONGEST)}"
    return (
        "" if seconds % 1.0 == 0.0 else "a window takes whole seconds: it is sampled once a second"
    )


def mistake_in_use(function: str, unit: Unit | None) -> str:
    """Why this function makes no sense of a measure of this unit; empty when it does."""
    if unit is not Unit.BOOLEAN or function in _OF_CONDITIONS:
        return ""
    return f"is true or false, {function} takes a number: average is how often it held"


_OF_CONDITIONS = {"average": Unit.RATIO, "highest": Unit.BOOLEAN, "lowest": Unit.BOOLEAN}
"""Of what is true or false: the part of the time that it was, whether ever, whether always."""


def windowed_unit(function: str, unit: Unit | None) -> Unit | None:
    """What the function counts, of a measure that counts `unit`."""
    if unit is None:
        return None
    if unit is Unit.BOOLEAN:
        return _OF_CONDITIONS.get(function)
    if function == "rate":
        return per_second(unit)
    return Unit.NUMBER if function == "zscore" else unit
