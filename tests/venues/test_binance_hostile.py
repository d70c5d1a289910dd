"""Replies of Binance with anything in any place: an error that says so, or plain numbers."""

import asyncio
from copy import deepcopy
from math import isfinite
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.events import AccountRead
from hedgewatch.venues.dialects.binance_portfolio import BinancePortfolio
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from hedgewatch.venues.fields import OddReplyError
from tests.support.chance import examples
from tests.venues import test_coinm_replies as coinm
from tests.venues import test_portfolio_replies as portfolio
from tests.venues import test_wallets_replies as wallets

ID = "BTCUSD_PERP"
FEW = settings(max_examples=examples(25), deadline=None)
JUNK: list[Any] = [
    None, "", "0", "-1", "NaN", "Infinity", "1e999", "a lot", " 1", 0, -1, True, [], {}, [None],
    "BTCUSD_PERP", "BOTH", {"code": -1000},
]  # fmt: skip

damage = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(JUNK)), min_size=1, max_size=3)


def places_in(reply: Any) -> list[tuple[Any, Any]]:
    """Every value in a reply, by what holds it and where."""
    inside = reply.items() if isinstance(reply, dict) else enumerate(reply)
    found = []
    for key, value in list(inside):
        found.append((reply, key))
        if isinstance(value, dict | list):
            found += places_in(value)
    return found


def damaged(replies: dict[str, Any], hits: list[tuple[int, Any]]) -> dict[str, Any]:
    broken = deepcopy(replies)
    for where, junk in hits:
        places = places_in(broken)
        holder, key = places[where % len(places)]
        holder[key] = deepcopy(junk)
    return broken


def sound(spoken: Any, exchange: Any) -> None:
    """What is read is numbers; what makes no sense says so."""
    try:
        read = asyncio.run(spoken.read_account(exchange))
    except OddReplyError:
        return
    assert isinstance(read, AccountRead)
    for position in read.positions:
        assert isfinite(position.contracts)
        assert isfinite(position.entry_price)
    for balance in read.balances:
        assert isfinite(balance.total)
        assert isfinite(balance.cross_wallet)


@FEW
@given(damage)
def test_an_account_of_coins(hits: list[tuple[int, Any]]) -> None:
    needed = {"symbol": "BTCUSD_PERP", "positionSide": "BOTH", "maintMargin": "0.00002100"}
    ranks = [{"symbol": "BTCUSD_PERP", "adlQuantile": {"LONG": 0, "BOTH": 3}}]
    whole = {"assets": [coinm.COIN], "positions": [needed]}
    replies = damaged({"held": [coinm.ISOLATED], "account": whole, "ranks": ranks}, hits)
    held = replies.pop("held")
    spoken: BinanceCoinm = coinm.dialect()
    sound(spoken, coinm.Replies(held, **replies))


@FEW
@given(damage)
def test_a_portfolio_margin_account(hits: list[tuple[int, Any]]) -> None:
    replies = {
        "um": [portfolio.UM],
        "cm": [portfolio.CM],
        "account": portfolio.ACCOUNT,
        "balance": [portfolio.coin("BTC", "1.5", "0.1"), portfolio.coin("USDT", "250")],
        "um_ranks": [{"symbol": "BTCUSDT", "adlQuantile": {"LONG": 3}}],
    }
    spoken: BinancePortfolio = portfolio.dialect()
    sound(spoken, portfolio.Replies(**damaged(replies, hits)))


@FEW
@given(damage)
def test_a_spot_account_with_all_its_wallets(hits: list[tuple[int, Any]]) -> None:
    replies = {
        "flexible": {"rows": [wallets.FLEXIBLE]},
        "locked": {"rows": [wallets.LOCKED]},
        "wallets": wallets.FUNDED,
        "funding": [wallets.FUNDING],
    }
    sound(BinanceSpot("spot"), wallets.Wallets(**damaged(replies, hits)))


COIN_FRAMES: list[dict[str, Any]] = [
    {
        "e": "ACCOUNT_UPDATE",
        "E": 1_700_000_000_000,
        "T": 1_700_000_000_000,
        "a": {
            "m": "ORDER",
            "B": [{"a": "BTC", "wb": "1", "cw": "1", "bc": "0"}],
            "P": [
                {"s": "BTCUSD_PERP", "pa": "-7", "ep": "5", "mt": "cross", "iw": "0", "ps": "BOTH"}
            ],
        },
    },
    {
        "e": "ORDER_TRADE_UPDATE",
        "T": 1_700_000_000_000,
        "o": {
            "s": "BTCUSD_PERP",
            "c": "autoclose-1",
            "S": "SELL",
            "l": "7",
            "ps": "BOTH",
            "o": "X",
        },
    },
    {
        "e": "MARGIN_CALL",
        "E": 1_700_000_000_000,
        "p": [{"s": "BTCUSD_PERP", "mm": "0.003", "up": "-0.02"}],
    },
    {"e": "riskLevelChange", "E": 1_700_000_000_000, "u": "1.9", "s": "MARGIN_CALL"},
    {"e": "ACCOUNT_CONFIG_UPDATE", "E": 1, "ac": {"s": "BTCUSD_PERP", "l": 25}},
    {"e": "listenKeyExpired", "E": 1, "listenKey": "x"},
    {
        "e": "markPriceUpdate",
        "E": 1_700_000_000_000,
        "s": "BTCUSD_PERP",
        "p": "5",
        "i": "5",
        "r": "0",
    },
    {"e": "bookTicker", "E": 1_700_000_000_000, "s": "BTCUSD_PERP", "b": "5", "a": "6"},
]


@FEW
@given(st.sampled_from(COIN_FRAMES), damage)
def test_a_frame(frame: dict[str, Any], hits: list[tuple[int, Any]]) -> None:
    spoken, broken = coinm.dialect(), damaged(frame, hits)
    try:
        price = spoken.price(broken, 1_700_000_000.0)
        news = () if price is not None else spoken.account_news(broken)
    except OddReplyError:
        return
    assert price is None or isfinite(price.venue_time)
    assert isinstance(news, list | tuple)
