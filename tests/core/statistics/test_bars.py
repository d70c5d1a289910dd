"""The bar clock: one return for each bar that can be vouched for, and none for any other."""

import pytest

from hedgewatch.core.statistics.bars import BAR, BARS_A_YEAR, Bars, bar_of


def closed(*ends: tuple[int, float | None, float]) -> list[float | None]:
    bars = Bars()
    return [bars.close(bar, price, venue_time) for bar, price, venue_time in ends]


def test_a_return_goes_from_one_end_of_a_bar_to_the_next() -> None:
    first, second = closed((7, 100.0, 1.0), (8, 101.0, 61.0))
    assert first is None
    assert second == pytest.approx(0.01)


def test_a_price_that_did_not_change_its_venue_time_is_no_return_of_zero() -> None:
    assert closed((1, 100.0, 50.0), (2, 100.0, 50.0), (3, 103.0, 170.0)) == [None, None, None]


def test_after_a_stale_price_a_return_needs_two_fresh_ends_again() -> None:
    ends = closed((1, 100.0, 1.0), (2, 100.0, 1.0), (3, 103.0, 170.0), (4, 103.0, 230.0))
    assert ends == [None, None, None, 0.0]


def test_a_doubted_price_leaves_out_the_bar_before_and_the_bar_after() -> None:
    ends = closed((1, 100.0, 1.0), (2, None, 1.0), (3, 104.0, 121.0), (4, 104.0, 181.0))
    assert ends == [None, None, None, 0.0]


def test_the_return_over_a_gap_is_not_the_return_of_one_bar() -> None:
    assert closed((1, 100.0, 1.0), (5, 140.0, 300.0)) == [None, None]


def test_a_moved_price_with_an_older_venue_time_still_counts_when_the_clock_stepped() -> None:
    assert closed((1, 100.0, 9_000.0), (2, 102.0, 61.0))[1] == pytest.approx(0.02)


@pytest.mark.parametrize("price", [float("nan"), float("inf"), 0.0, -1.0])
def test_what_is_no_price_is_left_out(price: float) -> None:
    assert closed((1, 100.0, 1.0), (2, price, 61.0), (3, 100.0, 121.0)) == [None, None, None]


def test_the_start_of_a_bar_is_told_with_its_return_only() -> None:
    bars = Bars()
    for bar, price in ((1, 100.0), (2, 110.0), (3, None)):
        bars.close(bar, price, 60.0 * bar)
    starts = [bars.start_and_return(bar)[0] for bar in (1, 2, 3)]
    assert starts == [None, 100.0, None]


def test_bars_lie_on_whole_minutes_of_the_clock() -> None:
    assert bar_of(0.0) == bar_of(59.999) == 0
    assert bar_of(60.0) == 1
    assert BARS_A_YEAR * BAR == 365 * 86400
