"""What the silence of a market means at Bybit: a ticker is pushed when something of it changes.

"If a response param is not found in the message, then its value has not changed" (ticker stream,
pushed each 100 ms). A market in which nothing happens is not told at all. One that always moves is
the heart beat of its socket: as long as it comes, a mark that is not told stands where it stood.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hedgewatch.core.events import MarkPriceChanged
from hedgewatch.venues.dialect import Tell
from hedgewatch.venues.dialects.bybit_common import Category

HEART_BEATS: Mapping[Category, str] = MappingProxyType({"linear": "BTCUSDT", "inverse": "BTCUSD"})
"""By category, for each has a socket of its own."""

_EACH_SECONDS = 0.5
_QUIET_AFTER = 2.5
"""Seconds, by the venue's clock, without a word of a market."""

_BEHIND = 1.5
"""Seconds by which a repeated mark is told of as older, so that no mark that is still under way
looks older than it.
"""

_LOST_AFTER = 12.0
"""Of which nothing is told for so long may have been lost alone: a new socket tells all of it."""


class Heart:
    """What was last told of each market, and what is told again of those that are quiet."""

    def __init__(self) -> None:
        self._categories: dict[str, Category] = {}
        self._marks: dict[str, MarkPriceChanged] = {}
        self._heard: dict[str, float] = {}
        self._beat_at: dict[str, float] = {}
        self._tell: Tell | None = None

    def listen(self, named: Mapping[Category, Iterable[str]], tell: Tell) -> None:
        """A new socket for these ids; what was told on another proves nothing."""
        self._categories = {name: category for category, ids in named.items() for name in ids}
        for memory in (self._marks, self._heard, self._beat_at):
            memory.clear()
        self._tell = tell

    def heard(self, name: str, at: float, mark: MarkPriceChanged | None) -> None:
        """A word of a market; of its mark, too, unless that stands still."""
        self._heard[name] = at
        if mark is not None:
            self._marks[name] = mark

    def doubt(self, name: str) -> None:
        """Its mark is not known any more, until it is told."""
        self._marks.pop(name, None)

    def beat(self, name: str, at: float) -> None:
        """Say again what stands still, if this is a heart beat."""
        category = next((kind for kind, beat in HEART_BEATS.items() if beat == name), None)
        if category is None or self._tell is None:
            return
        if at < self._beat_at.get(name, 0.0) + _EACH_SECONDS:
            return
        self._beat_at[name] = at
        for each in [each for each, kind in self._categories.items() if kind == category]:
            self._say_again(each, at, self._tell)

    def _say_again(self, name: str, at: float, tell: Tell) -> None:
        told = self._marks.get(name)
        if told is None or at - self._heard[name] > _LOST_AFTER:
            return
        if at - told.venue_time >= _QUIET_AFTER:
            self._marks[name] = again = replace(told, venue_time=at - _BEHIND)
            tell(again)

    def wants(self, name: str) -> bool:
        """Whether a market is watched, and not only the heart beat."""
        return name in self._categories or self._tell is None


def with_beats(
    named: Mapping[Category, list[str]], listed: Iterable[str]
) -> Mapping[Category, list[str]]:
    """These ids, and the heart beat of each category that is listed."""
    known = set(listed)
    return {
        category: [*ids, *({HEART_BEATS.get(category, "")} & known - set(ids))]
        for category, ids in named.items()
    }
