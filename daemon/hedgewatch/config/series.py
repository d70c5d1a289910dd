"""The shorthand in which a rule test writes down what a measure was, one value an interval.

As in `promtool test rules`: `0.5` is one value, `0.5x3` that value and three more, `0+10x3` is
0 10 20 30, `_` is a value that is not known, `_x3` three of them, `stale` a value that stays
without being observed again. `stalex3` (four of them) is ours.
"""

import re
from collections.abc import Iterator
from enum import Enum

_MOST_VALUES = 100_000
_NUMBER = r"(?:inf|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
_TOKEN = re.compile(
    rf"(?P<first>_|stale|true|false|[-+]?{_NUMBER})(?P<step>[-+]{_NUMBER})?(?:x(?P<more>\d{{1,6}}))?"
)


class Sample(Enum):
    """What a series may say instead of a value."""

    UNKNOWN = "_"
    STALE = "stale"


Value = float | bool | Sample


class SeriesError(ValueError):
    """A series that cannot be read; `column` counts from 1 within its text."""

    def __init__(self, column: int, message: str) -> None:
        self.column, self.message = column, message
        super().__init__(message)


def parse_series(text: str) -> list[Value]:
    """Every value of a series, in order."""
    values: list[Value] = []
    for word in re.finditer(r"\S+", text):
        token = _TOKEN.fullmatch(word.group())
        if token is None:
            message = (
                f"'{word.group()[:40]}' is no value: write 0.5, 0.5x3, 0+10x3, true, _ or stale"
            )
            raise SeriesError(word.start() + 1, message)
        values += _expanded(token, word.start() + 1)
        if len(values) > _MOST_VALUES:
            raise SeriesError(word.start() + 1, f"a series has at most {_MOST_VALUES} values")
    if not values:
        raise SeriesError(1, "a series needs a value")
    return values


def _expanded(token: re.Match[str], column: int) -> Iterator[Value]:
    first, more = _value(token["first"]), int(token["more"] or 0)
    if first is Sample.UNKNOWN and token["more"] is not None:
        more -= 1  # promtool's: what is missing is counted, what is there is repeated
    if token["step"] is None:
        yield from (first for _ in range(more + 1))
        return
    if isinstance(first, bool | Sample) or token["more"] is None:
        raise SeriesError(column, "steps are written like 0+10x3: from 0, by 10, three times")
    step = float(token["step"])
    yield from (first + step * index for index in range(more + 1))


def _value(text: str) -> Value:
    if text in ("_", "stale"):
        return Sample(text)
    if text in ("true", "false"):
        return text == "true"
    return float(text)
