"""The desk of `desk`, told everything: what its markets did, trade and pay, order books, the lines
of the venue; and the shipped scenarios on it.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.core.events import (
    AccountHeard,
    BarsRead,
    ClockAdvanced,
    LiquidityRead,
    MarketDefined,
    MarkPriceChanged,
)
from tests.bench.desk import BOOK, PRICE, SYMBOLS, WALLET, told
from tests.support.builders import VENUE, Said, market, read, with_its_own

_SCENARIOS = Path(__file__).parents[2] / "rules" / "scenarios"
_MINUTES, _LEVELS = 400, 200
_EVERY = 15.0
"""Seconds from one scrape to the next."""


class Whole:
    """A story of `pools` accounts of ten positions of which nothing that a venue tells is missing.

    `scraped_again` lets the time between two scrapes pass: all prices move and all order books are
    read anew, more than once.
    """

    def __init__(self, pools: int, ruled: int) -> None:
        self.story = told(pools, ruled)
        self._chance = Random(7)
        story = self.story
        scenarios = load_scenarios(sorted(_SCENARIOS.glob("*.yaml")))
        story.reload(*story.rules, on=replace(story.desk, scenarios=scenarios))
        story.at(0.0, *map(_defined, SYMBOLS), *(_past(symbol, story.now) for symbol in SYMBOLS))
        book = [with_its_own(held, price=PRICE / 2.0, maintenance=1.0, rank=2.0) for held in BOOK]
        accounts = [account.name for account in story.desk.accounts]
        story.at(0.0, *(read(*book, wallet=WALLET, account=account) for account in accounts))
        self.scraped_again()

    def scraped_again(self) -> None:
        for _ in range(3):  # nobody is blind in between
            accounts = (AccountHeard(account.name) for account in self.story.desk.accounts)
            later = self.story.now - self.story.start + _EVERY / 3.0
            self.story.at(later, *accounts, *self._news(), ClockAdvanced())

    def _news(self) -> Iterator[Said]:
        for symbol in SYMBOLS:
            price = PRICE * (1.0 + self._chance.gauss(0.0, 2e-3))
            rate = self._chance.uniform(-1e-4, 3e-4)
            yield _marked(symbol, price, rate)
            yield self._book(symbol, price)

    def _book(self, symbol: str, price: float) -> Said:
        """Some of the sizes are filled by the best level, some by a hundred."""
        amounts = [self._chance.uniform(50.0, 500.0) for _ in range(_LEVELS)]
        bids, asks = (
            tuple((price + sign * step / 100.0, each) for step, each in enumerate(amounts, 1))
            for sign in (-1.0, 1.0)
        )
        return lambda now: LiquidityRead(VENUE, symbol, bids, asks, now, 1e6)


def _marked(symbol: str, price: float, rate: float) -> Said:
    return lambda now: MarkPriceChanged(VENUE, symbol, price, now, price, rate, 1e6)


def _defined(symbol: str) -> MarketDefined:
    plain = market(symbol, taker_fee=0.0005).market
    return MarketDefined(replace(plain, funding_interval=28_800.0))


def _past(symbol: str, now: float) -> BarsRead:
    """Prices of the minutes before, which end where the story begins."""
    chance = Random(symbol)
    last, price = now // 60.0 * 60.0, PRICE
    bars = []
    for minute in range(_MINUTES):
        bars.append((last - 60.0 * minute, price))
        price *= 1.0 + chance.gauss(0.0, 1e-3)
    return BarsRead(VENUE, symbol, tuple(bars))
