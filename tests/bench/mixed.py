"""Pools of the general solver, for the engine's benchmarks, and the plain pool beside them.

No rule and no hedge stands on them: what differs is the solving.
"""

from dataclasses import replace
from math import inf

from hedgewatch.core.events import CollateralPriced, CollateralReading, MarketDefined
from hedgewatch.core.model import CollateralSlice
from tests.bench.desk import BOOK, PRICE, SYMBOLS, TIERS
from tests.support.builders import Said, balance, desk, held, mark, market, read, tiered
from tests.support.stories import Story, known

COINS = ("C0/USD:C0", "C0/USD:C0-261225", "C0/USD:C0-270326")
"""A perpetual and two futures that pay in the coin that they are about."""

_FACES = (-30_000.0, 15_000.0, -5_000.0)
_USABLE = (CollateralSlice(inf, 0.95),)


def plain_pool() -> Story:
    """Ten positions behind one currency, which the fast solver takes."""
    return _told(read(*BOOK, wallet=1_500_000.0), "USDT")


def whole_account() -> Story:
    """The same positions behind two coins that Binance counts in part and owes in full."""
    coins = (
        CollateralReading(asset="USDT", price=1.0, slices=(CollateralSlice(inf, 0.9999),)),
        CollateralReading(asset="C1", price=PRICE, slices=_USABLE, liability_rate=1.05),
    )
    funds = [balance(1_000_000.0), balance(5_000.0, "C1")]
    whole = read(*BOOK, wallet=None, balances=funds, regime="binance-usdm-multi-assets")
    return _told(whole, "account", lambda now: CollateralPriced("main", coins, now))


def _told(account: Said, pool: str, *more: Said) -> Story:
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, *map(market, SYMBOLS), *(tiered(symbol, TIERS) for symbol in SYMBOLS))
    story.at(0.0, account, *more, *(mark(symbol, PRICE) for symbol in SYMBOLS))
    assert known(story.pool(pool).margin_ratio) > 0.0
    return story


def coin_pool() -> Story:
    """Three contracts of one coin, backed by that coin alone."""
    story = Story(on=desk(prices={}, holdings={}))
    legs = [held(symbol, face, PRICE) for symbol, face in zip(COINS, _FACES, strict=True)]
    story.at(0.0, *map(_inverse, COINS), *(tiered(symbol, TIERS) for symbol in COINS))
    funds = [balance(150.0, "C0")]
    story.at(0.0, read(*legs, wallet=None, balances=funds, regime="binance-coinm-cross"))
    story.at(0.0, *(mark(symbol, PRICE) for symbol in COINS))
    assert known(story.pool("C0").margin_ratio) > 0.0
    return story


def _inverse(symbol: str) -> MarketDefined:
    return MarketDefined(replace(market(symbol).market, settle="C0", linear=False))
