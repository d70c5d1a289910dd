"""Bybit's frames: tickers merged, quotes of two kinds apart, and why a position shrank."""

from collections.abc import Sequence
from typing import Any

import pytest

from hedgewatch.core.events import (
    BalanceChanged,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import AccountNews, Answer, ReadAgain
from hedgewatch.venues.dialects.bybit import Bybit
from hedgewatch.venues.dialects.bybit_common import Listing
from hedgewatch.venues.dialects.bybit_frames import PriceFrames
from hedgewatch.venues.dialects.bybit_heart import with_beats
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from tests.venues.bybit_replies import COIN, INFO, POSITION, Replies, dialect

LINEAR, PAIR, COINED = "BTC/USDT:USDT", "BTC/USDT", "BTC/USD:BTC"
WHOLE: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "lastPrice": "66666.60",
    "markPrice": "66666.60",
    "indexPrice": "66670.19",
    "openInterest": "492373.72",
    "openInterestValue": "32824881841.75",
    "fundingRate": "-0.005",
    "bid1Price": "66666.60",
}
AT = 1_760_325_052_630


def ticker(kind: str, at: int = AT, **data: Any) -> dict[str, Any]:
    return {
        "topic": "tickers.BTCUSDT", "type": kind, "ts": at, "cs": 9532239429,
        "data": {"symbol": "BTCUSDT", **data},
    }  # fmt: skip


def whole(**data: Any) -> dict[str, Any]:
    return ticker("snapshot", **{**WHOLE, **data})


def mark(spoken: Bybit, message: dict[str, Any]) -> MarkPriceChanged | None:
    told = spoken.price(message, 0.0)
    assert told is None or isinstance(told, MarkPriceChanged)
    return told


def test_a_whole_ticker_tells_the_mark_with_what_comes_along() -> None:
    assert mark(dialect(), whole()) == MarkPriceChanged(
        "bybit", LINEAR, 66_666.6, 1_760_325_052.63, 66_670.19, -0.005, 492_373.72
    )


def test_what_changed_is_merged_with_what_was_told_before() -> None:
    spoken = dialect()
    mark(spoken, whole())
    told = mark(spoken, ticker("delta", AT + 100, markPrice="66000", openInterest="5"))
    assert told is not None
    assert (told.price, told.index_price, told.open_interest) == (66_000.0, 66_670.19, 5.0)
    assert told.venue_time == 1_760_325_052.73


def test_what_only_moves_the_book_is_told_once_a_second() -> None:
    spoken = dialect()
    mark(spoken, whole())
    assert mark(spoken, ticker("delta", AT + 900, bid1Price="1")) is None
    told = mark(spoken, ticker("delta", AT + 1000, bid1Price="2"))
    assert told is not None
    assert (told.price, told.venue_time) == (66_666.6, 1_760_325_053.63)
    assert mark(spoken, ticker("delta", AT + 1100, bid1Price="3")) is None


def test_a_change_before_the_whole_tells_a_mark_only_if_it_has_one() -> None:
    spoken = dialect()
    assert mark(spoken, ticker("delta", bid1Price="1")) is None
    told = mark(spoken, ticker("delta", markPrice="66000"))
    assert told is not None
    assert (told.price, told.index_price, told.funding_rate) == (66_000.0, None, None)
    assert mark(spoken, ticker("delta", AT + 2000, bid1Price="1")) is None
    with pytest.raises(OddReplyError):
        mark(spoken, ticker("delta", AT + 2000, markPrice="0"))


@pytest.mark.parametrize("bad", [None, "", "NaN", "0", "-1", "a lot", True])
def test_a_mark_that_is_none_leaves_no_older_one_looking_fresh(bad: object) -> None:
    spoken = dialect()
    mark(spoken, whole())
    with pytest.raises(OddReplyError):
        mark(spoken, ticker("delta", AT + 100, markPrice=bad))
    with pytest.raises(OddReplyError):
        mark(spoken, ticker("delta", AT + 5000, bid1Price="1"))
    told = mark(spoken, ticker("delta", AT + 5100, markPrice="66001"))
    assert told is not None
    assert told.price == 66_001.0


