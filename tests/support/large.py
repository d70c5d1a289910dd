"""A large book: 10 accounts of 10 positions, 20 hedges. All is calm and in sight as it begins."""

from collections.abc import Callable, Iterator

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import (
    AccountPlan,
    Desk,
    HedgePlan,
    LegPlan,
    PricePlan,
    Scope,
    WalletPlan,
)
from tests.support.builders import (
    VENUE,
    Said,
    accepted,
    heard,
    hedge,
    held,
    mark,
    market,
    read,
    rule,
    tiered,
)
from tests.support.stories import Story

ACCOUNTS = tuple(f"desk-{number:02}" for number in range(10))
COINS = tuple(f"C{number:02}" for number in range(20))
SYMBOLS = tuple(f"{coin}/USDT:USDT" for coin in COINS)
PRICE, WALLET = 100.0, 40_000.0
NEAR = rule(
    "LiquidationNear", Scope.POSITION, "liquidation_distance < 10%", summary="near", settle=0.0
)
DEAR = rule("Dear", Scope.POSITION, "mark_price > 150", summary="dear", settle=0.0)
MUCH = rule("Much", Scope.HEDGE, "exposure_value > 15000", summary="much", settle=0.0)
CHEAP = rule(
    "Cheap", Scope.ASSET, "asset_price < 60 and asset_price > 2", summary="cheap", settle=0.0
)
"""What fires without being near anything."""


def large_book() -> Story:
    """Account n is short in ten of twenty markets, the more the greater n is; each coin is owned in
    a wallet and covered by one of them, not quite.
    """
    story = Story(NEAR, DEAR, MUCH, CHEAP, on=_desk())
    story.at(0.0, *map(accepted, ACCOUNTS), *map(market, SYMBOLS))
    story.at(0.0, *(tiered(symbol, account=name) for name in ACCOUNTS for symbol in SYMBOLS))
    story.at(0.0, *(_reading(number) for number in range(len(ACCOUNTS))), *marks())
    return story


def marks(**moved: float) -> Iterator[Said]:
    """The price of every market; of those that are named another one."""
    return (mark(f"{coin}/USDT:USDT", moved.get(coin, PRICE)) for coin in COINS)


def quiet(story: Story, seconds: float, **moved: float) -> None:
    """All accounts go on to be heard until then, at these prices."""
    story.advance(seconds, *map(heard, ACCOUNTS), *marks(**moved))


def unheard(story: Story, seconds: float, account: str) -> None:
    """All accounts but one."""
    audible = (name for name in ACCOUNTS if name != account)
    story.advance(seconds, *map(heard, audible), *marks())


def positions(number: int) -> list[Callable[[float], PositionReading]]:
    """What the account of that number holds."""
    sizes = (-100.0 - 10.0 * number - 5.0 * place for place in range(10))
    symbols = SYMBOLS[number % 2 :: 2]
    return [held(symbol, size, PRICE) for symbol, size in zip(symbols, sizes, strict=True)]


def _reading(number: int) -> Said:
    return read(*positions(number), wallet=WALLET, account=ACCOUNTS[number])


def _desk() -> Desk:
    return Desk(
        instance="large",
        currency="USDT",
        accounts=tuple(AccountPlan(name=name, venue=VENUE) for name in ACCOUNTS),
        wallets=(WalletPlan(name="cold", holdings=dict.fromkeys(COINS, 100.0), entry_prices={}),),
        hedges=tuple(_hedge(number) for number in range(len(COINS))),
        prices={
            coin: PricePlan(account=ACCOUNTS[0], symbol=symbol)
            for coin, symbol in zip(COINS, SYMBOLS, strict=True)
        },
    )


def _hedge(number: int) -> HedgePlan:
    size = 100.0 + 10.0 * (number % 2) + 5.0 * (number // 2)
    return hedge(
        LegPlan(wallet="cold", asset=COINS[number]),
        LegPlan(account=ACCOUNTS[number % 2], symbol=SYMBOLS[number]),
        target=size / 100.0 * (1.0 + number / 1000.0),
        name=f"hedge-{number:02}",
    )
