"""What Bybit refuses to tell one key leaves the rest known, and is said."""

from typing import Any

import ccxt
import pytest

from hedgewatch.core.events import AccountRead
from hedgewatch.venues.dialects.bybit import Bybit
from hedgewatch.venues.fields import OddReplyError
from tests.venues.bybit_replies import COIN, NOW, POSITION, Replies, dialect

NO_RIGHT = ccxt.PermissionDenied('bybit {"retCode":10005,"retMsg":"Permission denied"}')
NOT_THERE = ccxt.ExchangeNotAvailable("bybit GET … 404 Not Found")
KEY = {"readOnly": 1, "permissions": {"Earn": ["Earn"]}}
EARN = {
    "FlexibleSaving": [{"coin": "USDT", "amount": "50"}],
    "OnChain": [{"coin": "USDT", "amount": "25"}],
}


async def with_earn(**others: Any) -> tuple[Bybit, Replies]:
    spoken, venue = dialect(), Replies(POSITION, key=KEY, earn=EARN, **others)
    await spoken.rights(venue)
    return spoken, venue


def total(reading: AccountRead) -> float:
    return next(each.total for each in reading.balances if each.asset == "USDT")


@pytest.mark.parametrize("why", [NO_RIGHT, NOT_THERE, OddReplyError("no object")], ids=repr)
async def test_earn_that_is_refused_leaves_the_account_known_and_is_said(why: Exception) -> None:
    spoken, venue = await with_earn(refused={"OnChain": why})
    reading = await spoken.read_account(venue)
    assert (reading.positions[0].contracts, total(reading)) == (-0.5, 1050.0)
    assert reading.unseen == (
        "what lies in Earn (OnChain) is not counted: the venue does not tell",
    )


async def test_what_earn_told_last_holds_while_it_is_refused_and_is_asked_for_a_minute_later() -> (
    None
):
    spoken, venue = await with_earn()
    assert (await spoken.read_account(venue)).unseen == ()
    refusing = Replies(POSITION, key=KEY, earn=EARN, refused={"OnChain": NO_RIGHT})
    reading = await spoken.read_account(refusing)
    assert total(reading) == 1075.0
    assert "as it was told last" in reading.unseen[0]
    again = Replies(POSITION, key=KEY, earn=EARN, now=NOW + 30.0)
    assert (await spoken.read_account(again)).unseen == reading.unseen
    assert {"category": "OnChain"} not in again.asked
    later = Replies(POSITION, key=KEY, earn=EARN, now=NOW + 61.0)
    assert (await spoken.read_account(later)).unseen == ()


async def test_a_key_without_the_right_to_earn_is_said_and_asks_for_none() -> None:
    spoken, venue = dialect(), Replies(key={"readOnly": 1, "permissions": {}})
    await spoken.rights(venue)
    reading = await spoken.read_account(venue)
    assert reading.unseen == ("what lies in Earn: the key has no permission Earn",)


async def test_options_that_are_not_listed_leave_the_account_known_and_are_said() -> None:
    spoken, venue = await with_earn(refused={"options": NO_RIGHT})
    reading = await spoken.read_account(venue)
    assert (reading.positions[0].contracts, reading.cross_regime.unknown) == (-0.5, "")
    assert reading.unseen[0].startswith("options: the venue refuses to list them")


async def test_options_that_were_held_when_last_told_are_held_until_it_is_told_otherwise() -> None:
    spoken, venue = await with_earn(options=[{"symbol": "BTC-29DEC26-90000-C"}])
    assert "options" in (await spoken.read_account(venue)).cross_regime.unknown
    refusing = Replies(POSITION, earn=EARN, refused={"options": NO_RIGHT})
    assert "options" in (await spoken.read_account(refusing)).cross_regime.unknown
    assert not (await spoken.read_account(Replies(POSITION, earn=EARN))).cross_regime.unknown


@pytest.mark.parametrize("refused", ["fees of linear", "fees of inverse", "ratios", "loans"])
async def test_one_of_the_terms_that_is_refused_leaves_the_others_known(refused: str) -> None:
    bitcoin = {**COIN, "coin": "BTC", "equity": "2", "usdValue": "120000", "walletBalance": "2"}
    owed = {**bitcoin, "walletBalance": "-2", "equity": "-2", "usdValue": "-120000"}
    spoken = dialect()
    venue = Replies(POSITION, coins=[COIN, {**owed, "borrowAmount": "2"}])
    venue.refused = {refused: NO_RIGHT}
    with pytest.raises(ExceptionGroup, match="not told"):
        await spoken.settle_in(venue)
    reading, priced = await spoken.read_account(venue), await spoken.read_collateral(venue)
    assert priced is not None
    told = {each.asset: each.charge for each in priced.collateral}
    assert reading.positions[0].taker_fee == (None if refused == "fees of linear" else 0.0004)
    lacking = {"ratios": {}, "loans": {"USDT": 0.0, "BTC": 0.0}}
    borrowed = "BTC is borrowed" in reading.cross_regime.unknown
    assert borrowed is (refused == "loans")  # else a part of the maintenance would be missing
    assert told == lacking.get(refused, {"USDT": 0.0, "BTC": 0.08})


async def test_a_term_that_was_refused_is_asked_for_again_a_minute_later() -> None:
    spoken = dialect()
    with pytest.raises(ExceptionGroup):
        await spoken.settle_in(Replies(refused={"fees of linear": NOT_THERE}))
    soon = await spoken.read_account(Replies(POSITION, now=NOW + 30.0))
    assert soon.positions[0].taker_fee is None
    later = await spoken.read_account(Replies(POSITION, now=NOW + 61.0))
    assert later.positions[0].taker_fee == 0.0004
