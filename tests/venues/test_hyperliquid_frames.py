"""Hyperliquid's frames, as its documentation and its servers have them."""

from collections.abc import Mapping
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
from hedgewatch.venues.dialect import Answer, ReadAgain
from hedgewatch.venues.dialects.hyperliquid import Hyperliquid
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from hedgewatch.venues.readonly import AllowList, ForbiddenRequestError
from tests.venues.test_hyperliquid_replies import (
    ADDRESS,
    BTC,
    EMPTY,
    ETH,
    Replies,
    dialect,
    on_xyz,
)

HLP = "0x010461c14e146ac35fe42271bdc1134ee31c703a"
CONTEXT = {
    "funding": "0.0000125",
    "openInterest": "39988.35486",
    "prevDayPx": "85840.0",
    "dayNtlVlm": "1821731901.6448168755",
    "premium": "-0.0000932097",
    "oraclePx": "85828.0",
    "markPx": "85814.0",
    "midPx": "85818.0",
    "impactPxs": ["85816.0", "85820.0"],
    "dayBaseVlm": "21234.78753",
}


def mark(coin: str = "BTC", **changed: object) -> dict[str, Any]:
    return {"channel": "activeAssetCtx", "data": {"coin": coin, "ctx": {**CONTEXT, **changed}}}


def book(time: int) -> dict[str, Any]:
    return {"channel": "l2Book", "data": {"coin": "BTC", "time": time, "levels": [[], []]}}


def state_at(time: int, *held: tuple[str, float, float], **sums: str) -> dict[str, Any]:
    """Cross positions of (coin, size, entry) at their entries, with 100,000 of cash before them."""
    rows = [
        {
            "type": "oneWay",
            "position": {
                "coin": coin,
                "szi": str(size),
                "leverage": {"type": "cross", "value": 20},
                "entryPx": str(entry),
                "positionValue": str(abs(size) * entry),
                "liquidationPx": None,
            },
        }
        for coin, size, entry in held
    ]
    told = {
        "accountValue": "100000.0",
        "totalNtlPos": str(sum(abs(size) * entry for _, size, entry in held)),
        "totalRawUsd": str(100_000.0 - sum(size * entry for _, size, entry in held)),
        "totalMarginUsed": "0.0",
        **sums,
    }
    state = {"marginSummary": told, "crossMarginSummary": told, "assetPositions": rows}
    return {**EMPTY, **state, "time": time}


def streamed(state: Mapping[str, Any], dex: str = "") -> dict[str, Any]:
    told = {"dex": dex, "user": ADDRESS.lower(), "clearinghouseState": state}
    return {"channel": "clearinghouseState", "data": told}


