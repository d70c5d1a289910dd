from typing import Any

import pytest

from hedgewatch.core.events import BalanceChanged, BalanceReading, PositionChanged
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import AccountNews, ReadAgain, StreamExpired
from hedgewatch.venues.dialects.binance_common import Listing
from hedgewatch.venues.dialects.binance_user import UserFrames
from hedgewatch.venues.fields import OddReplyError

T = 1_700_000_000_000


def decoder() -> UserFrames:
    listing = Listing()
    dated = {"id": "BTCUSDT_231229", "expiry": T + 1_800_000}
    listing.learn(
        {
            "BTC/USDT:USDT": {"id": "BTCUSDT"},
            "ETH/USDT:USDT": {"id": "ETHUSDT"},
            "BTC/USDT:USDT-231229": dated,
        }
    )
    return UserFrames("main", listing)


def update(reason: str, *positions: dict[str, Any], time: int = T) -> dict[str, Any]:
    balance = {"a": "USDT", "wb": "1127.95750089", "cw": "1040.82091149", "bc": "0"}
    body = {"m": reason, "B": [balance], "P": list(positions)}
    return {"e": "ACCOUNT_UPDATE", "E": time + 3, "T": time, "a": body}


def leg(amount: str, **changes: object) -> dict[str, Any]:
    usual = {"s": "BTCUSDT", "pa": amount, "ep": "19700.5", "mt": "cross", "iw": "0", "ps": "BOTH"}
    return {**usual, **changes}


def order(client_id: str, time: int = T, **changes: object) -> dict[str, Any]:
    body = {"s": "BTCUSDT", "c": client_id, "ps": "BOTH", "X": "NEW", **changes}
    return {"e": "ORDER_TRADE_UPDATE", "E": time + 3, "T": time, "o": body}


def positions(news: list[AccountNews]) -> list[PositionChanged]:
    return [item for item in news if isinstance(item, PositionChanged)]


def test_an_update_tells_the_balance_the_position_and_asks_for_a_reading() -> None:
    news = decoder().decode(update("ORDER", leg("-0.089")))

    assert news[0] == BalanceChanged(
        "main",
        BalanceReading(
            asset="USDT", total=1127.95750089, cross_wallet=1040.82091149, venue_time=T / 1000
        ),
    )
    told = positions(news)[0].position
    assert (told.symbol, told.kind, told.contracts) == ("BTC/USDT:USDT", "net", -0.089)
    assert (told.entry_price, told.isolated_wallet, told.venue_time) == (19700.5, None, T / 1000)
    assert news[-1] == ReadAgain("the account changed (ORDER)")


def test_the_two_legs_of_hedge_mode_are_two_positions_and_a_short_is_negative() -> None:
    news = decoder().decode(update("ORDER", leg("2", ps="LONG"), leg("3", ps="SHORT")))
    told = [(item.position.kind, item.position.contracts) for item in positions(news)]
    assert told == [("long", 2.0), ("short", -3.0)]


def test_an_isolated_position_brings_its_own_wallet() -> None:
    news = decoder().decode(update("ORDER", leg("1", mt="isolated", iw="87.1365894")))
    assert positions(news)[0].position.isolated_wallet == 87.1365894


@pytest.mark.parametrize(
    ("client_id", "end"),
    [
        ("autoclose-1596107620040000020", EndReason.LIQUIDATED),
        ("adl_autoclose", EndReason.AUTO_DELEVERAGED),
        ("settlement_autoclose-17", EndReason.SETTLED),
        ("web_a1b2c3", EndReason.CLOSED),
    ],
)
def test_a_position_that_went_says_why_by_the_order_that_closed_it(
    client_id: str, end: EndReason
) -> None:
    frames = decoder()
    assert positions(frames.decode(order(client_id))) == []
    gone = positions(frames.decode(update("ORDER", leg("0", ep="0.0"), time=T + 40)))
    assert [(item.position.contracts, item.end) for item in gone] == [(0.0, end)]


def test_a_liquidation_that_is_explained_a_moment_later_is_put_right() -> None:
    frames = decoder()
    first = positions(frames.decode(update("ORDER", leg("0"))))
    then = positions(frames.decode(order("autoclose-17", time=T + 20)))
    assert [item.end for item in first + then] == [EndReason.CLOSED, EndReason.LIQUIDATED]


def test_an_old_forced_order_does_not_explain_a_position_closed_much_later() -> None:
    frames = decoder()
    frames.decode(order("adl_autoclose"))
    gone = positions(frames.decode(update("ORDER", leg("0"), time=T + 60_000)))
    assert [item.end for item in gone] == [EndReason.CLOSED]


def test_a_position_that_goes_for_no_reason_we_know_is_not_called_closed() -> None:
    gone = positions(decoder().decode(update("ADJUSTMENT", leg("0"))))
    assert [item.end for item in gone] == [None]
    taken = positions(decoder().decode(update("INSURANCE_CLEAR", leg("0"))))
    assert [item.end for item in taken] == [EndReason.LIQUIDATED]


def test_a_position_in_a_market_listed_since_asks_for_a_reading_instead_of_vanishing() -> None:
    news = decoder().decode(update("ORDER", leg("5", s="NEWUSDT"), leg("1", s="ETHUSDT")))
    assert [item.position.symbol for item in positions(news)] == ["ETH/USDT:USDT"]
    assert any(isinstance(item, ReadAgain) and "NEWUSDT" in item.reason for item in news)


@pytest.mark.parametrize(
    ("key", "ended", "over"),
    [("b", "b", True), ("b", "a", False), ("b", None, True), ("", "a", True)],
)
def test_the_end_of_a_former_listen_key_is_old_news(
    key: str, ended: str | None, *, over: bool
) -> None:
    frames = decoder()
    frames.stream_key = key
    news = frames.decode({"e": "listenKeyExpired", "E": T, "listenKey": ended})
    assert [type(item) for item in news] == ([StreamExpired] if over else [])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("ACCOUNT_CONFIG_UPDATE", ReadAgain),
        ("listenKeyExpired", StreamExpired),
    ],
)
def test_events_that_change_what_must_be_known_lead_to_action(
    event: str, expected: type[object]
) -> None:
    assert [type(item) for item in decoder().decode({"e": event, "E": T})] == [expected]


@pytest.mark.parametrize(
    "frame",
    [
        {"e": "ACCOUNT_UPDATE", "T": T, "a": None},
        {"e": "ACCOUNT_UPDATE", "T": T, "a": {"B": [{"a": "USDT", "wb": None, "cw": "1"}]}},
        {"e": "ACCOUNT_UPDATE", "T": T, "a": {"P": [{"s": "BTCUSDT", "pa": "NaN", "ps": "BOTH"}]}},
        {"e": "ACCOUNT_UPDATE", "T": T, "a": {"P": [{"s": "BTCUSDT", "pa": "1", "ps": "UP"}]}},
        {"e": "ACCOUNT_UPDATE", "T": None, "a": {}},
        {"e": "ORDER_TRADE_UPDATE", "T": T, "o": []},
    ],
)
def test_an_odd_private_frame_is_an_error_and_never_half_a_truth(frame: dict[str, Any]) -> None:
    with pytest.raises(OddReplyError):
        decoder().decode(frame)


@pytest.mark.parametrize("kind", ["TRADE_LITE", "STRATEGY_UPDATE", "GRID_UPDATE", None])
def test_events_that_do_not_concern_us_are_left_alone(kind: object) -> None:
    assert decoder().decode({"e": kind, "E": T}) == []
