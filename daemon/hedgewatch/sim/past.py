"""What prices were, minute by minute: as they really went since the world began, and before it as
a walk that ends where the world began, always the same one.
"""

from collections.abc import Callable
from decimal import Decimal
from math import exp
from random import Random

MINUTE = 60_000
MINUTES_BEFORE = 3_000
"""How far back one may ask: two days."""

_TOGETHER, _ALONE = 0.0006, 0.0003
"""Deviations of a minute: what all markets do, and what each does beside it. A correlation of 0.8,
and about 50 % a year.
"""


class Past:
    """The closes of whole minutes of every market."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._began = now() // MINUTE
        self._together = _steps("all", _TOGETHER)
        self._walks: dict[str, list[Decimal]] = {}
        self._closes: dict[str, list[Decimal]] = {}

    def pass_at(self, symbol: str, mark: Decimal) -> None:
        """The mark has stood here until now: at it closed the minutes that ended meanwhile."""
        closes = self._closes.setdefault(symbol, [])
        ended = self._now() // MINUTE - self._began - len(closes)
        if ended > 0:
            self._walk(symbol, mark)
            closes += [mark] * ended

    def closes(self, symbol: str, mark: Decimal) -> list[tuple[int, Decimal]]:
        """(start in milliseconds, close) of every minute, oldest first; the last one still runs."""
        self.pass_at(symbol, mark)
        prices = [*self._walk(symbol, mark), *self._closes[symbol], mark]
        first = self._began - MINUTES_BEFORE
        return [(minute * MINUTE, price) for minute, price in enumerate(prices, first)]

    def _walk(self, symbol: str, mark: Decimal) -> list[Decimal]:
        """Back from the first mark that counts, which stays where it was then."""
        if symbol not in self._walks:
            back, away = [], 0.0
            for together, alone in zip(self._together, _steps(symbol, _ALONE), strict=True):
                back.append(mark * Decimal(str(round(exp(away), 12))))
                away += together + alone
            self._walks[symbol] = back[::-1]
        return self._walks[symbol]


def _steps(seed: str, deviation: float) -> list[float]:
    chance = Random(seed)
    return [chance.gauss(0.0, deviation) for _ in range(MINUTES_BEFORE)]
