"""A leg that shrinks at the exchange is named with its cause within a second, through real ccxt."""

from collections.abc import Callable

import pytest

from hedgewatch.core.events import AccountRead, BalanceChanged, MarketDefined, PositionChanged
from hedgewatch.core.model import EndReason
from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.world import World
from tests.venues.test_watch_terms import dated_future
from tests.venues.watching import AIX, now, watched

pytestmark = pytest.mark.live

CAUSES: list[tuple[Callable[[World], None], float, EndReason]] = [
    (lambda world: world.liquidate("AIXUSDT", 80), -120.0, EndReason.LIQUIDATED),
    (lambda world: world.deleverage("AIXUSDT", 50), -150.0, EndReason.AUTO_DELEVERAGED),
    (lambda world: world.settle("AIXUSDT"), 0.0, EndReason.SETTLED),
    (lambda world: world.trade("AIXUSDT", 10), -190.0, EndReason.CLOSED),
]


@pytest.mark.parametrize("account_first", [False, True])
@pytest.mark.parametrize(("act", "left", "end"), CAUSES, ids=[str(cause[2]) for cause in CAUSES])
async def test_a_part_that_went_is_named_with_its_cause_in_either_order_of_the_frames(
    exchange: PaperExchange,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[World], None],
    left: float,
    end: EndReason,
    account_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    exchange.world.account_first = account_first
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        act(exchange.world)
        told = await seen.until(PositionChanged, lambda event: event.end is end, within=1.0)
        assert (told.position.symbol, told.position.contracts) == (AIX, left)
        assert seen.all(PositionChanged)[-1].end is end


async def test_a_dated_contract_that_is_settled_at_its_end_is_expired_and_not_delisted(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending = int((now() + 60.0) * 1000)
    exchange.world.list_market(dated_future(ending), 61_000)
    exchange.world.set_position("BTCUSDT_300329", -1, 61_000)
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.world.settle("BTCUSDT_300329")
        told = await seen.until(PositionChanged, within=1.0)
        dated = [event.market.symbol for event in seen.all(MarketDefined) if event.market.expiry]
        assert ([told.position.symbol], told.end) == (dated, EndReason.EXPIRED)


async def test_money_that_leaves_the_futures_wallet_was_transferred(
    exchange: PaperExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched(exchange, monkeypatch) as seen:
        await seen.until(AccountRead)
        exchange.world.deposit(-30_000)
        told = await seen.until(BalanceChanged, within=1.0)
        assert (told.balance.total, told.end) == (70_000.0, EndReason.TRANSFERRED)
        seen.forget()
        exchange.world.deposit(30_000)
        assert (await seen.until(BalanceChanged, within=1.0)).end is None
