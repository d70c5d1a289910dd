"""Where the mark price of a market is, at venues for which ccxt unifies none.

Each by the venue's documentation; what is not there, or is no price, is none.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.fields import Row, above_zero_or_none, number_or_none, rows, table

Prices = Mapping[str, Row]
"""By symbol, in rows as ccxt would have them."""

RAW_FIELDS: Mapping[str, str] = MappingProxyType({"hibachi": "markPrice", "mexc": "fairPrice"})
"""Fields of raw tickers or funding rates. MEXC calls fair price what it liquidates by."""

RAW_RATES: Mapping[str, str] = MappingProxyType({"weex": "forecastFundingRate"})
"""Raw funding rates of the running interval, where ccxt has the one that was paid last (WEEX)."""

ASSUMED_INTERVALS: Mapping[str, str] = MappingProxyType({"backpack": "fundingInterval"})
"""Where the funding interval of a market, in milliseconds, is in its raw row, and what ccxt has for
it is an assumption (Backpack, Market).
"""

_CANDLE_SECONDS = 120.0
"""A running minute began no longer ago than this, of a venue whose candles are not late."""


def with_mark(venue: str, row: Row) -> Row:
    """A unified row with the mark price, and the funding rate, that ccxt left in the raw one."""
    name, rate, info = RAW_FIELDS.get(venue), RAW_RATES.get(venue), row.get("info")
    if not isinstance(info, Mapping):
        return row
    more = {} if name is None or row.get("markPrice") else {"markPrice": info.get(name)}
    return {**row, **more, **({"fundingRate": info.get(rate)} if rate in info else {})}


async def _dydx(exchange: Exchange, symbols: Sequence[str]) -> Prices:
    """The indexer's perpetual markets: dYdX liquidates by the price of its oracle."""
    reply = table(await exchange.indexerGetPerpetualMarkets(), "perpetualMarkets")
    listed = table(reply.get("markets"), "markets")
    return {
        symbol: {"markPrice": table(listed.get(exchange.market_id(symbol)), symbol)["oraclePrice"]}
        for symbol in symbols
    }


async def _cryptocom(exchange: Exchange, symbols: Sequence[str]) -> Prices:
    """Crypto.com, public/get-valuations of the type mark_price: the newest comes first."""
    found = {}
    for symbol in symbols:
        wanted = {"instrument_name": exchange.market_id(symbol), "valuation_type": "mark_price"}
        reply = table(await exchange.v1PublicGetPublicGetValuations(wanted), "valuations")
        listed = rows(table(reply.get("result"), "valuations").get("data"), "valuations")
        newest = max(listed, key=lambda row: number_or_none(row, "t") or 0.0)
        found[symbol] = {"markPrice": newest.get("v"), "timestamp": newest.get("t")}
    return found


async def _xt(exchange: Exchange, symbols: Sequence[str]) -> Prices:
    """XT, get the mark price of a symbol."""
    found = {}
    for symbol in symbols:
        kind = "Inverse" if exchange.market(symbol).get("inverse") else "Linear"
        ask = getattr(exchange, f"public{kind}GetFutureMarketV1PublicQSymbolMarkPrice")
        reply = table(await ask({"symbol": exchange.market_id(symbol)}), "mark price")
        told = table(reply.get("result"), "mark price")
        found[symbol] = {"markPrice": told.get("p"), "timestamp": told.get("t")}
    return found


async def _candles(exchange: Exchange, symbols: Sequence[str]) -> Prices:
    """The close of the running minute of the mark price is the mark price of now."""
    found = {}
    for symbol in symbols:
        reply = await exchange.fetch_mark_ohlcv(symbol, "1m", None, 2)
        bars = [row for row in reply or [] if isinstance(row, list) and len(row) > 4]  # noqa: PLR2004
        if not bars:
            continue
        last = max(bars, key=lambda row: row[0])
        if exchange.milliseconds() - last[0] <= _CANDLE_SECONDS * 1000.0:
            found[symbol] = {"markPrice": last[4]}
    return found


OTHER_MARKS: Mapping[str, Callable[[Exchange, Sequence[str]], Awaitable[Prices]]] = (
    MappingProxyType(
        {
            "cryptocom": _cryptocom,
            "deepcoin": _candles,
            "dydx": _dydx,
            "htx": _candles,
            "mudrex": _candles,
            "toobit": _candles,
            "xt": _xt,
        }
    )
)

ENTRIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "cryptocom": ("v1PublicGetPublicGetValuations",),
        "dydx": ("indexerGetPerpetualMarkets",),
        "xt": (
            "publicLinearGetFutureMarketV1PublicQSymbolMarkPrice",
            "publicInverseGetFutureMarketV1PublicQSymbolMarkPrice",
        ),
    }
)
"""What of the venue's API these ask, for the fence."""

WITHOUT_MARKS = frozenset({"btse", "bydfi"})
"""Venues of which no mark price is known to be told, neither by ccxt nor here."""


def tells_mark(row: Row) -> bool:
    """Whether a row has a mark price."""
    return above_zero_or_none(row, "markPrice") is not None
