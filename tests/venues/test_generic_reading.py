"""Whole readings of accounts of which a venue answers for one kind at a time."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import ccxt
import pytest

from hedgewatch.venues.dialects.generic_asking import ASKED_AGAIN, Asking
from hedgewatch.venues.dialects.generic_calls import calls_of
from hedgewatch.venues.dialects.generic_reading import GenericReader
from hedgewatch.venues.dialects.generic_several import accounts_of
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from tests.venues.stubbed import rows_of

BTC = "BTC/USDT:USDT"
HELD = {
    "symbol": BTC, "side": "short", "contracts": 2.0, "entryPrice": 100.0, "info": {"px": 100},
}  # fmt: skip
LINEAR, INVERSE = ("positions", "linear"), ("positions", "inverse")


class Venue:
    """BingX as a test has it: what it says of each kind, by the parameters that ask for it."""

    def __init__(self, answers: Mapping[tuple[str, str], object]) -> None:
        self.answers = dict(answers)
        self.asked: list[tuple[str, str]] = []
        self.markets = rows_of([BTC])
        self.options: dict[str, object] = {}

    async def fetch_positions(self, symbols: None, parameters: Mapping[str, Any]) -> Any:
        assert symbols is None
        return self._answer("positions", parameters.get("subType", ""), [])

    async def fetch_balance(self, parameters: Mapping[str, Any]) -> Any:
        kind = parameters.get("subType") or parameters.get("type", "")
        return self._answer("balance", kind, {"total": {}, "info": {}})

    def _answer(self, method: str, kind: str, empty: object) -> object:
        self.asked.append((method, kind))
        answer = self.answers.get((method, kind), empty)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def safe_currency_code(self, name: str) -> str:
        return name


def owned(**totals: float) -> dict[str, object]:
    return {"total": totals, "used": dict.fromkeys(totals, 0.0), "info": {}}


async def test_each_kind_of_account_is_asked_for_and_all_add_up() -> None:
    answers = {
        LINEAR: [HELD],
        ("balance", "linear"): owned(USDT=10.0),
        ("balance", "inverse"): owned(BTC=1.0),
        ("balance", "spot"): owned(BTC=2.0, USDT=5.0),
    }
    venue = Venue(answers)
    reading = await GenericReader("main", "bingx").read(venue)
    assert [(each.symbol, each.contracts) for each in reading.positions] == [(BTC, -2.0)]
    told = {each.asset: (each.total, each.cross_wallet) for each in reading.balances}
    assert told == {"BTC": (3.0, 1.0), "USDT": (15.0, 10.0)}
    assert LINEAR in venue.asked
    assert INVERSE in venue.asked


async def test_a_unified_account_that_answers_the_same_to_everything_counts_once() -> None:
    answers = {("balance", kind): owned(USDT=10.0) for kind in ("linear", "inverse", "spot")}
    reading = await GenericReader("main", "bingx").read(Venue(answers))
    assert [(each.asset, each.total) for each in reading.balances] == [("USDT", 10.0)]


@pytest.mark.parametrize("missing", [ccxt.AccountNotEnabled("no"), ccxt.ExchangeError("no")])
async def test_a_kind_of_account_that_was_never_there_is_not_asked_for_each_time(
    missing: Exception,
) -> None:
    venue, reader = Venue({LINEAR: missing, INVERSE: [HELD]}), GenericReader("main", "bingx")
    for _ in range(ASKED_AGAIN + 1):
        reading = await reader.read(venue)
        assert [each.contracts for each in reading.positions] == [-2.0]
    assert venue.asked.count(LINEAR) == 1
    venue.answers[LINEAR] = []
    await reader.read(venue)
    assert venue.asked.count(LINEAR) == 2


async def test_what_answered_once_must_go_on_answering() -> None:
    venue, reader = Venue({LINEAR: [HELD]}), GenericReader("main", "bingx")
    await reader.read(venue)
    venue.answers[LINEAR] = ccxt.ExchangeError("out of order")
    with pytest.raises(ccxt.ExchangeError, match="out of order"):
        await reader.read(venue)


async def test_an_account_of_which_no_kind_is_answered_is_no_flat_account() -> None:
    refused = ccxt.ExchangeError("no such account")
    with pytest.raises(ccxt.ExchangeError, match="no such account"):
        await GenericReader("main", "bingx").read(Venue({LINEAR: refused, INVERSE: refused}))


@pytest.mark.parametrize(
    "failure", [ccxt.NetworkError("x"), ccxt.PermissionDenied("x"), ccxt.AuthenticationError("x")]
)
async def test_a_refused_key_or_a_venue_that_is_down_is_no_missing_account(
    failure: Exception,
) -> None:
    with pytest.raises(type(failure)):
        await GenericReader("main", "bingx").read(Venue({INVERSE: failure, LINEAR: [HELD]}))


async def test_coins_that_the_key_may_not_read_cost_themselves_and_are_named() -> None:
    venue, reader = Venue({LINEAR: [HELD]}), GenericReader("main", "bingx")
    venue.answers["balance", "spot"] = ccxt.PermissionDenied("x")
    reading = await reader.read(venue)
    assert [each.contracts for each in reading.positions] == [-2.0]
    assert reading.unseen == ("coins of spot: the key may not read it",)
    del venue.answers["balance", "spot"]
    for _ in range(ASKED_AGAIN + 1):
        reading = await reader.read(venue)
    assert reading.unseen == ()


async def test_what_is_held_in_a_market_that_is_not_listed_costs_itself_once_the_list_is_new() -> (
    None
):
    odd = {**HELD, "symbol": "GONE/USDT:USDT"}
    venue, reader = Venue({LINEAR: [HELD, odd]}), GenericReader("main", "bingx")
    with pytest.raises(UnlistedMarketError, match="GONE"):
        await reader.read(venue)
    reading = await reader.read(venue)
    assert [each.symbol for each in reading.positions] == [BTC]
    assert reading.unseen == ("a position in GONE/USDT:USDT, which is not listed",)
    venue.answers[LINEAR] = [odd]  # all that is held: then nothing is known
    with pytest.raises(UnlistedMarketError):
        await reader.read(venue)


async def test_options_and_borrowed_coins_that_are_held_are_named() -> None:
    venue, reader = Venue({}), GenericReader("main", "bingx")
    call = "BTC/USDT:USDT-261225-90000-C"
    venue.markets |= {**rows_of(["BTC/USDT"], id="BTC-USDT"), call: {**venue.markets[BTC]}}
    venue.markets[call] |= {"option": True}
    venue.answers[LINEAR] = [{**HELD, "symbol": name} for name in (BTC, call, "BTC/USDT")]
    reading = await reader.read(venue)
    assert [each.symbol for each in reading.positions] == [BTC]
    assert reading.unseen == (f"options: {call}", "margin positions: BTC/USDT")


async def test_of_many_options_some_are_named_and_the_rest_are_counted() -> None:
    venue, reader = Venue({}), GenericReader("main", "bingx")
    calls = [f"BTC/USDT:USDT-261225-{strike}-C" for strike in range(10_000, 80_000, 10_000)]
    venue.markets |= {call: {**venue.markets[BTC], "option": True} for call in calls}
    venue.answers[LINEAR] = [{**HELD, "symbol": name} for name in (BTC, *reversed(calls))]
    reading = await reader.read(venue)
    assert reading.unseen == (f"options: {', '.join(calls[:5])}, and 2 more",)


@pytest.mark.parametrize(
    ("reply", "others"),
    [
        ({"subaccounts": []}, []),
        ({}, ["positions and money of subaccounts other than 0"]),
        ("<html>", ["positions and money of subaccounts other than 0"]),
    ],
)
async def test_accounts_that_are_not_listed_are_said_to_be_unseen(
    reply: object, others: list[str]
) -> None:
    async def answer(_: object) -> object:
        return reply

    exchange = SimpleNamespace(walletAddress="dydx1", indexerGetAddressesAddress=answer)
    asked, unseen = await accounts_of("dydx", exchange, Asking("main"))
    assert list(unseen) == others
    assert [dict(each) for each in asked] == [{}]


@pytest.mark.parametrize("odd", [{}, "<html>", [None], {"data": []}, 0], ids=repr)
async def test_an_odd_list_of_positions_is_an_error(odd: object) -> None:
    with pytest.raises(OddReplyError):
        await GenericReader("main", "bingx").read(Venue({LINEAR: odd}))


async def test_a_closed_position_is_told_as_flat_after_two_readings_without_it() -> None:
    venue, reader = Venue({LINEAR: [HELD]}), GenericReader("main", "bingx")
    await reader.read(venue)
    venue.answers[LINEAR] = []
    assert (await reader.read(venue)).positions == ()
    (gone,) = (await reader.read(venue)).positions
    assert (gone.symbol, gone.contracts) == (BTC, 0.0)


def test_venues_that_answer_by_settle_currency_are_asked_for_each() -> None:
    markets = {**rows_of([BTC, "ETH/USDC:USDC", "BTC/USD:BTC"]), **rows_of(["BTC/USDT"])}
    calls = calls_of("phemex", markets.values())
    assert [call["code"] for call in calls.positions] == ["BTC", "USDC", "USDT"]
    assert [call["code"] for call in calls_of("kucoin", markets.values()).margin] == [
        "BTC", "USDC", "USDT",
    ]  # fmt: skip
    coins = [c for c in calls_of("bitget", markets.values()).positions if "marginCoin" in c]
    assert coins == [{"productType": "COIN-FUTURES", "marginCoin": "BTC"}]
    assert calls_of("woo", markets.values()).positions == ({},)


async def test_money_of_which_only_what_is_free_is_told_makes_no_total_without_it() -> None:
    free = {"total": {"USDT": None}, "free": {"USDT": 13.0}, "used": {"USDT": None}, "info": {}}
    for kind in ("linear", "spot"):
        venue = Venue({LINEAR: [HELD], ("balance", kind): free})
        with pytest.raises(OddReplyError, match="how much USDT is owned is not told"):
            await GenericReader("main", "bingx").read(venue)
    nothing = {**free, "free": {"USDT": 0.0}}
    reading = await GenericReader("main", "bingx").read(Venue({("balance", "linear"): nothing}))
    assert reading.balances == ()