def test_on_a_new_socket_nothing_of_the_old_one_is_merged() -> None:
    spoken = dialect()
    mark(spoken, whole())
    spoken._frames.listen({"linear": ["BTCUSDT"]}, lambda _: None)  # noqa: SLF001 - as `watch`
    assert mark(spoken, ticker("delta", AT + 100, fundingRate="0.1")) is None
    told = mark(spoken, ticker("delta", AT + 200, markPrice="66000"))
    assert told is not None
    assert (told.index_price, told.funding_rate) == (None, None)


def test_what_an_older_socket_says_late_replaces_nothing() -> None:
    """Two serve for a while, when one relieves the other."""
    spoken = dialect()
    mark(spoken, whole())
    mark(spoken, ticker("delta", AT + 300, markPrice="66000"))
    assert mark(spoken, ticker("delta", AT + 200, markPrice="65000")) is None
    told = mark(spoken, ticker("delta", AT + 1400, bid1Price="1"))
    assert told is not None
    assert told.price == 66_000.0
    again = mark(spoken, whole())  # all of it anew counts, whatever its time: the clock may step
    assert again is not None
    assert again.price == 66_666.6


def test_a_new_whole_replaces_all_of_the_old() -> None:
    spoken = dialect()
    mark(spoken, whole())
    told = mark(spoken, ticker("snapshot", AT + 100, markPrice="1"))
    assert told is not None
    assert (told.index_price, told.open_interest) == (None, None)


def quiet(at: float) -> tuple[PriceFrames, list[Any]]:
    """Two contracts of which ALT was told at a moment, beside the heart beat, and what is told."""
    told: list[Any] = []
    listing = Listing()
    listing.learn({
        "ALT/USDT:USDT": {"id": "ALTUSDT", "linear": True},
        LINEAR: {"id": "BTCUSDT", "linear": True},
        COINED: {"id": "BTCUSD", "linear": False},
    })  # fmt: skip
    frames = PriceFrames(listing)
    frames.listen({"linear": ["ALTUSDT"]}, told.append)
    assert frames.contract(of("ALTUSDT", at, markPrice="0.4", indexPrice="0.41"), 0.0) is not None
    return frames, told


def of(name: str, at: float, **data: Any) -> dict[str, Any]:
    return {**ticker("snapshot", int(at * 1000), **data), "data": {"symbol": name, **data}}


T0 = 1_760_325_052.0


def test_a_mark_that_stands_still_is_told_again_as_long_as_the_heart_beats() -> None:
    frames, told = quiet(T0)
    for after in (1.0, 2.0, 3.0, 3.2, 5.6):
        assert frames.contract(of("BTCUSDT", T0 + after, markPrice="60000"), 0.0) is None
    assert [(each.symbol, each.price, each.index_price) for each in told] == [
        ("ALT/USDT:USDT", 0.4, 0.41)
    ] * 2
    assert [each.venue_time - T0 for each in told] == pytest.approx([1.5, 4.1])
    told.clear()
    frames.contract(of("BTCUSDT", T0 + 12.5, markPrice="60000"), 0.0)
    assert told == []  # of which nothing was told for 12 s is not quiet, but lost


def test_the_heart_of_another_socket_and_a_mark_in_doubt_prove_nothing() -> None:
    frames, told = quiet(T0)
    frames.contract(of("BTCUSD", T0 + 3.0, markPrice="60000"), 0.0)
    assert told == []
    with pytest.raises(OddReplyError):
        frames.contract(of("ALTUSDT", T0 + 3.1, markPrice="NaN"), 0.0)
    frames.contract(of("BTCUSDT", T0 + 6.0, markPrice="60000"), 0.0)
    assert told == []


def test_the_heart_beat_is_asked_for_once_and_where_it_is_listed() -> None:
    listed = ["BTCUSDT", "ALTUSDT"]
    assert with_beats({"linear": ["ALTUSDT"], "spot": ["X"]}, listed) == {
        "linear": ["ALTUSDT", "BTCUSDT"], "spot": ["X"],
    }  # fmt: skip
    assert with_beats({"linear": ["BTCUSDT"], "inverse": ["ALTUSD"]}, listed) == {
        "linear": ["BTCUSDT"], "inverse": ["ALTUSD"],
    }  # fmt: skip


