"""What the benchmark's exchange says over REST: 200 perpetuals in Binance's own words.

The markets are sorted into 20 margin pools by settle currency, ten in each. The key says how many
of the pools are held: `five` is 50 positions, `twenty` all 200.
"""

from collections.abc import Callable, Sequence
from typing import Any

Reply = Any

POOLS, IN_A_POOL = 20, 10
IDS = [f"A{number:03}Q{number // IN_A_POOL:02}" for number in range(POOLS * IN_A_POOL)]
SYMBOLS = [f"{market[:4]}/{market[4:]}:{market[4:]}" for market in IDS]
HELD = {"five": 5, "twenty": 20}
PRICE = 100.0
_SIZES = (300.0, -450.0, 21e3, -3_500.0, 600.0, -9_000.0, 35e3, -20e3, 24e3, -38e3)
_WALLET = 1_500_000.0
_RATES = (0.004, 0.005, 0.01, 0.025, 0.05, 0.1, 0.125, 0.15)
_FLOORS = (0, 50_000, 250_000, 3_000_000, 20_000_000, 40_000_000, 100_000_000, 120_000_000)
_LISTED, _DELIVERED = 1_700_000_000_000, 4_133_404_800_000


def reply(path: str, key: str, now: int) -> Reply:
    """The answer to one request, None where there is none."""
    make = _REPLIES.get(path.rpartition("/")[2])
    return None if make is None else make(IDS[: HELD.get(key, 0) * IN_A_POOL], now)


def _listed(market: str) -> Reply:
    lot = {"stepSize": "0.001", "minQty": "0.001", "maxQty": "1000000"}
    price = {"tickSize": "0.01", "minPrice": "0.01", "maxPrice": "1000000"}
    return {
        "symbol": market, "pair": market, "contractType": "PERPETUAL", "status": "TRADING",
        "deliveryDate": _DELIVERED, "onboardDate": _LISTED,
        "baseAsset": market[:4], "quoteAsset": market[4:], "marginAsset": market[4:],
        "pricePrecision": 2, "quantityPrecision": 3, "baseAssetPrecision": 8, "quotePrecision": 8,
        "orderTypes": ["LIMIT", "MARKET"], "timeInForce": ["GTC"],
        "filters": [
            {"filterType": "PRICE_FILTER", **price}, {"filterType": "LOT_SIZE", **lot},
            {"filterType": "MARKET_LOT_SIZE", **lot},
            {"filterType": "MIN_NOTIONAL", "notional": "5"},
        ],
    }  # fmt: skip


def _brackets() -> list[Reply]:
    rows, before, deduction = [], 0.0, 0.0
    for number, (floor, rate) in enumerate(zip(_FLOORS, _RATES, strict=True), start=1):
        deduction += floor * (rate - before)
        before = rate
        row = {"bracket": number, "initialLeverage": 20, "notionalFloor": floor}
        rows.append({**row, "notionalCap": 10**9, "maintMarginRatio": rate, "cum": deduction})
    return rows


def _position(market: str) -> Reply:
    return {
        "symbol": market, "positionSide": "BOTH", "positionAmt": f"{_SIZES[int(market[3])]}",
        "entryPrice": f"{PRICE}", "markPrice": f"{PRICE}", "unRealizedProfit": "0",
        "liquidationPrice": "0", "isolatedMargin": "0", "isolatedWallet": "0", "notional": "1",
        "marginAsset": market[4:], "initialMargin": "1", "maintMargin": "1", "updateTime": _LISTED,
    }  # fmt: skip


def _account(assets: list[str]) -> Reply:
    money = f"{_WALLET}"
    rows = [
        {
            "asset": asset, "walletBalance": money, "crossWalletBalance": money,
            "crossUnPnl": "0", "maintMargin": "1", "positionInitialMargin": "1",
            "updateTime": _LISTED,
        }
        for asset in assets
    ]  # fmt: skip
    return {"assets": rows, "positions": [], "totalPositionInitialMargin": "1"}


_REPLIES: dict[str, Callable[[Sequence[str], int], Reply]] = {
    "exchangeInfo": lambda _held, now: {
        "timezone": "UTC",
        "serverTime": now,
        "symbols": [_listed(market) for market in IDS],
    },
    "time": lambda _held, now: {"serverTime": now},
    "leverageBracket": lambda _held, _now: [{"symbol": m, "brackets": _brackets()} for m in IDS],
    "multiAssetsMargin": lambda _held, _now: {"multiAssetsMargin": False},
    "apiRestrictions": lambda _held, _now: {"enableReading": True, "enableWithdrawals": False},
    "listenKey": lambda _held, _now: {"listenKey": "k" * 64},
    "positionRisk": lambda held, _now: [_position(market) for market in held],
    "account": lambda held, _now: _account(sorted({market[4:] for market in held})),
}
