"""What Bybit lists: the contracts of the world, those margined in coins among them, spot pairs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hedgewatch.sim.accounts import ZERO
from hedgewatch.sim.coin_contracts import CoinContract
from hedgewatch.sim.markets import QUOTE, Perpetual, Tier
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.world import World

Row = dict[str, Any]

LAUNCHED = "1584230400000"
_QUARTERS = {"03": "H", "06": "M", "09": "U", "12": "Z"}
_USUAL_HOURS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract as the wire lists it. Its mark is that of `follows`, and `premium` of it more;
    `truth` is the world's name for it.
    """

    name: str
    truth: str
    is_inverse: bool
    base: str
    follows: str
    tick: Decimal
    step: Decimal
    tiers: tuple[Tier, ...]
    expiry: int | None
    funding_hours: int = _USUAL_HOURS
    premium: Decimal = ZERO


def contracts(world: World, category: str) -> Iterator[Contract]:
    """Those of a category."""
    if category == "linear":
        yield from map(_linear, world.markets.values())
    elif category == "inverse":
        yield from map(_inverse, world.coins.contracts.values())


def _linear(market: Perpetual) -> Contract:
    return Contract(
        name=market.symbol,
        truth=market.symbol,
        is_inverse=False,
        base=market.base,
        follows=market.symbol,
        tick=market.tick,
        step=market.step,
        tiers=market.tiers,
        expiry=market.expiry,
        funding_hours=market.funding_hours,
    )


def _inverse(market: CoinContract) -> Contract:
    """Counted in dollars one by one, whatever the face of the world's contract."""
    return Contract(
        name=inverse_name(market.symbol),
        truth=market.symbol,
        is_inverse=True,
        base=market.base,
        follows=market.follows,
        tick=market.tick,
        step=Decimal(1),
        tiers=market.tiers,
        expiry=market.expiry,
        premium=market.premium,
    )


def inverse_name(truth: str) -> str:
    """BTCUSD_PERP is BTCUSD here, and BTCUSD_301227 is BTCUSDZ30."""
    pair, _, end = truth.partition("_")
    return pair if end == "PERP" else f"{pair}{_QUARTERS[end[2:4]]}{end[:2]}"


def instruments(world: World, query: Mapping[str, str]) -> list[Row]:
    """GET /v5/market/instruments-info."""
    category, wanted = query.get("category", ""), query.get("symbol")
    if query.get("status", "Trading") != "Trading":
        return []
    if category == "spot":
        rows = [_pair(world, symbol) for symbol in world.spot_pairs]
    else:
        rows = [_contract(contract) for contract in contracts(world, category)]
    return [row for row in rows if wanted in {None, row["symbol"]}]


def _contract(contract: Contract) -> Row:
    kind = "Inverse" if contract.is_inverse else "Linear"
    return {
        "symbol": contract.name,
        "contractType": f"{kind}{'Perpetual' if contract.expiry is None else 'Futures'}",
        "status": "Trading",
        "baseCoin": contract.base,
        "quoteCoin": "USD" if contract.is_inverse else QUOTE,
        "launchTime": LAUNCHED,
        "deliveryTime": str(contract.expiry or 0),
        "deliveryFeeRate": "",
        "priceScale": "2",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        **_filters(contract),
        "unifiedMarginTrade": True,
        "fundingInterval": contract.funding_hours * 60,
        "settleCoin": contract.base if contract.is_inverse else QUOTE,
        "copyTrading": "none",
        "upperFundingRate": "0.005",
        "lowerFundingRate": "-0.005",
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
        "displayName": "",
        "symbolType": "",
        "forbidUplWithdrawal": False,
        "symbolId": 1,
    }


def _filters(contract: Contract) -> Row:
    tick, step = plain(contract.tick), plain(contract.step)
    return {
        "priceFilter": {"minPrice": tick, "maxPrice": "1999999.80", "tickSize": tick},
        "lotSizeFilter": {
            "maxOrderQty": "10000000",
            "minOrderQty": step,
            "qtyStep": step,
            "postOnlyMaxOrderQty": "10000000",
            "maxMktOrderQty": "1000000",
            "minNotionalValue": "5",
        },
    }


def _pair(world: World, symbol: str) -> Row:
    pair = world.spot_pairs[symbol]
    return {
        "symbolId": 1,
        "symbol": symbol,
        "baseCoin": pair.base,
        "quoteCoin": QUOTE,
        "innovation": "0",
        "status": "Trading",
        "marginTrading": "utaOnly",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": plain(pair.step),
            "quotePrecision": "0.0000001",
            "minOrderQty": plain(pair.step),
            "maxOrderQty": "1000000",
            "minOrderAmt": "5",
            "maxOrderAmt": "8000000",
            "maxLimitOrderQty": "1000000",
            "maxMarketOrderQty": "1000000",
            "postOnlyMaxLimitOrderSize": "1000000",
        },
        "priceFilter": {"tickSize": plain(pair.tick)},
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
        "symbolType": "",
        "xstockMultiplier": "1",
    }


def risk_limits(world: World, query: Mapping[str, str]) -> list[Row]:
    """GET /v5/market/risk-limit: the tiers of a market, each up to its limit."""
    wanted = query.get("symbol")
    return [
        row
        for contract in contracts(world, query.get("category", ""))
        if wanted in {None, contract.name}
        for row in _tiers(contract)
    ]


def _tiers(contract: Contract) -> Iterator[Row]:
    """In what the contract settles in."""
    for number, tier in enumerate(contract.tiers, start=1):
        yield {
            "id": number,
            "symbol": contract.name,
            "riskLimitValue": plain(tier.cap),
            "maintenanceMargin": plain(tier.rate),
            "initialMargin": plain(Decimal(1) / tier.leverage),
            "isLowestRisk": int(number == 1),
            "maxLeverage": f"{tier.leverage}.00",
            "mmDeduction": plain(tier.deduction) if tier.deduction else "",
        }
