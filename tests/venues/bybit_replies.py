"""Replies of Bybit's, as its documentation shows them, for tests of the dialect."""

from collections.abc import Mapping
from typing import Any

from hedgewatch.venues.dialects.bybit import Bybit

POSITION: dict[str, Any] = {
    "positionIdx": 0,
    "symbol": "BTCUSDT",
    "side": "Sell",
    "size": "0.5",
    "avgPrice": "60000",
    "positionValue": "30500",
    "positionStatus": "Normal",
    "leverage": "10",
    "markPrice": "61000",
    "liqPrice": "",
    "positionIM": "3050.5",
    "positionMM": "170.5",
    "positionBalance": "0",
    "sessionAvgPrice": "",
    "adlRankIndicator": 2,
    "createdTime": "1676538056258",
    "updatedTime": "1697673600012",
    "seq": 5723621632,
}
FLAT = {**POSITION, "side": "", "size": "0", "avgPrice": "0", "positionValue": "", "leverage": "10"}
COIN: dict[str, Any] = {
    "coin": "USDT",
    "equity": "990",
    "usdValue": "989.01",
    "walletBalance": "1000",
    "spotBorrow": "0",
    "locked": "10",
    "totalPositionIM": "3050.5",
    "marginCollateral": True,
    "collateralSwitch": True,
}
INFO = {"marginMode": "REGULAR_MARGIN", "unifiedMarginStatus": 5, "updatedTime": "1697078946000"}
RATIOS = [
    {
        "currency": "USDT",
        "collateralRatioList": [{"minQty": "0", "maxQty": "", "collateralRatio": "1"}],
    },
    {
        "currency": "BTC",
        "collateralRatioList": [
            {"minQty": "10", "maxQty": "", "collateralRatio": "0.5"},
            {"minQty": "0", "maxQty": "10", "collateralRatio": "0.95"},
        ],
    },
]
NOW = 1_697_684_980.172

MARKETS: Mapping[str, Mapping[str, Any]] = {
    "BTC/USDT:USDT": {"id": "BTCUSDT", "linear": True},
    "BTC/USDT": {"id": "BTCUSDT", "spot": True},
    "BTC/USDC:USDC": {"id": "BTCPERP", "linear": True},
    "BTC/USD:BTC": {"id": "BTCUSD", "linear": False},
}


def enveloped(result: object) -> dict[str, Any]:
    """A reply whose result this is."""
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": NOW * 1000}


class Replies:
    """Answers the requests of a dialect with what a test prepared, and notes what was asked."""

    def __init__(self, *positions: Mapping[str, Any], **others: Any) -> None:
        self.positions = list(positions)
        self.others = others
        self.asked: list[Mapping[str, Any]] = []
        self.refused: dict[str, Exception] = others.get("refused", {})
        self.now: float = others.get("now", NOW)

    def nonce(self) -> float:
        return self.now * 1000

    def _refuse(self, what: str) -> None:
        if what in self.refused:
            raise self.refused[what]

    async def private_get_v5_account_info(self) -> Any:
        return enveloped(self.others.get("info", INFO))

    async def private_get_v5_account_fee_rate(self, asked: Mapping[str, Any]) -> Any:
        self._refuse(f"fees of {asked['category']}")
        fees = {"linear": [{"symbol": "BTCUSDT", "takerFeeRate": "0.0004"}]}
        return enveloped({"list": fees.get(asked["category"], [])})

    async def private_get_v5_position_list(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        if "page" in self.others:
            return self.others["page"](asked)
        of_option = asked["category"] == "option"
        if of_option:
            self._refuse("options")
        rows = self.others.get("options", []) if of_option else self._positions(asked)
        return enveloped({"list": rows, "nextPageCursor": "said%2Calways"})

    def _positions(self, asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        named = asked.get("symbol")
        rows = [row for row in self.positions if named in {None, row["symbol"]}]
        if named:
            return rows or self.others.get("by_name", [])
        settles = {"BTCUSDT": "USDT", "BTCPERP": "USDC", "BTCUSD": None}
        return [row for row in rows if settles[row["symbol"]] == asked.get("settleCoin")]

    async def private_get_v5_account_wallet_balance(self, asked: Mapping[str, Any]) -> Any:
        assert asked == {"accountType": "UNIFIED"}
        account = {"totalMarginBalance": "998.5", "totalMaintenanceMargin": "170.5"}
        coins = self.others.get("coins", [COIN])
        return enveloped({"list": [{**account, "coin": coins}]})

    async def private_get_v5_user_query_api(self) -> Any:
        return enveloped(self.others["key"])

    async def private_get_v5_earn_position(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        self._refuse(asked["category"])
        return enveloped({"list": self.others["earn"][asked["category"]]})

    async def private_get_v5_account_transaction_log(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        return enveloped({"list": self.others["log"]})

    async def public_get_v5_spot_margin_trade_collateral(self) -> Any:
        self._refuse("ratios")
        return enveloped({"list": self.others.get("ratios", RATIOS)})

    async def private_get_v5_spot_margin_trade_position_tiers(self) -> Any:
        self._refuse("loans")
        tiers = [
            {"tier": "1", "borrowLimit": "390", "positionMMR": "0.04", "positionIMR": "0.2"},
            {"tier": "2", "borrowLimit": "391", "positionMMR": "0.05", "positionIMR": "0.25"},
        ]
        return enveloped({"list": [{"currency": "BTC", "positionTiersRatioList": tiers}]})

    async def public_get_v5_market_risk_limit(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        return enveloped({"list": self.others["limits"]})

    async def public_get_v5_market_tickers(self, asked: Mapping[str, Any]) -> Any:
        return enveloped({"list": self.others.get("tickers", {}).get(asked["category"], [])})

    async def public_get_v5_market_orderbook(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        return enveloped(self.others["book"])

    async def public_get_v5_market_kline(self, asked: Mapping[str, Any]) -> Any:
        self.asked.append(asked)
        return enveloped({"list": self.others["candles"]})

    async def public_get_v5_market_mark_price_kline(self, asked: Mapping[str, Any]) -> Any:
        return await self.public_get_v5_market_kline(asked)


def dialect() -> Bybit:
    """One that knows four markets, of which two have the same id."""
    spoken = Bybit("main")
    spoken.list_markets(MARKETS)
    return spoken
