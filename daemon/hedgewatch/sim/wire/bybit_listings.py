"""What Bybit lists: the linear contracts of the world, one inverse one beside them, spot pairs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hedgewatch.sim.markets import QUOTE, Perpetual
from hedgewatch.sim.wire.numbers import plain
from hedgewatch.sim.world import World

Row = dict[str, Any]

INVERSE = "BTCUSD"
OF_INVERSE = "BTCUSDT"
"""Whose mark the inverse contract has: the world knows no other Bitcoin."""

LAUNCHED = "1584230400000"


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as the wire lists it; `truth` is the world's market that it goes by."""

    name: str
    category: str
    truth: Perpetual

    @property
    def is_inverse(self) -> bool:
        """Counted in dollars, and settled in its coin."""
        return self.category == "inverse"


def contracts(world: World, category: str) -> Iterator[Contract]:
    """Those of a category."""
    if category == "linear":
        for market in world.markets.values():
            yield Contract(market.symbol, "linear", market)
    elif category == "inverse":
        yield Contract(INVERSE, "inverse", world.markets[OF_INVERSE])


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
    market = contract.truth
    kind = "Inverse" if contract.is_inverse else "Linear"
    step = "1" if contract.is_inverse else plain(market.step)
    return {
        "symbol": contract.name,
        "contractType": f"{kind}{'Perpetual' if market.expiry is None else 'Futures'}",
        "status": "Trading",
        "baseCoin": market.base,
        "quoteCoin": "USD" if contract.is_inverse else QUOTE,
        "launchTime": LAUNCHED,
        "deliveryTime": str(market.expiry or 0),
        "deliveryFeeRate": "",
        "priceScale": "2",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": {
            "minPrice": plain(market.tick),
            "maxPrice": "1999999.80",
            "tickSize": plain(market.tick),
        },
        "lotSizeFilter": {
            "maxOrderQty": "10000000",
            "minOrderQty": step,
            "qtyStep": step,
            "postOnlyMaxOrderQty": "10000000",
            "maxMktOrderQty": "1000000",
            "minNotionalValue": "5",
        },
        "unifiedMarginTrade": True,
        "fundingInterval": market.funding_hours * 60,
        "settleCoin": market.base if contract.is_inverse else QUOTE,
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
    """Of the inverse contract in coins: a Bitcoin of limit for each 50,000 dollars."""
    unit = Decimal(50_000) if contract.is_inverse else Decimal(1)
    for number, tier in enumerate(contract.truth.tiers, start=1):
        yield {
            "id": number,
            "symbol": contract.name,
            "riskLimitValue": plain(tier.cap / unit),
            "maintenanceMargin": plain(tier.rate),
            "initialMargin": plain(Decimal(1) / tier.leverage),
            "isLowestRisk": int(number == 1),
            "maxLeverage": f"{tier.leverage}.00",
            "mmDeduction": plain(tier.deduction / unit) if tier.deduction else "",
        }
