"""What connect finds in an account, as the book has it."""

from decimal import Decimal

from hedgewatch.connect.looking import found_in
from hedgewatch.connect.showing import account_in_words
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountRead,
    BalanceReading,
    MarketDefined,
    MarkPriceChanged,
    PositionReading,
)
from hedgewatch.core.model import AccountPlan, Desk, Market, PositionKind

ETH = "ETH/USDT:USDT"


def leg(kind: PositionKind, contracts: float) -> PositionReading:
    return PositionReading(
        symbol=ETH, kind=kind, contracts=contracts, entry_price=3000.0, venue_time=1.0
    )


def test_a_long_and_a_short_together_are_worth_what_is_left_and_the_unseen_is_said() -> None:
    desk = Desk(instance="connect", accounts=(AccountPlan(name="main", venue="bybit"),))
    engine = Engine(desk, (), 0.0, lambda: "")
    market = Market(
        venue="bybit", symbol=ETH, base="ETH", quote="USDT", settle="USDT", contract_size=1.0,
        step=Decimal("0.01"), tick=Decimal("0.01"),
    )  # fmt: skip
    read = AccountRead(
        account="main",
        positions=(leg("long", 10.0), leg("short", -4.0)),
        balances=(BalanceReading(asset="USDT", total=9.0, venue_time=1.0, cross_wallet=9.0),),
        unseen=("what lies in Earn",),
    )
    for event in (MarketDefined(market), read, MarkPriceChanged("bybit", ETH, 3012.25, 1.0)):
        engine.handle(event, 1.0)
    found = found_in(engine.book.accounts["main"])
    (position,) = found.positions
    assert (position.contracts, position.notional) == (6.0, 18_073.5)
    assert account_in_words(found).endswith("not seen: what lies in Earn")