def test_open_interest_is_of_one_side_in_base_units() -> None:
    one = mark(dialect(), whole(singleOpenInterest="246186.86"))
    assert one is not None
    assert one.open_interest == 246_186.86
    message = whole(symbol="BTCUSD", openInterest="1536179414", openInterestValue="25602.9")
    inverse = mark(dialect(), {**message, "topic": "tickers.BTCUSD"})
    assert inverse is not None
    assert (inverse.symbol, inverse.open_interest) == (COINED, 25_602.9)


def test_a_ticker_of_a_dated_contract_has_no_funding() -> None:
    told = mark(dialect(), whole(fundingRate="", nextFundingTime=""))
    assert told is not None
    assert told.funding_rate is None


def quote(**data: Any) -> dict[str, Any]:
    sides = {"b": [["66666.6", "1"]], "a": [["66666.7", "2"]], "u": 1, "seq": 2}
    return {
        "topic": "orderbook.1.BTCUSDT", "ts": AT, "type": "snapshot", "cts": AT,
        "data": {"s": "BTCUSDT", **sides, **data},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "symbol"),
    [("/v5/public/linear", LINEAR), ("/v5/public/inverse", LINEAR), ("/v5/public/spot", PAIR)],
)
def test_the_address_tells_a_pair_from_the_contract_of_the_same_name(
    path: str, symbol: str
) -> None:
    told = dialect().price_at(path)(quote(), 0.0)
    assert told == QuoteChanged("bybit", symbol, 66_666.6, 66_666.7, 1_760_325_052.63)


def test_a_pair_has_no_mark_whatever_its_socket_says() -> None:
    assert dialect().price_at("/v5/public/spot")(whole(), 0.0) is None


def test_a_book_with_one_side_is_no_quote_and_one_without_sides_is_odd() -> None:
    assert dialect().price(quote(a=[]), 0.0) is None
    odd: list[dict[str, Any]] = [{"b": None}, {"b": [[]]}, {"a": [["", "1"]]}, {"s": "NEWUSDT"}]
    for sides in odd:
        with pytest.raises(OddReplyError):
            dialect().price(quote(**sides), 0.0)


@pytest.mark.parametrize("message", [{"topic": 5}, {}, {"op": "pong"}, {"topic": "kline.1.BTC"}])
def test_other_frames_are_no_prices(message: dict[str, Any]) -> None:
    for path in ("/v5/public/linear", "/v5/public/spot"):
        assert dialect().price_at(path)(message, 0.0) is None


def test_a_mark_of_a_market_that_is_not_listed_is_odd() -> None:
    with pytest.raises(UnlistedMarketError):
        dialect().price(whole(symbol="NEWUSDT"), 0.0)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ({"req_id": "t", "op": "pong", "args": ["1675418560633"]}, Answer(pong=True)),
        ({"success": True, "ret_msg": "pong", "req_id": "", "op": "ping"}, Answer(pong=True)),
        ({"success": True, "ret_msg": "", "op": "auth"}, Answer(to="auth")),
        (
            {"success": True, "ret_msg": "", "op": "subscribe", "req_id": "account"},
            Answer(to="subscribe", asked="account"),
        ),
        (
            {"success": False, "ret_msg": "Request not authorized", "op": "subscribe"},
            Answer(to="subscribe", refused="subscribe: Request not authorized"),
        ),
        ({"op": "auth"}, Answer(to="auth", refused="auth: without a reason")),
        (whole(), None),
        ({"op": "news"}, None),
    ],
)
def test_what_a_frame_answers(message: dict[str, Any], answer: Answer | None) -> None:
    assert dialect().answer(message) == answer


# the account


SEQ = 100


def position(size: str, seq: int = SEQ, at: int = 1000, **changes: Any) -> dict[str, Any]:
    side = "Sell" if size != "0" else ""
    row = {**POSITION, "category": "linear", "side": side, "size": size, "seq": seq}
    row |= {"entryPrice": "60000", "updatedTime": str(1697673600000 + at), **changes}
    del row["avgPrice"]
    return {"topic": "position", "creationTime": 1697673600000, "data": [row]}


