"""Whatever is held at OKX, our numbers are those of its published formulas, which the paper
exchange has by itself: books at random, in futures and multi-currency mode.
"""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows import PoolRow, PositionRow
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import MarketDefined, MarkPriceChanged, TiersChanged
from hedgewatch.core.model import AccountPlan, Desk
from hedgewatch.sim import margin_okx
from hedgewatch.sim.accounts import Account, Position
from hedgewatch.sim.okx_markets import CONTRACTS
from hedgewatch.sim.wire import okx_account, okx_instruments, okx_market
from hedgewatch.sim.world import World
from hedgewatch.venues.dialects.okx import Okx
from tests.support.chance import examples
from tests.support.stories import known

DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue="okx"),))
SYMBOLS = {
    "AIXUSDT": "AIX/USDT:USDT",
    "ALTUSDT": "ALT/USDT:USDT",
    "BTCUSDT": "BTC/USDT:USDT",
    "BTCUSD": "BTC/USD:BTC",
}
NOW = 1_800_000_000.0


def listed(world: World) -> dict[str, dict[str, Any]]:
    """What ccxt would make of the instruments."""
    rows = {row["instId"]: row for row in okx_instruments.instruments(world, "SWAP")}
    return {
        symbol: {
            "id": CONTRACTS[name].id, "symbol": symbol, "base": CONTRACTS[name].base,
            "quote": CONTRACTS[name].quote, "settle": CONTRACTS[name].settle,
            "linear": CONTRACTS[name].linear, "info": rows[CONTRACTS[name].id],
        }
        for name, symbol in SYMBOLS.items()
    }  # fmt: skip


@dataclass
class Replies:
    """The paper exchange without a line between."""

    world: World
    owner: Account

    def nonce(self) -> float:
        return NOW * 1000

    milliseconds = nonce

    async def private_get_account_config(self) -> Any:
        return _told(okx_account.configuration(self.owner))

    async def private_get_account_positions(self, named: Any = None) -> Any:
        del named
        return _told(*okx_account.positions(self.world, self.owner))

    async def private_get_account_balance(self) -> Any:
        return _told(okx_account.balance(self.world, self.owner))

    async def private_get_account_trade_fee(self, asked: dict[str, str]) -> Any:
        return _told(okx_account.fees(asked["instType"]))

    async def private_get_asset_balances(self) -> Any:
        return _told()

    private_get_finance_savings_balance = private_get_asset_balances

    async def public_get_public_position_tiers(self, asked: dict[str, str]) -> Any:
        return _told(*okx_instruments.tiers(self.world, asked["instType"], asked["instFamily"]))

    async def public_get_public_discount_rate_interest_free_quota(self) -> Any:
        return _told(*okx_instruments.discounts())

    async def public_get_market_index_tickers(self, asked: dict[str, str]) -> Any:
        return _told(*okx_market.indices(self.world, asked))


def _told(*rows: Any) -> dict[str, Any]:
    return {"code": "0", "data": list(rows), "msg": ""}


async def judged(world: World, owner: Account) -> Engine:
    """The account as it is read, with every mark."""
    dialect, replies = Okx("main"), Replies(world, owner)
    markets = listed(world)
    dialect.list_markets(markets)
    await dialect.settle_in(replies)
    engine = Engine(DESK, (), NOW, lambda: "episode")
    for symbol, tiers in (await dialect.tiers(replies, list(markets))).items():
        engine.handle(MarketDefined(dialect.market(markets[symbol])), NOW)
        engine.handle(TiersChanged("main", symbol, tiers), NOW)
    engine.handle(await dialect.read_account(replies), NOW)
    priced = await dialect.read_collateral(replies)
    if priced is not None:
        engine.handle(priced, NOW)
    for name, symbol in SYMBOLS.items():
        price = float(world.mark_at("okx", CONTRACTS[name].priced))
        engine.handle(MarkPriceChanged("okx", symbol, price, NOW), NOW)
    engine.handle(await dialect.read_account(replies), NOW + 0.5)
    return engine


def amounts(most: int, lot: int = 1) -> st.SearchStrategy[Decimal]:
    """Whole lots of it, long or short."""
    return st.integers(-most // lot, most // lot).filter(bool).map(lambda lots: Decimal(lots * lot))


BOOKS = st.fixed_dictionaries(
    {
        "AIXUSDT": amounts(400, lot=10),
        "ALTUSDT": amounts(400_000, lot=100),
        "BTCUSDT": amounts(4),
        "BTCUSD": amounts(90_000, lot=10),
    }
)


@settings(
    max_examples=examples(8), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(
    book=BOOKS,
    multi=st.booleans(),
    coins=st.integers(2, 30),
    moved=st.sampled_from(["0.9", "1", "1.1"]),
)
def test_a_book_at_random_has_okxs_own_ratio_and_lines(
    book: dict[str, Decimal], *, multi: bool, coins: int, moved: str
) -> None:
    world = World()
    owner = world.accounts["okx-multi" if multi else "okx-main"]
    owner.collateral["BTC"] = Decimal(coins)
    for name, amount in book.items():
        world.hold(Position(name, amount, world.marks[CONTRACTS[name].priced]), owner.name)
    world.move("AIXUSDT", 1000 * Decimal(moved))
    engine = asyncio.run(judged(world, owner))
    venue = world.venue_of("okx")
    pools = {pool.name: pool for pool in engine.book.accounts["main"].pools.values()}
    if multi:
        _as_okx_has_it(pools["account"], margin_okx.whole(owner, venue))
    else:
        _as_okx_has_it(pools["USDT"], margin_okx.currency(owner, "USDT", venue))
        _as_okx_has_it(pools["BTC"], margin_okx.currency(owner, "BTC", venue))
    for held in engine.book.accounts["main"].positions.values():
        name = next(name for name, symbol in SYMBOLS.items() if symbol == held.symbol)
        if multi and name.startswith("BTC"):
            continue  # here the bitcoins behind the account move with it, on paper they stand
        line = margin_okx.liquidation_price(owner.positions[name, "BOTH"], owner, venue)
        _has_its_line(held, line)


def _as_okx_has_it(pool: PoolRow, there: margin_okx.Pool) -> None:
    assert pool.equity == pytest.approx(float(there.equity), rel=1e-9)
    assert pool.maintenance_margin == pytest.approx(float(there.maintenance), rel=1e-9)
    assert pool.margin_ratio == pytest.approx(float(there.ratio), rel=1e-9)
    assert pool.venue_margin_ratio == pytest.approx(float(there.ratio), rel=1e-9)


def _has_its_line(held: PositionRow, there: Decimal) -> None:
    """OKX names one price; where both ways liquidate, it is the nearer of ours. Those that are no
    longer of this world (a thousandth of the mark, a thousand times it) are not compared.
    """
    assert held.pool is not None
    near = held.market.price / 1000.0 < float(there) < held.market.price * 1000.0
    if near and known(held.pool.margin_ratio) < 1.0:
        ours = (known(held.liquidation_price_down), known(held.liquidation_price_up))
        assert min(abs(line - float(there)) for line in ours) <= 1e-6 * float(there)
