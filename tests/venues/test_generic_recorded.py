"""Replies that real venues gave, through the real ccxt and the generic dialect, by figures."""

from typing import Any

import pytest

from hedgewatch.core.events import AccountRead, PositionReading
from hedgewatch.venues.dialects.generic_reading import GenericReader
from hedgewatch.venues.dialects.generic_replies import position_readings
from hedgewatch.venues.fields import UnlistedMarketError
from hedgewatch.venues.polling import Poller
from tests.support.recorded import recorded
from tests.venues.stubbed import rows_of, stubbed

NOTHING_IN_IT = {
    "gate": {"currency": "USDT", "total": "0", "available": "0", "position_margin": "0"},
}


def replies(venue: str, method: str) -> list[Any]:
    cases = recorded(f"{venue}.replies.json")["methods"].get(method, [])
    return [case["reply"] for case in cases]


def options(venue: str) -> dict[str, Any]:
    return recorded(f"{venue}.replies.json")["options"] or {}


async def positions(venue: str, reply: object, markets: Any) -> tuple[PositionReading, ...]:
    exchange = stubbed(venue, markets, {"": reply}, options(venue))
    if venue == "paradex":  # a signed login, whose answer nobody recorded
        exchange.authenticate_rest = _nothing
    rows = await exchange.fetch_positions()
    return position_readings(venue, rows, exchange.markets, set())


async def _nothing(*_: object) -> None:
    return None


async def test_gate_tells_contracts_entry_line_leverage_and_the_margin_of_an_isolated_one() -> None:
    markets = recorded("gate.markets.json")
    for number, reply in enumerate(replies("gate", "fetchPositions")):
        (told,) = await positions("gate", reply, markets)
        assert (told.symbol, told.kind, told.contracts) == ("LTC/USDT:USDT", "net", 1.0)
        assert (told.entry_price, told.venue_liquidation_price) == (74.35, 60.07)
        assert (told.leverage, told.venue_time) == (5.0, 1705052585.0)
        assert told.isolated_wallet == (1.49257625 if number < 2 else 0.0)
        assert told.venue_maintenance_margin is None  # 0 in one of three replies of the same


async def test_deribit_tells_dollars_that_become_contracts() -> None:
    markets = recorded("deribit.markets.json")
    (reply,) = replies("deribit", "fetchPositions")
    with pytest.raises(UnlistedMarketError):  # of six only the first is in the recorded listing
        await positions("deribit", reply, markets)
    reply["result"] = reply["result"][:1]
    (told,) = await positions("deribit", reply, markets)
    assert (told.symbol, told.kind, told.contracts) == ("BTC/USD:BTC", "net", 6.0)
    assert (told.entry_price, told.venue_liquidation_price) == (21731.29, 0.77)
    assert (told.leverage, told.venue_maintenance_margin) == (50.0, 5.482e-6)


async def test_every_row_of_deribit_is_understood_where_its_market_is_listed() -> None:
    (reply,) = replies("deribit", "fetchPositions")
    listed = {
        "BTC/USD:BTC": ("BTC-PERPETUAL", 10.0),
        "ETH/USD:ETH": ("ETH-PERPETUAL", 1.0),
        "ADA/USDC:USDC": ("ADA_USDC-PERPETUAL", 1.0),
        "BTC/USDC:USDC": ("BTC_USDC-PERPETUAL", 0.0001),
        "LTC/USDC:USDC": ("LTC_USDC-PERPETUAL", 0.01),
        "TRX/USDC:USDC": ("TRX_USDC-PERPETUAL", 10.0),
    }
    markets = {
        symbol: {**rows_of([symbol])[symbol], "id": name, "contractSize": size}
        for symbol, (name, size) in listed.items()
    }
    told = await positions("deribit", reply, markets)
    contracts = {each.symbol: each.contracts for each in told}
    assert contracts == {
        "BTC/USD:BTC": 6.0,
        "ETH/USD:ETH": -3.0,
        "ADA/USDC:USDC": 30.0,
        "BTC/USDC:USDC": pytest.approx(10.0),
        "LTC/USDC:USDC": pytest.approx(10.0),
        "TRX/USDC:USDC": 10.0,
    }


async def test_paradex_tells_a_position_without_a_line() -> None:
    markets = recorded("paradex.markets.json")
    (reply,) = replies("paradex", "fetchPositions")
    (told,) = await positions("paradex", reply, markets)
    assert (told.symbol, told.contracts) == ("SOL/USD:USDC", 3.0)
    assert (told.entry_price, told.venue_liquidation_price) == (183.06499451, None)
    assert told.isolated_wallet is None


async def test_borrowed_coins_of_kraken_are_no_contracts() -> None:
    (reply,) = replies("kraken", "fetchPositions")
    assert await positions("kraken", reply, recorded("kraken.markets.json")) == ()


def test_bitmex_is_not_read_for_ccxt_has_it_no_more() -> None:
    with pytest.raises(AttributeError):
        stubbed("bitmex", {}, {})


async def read_deribit() -> AccountRead:
    (held,) = replies("deribit", "fetchPositions")
    held["result"] = held["result"][:1]
    (account,) = replies("deribit", "fetchBalance")
    answers = {"get_positions": held, "get_account_summaries": account}
    exchange = stubbed("deribit", recorded("deribit.markets.json"), answers)
    return await GenericReader("main", "deribit").read(exchange)


async def test_a_whole_reading_of_deribit_has_its_balances_and_its_own_sums() -> None:
    reading = await read_deribit()
    told = {each.asset: each for each in reading.balances}
    assert {asset: each.total for asset, each in told.items()} == {
        "SOL": 0.42569894,
        "USDC": 42.217,
    }
    usdc = told["USDC"]
    assert (usdc.cross_wallet, usdc.equity, usdc.maintenance_margin) == (42.217, 42.217, 0.0)
    assert (reading.equity, reading.maintenance_margin) == (None, None)
    assert "how deribit computes margin is not known" in reading.cross_regime.unknown


@pytest.mark.parametrize(
    ("venue", "method", "ccxt_method", "symbol", "price"),
    [
        ("gate", "fetchFundingRates", "fetch_funding_rates", "BTC/USD:BTC", 89029.86),
        (
            "krakenfutures",
            "fetchFundingRates",
            "fetch_funding_rates",
            "DOGE/USD:USD",
            0.09624183255,
        ),
    ],
)
async def test_recorded_funding_rates_bring_mark_prices(
    venue: str, method: str, ccxt_method: str, symbol: str, price: float
) -> None:
    (reply, *_) = replies(venue, method)
    exchange = stubbed(venue, recorded(f"{venue}.markets.json"), {"": reply}, options(venue))
    rows = await getattr(exchange, ccxt_method)([symbol])
    told = Poller(venue).mark(symbol, rows[symbol], 1_700_000_000.0)
    assert told is not None
    assert (told.price, told.venue_time) == (price, 1_700_000_000.0)
