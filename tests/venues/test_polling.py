"""Prices that are asked for: of the ways that a venue claims, those that work."""

from collections.abc import Mapping
from typing import Any

import ccxt
import pytest

from hedgewatch.core.events import MarkPriceChanged, QuoteChanged
from hedgewatch.venues.marks import with_mark
from hedgewatch.venues.polling import FROZEN_AFTER, Funding, Poller

BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"
NOW = 1_700_000_000.0


class Venue:
    """What a test makes a venue say: a mapping of rows, or an error, for each way to ask."""

    rateLimit = 100  # noqa: N815 - ccxt's name

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[str] = []
        names = {name: _camel(name) for name in answers}
        self.has: Mapping[str, Any] = dict.fromkeys(names.values(), True)

    def __getattr__(self, way: str) -> Any:
        if way not in self.answers:
            raise AttributeError(way)

        async def ask(wanted: Any) -> Any:
            self.asked.append(way)
            answer = self.answers[way]
            if isinstance(answer, Exception):
                raise answer
            return answer if isinstance(wanted, list) else answer[wanted]  # type: ignore[index]

        return ask


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def marks(events: list[Any]) -> dict[str, float]:
    return {each.symbol: each.price for each in events if isinstance(each, MarkPriceChanged)}


async def ask(poller: Poller, venue: Venue, *symbols: str) -> dict[str, float]:
    return marks(await poller.round(venue, "mark", symbols, lambda: NOW))


async def test_a_way_that_tells_nothing_is_left_for_one_that_does_and_not_asked_again() -> None:
    venue = Venue(
        fetch_tickers={BTC: {"last": 1.0}, ETH: {"last": 1.0}, SOL: {"last": 1.0}},
        fetch_funding_rates={
            BTC: {"markPrice": 5.0},
            ETH: {"markPrice": "6"},
            SOL: {"markPrice": 7},
        },
    )
    poller = Poller("woo")
    assert await ask(poller, venue, BTC, ETH, SOL) == {BTC: 5.0, ETH: 6.0, SOL: 7.0}
    assert venue.asked == ["fetch_tickers", "fetch_funding_rates"]
    await ask(poller, venue, BTC, ETH, SOL)
    assert venue.asked[2:] == ["fetch_funding_rates"]


async def test_each_market_has_the_way_that_tells_of_it() -> None:
    venue = Venue(
        fetch_mark_prices={BTC: {"markPrice": 5.0}, ETH: {}},
        fetch_tickers={ETH: {"markPrice": 6.0}, BTC: {"markPrice": 1.0}, SOL: {"markPrice": 7.0}},
    )
    assert await ask(Poller("woo"), venue, BTC, ETH, SOL) == {BTC: 5.0, ETH: 6.0, SOL: 7.0}


@pytest.mark.parametrize(
    "lie",
    [
        ccxt.NotSupported("no"),
        ccxt.BadSymbol("no"),
        ccxt.ArgumentsRequired("no"),
        KeyError("x"),
        TypeError("NoneType"),
        AttributeError("get"),
        [],
        None,
        "<html>",
    ],
    ids=repr,
)
async def test_a_claim_that_is_a_lie_is_no_reason_to_have_no_price(lie: object) -> None:
    venue = Venue(
        fetch_mark_prices=lie, fetch_tickers={s: {"markPrice": 2.0} for s in (BTC, ETH, SOL)}
    )
    assert await ask(Poller("woo"), venue, BTC, ETH, SOL) == {BTC: 2.0, ETH: 2.0, SOL: 2.0}


@pytest.mark.parametrize(
    "down", [ccxt.NetworkError("x"), ccxt.RateLimitExceeded("x"), ccxt.AuthenticationError("x")]
)
async def test_a_venue_that_is_down_is_not_asked_in_other_ways(down: Exception) -> None:
    venue = Venue(fetch_mark_prices=down, fetch_tickers={BTC: {"markPrice": 2.0}})
    with pytest.raises(type(down)):
        await ask(Poller("woo"), venue, BTC, ETH, SOL)
    assert venue.asked == ["fetch_mark_prices"]


@pytest.mark.parametrize("none", [None, "", 0, "0.0", -1.0, "NaN", float("inf"), [], True])
async def test_what_is_no_price_is_none(none: object) -> None:
    venue = Venue(fetch_tickers={BTC: {"markPrice": none}, ETH: {"markPrice": 2.0}, SOL: {}})
    assert await ask(Poller("woo"), venue, BTC, ETH, SOL) == {ETH: 2.0}


async def test_few_markets_are_asked_for_one_by_one() -> None:
    venue = Venue(fetch_ticker={BTC: {"markPrice": 5.0}}, fetch_tickers={BTC: {"markPrice": 1.0}})
    poller = Poller("woo")
    assert await ask(poller, venue, BTC) == {BTC: 5.0}
    assert venue.asked == ["fetch_ticker"]
    assert poller.pause(venue) == 1.5


async def test_the_pause_grows_with_what_a_round_takes() -> None:
    venue = Venue(fetch_ticker={s: {"markPrice": 5.0} for s in (BTC, ETH)})
    venue.rateLimit = 1000
    poller = Poller("woo")
    await ask(poller, venue, BTC, ETH)
    assert poller.pause(venue) == 6.0


def test_a_price_that_comes_again_and_again_with_its_time_is_no_sign_of_life() -> None:
    poller, row = Poller("woo"), {"markPrice": 5.0, "timestamp": 1}
    assert poller.mark(BTC, row, NOW) is not None
    assert poller.mark(BTC, row, NOW + FROZEN_AFTER) is not None
    assert poller.mark(BTC, row, NOW + FROZEN_AFTER + 1.0) is None
    assert poller.mark(BTC, {**row, "timestamp": 2}, NOW + FROZEN_AFTER + 2.0) is not None


def test_a_price_that_stands_still_without_a_time_may_be_just_that() -> None:
    poller = Poller("woo")
    for seconds in (0.0, 100.0, 1000.0):
        assert poller.mark(BTC, {"markPrice": 5.0}, NOW + seconds) is not None


def test_a_funding_rate_counts_only_with_its_interval() -> None:
    funding = Funding()
    poller = Poller("woo", funding)
    told = poller.mark(BTC, {"markPrice": 5.0, "fundingRate": 0.0001}, NOW)
    assert told is not None
    assert told.funding_rate is None
    funding.learn(BTC, {"fundingRate": "0.0002", "interval": "4h"})
    told = poller.mark(BTC, {"markPrice": 5.0}, NOW)
    assert told is not None
    assert (told.funding_rate, funding.interval(BTC)) == (0.0002, 14_400.0)


async def test_quotes_are_told_where_both_sides_are_and_not_crossed() -> None:
    rows = {
        "BTC/USDT": {"bid": 1.0, "ask": 2.0},
        "ETH/USDT": {"bid": 3.0, "ask": 2.0},
        "SOL/USDT": {"bid": None, "ask": 2.0},
    }
    events = await Poller("woo").round(Venue(fetch_tickers=rows), "quote", list(rows), lambda: NOW)
    assert events == [QuoteChanged("woo", "BTC/USDT", 1.0, 2.0, NOW)]


def test_the_fair_price_of_mexc_is_its_mark() -> None:
    assert with_mark("mexc", {"info": {"fairPrice": "5.5"}})["markPrice"] == "5.5"
    assert "markPrice" not in with_mark("woo", {"info": {"fairPrice": "5.5"}})
