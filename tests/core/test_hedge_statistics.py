"""Statistics in the life of a desk: sampled by the clock, unknown until they mean something."""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import inf, isinf, sqrt
from pathlib import Path

import pytest

from hedgewatch.core.book.rows import Row
from hedgewatch.core.events import (
    ClockAdvanced,
    LiquidityRead,
    MarketDefined,
    MarkPriceChanged,
    QuoteChanged,
)
from hedgewatch.core.expression import Unit
from hedgewatch.core.measures import CATALOGUE
from hedgewatch.core.model import LegPlan, Scope
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    SHORT_AIX,
    VENUE,
    Said,
    desk,
    heard,
    hedge,
    held,
    mark,
    market,
    read,
    tiered,
    tiers,
    told,
)
from tests.support.stories import START, Story, known, reason

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")
DEMO_TIERS = tiers((0.0, 0.02), (50_000.0, 0.05), (250_000.0, 0.10))
FORMATS = {
    Unit.RATIO: "{:.2%}",
    Unit.MONEY: "{:,.2f}",
    Unit.CONTRACTS: "{:g}",
    Unit.NUMBER: "{:,.2f}",
    Unit.SECONDS: "{:,.0f}",
}
DAY = 86_400.0
NEAR, FAR = "AIX/USDT:USDT-231229", "AIX/USDT:USDT-240329"
FIRST_BAR = 40.0
"""Seconds from the start of a story to the next whole minute."""


def perpetual(symbol: str, hours: int = 8, taker_fee: float | None = None) -> MarketDefined:
    defined = market(symbol, taker_fee=taker_fee).market
    return MarketDefined(replace(defined, funding_interval=hours * 3_600.0))


def dated(symbol: str, days: float) -> MarketDefined:
    like = market(AIX).market
    return MarketDefined(replace(like, symbol=symbol, expiry=START + days * DAY))


def funded(symbol: str, price: float, rate: float) -> Said:
    return lambda now: MarkPriceChanged(VENUE, symbol, price, now, None, rate)


def book(
    symbol: str,
    bids: tuple[tuple[float, float], ...],
    asks: tuple[tuple[float, float], ...],
    volume: float | None = 25_000.0,
) -> Said:
    return lambda now: LiquidityRead(VENUE, symbol, bids, asks, now, volume)


def squeezed(bars: int, taker_fee: float | None = 0.0005) -> Story:
    """The squeezed book of the worked example, `bars` minutes later.

    AIX moved by 0.1 % to and fro, ALT by 1.2 times that and 0.05 % of its own, and in the end both
    are where they were.
    """
    story = Story(on=desk(BASKET, costs={"ALT": 0.40}))
    story.at(0.0, perpetual(AIX, taker_fee=taker_fee), perpetual(ALT))
    story.at(0.0, tiered(AIX, DEMO_TIERS), tiered(ALT))
    story.at(0.0, read(held(AIX, -250.0), wallet=100_000.0), mark(AIX, 1_310.0), mark(ALT, 0.655))
    aix, alt = 1_310.0, 0.655
    for bar in range(bars + 1):
        common = 0.001 if bar % 2 else -0.001
        own = 0.0005 if bar % 4 < 2 else -0.0005
        aix, alt = aix * (1.0 + common), alt * (1.0 + 1.2 * common + own)
        at = FIRST_BAR + 60.0 * bar
        story.at(at, heard(), mark(AIX, aix), mark(ALT, alt), ClockAdvanced())
    story.at(story.now - START + 1.0, heard(), funded(AIX, 1_310.0, -0.0001), mark(ALT, 0.655))
    return story


def with_book(story: Story) -> Story:
    asks = ((1_310.10, 100.0), (1_311.0, 100.0), (1_312.0, 100.0), (1_330.0, 100.0))
    story.at(story.now - START, book(AIX, ((1_309.90, 100.0), (1_300.0, 500.0)), asks))
    return story