def fill(kind: str, seq: int = SEQ, **changes: Any) -> dict[str, Any]:
    row = {"category": "linear", "symbol": "BTCUSDT", "execType": kind, "seq": seq, "side": "Buy"}
    return {"topic": "execution", "creationTime": 1697673600000, "data": [{**row, **changes}]}


async def held() -> Bybit:
    """A dialect that has read a short of half a bitcoin."""
    spoken = dialect()
    await spoken.read_account(Replies(POSITION))
    return spoken


def told(news: list[AccountNews] | Any) -> list[tuple[float, EndReason | None]]:
    return [
        (item.position.contracts, item.end) for item in news if isinstance(item, PositionChanged)
    ]


CAUSES = [
    ("Trade", {}, EndReason.CLOSED),
    ("BustTrade", {}, EndReason.LIQUIDATED),
    ("Trade", {"createType": "CreateByLiq"}, EndReason.LIQUIDATED),
    ("AdlTrade", {}, EndReason.AUTO_DELEVERAGED),
    ("Delivery", {}, EndReason.SETTLED),
    ("Settle", {}, EndReason.EXPIRED),
]


@pytest.mark.parametrize(("kind", "more", "end"), CAUSES)
async def test_why_a_position_shrank_is_told_by_the_fill_of_its_sequence_in_either_order(
    kind: str, more: dict[str, Any], end: EndReason
) -> None:
    spoken = await held()
    spoken.account_news(fill(kind, **more))
    assert told(spoken.account_news(position("0.2"))) == [(-0.2, end)]
    spoken = await held()
    assert told(spoken.account_news(position("0.2"))) == [(-0.2, None)]
    assert told(spoken.account_news(fill(kind, **more))) == [(-0.2, end)]
    assert told(spoken.account_news(fill(kind, **more))) == []


async def test_a_fill_of_another_sequence_or_of_funding_explains_nothing() -> None:
    spoken = await held()
    spoken.account_news(fill("BustTrade", SEQ - 1))
    assert told(spoken.account_news(position("0.2"))) == [(-0.2, None)]
    assert told(spoken.account_news(fill("BustTrade", SEQ + 1))) == []
    assert told(spoken.account_news(fill("Funding"))) == []


async def test_a_position_that_grew_needs_no_cause() -> None:
    spoken = await held()
    spoken.account_news(fill("Trade"))
    assert told(spoken.account_news(position("0.7"))) == [(-0.7, None)]


async def test_a_flat_position_is_an_explicit_zero_with_its_time() -> None:
    spoken = await held()
    (changed, again) = spoken.account_news(position("0", leverage="10"))
    assert isinstance(changed, PositionChanged)
    assert (changed.position.contracts, changed.position.venue_time) == (0.0, 1697673601.0)
    assert isinstance(again, ReadAgain)


async def test_the_venue_at_work_on_a_position_is_told_once_and_is_the_cause_of_what_goes() -> None:
    spoken = await held()
    news = [
        *spoken.account_news(position("0.5", SEQ, 1, positionStatus="Liq")),
        *spoken.account_news(position("0.4", SEQ + 1, 2, positionStatus="Liq")),
        *spoken.account_news(position("0.4", SEQ + 1, 3, positionStatus="Normal")),
        *spoken.account_news(position("0.3", SEQ + 2, 4, positionStatus="Adl")),
    ]
    warned = [(each.kind, each.symbol) for each in news if isinstance(each, VenueWarned)]
    assert warned == [("liquidation", LINEAR), ("auto_deleveraging", LINEAR)]
    assert told(news) == [
        (-0.5, None),
        (-0.4, EndReason.LIQUIDATED),
        (-0.4, None),
        (-0.3, EndReason.AUTO_DELEVERAGED),
    ]


async def test_news_that_comes_out_of_order_leads_to_a_reading_and_changes_nothing() -> None:
    spoken = await held()
    spoken.account_news(position("0.2", SEQ + 5))
    (news,) = spoken.account_news(position("0.4", SEQ))
    assert isinstance(news, ReadAgain)


