"""What OKX pushes: prices, silence that is none, changes of the account and their causes."""

import asyncio
from itertools import pairwise
from typing import Any, ClassVar

import ccxt
import pytest

from hedgewatch.core.events import (
    BalanceChanged,
    MarkPriceChanged,
    PositionChanged,
    QuoteChanged,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.venues.catalogue import Catalogue
from hedgewatch.venues.dialect import AccountNews, Answer, ReadAgain, StreamBegan
from hedgewatch.venues.dialects.okx import Okx
from hedgewatch.venues.dialects.okx_listing import Listing, size_of
from hedgewatch.venues.dialects.okx_prices import HEART_BEAT
from hedgewatch.venues.dialects.okx_sockets import channels_of
from hedgewatch.venues.fields import OddReplyError
from tests.venues.okx_frames import LISTED, LONG, POSITION, USDT, config, funds, mark, okx, push
from tests.venues.test_okx_replies import Replies

AT = 1743609600.0
AIX = "AIX/USDT:USDT"


def listening(*symbols: str) -> tuple[Okx, list[Any]]:
    """A dialect whose marks are watched, and what it tells by itself."""
    dialect, told = okx(), list[Any]()
    dialect._prices.listen(symbols or (AIX,), told.append)  # noqa: SLF001 - as `watch` does
    return dialect, told


# prices


def test_a_mark_carries_index_funding_and_open_interest_that_came_on_other_channels() -> None:
    dialect, _ = listening()
    assert dialect.price(mark("1000", AT), AT) == MarkPriceChanged("okx", AIX, 1000.0, AT)
    index = push("index-tickers", {"instId": "AIX-USDT", "idxPx": "999.5", "ts": "1"})
    funding = {"instId": "AIX-USDT-SWAP", "fundingRate": "0.0002", "fundingTime": "1743609600000"}
    funding["nextFundingTime"] = "1743638400000"
    interest = {"instId": "AIX-USDT-SWAP", "oi": "10000", "oiCcy": "1000000", "ts": "1"}
    for frame in (index, push("funding-rate", funding), push("open-interest", interest)):
        assert dialect.price(frame, AT) is None
        assert dialect.answer(frame) is None
        assert list(dialect.account_news(frame)) == []
    told = dialect.price(mark("1001", AT + 1), AT)
    assert told == MarkPriceChanged("okx", AIX, 1001.0, AT + 1, 999.5, 0.0002, 1_000_000.0)


def test_a_quote_is_best_bid_and_ask_and_none_of_a_market_with_one_empty_side() -> None:
    row = {"instId": "ALT-USDT", "bidPx": "0.39999", "askPx": "0.40001", "ts": "1743609600000"}
    dialect = okx()
    told = dialect.price(push("tickers", row), AT)
    assert told == QuoteChanged("okx", "ALT/USDT", 0.39999, 0.40001, AT)
    assert dialect.price(push("tickers", {**row, "askPx": ""}), AT) is None


@pytest.mark.parametrize(
    "frame",
    [
        mark("0", AT),
        mark("-1", AT),
        mark("NaN", AT),
        mark("", AT),
        mark("1000", AT, "XYZ-USDT-SWAP"),
        push("mark-price", {"instId": "AIX-USDT-SWAP", "markPx": "1000"}),
        push("mark-price"),
        {"arg": "mark-price", "data": []},
        {"arg": {"channel": "mark-price"}, "data": {"markPx": "1"}},
        {"arg": {"channel": "mark-price"}, "data": ["x"]},
        {"data": []},
    ],
    ids=str,
)
def test_a_price_frame_that_makes_no_sense_is_odd_and_no_price(frame: dict[str, Any]) -> None:
    with pytest.raises(OddReplyError):
        listening()[0].price(frame, AT)


def test_a_mark_that_stands_still_is_told_again_as_long_as_the_heart_beats() -> None:
    dialect, told = listening()
    dialect.price(mark("1000", AT), AT)
    for tenth in range(1, 120):
        at = AT + tenth / 10
        assert dialect.price(mark("60000", at, HEART_BEAT), at) is None, "nobody asked for it"
    assert {event.price for event in told} == {1000.0}
    times = [AT, *(event.venue_time for event in told)]
    assert max(b - a for a, b in pairwise(times)) <= 1.2
    assert times[-1] <= AT + 11.9 - 1.4, "what is under way must not look older"


def test_a_mark_that_is_not_even_told_after_ten_seconds_is_not_taken_for_quiet() -> None:
    dialect, told = listening()
    dialect.price(mark("1000", AT), AT)
    for second in range(1, 40):
        dialect.price(mark("60000", AT + second, HEART_BEAT), AT)
    assert told[-1].venue_time <= AT + 12.0


def test_without_a_heart_beat_nothing_is_told_that_did_not_come() -> None:
    dialect, told = listening(AIX, "BTC/USDT:USDT")
    dialect.price(mark("1000", AT), AT)
    assert told == []
    assert dialect.price(mark("60000", AT + 1, HEART_BEAT), AT) is not None, "it was asked for"
    assert told == []


def test_a_new_socket_knows_nothing_of_what_the_old_one_told() -> None:
    dialect, told = listening()
    dialect.price(mark("1000", AT), AT)
    dialect._prices.listen([AIX], told.append)  # noqa: SLF001 - as `watch` does
    dialect.price(mark("60000", AT + 5, HEART_BEAT), AT)
    assert told == []


def test_what_is_subscribed_to_tells_all_of_a_contract_and_no_funding_of_a_dated_one() -> None:
    dialect = okx()
    listing = dialect._listing  # noqa: SLF001 - what `watch` hands over
    symbols = [AIX, "BTC/USDT:USDT-261225"]
    said = [tuple(each.values()) for each in channels_of("mark", symbols, listing)]
    assert said == [
        ("mark-price", "AIX-USDT-SWAP"),
        ("index-tickers", "AIX-USDT"),
        ("open-interest", "AIX-USDT-SWAP"),
        ("funding-rate", "AIX-USDT-SWAP"),
        ("mark-price", "BTC-USDT-261225"),
        ("index-tickers", "BTC-USDT"),
        ("open-interest", "BTC-USDT-261225"),
        ("mark-price", HEART_BEAT),
    ]
    assert channels_of("quote", ["ALT/USDT"], listing) == [
        {"channel": "tickers", "instId": "ALT-USDT"}
    ]


def test_a_future_of_many_years_that_pays_funding_is_asked_for_it() -> None:
    listing = Listing("okx")
    listing.learn({LONG["symbol"]: LONG})
    said = [tuple(each.values()) for each in channels_of("mark", [LONG["symbol"]], listing)]
    assert ("funding-rate", "ETH-USD-310404") in said


def test_a_contract_that_does_not_tell_its_size_yet_is_no_contract_of_one_coin() -> None:
    with pytest.raises(OddReplyError, match="ctVal"):
        size_of({"instId": "ETH-USD_UM-SWAP", "instType": "SWAP", "state": "preopen"})


async def test_one_market_that_makes_no_sense_is_named_and_takes_nothing_from_the_others() -> None:
    class Lists:
        async def list_anew(self) -> dict[str, Any]:
            odd = {"instId": "NEW-USDT-SWAP", "instType": "SWAP", "state": "preopen"}
            new = {"id": "NEW-USDT-SWAP", "symbol": "NEW", "base": "N", "quote": "U", "info": odd}
            return {**LISTED, "NEW": new}

    told = list[Any]()
    catalogue = Catalogue(okx(), told.append)
    await catalogue.load(Lists())
    catalogue.define(["NEW", AIX])
    assert [each.market.symbol for each in told] == [AIX]
    said = catalogue.complaint(["NEW", AIX])
    assert said.startswith("what the venue lists as NEW makes no sense: ")
    assert catalogue.complaint([AIX]) == ""


def test_of_nothing_that_is_listed_something_is_listened_to_all_the_same() -> None:
    """A socket that is subscribed to nothing is closed by OKX, and so is one that is silent."""
    assert channels_of("quote", [], Okx("main")._listing) == [{"channel": "status"}]  # noqa: SLF001
    assert channels_of("mark", [], Okx("main")._listing) == [{"channel": "status"}]  # noqa: SLF001


class Unanswering:
    """An exchange whose sockets answer nothing."""

    urls: ClassVar = {"api": {"ws": "wss://ws.okx.com:443/ws/v5"}}
    apiKey = secret = password = "x"  # noqa: N815 - ccxt's names

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.hmac = ccxt.Exchange.hmac
        self.encode = ccxt.Exchange.encode

    def nonce(self) -> int:
        return 1_743_609_600_250

    def watch(self, address: str, _: str, message: Any, __: str) -> "asyncio.Future[Any]":
        self.said.append((address, message))
        return asyncio.get_running_loop().create_future()


async def test_a_login_that_nobody_answers_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hedgewatch.venues.dialects.okx_sockets._ANSWERED_WITHIN", 0.02)
    exchange = Unanswering()
    with pytest.raises(ccxt.RequestTimeout, match="login was not answered"):
        await okx().watch(exchange, "user", [], lambda _: None)
    ((address, login),) = exchange.said
    assert address == "wss://ws.okx.com:443/ws/v5/private"
    assert login["args"][0]["timestamp"] == "1743609600", "by the venue's clock, in seconds"


class Line(Unanswering):
    """An exchange on whose one socket the test answers."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, asyncio.Future[Any]] = {}

    def client(self, _: str) -> "Line":
        return self

    def future(self, of: str) -> "asyncio.Future[Any]":
        return self.waiting.setdefault(of, asyncio.get_running_loop().create_future())

    def watch(self, address: str, of: str, message: Any, __: str) -> "asyncio.Future[Any]":
        self.said.append((address, message))
        return self.future(of)

    async def hear(self, frame: dict[str, Any]) -> Answer:
        answer = okx().answer(frame)
        assert answer is not None
        if answer.to in self.waiting:
            self.waiting[answer.to].set_result(frame)
        for _ in range(5):
            await asyncio.sleep(0)
        return answer


async def test_a_private_stream_begins_when_okx_agreed_to_what_is_needed_and_not_before() -> None:
    line, told = Line(), list[Any]()
    task = asyncio.get_running_loop().create_task(okx().watch(line, "user", [], told.append))
    await asyncio.sleep(0)
    await line.hear({"event": "login", "code": "0", "msg": "", "connId": "a"})
    await line.hear({"event": "subscribe", "arg": {"channel": "account"}, "connId": "a"})
    assert told == []
    await line.hear({"event": "subscribe", "arg": {"channel": "positions"}, "connId": "a"})
    assert told == [StreamBegan()]
    said = [(each["id"], [arg["channel"] for arg in each["args"]]) for _, each in line.said[1:]]
    assert said == [
        ("private1", ["account", "positions"]),
        ("optional1", ["balance_and_position"]),
        ("optional2", ["liquidation-warning"]),
    ]
    refused = {"event": "error", "id": "optional1", "code": "60018", "msg": "doesn't exist"}
    assert await line.hear(refused) == Answer(), "and the stream goes on"
    assert not task.done()
    line.waiting["subscribed optional2"].set_exception(ccxt.NetworkError("cut"))
    with pytest.raises(ccxt.NetworkError):
        await task


async def test_a_subscription_that_okx_does_not_answer_is_no_private_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hedgewatch.venues.dialects.okx_sockets._ANSWERED_WITHIN", 0.02)
    line, told = Line(), list[Any]()
    task = asyncio.get_running_loop().create_task(okx().watch(line, "user", [], told.append))
    await asyncio.sleep(0)
    await line.hear({"event": "login", "code": "0", "msg": "", "connId": "a"})
    await line.hear({"event": "subscribe", "arg": {"channel": "account"}, "connId": "a"})
    with pytest.raises(ccxt.RequestTimeout, match="subscription was not answered"):
        await task
    assert told == []


# answers


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ({"event": "login", "code": "0", "msg": "", "connId": "a"}, Answer(to="authenticated")),
        (
            {"event": "error", "code": "60009", "msg": "Login failed.", "connId": "a"},
            Answer(refused="Login failed. (60009)"),
        ),
        (
            {"id": "private1", "event": "error", "code": "60018", "msg": "Wrong URL or channel"},
            Answer(asked="private1", refused="Wrong URL or channel (60018)"),
        ),
        ({"id": "public1", "event": "error", "code": "60018", "msg": "no such channel"}, Answer()),
        (
            {"id": "public1", "event": "error", "code": "60012", "msg": "Invalid request"},
            Answer(asked="public1", refused="Invalid request (60012)"),
        ),
        (
            {"event": "subscribe", "arg": {"channel": "account"}, "id": "1"},
            Answer(to="agreed to account"),
        ),
        ({"event": "subscribe", "arg": None}, Answer()),
        (
            {"event": "error", "id": "optional2", "code": "60029", "msg": "Only for VIP6"},
            Answer(),
        ),
        (
            {
                "event": "error",
                "arg": {"channel": "liquidation-warning", "instType": "ANY"},
                "code": "60029",
                "msg": "Only for some",
            },
            Answer(),
        ),
        (
            {
                "event": "error",
                "code": "60018",
                "msg": "Wrong URL or channel:balance_and_position doesn't exist.",
            },
            Answer(),
        ),
        (
            {
                "event": "error",
                "code": "60018",
                "msg": "Wrong URL or channel:index-tickers,instId:X-Y doesn't exist.",
            },
            Answer(),
        ),
        (
            {"event": "error", "arg": {"channel": "account"}, "code": "60018", "msg": "No"},
            Answer(over="the venue refused the subscription: No (60018)"),
        ),
        (
            {"event": "error", "code": "60018", "msg": "Wrong URL or channel:positions, no"},
            Answer(
                over="the venue refused the subscription: Wrong URL or channel:positions, no"
                " (60018)"
            ),
        ),
        ({"event": "channel-conn-count", "channel": "account", "connCount": "2"}, Answer()),
        ({"event": "notice", "code": "64999", "msg": "news"}, Answer()),
        (
            {"event": "notice", "code": "64008", "msg": "The connection will soon be closed"},
            Answer(over="The connection will soon be closed (64008)"),
        ),
        (
            {"event": "channel-conn-count-error", "channel": "positions", "connCount": "20"},
            Answer(over="too many connections listen to positions"),
        ),
        (mark("1000", AT), None),
    ],
    ids=str,
)
def test_what_a_frame_answers(frame: dict[str, Any], answer: Answer | None) -> None:
    assert okx().answer(frame) == answer


# the account


async def watching(*positions: dict[str, Any]) -> Okx:
    """A dialect that has read the account."""
    dialect = okx()
    await dialect.read_account(Replies(positions=list(positions or (POSITION,))))
    return dialect


def news(dialect: Okx, channel: str, *rows: dict[str, Any]) -> list[AccountNews]:
    return list(dialect.account_news(push(channel, *rows)))


def later(seconds: float, **changes: str) -> dict[str, Any]:
    """The position after a change."""
    return {**POSITION, "uTime": str(round((AT + seconds) * 1000)), **changes}


def why(kind: str, seconds: float, pos: str) -> dict[str, Any]:
    """A row of `balance_and_position`."""
    at = str(round((AT + seconds) * 1000))
    row = {name: POSITION[name] for name in ("instId", "instType", "posSide", "mgnMode", "avgPx")}
    balance = {"ccy": "USDT", "cashBal": "99000", "uTime": at}
    return {
        "pTime": at, "eventType": kind, "balData": [balance],
        "posData": [{**row, "pos": pos, "uTime": at}],
    }  # fmt: skip


def ends(items: list[AccountNews]) -> list[EndReason | None]:
    return [item.end for item in items if isinstance(item, PositionChanged)]


async def test_a_push_that_changes_nothing_says_so_again_and_asks_for_nothing() -> None:
    (told,) = news(await watching(), "positions", POSITION)
    assert isinstance(told, PositionChanged)
    assert (told.position.contracts, told.position.entry_price, told.end) == (-2.0, 1000.0, None)


async def test_an_added_contract_is_told_and_read_again() -> None:
    told, again = news(await watching(), "positions", later(1, pos="-2.5", avgPx="1010"))
    assert isinstance(told, PositionChanged)
    assert (told.position.contracts, told.position.entry_price) == (-2.5, 1010.0)
    assert again == ReadAgain("a position changed")


@pytest.mark.parametrize(
    ("kind", "pos", "end"),
    [
        ("filled", "-1", EndReason.CLOSED),
        ("liquidation", "0", EndReason.LIQUIDATED),
        ("adl", "-1.2", EndReason.AUTO_DELEVERAGED),
        ("delivered", "0", EndReason.SETTLED),
    ],
)
@pytest.mark.parametrize("cause_first", [True, False])
async def test_a_position_that_shrank_has_its_cause_whichever_comes_first(
    kind: str, pos: str, end: EndReason, *, cause_first: bool
) -> None:
    dialect = await watching()
    frames = [
        ("balance_and_position", why(kind, 1.02, pos)),
        ("positions", later(1, pos=pos, avgPx="" if pos == "0" else "1000")),
    ]
    told = [news(dialect, *frame) for frame in (frames if cause_first else frames[::-1])]
    if cause_first:
        assert (ends(told[0]), ends(told[1])) == ([], [end])
    else:
        assert (ends(told[0]), ends(told[1])) == ([None], [end])
    assert ends(news(dialect, "positions", later(1, pos=pos, avgPx="1000"))) == [None], "once"


async def test_a_position_of_nothing_in_the_other_margin_mode_closes_no_other() -> None:
    dialect = await watching()
    empty = later(1, mgnMode="isolated", margin="500", pos="0", avgPx="")
    assert news(dialect, "positions", empty) == []
    assert ends(news(dialect, "positions", later(2, pos="0", avgPx=""))) == [None]


async def test_each_mode_of_one_market_is_told_by_itself_with_its_own_cause() -> None:
    alone = {**POSITION, "mgnMode": "isolated", "margin": "500", "pos": "3"}
    dialect = await watching(POSITION, alone)
    grown = later(1, mgnMode="isolated", margin="600", pos="4")
    (first, again) = news(dialect, "positions", POSITION, grown)[0:3:2]
    assert isinstance(first, PositionChanged)
    assert isinstance(again, ReadAgain)
    cause = why("liquidation", 2, "0")
    cause["posData"][0]["mgnMode"] = "isolated"
    news(dialect, "balance_and_position", cause)
    gone = later(2, mgnMode="isolated", margin="", pos="0", avgPx="")
    told = news(dialect, "positions", gone)[0]
    assert isinstance(told, PositionChanged)
    assert (told.position.margin_mode, told.position.contracts) == ("isolated", 0.0)
    assert told.end is EndReason.LIQUIDATED
    assert ends(news(dialect, "positions", later(2, pos="-1"))) == [None]


async def test_a_second_position_in_the_other_mode_is_told_as_one() -> None:
    opened = later(1, mgnMode="isolated", margin="500", pos="3")
    told, again = news(await watching(), "positions", opened)
    assert isinstance(told, PositionChanged)
    assert (told.position.margin_mode, told.position.isolated_wallet) == ("isolated", 500.0)
    assert isinstance(again, ReadAgain)


async def test_a_fill_that_adds_is_no_cause_and_neither_is_one_of_long_ago() -> None:
    dialect = await watching()
    news(dialect, "balance_and_position", why("filled", 1, "-3"))
    assert ends(news(dialect, "positions", later(1, pos="-3"))) == [None]
    news(dialect, "balance_and_position", why("liquidation", 2, "-1"))
    assert ends(news(dialect, "positions", later(60, pos="-1"))) == [None]


async def test_a_dated_contract_that_is_delivered_has_expired() -> None:
    dated = {**POSITION, "instId": "BTC-USDT-261225", "instType": "FUTURES"}
    dialect = await watching(dated)
    cause = why("delivered", 1, "0")
    cause["posData"][0] |= {"instId": "BTC-USDT-261225", "instType": "FUTURES"}
    news(dialect, "balance_and_position", cause)
    flat = {**dated, "pos": "0", "avgPx": "", "uTime": str(round((AT + 1) * 1000))}
    assert ends(news(dialect, "positions", flat)) == [EndReason.EXPIRED]


async def test_an_older_push_gives_no_cause_away() -> None:
    dialect = await watching(later(10))
    news(dialect, "balance_and_position", why("liquidation", 1, "-1"))
    assert ends(news(dialect, "positions", later(1, pos="-1"))) == [None]


async def test_the_venues_own_words_are_passed_on_and_trigger_a_reading_only() -> None:
    dialect = await watching()
    row = {**POSITION, "mgnRatio": "2.9", "pTime": "1743609601000"}
    warned, again = news(dialect, "liquidation-warning", row)
    assert warned == VenueWarned(
        "main", "margin_call", AIX, AT + 1, "OKX warns of liquidation: margin ratio 2.9 (at 1)"
    )
    assert isinstance(again, ReadAgain)
    (liquidated,) = news(dialect, "balance_and_position", why("liquidation", 1, "0"))
    assert isinstance(liquidated, VenueWarned)
    assert (liquidated.kind, liquidated.symbol) == ("liquidation", AIX)
    (taken,) = news(dialect, "balance_and_position", why("adl", 2, "-1"))
    assert isinstance(taken, VenueWarned)
    assert taken.kind == "auto_deleveraging"


async def test_a_balance_is_told_with_its_cause_and_money_that_comes_is_read_again() -> None:
    dialect = await watching()
    less = {**USDT, "cashBal": "99000", "eq": "89000", "uTime": str(round((AT + 1) * 1000))}
    news(dialect, "balance_and_position", why("transferred", 1, "-2"))
    told, again = news(dialect, "account", funds(less))
    assert isinstance(told, BalanceChanged)
    assert (told.balance.total, told.balance.cross_wallet) == (99_000.0, 99_000.0)
    assert told.end is EndReason.TRANSFERRED
    assert again == ReadAgain("a balance changed")


async def test_a_coin_that_is_also_owned_elsewhere_is_read_and_not_added_up_twice() -> None:
    dialect = okx()
    there = [{"ccy": "USDT", "bal": "1000", "frozenBal": "0"}]
    await dialect.read_account(Replies(funding=there))
    more = {**USDT, "cashBal": "101000", "uTime": str(round((AT + 1) * 1000))}
    assert news(dialect, "account", funds(more)) == [ReadAgain("a balance changed")]


async def test_before_the_mode_is_known_a_balance_says_nothing() -> None:
    assert news(okx(), "account", funds()) == [ReadAgain("a balance changed")]
    spot = okx()
    await spot.read_account(Replies(config=config(acctLv="1")))
    (told,) = news(spot, "account", funds())
    assert isinstance(told, BalanceChanged)
    assert told.balance.cross_wallet == 0.0


async def test_a_push_about_a_market_that_nobody_lists_leads_to_a_reading() -> None:
    dialect = await watching()
    (told,) = news(dialect, "positions", {**POSITION, "instId": "NEW-USDT-SWAP"})
    assert isinstance(told, ReadAgain)
    assert news(dialect, "positions", {**POSITION, "instType": "OPTION"}) == []
    assert news(dialect, "orders", POSITION) == []


@pytest.mark.parametrize(
    ("venue", "host"),
    [("okx", "www.okx.com"), ("okxus", "us.okx.com")],
)
def test_each_site_of_okx_is_asked_at_its_own_host_and_named_in_what_it_tells(
    venue: str, host: str
) -> None:
    dialect = Okx("main", venue)
    dialect.list_markets(LISTED)
    dialect._prices.listen([AIX], lambda _: None)  # noqa: SLF001 - as `watch` does
    assert ("GET", f"https://{host}/api/v5/account/balance") in dialect.requests
    assert all("okx.com" in url for _, url in dialect.requests)
    told = dialect.price(mark("1000", AT), AT)
    assert told is not None
    assert told.venue == dialect.market(LISTED[AIX]).venue == venue
