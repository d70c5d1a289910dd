"""A desk over four venues: coins here and there, a short at another, another in coins."""

from collections.abc import Callable
from decimal import Decimal

from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    MarketDefined,
    MarkPriceChanged,
    PositionReading,
    QuoteChanged,
    TiersChanged,
)
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.core.model import AccountPlan, Desk, LegPlan, Market, PricePlan, WalletPlan
from hedgewatch.core.rules import Rule
from tests.support.builders import Said, accepted, hedge, held, tiers
from tests.support.stories import Story

BTC, BTC_COIN = "BTC/USDT:USDT", "BTC/USD:BTC"
FLAT = tiers((0.0, 0.01))
VENUES = {"spot": "binance", "okx": "okx", "coins": "binancecoinm", "bank": "kraken"}

OWNED = (
    LegPlan(account="spot", asset="BTC"),
    LegPlan(wallet="cold", asset="WBTC"),
    LegPlan(account="coins", asset="BTC"),
)
SHORT = (LegPlan(account="okx", symbol=BTC), LegPlan(account="coins", symbol=BTC_COIN))
DESK = Desk(
    instance="test",
    accounts=tuple(AccountPlan(name=name, venue=venue) for name, venue in VENUES.items()),
    wallets=(WalletPlan(name="cold", holdings={"WBTC": 0.3}, entry_prices={}),),
    hedges=(hedge(OWNED, SHORT, name="btc"),),
    prices={
        "BTC": PricePlan(account="spot", symbol="BTC/USDT"),
        "USDT": PricePlan(account="bank", symbol="USDT/USD"),
    },
    assets={"WBTC": ("BTC", 1.0)},
)


def listed(symbol: str, venue: str, size: float = 1.0) -> MarketDefined:
    base, _, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    return MarketDefined(Market(
        venue=venue, symbol=symbol, base=base, quote=quote, settle=settle, contract_size=size,
        step=Decimal(1), tick=Decimal("0.1"), linear=settle in {"", quote},
    ))  # fmt: skip


def marked(symbol: str, venue: str, price: float, index: float | None = None) -> Said:
    return lambda now: MarkPriceChanged(venue, symbol, price, now, index)


def quoted(symbol: str, venue: str, price: float) -> Said:
    return lambda now: QuoteChanged(venue, symbol, price, price, now)


def owns(
    account: str,
    *positions: Callable[[float], PositionReading],
    locked: float = 0.0,
    **coins: float,
) -> Callable[[float], AccountRead]:
    """A whole reading; half of an LDBTC is locked, if any is there."""
    linear = account != "coins"
    return lambda now: AccountRead(
        account=account,
        positions=tuple(position(now) for position in positions),
        balances=tuple(
            BalanceReading(
                asset=asset, total=total, venue_time=now, cross_wallet=total,
                locked=locked if asset == "LDBTC" else 0.0,
            )
            for asset, total in coins.items()
        ),
        cross_regime=REGIMES["binance-usdm-cross" if linear else "binance-coinm-cross"],
        isolated_regime=REGIMES["binance-usdm-isolated"],
    )  # fmt: skip


def prices() -> list[Said]:
    """Tether is 1 % under: 60,000 of it are 59,400 dollars."""
    return [
        quoted("BTC/USDT", "binance", 60_000.0), quoted("USDT/USD", "kraken", 0.99),
        marked(BTC, "okx", 60_000.0), marked(BTC_COIN, "binancecoinm", 59_400.0),
    ]  # fmt: skip


def readings() -> list[Said]:
    return [
        owns("spot", BTC=1.5, LDBTC=0.5, locked=0.5, USDT=10_000.0),
        owns("okx", held(BTC, -150.0, 62_000.0), USDT=30_000.0),
        owns("coins", held(BTC_COIN, -594.0, 66_000.0), BTC=0.2),
        owns("bank"),
    ]


def over_four_venues(*rules: Rule, on: Desk = DESK) -> Story:
    """All of it told, and half a second later."""
    story = Story(*rules, on=on)
    story.at(0.0, *(accepted(name) for name in VENUES))
    story.at(0.0, listed("BTC/USDT", "binance"), listed("USDT/USD", "kraken"))
    story.at(0.0, listed(BTC, "okx", 0.01), listed(BTC_COIN, "binancecoinm", 100.0))
    story.at(0.0, TiersChanged("okx", BTC, FLAT), TiersChanged("coins", BTC_COIN, FLAT))
    story.at(0.0, *readings())
    story.advance(0.5, *prices())
    return story
