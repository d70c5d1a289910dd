"""Real clients of the paper exchange: ccxt as installed, only its addresses replaced."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import ccxt.pro

from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, PaperExchange
from hedgewatch.sim.keys import BYBIT_KEY, BYBIT_SECRET

QUICK: dict[str, Any] = {"fetchCurrencies": False, "fetchMargins": False}
LOGIN: dict[str, Any] = {
    "apiKey": DEMO_KEY,
    "secret": DEMO_SECRET,
    "enableRateLimit": False,  # loopback; the weights are counted all the same
    "timeout_on_exit": 10,  # milliseconds
}


@asynccontextmanager
async def futures_client(exchange: PaperExchange, **settings: Any) -> AsyncIterator[Any]:
    """ccxt.pro's binanceusdm, aimed at the paper exchange."""
    client = ccxt.pro.binanceusdm(LOGIN | {"options": QUICK} | settings)
    aim(client, exchange)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def coin_client(exchange: PaperExchange, **settings: Any) -> AsyncIterator[Any]:
    """ccxt.pro's binancecoinm, aimed at the paper exchange."""
    client = ccxt.pro.binancecoinm(LOGIN | {"options": QUICK} | settings)
    aim(client, exchange)
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def spot_client(exchange: PaperExchange, **settings: Any) -> AsyncIterator[Any]:
    """ccxt.pro's binance with only its spot markets, aimed at the paper exchange."""
    options = QUICK | {"fetchMarkets": {"types": ["spot"]}}
    client = ccxt.pro.binance(LOGIN | {"options": options} | settings)
    aim(client, exchange)
    try:
        yield client
    finally:
        await client.close()


def aim(client: Any, exchange: PaperExchange) -> None:
    """Replace the addresses that these tests use."""
    addresses, rest, sockets = client.urls["api"], exchange.url, exchange.ws_url
    for version, suffix in ((1, ""), (2, "V2"), (3, "V3")):
        addresses[f"fapiPublic{suffix}"] = f"{rest}/fapi/v{version}"
        addresses[f"fapiPrivate{suffix}"] = f"{rest}/fapi/v{version}"
    addresses["dapiPublic"] = addresses["dapiPrivate"] = f"{rest}/dapi/v1"
    addresses["dapiPrivateV2"] = f"{rest}/dapi/v2"
    addresses["public"] = addresses["private"] = f"{rest}/api/v3"
    addresses["sapi"] = f"{rest}/sapi/v1"
    for kind in ("linear", "inverse", "spot"):
        addresses["ws"][kind] = f"{sockets}/ws"
    addresses["ws"]["ws-api"] = {
        "spot": f"{sockets}/ws-api/v3",
        "linear": f"{sockets}/ws-fapi/v1",
        "inverse": f"{sockets}/ws-dapi/v1",
    }


@asynccontextmanager
async def bybit_client(exchange: PaperExchange, **settings: Any) -> AsyncIterator[Any]:
    """ccxt.pro's bybit, aimed at the paper exchange."""
    login = LOGIN | {"apiKey": BYBIT_KEY, "secret": BYBIT_SECRET}
    markets = {"fetchMarkets": {"types": ["spot", "linear", "inverse"]}}
    client = ccxt.pro.bybit(login | {"options": markets} | settings)
    rest, sockets = exchange.url_of("bybit"), exchange.ws_url_of("bybit")
    addresses = client.urls["api"]
    addresses["public"] = addresses["private"] = rest
    public = {kind: f"{sockets}/v5/public/{kind}" for kind in ("spot", "linear", "inverse")}
    private = {"contract": f"{sockets}/v5/private", "trade": f"{sockets}/v5/trade"}
    addresses["ws"] = {"public": public, "private": private}
    try:
        yield client
    finally:
        await client.close()
