"""ccxt as its documentation says: a loop over `watch_mark_prices` that does nothing with it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import ccxt.pro

from hedgewatch.venues.endpoint import replace_addresses
from hedgewatch.venues.settings import EndpointSettings
from tests.bench.client import Sight, run
from tests.bench.venue import SYMBOLS


@asynccontextmanager
async def watching(port: int, hook: str, key: str) -> AsyncIterator[Sight]:
    del hook
    here = EndpointSettings(rest=f"http://127.0.0.1:{port}", ws=f"ws://127.0.0.1:{port}")
    exchange = ccxt.pro.binanceusdm({"apiKey": key, "secret": "none"})
    exchange.options["fetchCurrencies"] = False
    exchange.urls = replace_addresses(exchange.urls, here)
    handled = 0

    async def watch() -> None:
        nonlocal handled
        while True:
            await exchange.watch_mark_prices(SYMBOLS)
            handled += 1

    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(watch())
            while not handled:  # noqa: ASYNC110 - only at the start
                await asyncio.sleep(0.01)
            yield Sight(lambda: handled, lambda: exchange.tickers[SYMBOLS[0]]["markPrice"])
            task.cancel()
    finally:
        await exchange.close()


if __name__ == "__main__":
    run(watching, sys.argv[1:])
