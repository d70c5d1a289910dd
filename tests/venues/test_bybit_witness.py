"""Any unified account, read by the dialect without a wire between: our margin is the exchange's.

The paper exchange has Bybit's formulas from Bybit's pages, and finds its lines by trying prices.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows import AccountRow
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import MarketDefined, MarkPriceChanged, TiersChanged
from hedgewatch.core.model import AccountPlan, Desk
from hedgewatch.sim import margin_bybit
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.wire import bybit_account
from hedgewatch.sim.wire.bybit_positions import Sequence
from hedgewatch.sim.wire.bybit_routes import ROUTES, Call
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.world import World
from hedgewatch.venues.dialects.bybit import Bybit
from tests.support.chance import examples

MAIN, NOW = "bybit-main", 1_800_000_000.0
AIX, ALT, BTC, COINED = "AIX/USDT:USDT", "ALT/USDT:USDT", "BTC/USDT:USDT", "BTC/USD:BTC"
LINEAR = {"AIXUSDT": AIX, "ALTUSDT": ALT, "BTCUSDT": BTC}
DESK = Desk(instance="test", accounts=(AccountPlan(name="main", venue="bybit"),))


class Wireless:
    """Answers the requests of a dialect as the paper exchange does."""

    def __init__(self, world: World) -> None:
        self._service = Service(world, Faults())
        self._sequence = Sequence()

    def nonce(self) -> float:
        return NOW * 1000

    def __getattr__(self, name: str) -> Any:
        """`private_get_v5_position_list` is /v5/position/list."""
        routes = {path.replace("/", "_").replace("-", "_"): path for path in ROUTES}
        path = routes[name.removeprefix("private_get").removeprefix("public_get")]

        async def asked(query: Mapping[str, Any] | None = None) -> Any:
            texts = {key: str(value) for key, value in (query or {}).items()}
            account = self._service.world.accounts[MAIN]
            call = Call(self._service, self._sequence, texts, account)
            return {"retCode": 0, "result": ROUTES[path].reply(call), "time": NOW * 1000}

        return asked


def listed(world: World) -> dict[str, Any]:
    """As ccxt lists them, with what the dialect reads of it."""
    infos = {
        row["symbol"]: row
        for category in ("linear", "inverse")
        for row in ROUTES["/v5/market/instruments-info"].reply(
            Call(Service(world, Faults()), Sequence(), {"category": category})
        )["list"]
    }
    named = {**LINEAR, "BTCUSD": COINED}
    return {
        symbol: {
            "id": name,
            "symbol": symbol,
            "base": symbol.partition("/")[0],
            "quote": symbol.partition("/")[2].partition(":")[0],
            "settle": symbol.partition(":")[2],
            "linear": symbol != COINED,
            "info": infos[name],
        }
        for name, symbol in named.items()
    }


async def judged(world: World) -> Engine:
    """The account as the dialect reads it, judged at the marks of the world."""
    spoken, venue, markets = Bybit("main"), Wireless(world), listed(world)
    spoken.list_markets(markets)
    await spoken.settle_in(venue)
    engine = Engine(DESK, (), NOW, lambda: "episode")
    events: list[Any] = [MarketDefined(spoken.market(market)) for market in markets.values()]
    tiers = await spoken.tiers(venue, list(markets))
    events += [TiersChanged("main", symbol, found) for symbol, found in tiers.items()]
    marks = {symbol: float(world.mark_at("bybit", name)) for name, symbol in LINEAR.items()}
    marks[COINED] = marks[BTC]
    events += [MarkPriceChanged("bybit", name, mark, NOW) for name, mark in marks.items()]
    events += [await spoken.read_collateral(venue), await spoken.read_account(venue)]
    for event in events:
        engine.handle(event, NOW)
    return engine


def amounts(most: int) -> st.SearchStrategy[int]:
    return st.integers(-most, most)


Held = tuple[int, int, int, int]
HELD = st.tuples(amounts(400), amounts(200_000), amounts(3), amounts(3_000))
"""AIX, ALT and BTC of linear contracts, and inverse ones of 100 dollars."""


def opened(dollars: int, coins: int, held: Held, moves: tuple[int, int, int]) -> World:
    """An account that opened all of it at the first marks, which then moved (per cent)."""
    world = World()
    world.deposit(dollars - 100_000, account=MAIN)
    world.coins.deposit(coins, account=MAIN)
    *linear, coined = held
    for name, amount in zip(LINEAR, linear, strict=True):
        if amount:
            world.set_position(name, amount, account=MAIN)
    if coined:
        world.coins.set_position("BTCUSD_PERP", coined, account=MAIN)
    for name, move in zip(LINEAR, moves, strict=True):
        world.move(name, world.marks[name] * move / 100)
    return world


def is_told_well(world: World) -> bool:
    """Whether the price of each coin in which positions pay can be told from eight places."""
    wallet = bybit_account.wallet(world, world.accounts[MAIN])
    owned = [float(row["equity"]) for row in wallet["coin"] if float(row["totalPositionMM"])]
    return all(abs(equity) > 0.02 for equity in owned)


def compare_lines(world: World, account: AccountRow, *, coined: bool) -> None:
    """An inverse contract goes with BTC at the exchange, and stands still beside it here."""
    for name, symbol in list(LINEAR.items())[: 2 if coined else 3]:
        row = account.positions.get((symbol, "net"))
        line, mark = Decimal(0), world.mark_at("bybit", name)
        if row is not None:
            line = world.liquidation_price(name, account=MAIN)
        if row is not None and mark / 500 < line < mark * 500:
            assert row.liquidation_price == pytest.approx(float(line), rel=1e-5)


@settings(max_examples=examples(15), deadline=None)
@given(
    dollars=st.integers(-50_000, 400_000),
    coins=st.integers(0, 4),
    held=HELD,
    moves=st.tuples(*[st.integers(70, 140)] * 3),
)
async def test_equity_maintenance_ratio_and_lines_are_those_of_the_exchange(
    dollars: int, coins: int, held: Held, moves: tuple[int, int, int]
) -> None:
    world = opened(dollars, coins, held, moves)
    ratio = float(world.margin_ratio(MAIN))
    assume(0.0 < ratio < 0.95)
    assume(is_told_well(world))
    account = (await judged(world)).book.accounts["main"]
    pool, venue = account.pools["account"], world.venue_of("bybit")
    needed = margin_bybit.maintenance_margin(world.accounts[MAIN], venue)
    worth = margin_bybit.margin_balance(world.accounts[MAIN], venue)
    assert pool.headroom == pytest.approx(float(worth - needed), rel=1e-6)
    assert pool.margin_ratio == pytest.approx(ratio, rel=1e-6)
    assert account.told_equity == pytest.approx(pool.equity, rel=1e-6)
    assert account.told_maintenance_margin == pytest.approx(pool.maintenance_margin, rel=1e-6)
    compare_lines(world, account, coined=bool(held[3]))


async def test_the_fee_to_close_is_in_both_numbers() -> None:
    """At the bankruptcy price of the entry: 200 × 1,200 at 0.055 % of a short with leverage 5."""
    world = World()
    world.set_position("AIXUSDT", -200, 1000, account=MAIN)
    engine = await judged(world)
    pool = engine.book.accounts["main"].pools["account"]
    assert pool.maintenance_margin == pytest.approx(8_500 + 200 * 1200 * 0.00055)
