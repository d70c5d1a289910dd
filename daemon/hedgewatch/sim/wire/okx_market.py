"""What OKX says to everybody: instruments, tiers, discounts, prices, the past.

Sources: OKX API, "Public data" and "Order book trading: market data".
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.margin_okx import usd
from hedgewatch.sim.markets import SpotPair
from hedgewatch.sim.okx_markets import CONTRACTS, Contract
from hedgewatch.sim.past import MINUTE
from hedgewatch.sim.wire.numbers import on_tick, plain
from hedgewatch.sim.wire.okx_signature import VENUE, Refusal
from hedgewatch.sim.world import World

Row = dict[str, Any]

HOUR = 3_600_000
TRADED_IN_A_DAY = Decimal(100_000)
OPEN_INTEREST = Decimal(1_000_000)
MOST_CANDLES = {"mark-price-candles": 100, "candles": 300}
NO_SUCH_MARKET = (200, 51001, "Instrument ID doesn't exist.")
ODD_PARAMETER = (400, 51000, "Parameter {0} error.")


def is_contract(name: str) -> bool:
    """Whether an instId has a third part, as that of no pair has."""
    return name.count("-") > 1


def contract_named(name: str) -> Contract:
    """By its instId."""
    found = next((each for each in CONTRACTS.values() if each.id == name), None)
    if found is None:
        raise Refusal(*NO_SUCH_MARKET)
    return found


def pair_named(world: World, name: str) -> SpotPair:
    """By its instId: `ALT-USDT`."""
    pair = world.spot_pairs.get(name.replace("-", ""))
    if pair is None:
        raise Refusal(*NO_SUCH_MARKET)
    return pair


def mark(world: World, contract: Contract) -> Decimal:
    """Its mark."""
    return world.mark_at(VENUE, contract.priced)


def mark_row(world: World, name: str, now: int) -> Row:
    """One of GET /api/v5/public/mark-price, and of the channel `mark-price`."""
    contract = contract_named(name)
    price = plain(mark(world, contract))
    return {"instType": contract.kind, "instId": name, "markPx": price, "ts": str(now)}


def best(world: World, name: str) -> tuple[Decimal, Decimal]:
    """Bid and ask, one tick to either side of the price."""
    if is_contract(name):
        contract = contract_named(name)
        price, tick = mark(world, contract), world.markets[contract.priced].tick
    else:
        pair = pair_named(world, name)
        price, tick = world.spot_price(pair.symbol), pair.tick
    middle = on_tick(price, tick)
    return middle - tick, middle + tick


def ticker(world: World, name: str, now: int) -> Row:
    """GET /api/v5/market/ticker, and the channel `tickers`."""
    bid, ask = best(world, name)
    last = plain((bid + ask) / 2)
    contract = contract_named(name) if is_contract(name) else None
    volume = TRADED_IN_A_DAY if contract is None else _contracts(world, contract, TRADED_IN_A_DAY)
    return {
        "askPx": plain(ask),
        "askSz": "1000",
        "bidPx": plain(bid),
        "bidSz": "1000",
        "high24h": last,
        "instId": name,
        "instType": "SPOT" if contract is None else contract.kind,
        "last": last,
        "lastSz": "1",
        "low24h": last,
        "open24h": last,
        "sodUtc0": last,
        "sodUtc8": last,
        "ts": str(now),
        "vol24h": plain(volume),
        "volCcy24h": plain(TRADED_IN_A_DAY),
    }


def _contracts(world: World, contract: Contract, coins: Decimal) -> Decimal:
    worth = coins if contract.linear else coins * mark(world, contract)
    return worth / contract.value


def book(world: World, name: str, size: str) -> Row:
    """GET /api/v5/market/books: levels of (price, contracts, 0, orders)."""
    contract, levels = contract_named(name), min(int(size or "1"), 400)
    bid, ask = best(world, name)
    tick = world.markets[contract.priced].tick
    amount = plain(_contracts(world, contract, world.level_amount))
    return {
        "asks": [[plain(ask + step * tick), amount, "0", "1"] for step in range(levels)],
        "bids": [
            [plain(bid - step * tick), amount, "0", "1"]
            for step in range(levels)
            if bid > step * tick
        ],
        "ts": str(epoch_milliseconds()),
    }


def index(world: World, name: str, now: int) -> Row:
    """One of GET /api/v5/market/index-tickers: what a coin is worth in dollars or in USDT."""
    coin, _, quote = name.partition("-")
    venue = world.venue_of(VENUE)
    price = usd(coin, venue) if quote == "USD" else world.marks.get(f"{coin}USDT")
    if price is None:
        raise Refusal(*NO_SUCH_MARKET)
    text = plain(price)
    return {"instId": name, "idxPx": text, "high24h": text, "low24h": text, "ts": str(now)}


def indices(world: World, query: Mapping[str, str]) -> list[Row]:
    """GET /api/v5/market/index-tickers: one, or all of a quote currency."""
    now = epoch_milliseconds()
    if query.get("instId"):
        return [index(world, query["instId"], now)]
    coins = sorted({*world.indices, *(each.base for each in CONTRACTS.values())})
    if query.get("quoteCcy") == "USD":
        return [index(world, f"{coin}-USD", now) for coin in coins]
    return [index(world, each.family, now) for each in CONTRACTS.values() if each.linear]


def funding(world: World, name: str, now: int) -> Row:
    """One of GET /api/v5/public/funding-rate, and of the channel `funding-rate`."""
    contract = contract_named(name)
    if contract.end is not None:
        raise Refusal(*NO_SUCH_MARKET)
    hours = world.markets[contract.priced].funding_hours
    paid = (now // (hours * HOUR) + 1) * hours * HOUR
    return {
        "formulaType": "noRate",
        "fundingRate": plain(world.funding_rate),
        "fundingTime": str(paid),
        "instId": name,
        "instType": "SWAP",
        "maxFundingRate": "0.00375",
        "method": "current_period",
        "minFundingRate": "-0.00375",
        "nextFundingRate": "",
        "nextFundingTime": str(paid + hours * HOUR),
        "premium": "0",
        "settFundingRate": "0.0001",
        "settState": "settled",
        "ts": str(now),
    }


def fundings(world: World, name: str) -> list[Row]:
    """GET /api/v5/public/funding-rate: `ANY` is all of them."""
    perpetual = [each.id for each in CONTRACTS.values() if each.end is None]
    names = perpetual if name == "ANY" else [name]
    return [funding(world, each, epoch_milliseconds()) for each in names]


def interest(world: World, name: str, now: int) -> Row:
    """One of GET /api/v5/public/open-interest, and of the channel `open-interest`."""
    contract = contract_named(name)
    return {
        "instId": name,
        "instType": contract.kind,
        "oi": plain(_contracts(world, contract, OPEN_INTEREST)),
        "oiCcy": plain(OPEN_INTEREST),
        "oiUsd": plain(OPEN_INTEREST * mark(world, contract)),
        "ts": str(now),
    }


# the past


def candles(world: World, query: Mapping[str, str], kind: str) -> list[list[str]]:
    """GET /api/v5/market/mark-price-candles and /candles: the newest first, until `after`."""
    name, most = query.get("instId", ""), MOST_CANDLES[kind]
    limit, after = query.get("limit", "100"), query.get("after", "")
    if query.get("bar", "1m") != "1m" or not limit.isdecimal() or int(limit) > most:
        raise Refusal(ODD_PARAMETER[0], ODD_PARAMETER[1], "Parameter bar or limit error.")
    if kind == "candles":
        pair = pair_named(world, name)
        symbol, part = pair.symbol, world.spot_price(pair.symbol) / world.marks[pair.symbol]
        tick, volumes = pair.tick, ["1000", "1000", "1000"]
    else:
        symbol, part = contract_named(name).priced, Decimal(1)
        tick, volumes = world.markets[symbol].tick, []
    closes = world.past.closes(symbol, world.marks[symbol])
    wanted = [each for each in closes if not after or each[0] < int(after)][-int(limit) :]
    running = epoch_milliseconds() // MINUTE * MINUTE
    return [
        [str(start), *[plain(on_tick(price * part, tick))] * 4, *volumes, _over(start, running)]
        for start, price in reversed(wanted)
    ]


def _over(start: int, running: int) -> str:
    return "0" if start >= running else "1"