def calendar(bars: int) -> Story:
    """Owned ALT, covered by two dated contracts; another hedge holds the near one alone."""
    near, far = (LegPlan(account="main", symbol=symbol, share=0.5) for symbol in (NEAR, FAR))
    owned = LegPlan(wallet="cold", asset="ALT", share=0.5)
    both, one = hedge(owned, (near, far), name="both"), hedge(owned, near, name="one")
    story = Story(on=desk(both, one))
    story.at(0.0, dated(NEAR, 45.0), dated(FAR, 136.0), perpetual(ALT))
    story.at(0.0, tiered(NEAR), tiered(FAR), tiered(ALT))
    story.at(0.0, read(held(NEAR, -100.0), held(FAR, -100.0), wallet=100_000.0))
    for bar in range(bars + 1):
        later = 1_020.3 if bar % 2 else 1_019.7
        said = (
            lambda now: MarkPriceChanged(VENUE, NEAR, 1_000.0, now, 985.0),
            mark(FAR, later), mark(ALT, 0.40), heard(), ClockAdvanced(),
        )  # fmt: skip
        story.at(FIRST_BAR + 60.0 * bar, *said)
    at = story.now - START + 1.0
    story.at(at, mark(FAR, 1_020.9), mark(ALT, 0.40), heard())
    story.at(at, lambda now: MarkPriceChanged(VENUE, NEAR, 1_000.0, now, 985.0))
    story.at(at, lambda now: QuoteChanged(VENUE, NEAR, 999.9, 1_000.1, now))
    story.at(at, lambda now: QuoteChanged(VENUE, FAR, 1_020.8, 1_021.0, now))
    return story


# ------------------------------------------------------------------------------ the page of numbers


def _rows(heading: str) -> Iterator[list[str]]:
    table = PAGE.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    for line in re.findall(r"^\|(.+)\|$", table, flags=re.MULTILINE):
        cells = [cell.strip() for cell in line.split("|")]
        if cells[0].startswith("`"):
            yield cells


def _shown(name: str, *rows: Row) -> str:
    by_scope = {row.subject.scope: row for row in rows}
    measure = next(each for each in CATALOGUE if each.name == name and each.scope in by_scope)
    value = known(getattr(by_scope[measure.scope], name))
    return "none" if isinf(value) else FORMATS[measure.unit].format(value)


def test_each_figure_of_the_squeezed_book_is_what_the_engine_computes() -> None:
    story = with_book(squeezed(400))
    rows = list(_rows("A squeezed hedge"))
    assert len(rows) > 20
    for name, figure, _ in rows:
        shown = _shown(name.strip("`"), story.position(), story.pool(), story.hedge())
        assert figure == shown, name


def test_each_figure_of_the_dated_cover_is_what_the_engine_computes() -> None:
    story = calendar(60)
    rows = list(_rows("A dated cover"))
    assert len(rows) == 5
    for name, figure, _ in rows:
        row = story.hedge("one" if name in {"`basis`", "`annualised_basis`"} else "both")
        assert figure == _shown(name.strip("`"), row), name
    assert story.hedge("both").roll_in_words == "rolling all of it earns 1,035.00 USDT"


# ----------------------------------------------------------------------------------- sizes by risk


@pytest.mark.parametrize(
    ("taker_fee", "contracts"), [(None, 4.0), (0.0045, 4.0), (0.009, 3.0), (0.02, 2.0)]
)
def test_a_size_by_risk_pays_the_taker_fee_of_both_its_trades(
    taker_fee: float | None, contracts: float
) -> None:
    assert squeezed(40, taker_fee).position().risk_sized_contracts == contracts


