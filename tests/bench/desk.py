"""The desk of the engine's benchmarks: pools of ten positions, all in the same ten markets."""

from collections.abc import Iterator, Sequence
from itertools import count, islice
from random import Random

from hedgewatch.core.events import MarkPriceChanged
from hedgewatch.core.model import AccountPlan, Desk, LegPlan, PricePlan, Scope, WalletPlan
from tests.support.builders import VENUE, hedge, held, mark, market, read, rule, tiered, tiers
from tests.support.stories import Story

SYMBOLS = tuple(f"C{number}/USDT:USDT" for number in range(10))
PRICE = 100.0
TIERS = tiers(
    (0.0, 0.004), (50e3, 0.005), (250e3, 0.01), (3e6, 0.025),
    (20e6, 0.05), (40e6, 0.1), (100e6, 0.125), (120e6, 0.15),
)  # fmt: skip
_SIZES = (300.0, -450.0, 21e3, -3_500.0, 600.0, -9_000.0, 35e3, -20e3, 24e3, -38e3)
BOOK = tuple(held(symbol, size, PRICE) for symbol, size in zip(SYMBOLS, _SIZES, strict=True))
WALLET = 1_500_000.0
"""Eight of the ten have a liquidation price; two longs are too small to liquidate the pool."""
_CONDITIONS = (
    (Scope.POSITION, 4, "liquidation_distance < 0.{}%", "liquidation_distance > 1.{}%"),
    (Scope.POOL, 3, "margin_ratio > 90.{0}% or shock_down > -1.{0}%", "margin_ratio < 80.{}%"),
    (Scope.HEDGE, 2, "abs(hedge_drift) > max(5000.{}%, hedge_drift_floor)", ""),
    (Scope.ACCOUNT, 1, "blind_seconds > 10.{}s", ""),
)


def conditions(wanted: int) -> Iterator[tuple[str, Scope, str, str]]:
    """Name, scope, expression and `clear` of rules that stay quiet.

    Of 20: 8 on positions, 6 on pools, 4 on hedges, 2 on accounts.
    """
    return islice(_conditions(), wanted)


def _conditions() -> Iterator[tuple[str, Scope, str, str]]:
    numbers = count(1)
    while True:
        for scope, times, expr, clear in _CONDITIONS:
            for number in islice(numbers, times):
                yield f"R{number}", scope, expr.format(number), clear.format(number)


def told(pools: int, ruled: int) -> Story:
    """An engine that knows all of its book: `pools` accounts of ten positions, two hedges."""
    accounts = [f"a{number}" for number in range(pools)]
    story = Story(*(rule(*one) for one in conditions(ruled)), on=_desk(accounts))
    story.at(0.0, *map(market, SYMBOLS))
    story.at(0.0, *(tiered(symbol, TIERS, account) for account in accounts for symbol in SYMBOLS))
    story.at(0.0, *(read(*BOOK, wallet=WALLET, account=account) for account in accounts))
    story.at(0.0, *(mark(symbol, PRICE) for symbol in SYMBOLS))
    return story


def _desk(accounts: Sequence[str]) -> Desk:
    cover = LegPlan(account="a0", symbol=SYMBOLS[0])
    return Desk(
        instance="bench",
        accounts=tuple(AccountPlan(name=name, venue=VENUE) for name in accounts),
        wallets=(WalletPlan(name="cold", holdings={"C1": 200.0, "C2": 300.0}, entry_prices={}),),
        hedges=tuple(
            hedge(LegPlan(wallet="cold", asset=asset), cover, name=asset) for asset in ("C1", "C2")
        ),
        prices={
            asset: PricePlan(account="a0", symbol=symbol)
            for asset, symbol in (("C1", SYMBOLS[1]), ("C2", SYMBOLS[2]))
        },
    )


def ticks(number: int, since: float, symbol: str = SYMBOLS[0]) -> list[MarkPriceChanged]:
    """A price of one market that wanders by hundredths of a percent, a millisecond apart."""
    chance = Random(7)
    price = PRICE
    made = []
    for step in range(1, number + 1):
        price = min(max(price * (1.0 + chance.gauss(0.0, 2e-4)), 99.0), 101.0)
        made.append(MarkPriceChanged(VENUE, symbol, price, since + step / 1000.0, price))
    return made