async def test_an_order_that_changes_nothing_asks_for_no_reading_and_a_leverage_does() -> None:
    spoken = await held()
    spoken.account_news(position("0.5"))
    same = spoken.account_news(position("0.5", at=2000, markPrice="62000"))
    assert [type(item) for item in same] == [PositionChanged]
    again = spoken.account_news(position("0.5", at=3000, leverage="20"))
    assert [type(item) for item in again] == [PositionChanged, ReadAgain]


async def test_both_sides_of_a_hedge_are_told_apart() -> None:
    spoken = dialect()
    sides = [position("1", positionIdx=1, side="Buy"), position("2", positionIdx=2)]
    news = [item for side in sides for item in spoken.account_news(side)]
    kinds = [item.position.kind for item in news if isinstance(item, PositionChanged)]
    assert kinds == ["long", "short"]


async def test_options_and_unlisted_markets_are_no_positions_of_ours() -> None:
    spoken = dialect()
    assert spoken.account_news(position("1", category="option")) == []
    (news,) = spoken.account_news(position("1", symbol="NEWUSDT"))
    assert isinstance(news, ReadAgain)
    assert spoken.account_news(fill("Trade", category="option")) == []
    (news,) = spoken.account_news(fill("Trade", symbol="NEWUSDT"))
    assert isinstance(news, ReadAgain)


async def test_in_isolated_mode_the_stream_tells_the_wallet_of_a_position_as_well() -> None:
    spoken = dialect()
    await spoken.settle_in(Replies(info={**INFO, "marginMode": "ISOLATED_MARGIN"}))
    (changed, _) = spoken.account_news(position("0.5"))
    assert isinstance(changed, PositionChanged)
    assert changed.position.isolated_wallet == 3050.5


async def test_coins_are_told_with_what_backs_positions() -> None:
    coins = [{**COIN, "walletBalance": "900"}, {**COIN, "coin": "ALT", "collateralSwitch": False}]
    frame = {"topic": "wallet", "creationTime": 1700034722104, "data": [{"coin": coins}]}
    *changed, again = dialect().account_news(frame)
    assert isinstance(again, ReadAgain)
    assert [
        (each.balance.asset, each.balance.total, each.balance.cross_wallet, each.end)
        for each in changed
        if isinstance(each, BalanceChanged)
    ] == [("USDT", 900.0, 900.0, None), ("ALT", 1000.0, 0.0, None)]


@pytest.mark.parametrize(
    ("account", "left_out"),
    [("CONTRACT", ()), ("UNIFIED", ("marginCollateral", "collateralSwitch"))],
)
async def test_a_wallet_of_another_account_and_a_coin_of_which_not_all_is_told_are_read(
    account: str, left_out: Sequence[str]
) -> None:
    row = {name: told for name, told in COIN.items() if name not in left_out}
    data = [{"accountType": account, "coin": [row]}]
    (again,) = dialect().account_news({"topic": "wallet", "creationTime": 1, "data": data})
    assert isinstance(again, ReadAgain)


@pytest.mark.parametrize(
    "message",
    [
        {"topic": "position", "data": None},
        {"topic": "position", "data": [None]},
        {"topic": "wallet", "creationTime": 1, "data": [{"coin": None}]},
        {"topic": "wallet", "data": []},
        position("NaN"),
        position("1", side=""),
        fill("Trade", seq=None),  # type: ignore[arg-type]
    ],
)
async def test_a_frame_that_makes_no_sense_is_odd(message: dict[str, Any]) -> None:
    with pytest.raises(OddReplyError):
        dialect().account_news(message)


@pytest.mark.parametrize("message", [{}, {"topic": "greeks", "data": []}, {"topic": None}])
def test_other_frames_are_no_news(message: dict[str, Any]) -> None:
    assert list(dialect().account_news(message)) == []


def test_each_address_carries_its_feed() -> None:
    assert dialect().feed_of("/v5/private") == "user"
    assert dialect().feed_of("/v5/public/spot") == "quote"


def test_nothing_that_could_trade_is_on_the_list_of_what_may_be_asked_or_said() -> None:
    spoken = dialect()
    assert {method for method, _ in spoken.requests} == {"GET"}
    assert not [url for _, url in spoken.requests if url.endswith("/v5/trade")]
    assert spoken.operations == ("auth", "subscribe", "unsubscribe", "ping")
