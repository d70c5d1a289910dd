"""The paper exchange of Binance without a socket: its routes answer what a dialect asks."""

import asyncio
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import ccxt
import orjson

from hedgewatch.core.engine import Engine
from hedgewatch.core.events import (
    AccountRead,
    CollateralPriced,
    Event,
    FeedRestored,
    MarketDefined,
    PriceEvent,
    TiersChanged,
)
from hedgewatch.core.model import AccountPlan, Desk, Market, Tier
from hedgewatch.sim.faults import Faults
from hedgewatch.sim.wire import binance_coin_market, binance_listings
from hedgewatch.sim.wire.binance_frames import FrameMaker
from hedgewatch.sim.wire.binance_route import Call, Route
from hedgewatch.sim.wire.binance_routes import ROUTES
from hedgewatch.sim.wire.service import Service
from hedgewatch.sim.world import World

_SECTION = re.compile(r"(fapi|dapi|papi|sapi)(?:public|private)?(?:v(\d))?_get_(.+)")


class Spoken(Protocol):
    """What is asked of a dialect here."""

    def list_markets(self, markets: Mapping[str, Any]) -> None: ...
    def market(self, unified: Any) -> Market: ...
    def price(self, message: Any, now: float) -> PriceEvent | None: ...
    async def tiers(self, exchange: Any, symbols: Any) -> Mapping[str, tuple[Tier, ...]]: ...
    async def settle_in(self, exchange: Any) -> None: ...
    async def read_collateral(self, exchange: Any) -> CollateralPriced | None: ...
    async def read_account(self, exchange: Any) -> AccountRead: ...


class OnPaper:
    """An exchange of ccxt's as far as the dialects ask for it, for the account `main`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.service = Service(world, Faults())
        self.options = {"timeDifference": 0}

    def milliseconds(self) -> int:
        return 1_800_000_000_000

    def __getattr__(self, name: str) -> Any:
        found = _SECTION.fullmatch(name)
        if found is None:
            raise AttributeError(name)
        head, version, path = found.groups()
        route = _named()[_as_a_name(f"GET /{head}/v{version or 1}/{path}")]

        async def answer(query: Mapping[str, str] | None = None) -> Any:
            return route.reply(Call(self.service, query or {}, self.world.accounts["main"]))

        return answer


@cache
def _named() -> dict[str, Route]:
    return {_as_a_name(address): route for address, route in ROUTES.items()}


def _as_a_name(address: str) -> str:
    return re.sub(r"[/-]", "_", address.lower())


@cache
def markets_of_the_opening() -> dict[str, Any]:
    """As ccxt makes them of what both futures venues list."""
    parser, world = ccxt.binance(), World()
    infos = binance_listings.futures_exchange_info(world)["symbols"]
    infos += binance_coin_market.exchange_info(world)["symbols"]
    parsed = (parser.parse_market(info) for info in infos)
    return {market["symbol"]: market for market in parsed}


def judged(spoken: Spoken, world: World, desk: Desk) -> Engine:
    """The engine after one reading of `main` and a mark of each of its markets."""
    engine, account = Engine(desk, (), 0.0, lambda: "episode"), desk.accounts[0].name
    for event in asyncio.run(_told(spoken, world, account)):
        engine.handle(event, 1.0)
    return engine


async def _told(spoken: Spoken, world: World, account: str) -> list[Event]:
    exchange, markets = OnPaper(world), markets_of_the_opening()
    spoken.list_markets(markets)
    await spoken.settle_in(exchange)
    tiers = await spoken.tiers(exchange, ())
    read = await spoken.read_account(exchange)
    priced = await spoken.read_collateral(exchange)
    told: list[Event] = [FeedRestored(account, feed) for feed in ("mark", "user", "rest")]
    frames = FrameMaker(world, Faults())
    for symbol in {position.symbol for position in read.positions}:
        told.append(MarketDefined(spoken.market(markets[symbol])))
        told.append(TiersChanged(account, symbol, tiers[symbol]))
    told += [read] if priced is None else [priced, read]
    for symbol in {position.symbol for position in read.positions}:
        frame = frames.frame(f"{markets[symbol]['lowercaseId']}@markPrice", "market")
        mark = spoken.price(_parsed(frame), 1_800_000_000.0)
        assert mark is not None
        told.append(mark)
    return told


def _parsed(frame: bytes | None) -> Any:
    assert frame is not None
    return orjson.loads(frame)


def desk_of(venue: str) -> Desk:
    """One account, `main`."""
    return Desk(instance="test", accounts=(AccountPlan(name="main", venue=venue),))