@pytest.mark.parametrize(
    ("side", "others", "contracts"),
    [
        (-1.0, 22_000.0, 3.0),
        (-1.0, 22_270.0, 1.0),
        (-1.0, 22_600.0, 0.0),
        (1.0, 22_050.0, 3.0),
        (1.0, 22_250.0, 2.0),
    ],
)
def test_a_size_by_risk_is_not_liquidated_before_its_stop(
    side: float, others: float, contracts: float
) -> None:
    story = squeezed(40)
    story.at(story.now - START, tiered(ALT, tiers((0.0, 0.10))))

    def hold(size: float, *prices: Said) -> None:
        alt = held(ALT, others / 0.0655, 0.655)  # 10 % of it is what it requires
        own = held(AIX, side * size, 1_310.0)
        story.at(story.now - START + 1.0, read(own, alt, wallet=22_500.0), *prices)

    hold(1.0)
    row = story.position(symbol=AIX)
    sized = known(row.risk_sized_contracts)
    assert sized == contracts
    stop = 1_310.0 * (1.0 - side * 2.0 * known(row.volatility) / sqrt(365.0))
    if sized:
        hold(sized, mark(AIX, stop))
        assert known(story.pool().headroom) > 0.0
    hold(sized + 1.0, mark(AIX, stop))
    assert known(story.pool().headroom) < 0.0


# --------------------------------------------------------------------------------------- the bars


def test_nothing_is_estimated_before_thirty_bars_and_the_reason_counts_them() -> None:
    story = squeezed(12)
    for value in (
        story.position().volatility,
        story.position().liquidation_distance_sigmas,
        story.position().touch_probability,
        story.position().median_time_to_liquidation_seconds,
        story.hedge().hedge_beta,
        story.hedge().hedge_correlation,
        story.hedge().minimum_variance_ratio,
        story.hedge().held_effectiveness,
        story.hedge().residual_volatility,
        story.hedge().correlation_shift,
    ):
        assert reason(value) == "12 of 30 minutes seen"
    assert known(squeezed(30).hedge().hedge_beta) == pytest.approx(1.2, abs=0.05)


def test_ticks_between_two_ends_of_a_bar_change_no_estimate() -> None:
    quiet, busy = squeezed(40), squeezed(40)
    for second in range(1, 20):
        busy.at(busy.now - START + 1.0, mark(AIX, 1_000.0 + 50.0 * second), ClockAdvanced())
    assert busy.position().volatility == quiet.position().volatility
    assert busy.hedge().hedge_beta == quiet.hedge().hedge_beta


def test_a_feed_that_froze_lends_no_returns_of_zero_to_the_volatility() -> None:
    story = squeezed(40)
    before = story.position().volatility
    for _ in range(10):
        story.at(story.now - START + 60.0, heard(), mark(ALT, 0.655), ClockAdvanced())
    assert story.position().volatility == before


def test_a_leg_without_a_fresh_price_leaves_its_hedge_out_of_the_bar() -> None:
    story = squeezed(40)
    before = story.hedge().hedge_beta
    story.at(FIRST_BAR + 60.0 * 41, heard(), mark(AIX, 1_400.0), ClockAdvanced())
    assert story.hedge().hedge_beta == before
    assert known(story.position().volatility) > 1.0


def test_after_the_machine_slept_the_return_over_the_gap_is_not_that_of_a_bar() -> None:
    story = squeezed(40)
    before = story.position().volatility, story.hedge().hedge_beta
    later = story.now - START + 3_600.0
    story.at(later, heard(), mark(AIX, 1_900.0), mark(ALT, 0.9), ClockAdvanced())
    assert (story.position().volatility, story.hedge().hedge_beta) == before


def test_a_hedge_with_other_legs_starts_its_estimates_anew() -> None:
    story = squeezed(40)
    other = replace(SHORT_AIX, beta=2.0)
    story.reload(on=desk(hedge(BASKET.exposure, other)))
    assert reason(story.hedge().hedge_beta) == "0 of 30 minutes seen"


def test_another_target_keeps_what_was_estimated_of_the_legs() -> None:
    story = squeezed(40)
    story.reload(on=desk(replace(BASKET, target=0.5)))
    assert isinstance(story.hedge().hedge_beta, float)


