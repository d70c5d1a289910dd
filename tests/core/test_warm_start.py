"""Estimates made of what the venue remembers: the same as if every minute had been seen."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.events import BarsRead, ClockAdvanced, VenueClockRead
from hedgewatch.core.model import AccountPlan, LegPlan, PricePlan
from hedgewatch.core.statistics.estimates import MarketEstimates
from hedgewatch.core.statistics.window import KEPT
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    SHORT_AIX,
    VENUE,
    desk,
    heard,
    hedge,
    held,
    mark,
    market,
    quote,
    read,
    tiered,
)
from tests.support.chance import examples
from tests.support.stories import START, Story, known, reason

FIRST = 40.0
"""Seconds from the start of a story to the next whole minute."""

BTC = "BTC/USDT:USDT"
AT_THE_END = {AIX: 1_000.0, ALT: 0.40, BTC: 60_000.0}

Path = dict[str, list[float]]


def paths(bars: int, seed: int = 1) -> Path:
    """Prices of minutes that end at those of now: all do the same, and something of their own."""
    random = Random(seed)
    walks: Path = {symbol: [price] for symbol, price in AT_THE_END.items()}
    for _ in range(bars):
        common = random.gauss(0.0, 0.001)
        for walk in walks.values():
            walk.append(walk[-1] * (1.0 + common + random.gauss(0.0, 0.0005)))
    return {symbol: walk[::-1] for symbol, walk in walks.items()}


COLD = LegPlan(wallet="cold", asset="ALT", share=0.5)
HALF_AIX = replace(SHORT_AIX, share=0.5)
HALF_BTC = LegPlan(account="main", symbol=BTC, share=0.5)
TWO_HEDGES = desk(hedge(COLD, HALF_AIX), hedge(COLD, (HALF_AIX, HALF_BTC), name="two"))


def begun(bars: int, story: Story | None = None) -> Story:
    """All of the book known, and so many whole minutes over."""
    story = story or Story(on=TWO_HEDGES)
    at = FIRST + 60.0 * (bars - 1) + 5.0
    story.at(at, *map(market, (AIX, ALT, BTC)), *map(tiered, (AIX, ALT, BTC)))
    story.at(at, read(held(AIX, -200.0), held(BTC, -1.0, 60_000.0), wallet=200_000.0))
    story.at(at, heard(), *(mark(symbol, price) for symbol, price in AT_THE_END.items()))
    story.at(at, ClockAdvanced())
    return story


def told(prices: Path, symbol: str, first: int = 0, last: int | None = None) -> BarsRead:
    """What the venue says of these minutes of a market."""
    bars = [(START + FIRST + 60.0 * n, price) for n, price in enumerate(prices[symbol])]
    return BarsRead(VENUE, symbol, tuple(bars[first:last]))


def live(prices: Path, bars: range, story: Story | None = None) -> Story:
    """The same minutes as they are seen while the daemon runs."""
    story = story or begun(0)
    for bar in bars:
        marks = [mark(symbol, walk[bar]) for symbol, walk in prices.items()]
        story.at(FIRST + 60.0 * bar, heard(), *marks, ClockAdvanced())
    story.at(story.now - START + 5.0, heard(), *(mark(s, w[bars[-1]]) for s, w in prices.items()))
    return story


def estimated(story: Story) -> dict[str, float]:
    """Every estimate of the book, by what it is of."""
    found = {
        f"{symbol} volatility": known(story.market(symbol).estimates.volatility)
        for symbol in AT_THE_END
    }
    for name in ("basket", "two"):
        row = story.hedge(name)
        found |= {
            f"{name} {measure}": known(getattr(row, measure))
            for measure in (
                "hedge_beta", "hedge_correlation", "recent_correlation", "hedge_effectiveness",
                "correlation_shift", "minimum_variance_ratio", "residual_volatility",
            )
        }  # fmt: skip
    return found


def looked_back(story: Story) -> Story:
    """A clock or two later."""
    for _ in range(3):
        story.at(story.now - START, ClockAdvanced())
    return story


def test_the_history_of_the_venue_gives_what_watching_it_would_have_given() -> None:
    prices = paths(400)
    watched = live(prices, range(401))
    warm = begun(401)
    warm.at(warm.now - START, *(told(prices, symbol) for symbol in AT_THE_END))
    assert estimated(looked_back(warm)) == pytest.approx(estimated(watched), rel=1e-12, abs=1e-12)


@settings(max_examples=examples(3), deadline=None)
@given(
    split=st.integers(200, 260),
    missed=st.sets(st.integers(0, 259), max_size=20),
    order=st.permutations([AIX, ALT, BTC, AIX]),
    seed=st.integers(0, 99),
)
def test_history_and_live_minutes_in_any_order_are_the_same_as_all_of_them_live(
    split: int, missed: set[int], order: list[str], seed: int
) -> None:
    """The minutes that were missed live are told afterwards, in two overlapping halves or more."""
    prices = paths(260, seed)
    seen = live(prices, range(split))
    seen = live(prices, range(split, 261), seen)
    partly = begun(0)
    for bar in range(261):
        if bar not in missed:
            live(prices, range(bar, bar + 1), partly)
        else:
            partly.at(FIRST + 60.0 * bar + 5.0, ClockAdvanced())
    for symbol in order:
        partly.at(partly.now - START, told(prices, symbol, 100), ClockAdvanced())
    partly.at(partly.now - START, *(told(prices, symbol, 0, split) for symbol in order[::-1]))
    assert estimated(looked_back(partly)) == pytest.approx(estimated(seen), rel=1e-12, abs=1e-12)


@settings(max_examples=examples(3), deadline=None)
@given(gap=st.integers(1, 60), seed=st.integers(0, 99))
def test_a_gap_in_a_long_life_is_mended_without_forgetting_what_came_before_the_window(
    gap: int, seed: int
) -> None:
    random = Random(seed)
    prices, whole, mended = [100.0], MarketEstimates(), MarketEstimates()
    for _ in range(KEPT + 700):
        prices.append(prices[-1] * (1.0 + random.gauss(0.0, 0.001)))
    gone = range(len(prices) - gap - 5, len(prices) - 5)
    for bar, price in enumerate(prices, start=1):
        whole.close(bar, price, 60.0 * bar)
        mended.close(bar, None if bar in gone else price, 60.0 * bar)
    assert mended.volatility != whole.volatility
    assert mended.fill({bar: prices[bar - 1] for bar in gone}, len(prices))
    assert mended.volatility == whole.volatility


def test_a_daemon_that_just_started_knows_its_correlation_once_the_last_leg_was_read() -> None:
    prices, story = paths(300), begun(301)
    assert reason(story.hedge().hedge_correlation) == "0 of 30 minutes seen"
    looked_back(story).at(story.now - START, told(prices, ALT))
    assert reason(looked_back(story).hedge().hedge_correlation) == "0 of 30 minutes seen"
    story.at(story.now - START, told(prices, AIX))
    assert known(looked_back(story).hedge().hedge_correlation) > 0.7
    assert known(story.position().volatility) > 0.1
    assert reason(story.hedge("two").hedge_correlation) == "0 of 30 minutes seen"


def test_what_is_held_being_told_after_the_history_loses_none_of_it() -> None:
    prices = paths(300)
    story = Story(on=desk(hedge(COLD, (HALF_AIX, HALF_BTC))))
    story.at(
        FIRST + 60.0 * 300 + 5.0, ClockAdvanced(), *(told(prices, symbol) for symbol in AT_THE_END)
    )
    looked_back(story)
    assert reason(story.hedge().hedge_beta) == "0 of 30 minutes seen"
    begun(301, story)
    assert known(looked_back(story).hedge().hedge_beta) > 0.5


def test_the_same_history_told_again_counts_no_minute_twice() -> None:
    prices, story = paths(300), begun(301)
    news = [told(prices, symbol) for symbol in AT_THE_END]
    once = estimated(looked_back(_after(story, *news)))
    assert estimated(looked_back(_after(story, *news, *news))) == once
    assert story.hedge().estimates.moments.bars == 300


def test_a_minute_that_was_sampled_live_is_not_overwritten_by_what_the_venue_says() -> None:
    prices = paths(60)
    story = live(prices, range(61))
    before = estimated_volatility(story)
    other = {symbol: [price * 2.0 for price in walk] for symbol, walk in prices.items()}
    looked_back(_after(story, *(told(other, symbol) for symbol in AT_THE_END)))
    assert estimated_volatility(story) == before


def test_a_minute_that_is_not_over_by_our_clock_is_not_believed_yet() -> None:
    prices, story = paths(60), begun(41)
    looked_back(_after(story, *(told(prices, symbol) for symbol in AT_THE_END)))
    assert story.hedge().estimates.moments.bars == 40


def test_a_minute_without_a_price_is_left_out_with_the_return_that_follows() -> None:
    prices, story = paths(100), begun(101)
    news = [told(prices, symbol) for symbol in AT_THE_END]
    holed = replace(news[0], bars=news[0].bars[:50] + news[0].bars[51:])
    bad = replace(news[1], bars=(*news[1].bars[:70], (news[1].bars[70][0], float("nan"))))
    looked_back(_after(story, holed, bad, news[2]))
    assert story.hedge().estimates.moments.bars == 69 - 2


def test_a_market_that_nobody_heard_of_has_a_past_that_changes_nothing() -> None:
    story = begun(41)
    looked_back(_after(story, BarsRead(VENUE, "ETH/USDT:USDT", ((START, 1.0),))))
    assert ("binanceusdm", "ETH/USDT:USDT") not in story.engine.book.markets


@pytest.mark.parametrize(("lead", "bars"), [(1.5, 100), (20.0, 98)])
def test_a_clock_that_is_far_off_costs_the_bars_between_its_minutes_and_ours(
    lead: float, bars: int
) -> None:
    """The venue's minutes end at other moments than ours: a bar from one to the other is none."""
    prices, story = paths(100), begun(81)
    story.venue_ahead = lead
    story.at(story.now - START, VenueClockRead(VENUE, lead))
    looked_back(_after(story, *(told(prices, symbol) for symbol in AT_THE_END)))
    live(prices, range(81, 101), story)
    assert story.hedge().estimates.moments.bars == bars