def fills(*rows: dict[str, Any], snapshot: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {"user": ADDRESS.lower(), "fills": list(rows)}
    return {"channel": "userFills", "data": told | ({"isSnapshot": True} if snapshot else {})}


def fill(time: int, **terms: Any) -> dict[str, Any]:
    """As the venue published one of 2025-10-10, of our account."""
    return {"coin": "BTC", "px": "22.075", "sz": "28.53", "side": "B", "time": time, **terms}


async def started(*held: tuple[str, float, float]) -> Hyperliquid:
    """A dialect that has read the account once and heard its first frame."""
    spoken = dialect()
    await spoken.read_account(Replies(clearinghouseState=state_at(1000, *held)))
    heard(spoken, streamed(state_at(2000, *held)))
    return spoken


def heard(spoken: Hyperliquid, frame: Mapping[str, Any]) -> list[Any]:
    """What a frame tells of the account."""
    return list(spoken.account_news(frame))


def told(news: list[Any], kind: type) -> list[Any]:
    return [item for item in news if isinstance(item, kind)]


def test_a_mark_comes_with_its_oracle_price_its_hourly_funding_and_its_open_interest() -> None:
    price = dialect().price(mark(), 1791278884.0)
    assert price == MarkPriceChanged(
        "hyperliquid", BTC, 85814.0, 1791278884.0, 85828.0, 0.0000125, 39988.35486
    )


def test_a_mark_is_as_old_as_the_newest_book_on_its_socket() -> None:
    spoken = dialect()
    for time, now in ((1_791_278_884_013, 5.0), (1_791_278_880_000, 9.0)):
        assert spoken.price(book(time), now) is None
        price = spoken.price(mark(), now)
        assert price is not None
        assert price.venue_time == 1791278884.013


def test_a_quote_has_the_time_of_its_block_and_none_is_told_while_a_side_is_empty() -> None:
    best = [{"px": "85811.0", "sz": "9.48256", "n": 43}, {"px": "85812.0", "sz": "4.1", "n": 1}]
    frame = {"channel": "bbo", "data": {"coin": "BTC", "time": 1791278884013, "bbo": best}}
    quote = dialect().price(frame, 1.0)
    assert quote == QuoteChanged("hyperliquid", BTC, 85811.0, 85812.0, 1791278884.013)
    told_of = {"coin": "BTC", "time": 1791278884013, "bbo": [None, best[1]]}
    assert dialect().price({"channel": "bbo", "data": told_of}, 1.0) is None


@pytest.mark.parametrize("price", [None, "0.0", "-1", "NaN", "", "a lot", [], True])
def test_a_price_that_is_none_is_an_error(price: object) -> None:
    with pytest.raises(OddReplyError):
        dialect().price(mark(markPx=price), 1.0)
    with pytest.raises(UnlistedMarketError):
        dialect().price(mark(coin="NEW"), 1.0)


async def test_a_state_is_told_once_and_then_only_what_changed_in_it() -> None:
    spoken = dialect()
    held = ("BTC", -2.0, 50_000.0)
    await spoken.read_account(Replies(clearinghouseState=state_at(1000, held)))
    first = heard(spoken, streamed(state_at(2000, held)))
    assert [item.position.contracts for item in told(first, PositionChanged)] == [-2.0]
    assert heard(spoken, streamed(state_at(3000, held))) == []
    news = heard(spoken, streamed(state_at(4000, ("BTC", -3.0, 50_100.0))))
    (changed,) = told(news, PositionChanged)
    assert (changed.position.contracts, changed.position.venue_time) == (-3.0, 4.0)
    assert told(news, ReadAgain)
    assert heard(spoken, streamed(state_at(3500, held))) == []


async def test_the_balance_comes_before_the_position_whose_profit_was_paid_into_it() -> None:
    spoken = await started(("BTC", -2.0, 50_000.0))
    news = heard(spoken, streamed(state_at(3000, totalRawUsd="98000.0")))
    assert [type(item) for item in news] == [BalanceChanged, PositionChanged, ReadAgain]
    assert (news[0].balance.total, news[0].balance.equity) == (98_000.0, None)
    assert news[1].position.contracts == 0.0


async def test_a_shared_wallet_moves_with_what_was_traded_and_not_with_the_marks() -> None:
    """Its total has the profit in it, and comes with readings only."""
    spoken, held = dialect(), ("BTC", -2.0, 50_000.0)
    total = [{"coin": "USDC", "token": 0, "total": "90000.0", "hold": "0.0", "entryNtl": "0.0"}]
    spot = {"balances": total, "tokenToAvailableAfterMaintenance": [[0, "90000.0"]]}
    replies = Replies(clearinghouseState=state_at(1000, held), spotClearinghouseState=spot)
    (usdc,) = (await spoken.read_account(replies)).balances
    assert (usdc.total, usdc.equity) == (90_000.0, 90_000.0)
    heard(spoken, streamed(state_at(2000, held)))
    dearer = state_at(3000, held)
    dearer["assetPositions"][0]["position"]["positionValue"] = "102000.0"
    dearer["marginSummary"] = {**dearer["marginSummary"], "totalNtlPos": "102000.0"}
    assert heard(spoken, streamed(dearer)) == []
    halved = state_at(4000, ("BTC", -1.0, 50_000.0))
    halved["assetPositions"][0]["position"]["positionValue"] = "51000.0"
    halved["marginSummary"] = {**halved["marginSummary"], "totalNtlPos": "51000.0"}
    (paid, changed, _) = heard(spoken, streamed(halved))
    assert paid.balance.total == pytest.approx(90_000.0 - 1_000.0)
    assert changed.position.contracts == -1.0
    wallet = {"channel": "spotState", "data": {"spotState": {**spot, "balances": total * 1}}}
    assert heard(spoken, wallet) == []


async def test_what_is_missing_in_a_state_that_does_not_add_up_is_only_a_reason_to_read() -> None:
    spoken = await started(("BTC", -2.0, 50_000.0), ("ETH", 1.0, 3000.0))
    partial = state_at(3000, ("ETH", 1.0, 3000.0), totalNtlPos="103000.0")
    (hint,) = heard(spoken, streamed(partial))
    assert isinstance(hint, ReadAgain)
    whole = heard(spoken, streamed(state_at(4000, ("ETH", 1.0, 3000.0))))
    gone = {item.position.symbol: item.position.contracts for item in told(whole, PositionChanged)}
    assert gone == {BTC: 0.0}
    (blank,) = heard(spoken, streamed({**EMPTY, "time": 5000}))
    assert isinstance(blank, ReadAgain)
    assert ETH not in gone


@pytest.mark.parametrize("fill_first", [True, False])
@pytest.mark.parametrize(
    ("terms", "cause", "kind"),
    [
        ({"dir": "Close Short"}, EndReason.CLOSED, None),
        ({"dir": "Settlement"}, EndReason.SETTLED, None),
        ({"dir": "Liquidated Cross Short"}, EndReason.LIQUIDATED, "liquidation"),
        (
            {"dir": "Close Short", "liquidation": {"liquidatedUser": ADDRESS, "method": "market"}},
            EndReason.LIQUIDATED,
            "liquidation",
        ),
        (
            {"dir": "Auto-Deleveraging", "liquidation": {"liquidatedUser": HLP}},
            EndReason.AUTO_DELEVERAGED,
            "auto_deleveraging",
        ),
        (
            {"dir": "Open Long", "liquidation": {"liquidatedUser": HLP, "method": "market"}},
            EndReason.CLOSED,
            None,
        ),
    ],
)
async def test_a_fill_says_why_a_position_shrank_whether_it_comes_before_or_after(
    terms: dict[str, Any], cause: EndReason, kind: str | None, *, fill_first: bool
) -> None:
    spoken = await started(("BTC", -2.0, 50_000.0))
    frames = [fills(fill(2900, **terms)), streamed(state_at(3000, ("BTC", -1.0, 50_000.0)))]
    news = [item for frame in frames[:: 1 if fill_first else -1] for item in
            heard(spoken, frame)]  # fmt: skip
    assert told(news, PositionChanged)[-1].end is cause
    assert [warned.kind for warned in told(news, VenueWarned)] == ([kind] if kind else [])


async def test_fills_of_the_past_and_of_the_spot_market_explain_nothing() -> None:
    spoken = await started(("BTC", -2.0, 50_000.0))
    assert heard(spoken, fills(fill(1500, dir="Liquidated Cross Long"), snapshot=True)) == []
    (hint,) = heard(spoken, fills({**fill(2500, dir="Buy"), "coin": "@107"}))
    assert isinstance(hint, ReadAgain)
    (changed,) = told(
        heard(spoken, streamed(state_at(3000, ("BTC", -1.0, 50_000.0)))), PositionChanged
    )
    assert changed.end is None


async def test_the_venues_own_word_on_a_liquidation_corroborates_ours_and_nobody_elses() -> None:
    spoken = await started(("BTC", -2.0, 50_000.0))
    terms = {
        "lid": 7,
        "liquidator": HLP,
        "liquidated_user": ADDRESS,
        "liquidated_ntl_pos": "98000.0",
        "liquidated_account_value": "12.5",
    }
    warned, hint = heard(spoken, {"channel": "user", "data": {"liquidation": terms}})
    assert (warned.kind, warned.symbol, warned.venue_time) == ("liquidation", "", 2.0)
    assert isinstance(hint, ReadAgain)
    other = {"channel": "user", "data": {"liquidation": {**terms, "liquidated_user": HLP}}}
    assert heard(spoken, other) == []
    assert heard(spoken, {"channel": "user", "data": {"funding": {}}}) == []


async def test_something_held_on_another_exchange_is_never_skipped_in_silence() -> None:
    spoken = await started()
    states = [["", state_at(3000)], ["xyz", on_xyz("xyz:AAPL")], ["flx", dict(EMPTY)]]
    frame = {"channel": "allDexsClearinghouseState", "data": {"clearinghouseStates": states}}
    (hint,) = heard(spoken, frame)
    assert hint == ReadAgain("something is held on xyz")
    replies = Replies(clearinghouseState=state_at(4000), clearinghouseState_xyz=states[1][1])
    reading = await spoken.read_account(replies)
    assert [p.symbol for p in reading.positions] == ["XYZ-AAPL/USDC:USDC"]
    unlisted = on_xyz("xyz:NEW")
    (odd,) = heard(spoken, streamed({**unlisted, "time": 1_900_000_000_000}, "xyz"))
    assert "no market that the venue lists" in odd.reason


async def test_of_other_exchanges_nothing_is_expected_until_all_of_them_are_told() -> None:
    spoken = await started()
    assert spoken.is_told(BTC)
    assert not spoken.is_told("XYZ-AAPL/USDC:USDC")
    frame = {"channel": "allDexsClearinghouseState", "data": {"clearinghouseStates": []}}
    heard(spoken, frame)
    assert spoken.is_told("XYZ-AAPL/USDC:USDC")


async def test_a_spot_wallet_that_changed_is_read_again_for_it_has_no_time() -> None:
    spoken = await started()
    rows = [{"coin": "HYPE", "token": 150, "total": "4.0", "hold": "0.0", "entryNtl": "0.0"}]
    frame = {"channel": "spotState", "data": {"spotState": {"balances": rows}}}
    assert heard(spoken, frame) == [ReadAgain("the spot wallet changed")]
    frame = {"channel": "spotState", "data": {"spotState": {"balances": []}}}
    assert heard(spoken, frame) == []


def test_what_answers_us_is_told_from_what_does_not() -> None:
    spoken = dialect()
    told_back = {"method": "subscribe", "subscription": {"type": "bbo", "coin": "BTC"}}
    assert spoken.answer({"channel": "subscriptionResponse", "data": told_back}) == Answer("bbo")
    assert spoken.answer({"channel": "pong"}) == Answer(pong=True)
    refused = spoken.answer({"channel": "error", "data": "Invalid subscription: {}"})
    assert refused == Answer(refused="Invalid subscription: {}")
    assert spoken.answer({"channel": "error", "data": "Already subscribed: {}"}) == Answer()
    unknown = 'Invalid subscription {"type":"spotState","user":"0x1"}'
    assert spoken.answer({"channel": "error", "data": unknown}) == Answer(), "it is read instead"
    needed = 'Invalid subscription {"type":"clearinghouseState","user":"0x1"}'
    assert spoken.answer({"channel": "error", "data": needed}) == Answer(refused=needed)
    assert spoken.answer(mark()) is None


@pytest.mark.parametrize(
    "frame",
    [
        {"method": "post", "id": 1, "request": {"type": "action", "payload": {}}},
        {"method": "post", "id": 1, "request": {"type": "info", "payload": {}}},
        {"method": "order"},
    ],
)
def test_the_post_of_the_socket_which_trades_is_never_said(frame: dict[str, Any]) -> None:
    allowed = AllowList(Hyperliquid.requests, Hyperliquid.operations)
    allowed.check_frame({"method": "subscribe", "subscription": {"type": "bbo", "coin": "BTC"}})
    allowed.check_frame({"method": "ping"})
    with pytest.raises(ForbiddenRequestError):
        allowed.check_frame(frame)