def test_in_the_dark_the_estimate_replaces_the_hundred_percent_once_it_is_warm() -> None:
    for bars, sigma in ((12, 1.0), (40, 0.001 * sqrt(525_600.0))):
        story = squeezed(bars)
        last = known(story.position().liquidation_distance)
        since = story.now
        for _ in range(60):
            story.at(story.now - START + 1.0, heard(), ClockAdvanced())
        worst = known(story.position().liquidation_distance_worst)
        lost = 4.0 * sigma * sqrt((story.now - since) / (365.0 * DAY))
        assert worst == pytest.approx(last - lost, rel=1e-3)


def test_a_market_that_stood_still_may_still_move_in_the_dark() -> None:
    story = squeezed(0)
    for bar in range(1, 41):
        at = FIRST_BAR + 60.0 * bar
        story.at(at, heard(), mark(AIX, 1_310.0), mark(ALT, 0.655), ClockAdvanced())
    assert known(story.position().volatility) < 0.2
    last, since = known(story.position().liquidation_distance), story.now
    for _ in range(60):
        story.at(story.now - START + 1.0, heard(), ClockAdvanced())
    lost = 4.0 * 0.2 * sqrt((story.now - since) / (365.0 * DAY))
    assert story.position().liquidation_distance_worst == pytest.approx(last - lost, rel=1e-3)


# ----------------------------------------------------------------------- funding, expiry, liquidity


def test_a_dated_contract_pays_no_funding_and_a_perpetual_never_expires() -> None:
    story = calendar(0)
    position = story.position(NEAR)
    assert position.funding_rate == position.funding_per_day == position.funding_apr == 0.0
    assert position.time_to_expiry_seconds == pytest.approx(45 * DAY - 41.0)
    assert squeezed(0).position().time_to_expiry_seconds == inf
    assert squeezed(0).hedge().cover_time_to_expiry_seconds == inf
    assert reason(squeezed(0).hedge().annualised_basis) == "the cover does not expire"


def test_a_perpetual_whose_interval_was_not_told_has_a_rate_but_no_carry() -> None:
    story = squeezed(0)
    story.at(story.now - START, market(AIX), funded(AIX, 1_310.0, -0.0001))
    assert story.position().funding_rate == -0.0001
    assert reason(story.position().funding_per_day) == "the funding interval was not told"
    assert reason(story.hedge().funding_carry_per_day) == "the funding interval was not told"


def test_without_a_rate_the_funding_is_unknown_and_never_nothing() -> None:
    story = squeezed(0)
    story.at(story.now - START, mark(AIX, 1_310.0))
    for value in (
        story.position().funding_rate,
        story.position().funding_apr,
        story.pool().time_to_liquidation_by_funding_seconds,
    ):
        assert reason(value) == "no funding rate was told"


def test_an_order_book_that_is_no_longer_read_says_nothing_about_today() -> None:
    story = with_book(squeezed(0))
    assert known(story.position().unwind_cost) == pytest.approx(210.0)
    story.at(story.now - START + 301.0, heard(), mark(AIX, 1_310.0), mark(ALT, 0.655))
    for value in (
        story.position().unwind_cost,
        story.position().depth,
        story.position().spread,
        story.hedge().cover_unwind_cost,
    ):
        assert "order book" in reason(value)


def test_a_position_larger_than_the_visible_book_has_no_cost_but_a_share() -> None:
    story = squeezed(0)
    story.at(story.now - START, book(AIX, ((1_309.0, 10.0),), ((1_311.0, 100.0),), None))
    position = story.position()
    assert reason(position.unwind_cost) == "the order book shows 40% of the size only"
    assert position.unwindable_share == pytest.approx(0.4)
    assert reason(position.unwind_seconds) == "the volume of the day was not told"


def test_a_market_whose_book_was_never_read_says_so() -> None:
    position = squeezed(0).position()
    assert reason(position.unwind_slippage) == "the order book was not read"
    assert reason(position.spread) == "no quote and no order book was read"


