"""Positions as venues document them that nobody recorded for us, through the real ccxt.

Each is a quarter of a bitcoin, bought or sold at 59,000: what that is in contracts differs. Source:
what the public API documentation of each venue shows that its list of positions answers.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ccxt
import pytest

from hedgewatch.venues.dialects.generic_balances import Held, assets
from hedgewatch.venues.dialects.generic_calls import calls_of
from hedgewatch.venues.dialects.generic_currencies import by_currency
from hedgewatch.venues.dialects.generic_reading import GenericReader
from hedgewatch.venues.dialects.generic_replies import position_readings
from hedgewatch.venues.fields import OddReplyError
from tests.venues.stubbed import rows_of, stubbed

DOCUMENTED = json.loads(Path(__file__).with_name("documented_positions.json").read_text())


@pytest.mark.parametrize(
    "case", DOCUMENTED, ids=lambda case: f"{case['venue']} {case['contracts']}"
)
async def test_a_quarter_of_a_bitcoin_is_told_as_the_venue_counts_it(case: dict[str, Any]) -> None:
    venue, named = case["venue"], case["market"]
    market = {**rows_of([named["symbol"]])[named["symbol"]], "info": {}, **named}
    exchange = stubbed(venue, {named["symbol"]: market}, {"": case["reply"]})
    asked, *_ = calls_of(venue, [market]).positions
    rows = await exchange.fetch_positions(None, dict(asked))
    (told,) = position_readings(venue, rows, exchange.markets, set())
    assert (told.symbol, told.contracts) == (named["symbol"], case["contracts"])
    assert (told.entry_price, told.venue_liquidation_price) == (case["entry"], case["line"])
    assert told.venue_maintenance_margin is None
    if market["linear"]:
        assert abs(told.contracts) * market["contractSize"] == pytest.approx(0.25)


async def test_an_asset_that_delta_numbers_has_the_name_that_it_has_there() -> None:
    rows = [
        {"asset_id": 14, "asset_symbol": "BTC", "balance": "1.5", "available_balance": "1.25"},
        {"asset_id": 5, "asset_symbol": "USDT", "balance": "1000", "available_balance": "13"},
    ]
    reply = {"success": True, "result": rows}
    exchange = stubbed("delta", rows_of(["BTC/USDT:USDT"]), {"wallet/balances": reply})
    held = assets(await exchange.fetch_balance())
    assert held == {"BTC": Held(1.5, 0.25), "USDT": Held(1000.0, 987.0)}


def of_gate(currency: str, total: str) -> dict[str, str]:
    return {"currency": currency, "total": total, "available": "1", "position_margin": "0"}


@pytest.mark.parametrize("delivery", ["0", "7"])
async def test_two_accounts_of_gate_in_one_currency_add_up(delivery: str) -> None:
    """Perpetuals and dated contracts have an account each: the later one told took its place."""
    answers = {
        "positions": [],
        "futures/usdt/accounts": of_gate("USDT", "1000"),
        "futures/btc/accounts": of_gate("BTC", "2"),
        "delivery/usdt/accounts": of_gate("USDT", delivery),
        "spot/accounts": [{"currency": "BTC", "available": "1", "locked": "0.5"}],
    }
    markets = rows_of(["BTC/USDT:USDT"])
    exchange = stubbed("gate", markets, answers, {"unifiedAccount": False})
    reading = await GenericReader("main", "gate").read(exchange)
    told = {each.asset: each.total for each in reading.balances}
    assert told == {"USDT": 1000.0 + float(delivery), "BTC": 3.5}


KRAKEN_WALLETS: Mapping[str, Any] = {
    "flex": {
        "currencies": {"USDT": {"quantity": "900", "available": "800"}},
        "type": "multiCollateralMarginAccount",
    },
    "fi_xbtusd": {
        "auxiliary": {"pv": "2.1", "af": "1.5", "pnl": "0.1"},
        "balances": {"xbt": "2.0", "pi_xbtusd": "-15000"},
        "currency": "xbt",
        "type": "marginAccount",
    },
    "fi_ethusd": {"auxiliary": {"pv": "0"}, "balances": {"eth": "0.0"}, "type": "marginAccount"},
    "cash": {"balances": {"xbt": "0.5", "eur": "0.0"}, "type": "cashAccount"},
}


async def test_coins_in_every_wallet_of_kraken_futures_are_owned_without_their_profit() -> None:
    answers = {
        "accounts": {"result": "success", "accounts": KRAKEN_WALLETS},
        "positions": {"result": "success", "openPositions": []},
    }
    exchange = stubbed("krakenfutures", rows_of(["BTC/USD:BTC"]), answers)
    reading = await GenericReader("main", "krakenfutures").read(exchange)
    assert {each.asset: each.total for each in reading.balances} == {"USDT": 900.0, "BTC": 2.5}


SUBACCOUNT: Mapping[str, Any] = {
    "subaccountNumber": 0,
    "equity": "161451.04",
    "freeCollateral": "152508.28",
    "openPerpetualPositions": {
        "ETH-USD": {"market": "ETH-USD", "side": "LONG", "size": "0.001", "unrealizedPnl": "-0.04"},
        "BTC-USD": {"market": "BTC-USD", "side": "SHORT", "size": "-4.1", "unrealizedPnl": "17002"},
    },
    "assetPositions": {"USDC": {"size": "608580.95", "symbol": "USDC", "side": "LONG"}},
}


def dydx(subaccount: Mapping[str, Any]) -> Any:
    listed = rows_of(["BTC/USD:USDC", "ETH/USD:USDC"])
    markets = {symbol: {**row, "id": f"{row['base']}-USD"} for symbol, row in listed.items()}
    positions = [
        {**row, "entryPrice": "100000"} for row in subaccount["openPerpetualPositions"].values()
    ]
    answers = {"perpetualPositions": {"positions": positions}, "": {"subaccount": subaccount}}
    return stubbed("dydx", markets, answers)


async def test_the_money_of_dydx_is_its_equity_without_what_its_positions_bring_along() -> None:
    """Of it ccxt tells only what is free. The USDC have in them what was sold short."""
    reading = await GenericReader("main", "dydx").read(dydx(SUBACCOUNT))
    (usdc,) = reading.balances
    assert (usdc.asset, usdc.equity) == ("USDC", 161_451.04)
    assert usdc.total == pytest.approx(161_451.04 - 17_002.0 + 0.04)
    assert {each.symbol: each.contracts for each in reading.positions} == {
        "BTC/USD:USDC": -4.1,
        "ETH/USD:USDC": 0.001,
    }


async def test_where_dydx_does_not_list_its_subaccounts_the_others_are_said_to_be_unseen() -> None:
    exchange = dydx(SUBACCOUNT)

    async def refused(_: object) -> None:
        raise ccxt.ExchangeError("no")

    exchange.indexerGetAddressesAddress = refused
    reading = await GenericReader("main", "dydx").read(exchange)
    assert "subaccounts other than 0" in reading.unseen[0]
    assert [each.asset for each in reading.balances] == ["USDC"]


@pytest.mark.parametrize("without", ["equity", "unrealizedPnl"])
async def test_what_dydx_does_not_tell_of_its_money_is_no_reading(without: str) -> None:
    told = json.loads(json.dumps(SUBACCOUNT).replace(f'"{without}"', '"other"'))
    with pytest.raises(OddReplyError, match="how much USDC is owned is not told"):
        await GenericReader("main", "dydx").read(dydx(told))


@pytest.mark.parametrize(("currency", "total"), [("USD", 999_216.5009), ("BTC", 99.92165009)])
async def test_dollars_of_phemex_have_four_digits_and_every_other_currency_eight(
    currency: str, total: float
) -> None:
    account = {"currency": currency, "accountBalanceEv": 9992165009, "totalUsedBalanceEv": 0}
    reply = {"code": 0, "msg": "", "data": {"account": account, "positions": []}}
    exchange = stubbed("phemex", rows_of(["BTC/USD:BTC", "ETH/USD:USD"]), {"": reply})
    held = assets(await exchange.fetch_balance({"type": "swap", "code": currency}))
    assert list(held) == [currency]
    assert held[currency].total == pytest.approx(total)


_IN_ONE = {"equity": "750", "available": "13", "locked": "0", "balance": "1000", "debt": "0"}
UNIFIED: Mapping[str, Any] = {
    "bitget": {"code": "00000", "data": {"assets": [{"coin": "USDT", **_IN_ONE}]}},
    "htx": {
        "code": 200,
        "data": {
            "equity": "750",
            "details": [{"currency": "USDT", **_IN_ONE, "profit_unreal": "-250"}],
        },
    },
    "digifinex": {
        "code": 0,
        "data": [{"currency": "USDT", "equity": "750", "unrealized_pnl": "-250"}],
    },
}


@pytest.mark.parametrize("venue", UNIFIED)
def test_an_equity_is_told_without_its_profit_which_the_positions_bring_along(venue: str) -> None:
    """1,000 USDT behind a loss of 250: ccxt's total is 750."""
    told = by_currency(venue, UNIFIED[venue], str)
    assert told["USDT"].wallet == 1000.0