def test_a_hedge_with_other_legs_is_known_at_once_from_the_histories_of_its_markets() -> None:
    prices, story = paths(300), begun(301)
    looked_back(_after(story, *(told(prices, symbol) for symbol in AT_THE_END)))
    before = known(story.hedge().hedge_beta)
    story.reload(on=desk(hedge(COLD, HALF_BTC)))
    assert reason(story.hedge().hedge_beta) == "0 of 30 minutes seen"
    assert known(looked_back(story).hedge().hedge_beta) not in {before, 0.0}


def test_a_spot_leg_is_warm_once_its_own_history_is_told_and_unknown_until_then() -> None:
    spot, prices = "ALT/USDT", paths(300)
    price = PricePlan(account="spot", symbol=spot)
    accounts = (*TWO_HEDGES.accounts, AccountPlan(name="spot", venue="binance"))
    story = Story(on=replace(desk(BASKET), accounts=accounts, prices={"ALT": price}))
    at = FIRST + 60.0 * 300 + 5.0
    story.at(at, ClockAdvanced(), market(AIX), market(spot), tiered(AIX))
    story.at(at, read(held(AIX, -200.0), wallet=200_000.0), read(account="spot"))
    story.at(at, heard(), mark(AIX, 1_000.0), quote(spot, 0.3999, 0.4001), told(prices, AIX))
    assert reason(looked_back(story).hedge().hedge_beta) == "0 of 30 minutes seen"
    story.at(at, BarsRead("binance", spot, told(prices, ALT).bars))
    assert known(looked_back(story).hedge().hedge_beta) > 0.5


def _after(story: Story, *news: BarsRead) -> Story:
    story.at(story.now - START, *news)
    return story


def estimated_volatility(story: Story) -> list[float]:
    return [known(story.market(symbol).estimates.volatility) for symbol in AT_THE_END]