def test_the_newer_of_quote_and_order_book_makes_the_spread() -> None:
    story = with_book(squeezed(0))
    assert known(story.position().spread) == pytest.approx(0.2 / 1_310.0)
    at = story.now - START + 1.0
    story.at(at, heard(), mark(AIX, 1_310.0), mark(ALT, 0.655))
    story.at(at, lambda now: QuoteChanged(VENUE, AIX, 1_305.0, 1_315.0, now))
    assert known(story.position().spread) == pytest.approx(10.0 / 1_310.0)


def test_a_doubted_price_makes_every_statistic_of_now_unknown() -> None:
    story = with_book(squeezed(40))
    for _ in range(10):
        story.at(story.now - START + 1.0, heard(), ClockAdvanced())
    position, pool, row = story.position(), story.pool(), story.hedge()
    for value in (
        position.touch_probability,
        position.adverse_move,
        position.funding_per_day,
        position.spread,
        position.unwind_cost,
        pool.effective_leverage,
        pool.time_to_liquidation_by_funding_seconds,
        row.held_effectiveness,
        row.funding_carry_per_day,
        row.cover_unwind_cost,
    ):
        assert "stale" in reason(value)


def test_a_cover_of_one_contract_has_neither_calendar_spread_nor_roll() -> None:
    row = squeezed(0).hedge()
    assert reason(row.calendar_zscore) == "the cover is not a near and a later contract"
    assert reason(row.roll_cost) == "the cover is not a near and a later contract"


def test_a_naked_exposure_is_told_the_ratio_that_would_fit_it() -> None:
    story = squeezed(40)
    story.at(story.now - START, told(held(AIX, 0.0)))
    story.at(story.now - START, heard(), mark(AIX, 1_310.0), mark(ALT, 0.655))
    row = story.hedge()
    assert row.hedge_ratio == 0.0
    assert known(row.minimum_variance_ratio) == pytest.approx(1.2, abs=0.05)
    assert row.held_effectiveness == pytest.approx(0.0)


def test_a_minimum_variance_target_is_unknown_until_it_is_estimated() -> None:
    story = squeezed(12)
    story.reload(on=desk(replace(BASKET, minimum_variance=True)))
    row = story.hedge()
    for value in (row.target, row.hedge_drift, row.contracts_to_target, row.uncovered_value):
        assert reason(value) == "12 of 30 minutes seen"
    assert row.hedge_ratio == pytest.approx(1.0)
    assert row.required_contracts == pytest.approx(250.0)


def test_a_minimum_variance_target_follows_the_estimate_once_it_is_known() -> None:
    story = squeezed(400)
    story.reload(on=desk(replace(BASKET, minimum_variance=True)))
    row = story.hedge()
    assert row.target == row.minimum_variance_ratio == pytest.approx(1.2, abs=0.01)
    assert known(row.hedge_drift) == pytest.approx(1.0 / known(row.target) - 1.0)
    assert row.contracts_to_target == -50.0


def test_a_cover_that_moves_against_the_exposure_has_no_minimum_variance_target() -> None:
    story = squeezed(0)
    aix, alt = 1_310.0, 0.655
    for bar in range(1, 41):
        common = 0.001 if bar % 2 else -0.001
        aix, alt = aix * (1.0 + common), alt * (1.0 - common)
        story.at(FIRST_BAR + 60.0 * bar, heard(), mark(AIX, aix), mark(ALT, alt), ClockAdvanced())
    story.reload(on=desk(replace(BASKET, minimum_variance=True)))
    assert known(story.hedge().hedge_correlation) == pytest.approx(-1.0, abs=0.05)
    assert "adds risk" in reason(story.hedge().target)


def test_each_statistic_of_the_catalogue_is_a_measure_of_its_row() -> None:
    story = squeezed(0)
    rows = {Scope.POSITION: story.position(), Scope.POOL: story.pool(), Scope.HEDGE: story.hedge()}
    for measure in CATALOGUE:
        if measure.scope in rows:
            getattr(rows[measure.scope], measure.name)
