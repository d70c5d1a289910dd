"""The recent past of a measure: what a window says is what its samples say, and it costs little."""

import tracemalloc
from collections.abc import Callable, Sequence
from math import inf, isnan, nan, sqrt
from statistics import fmean, pstdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.windows import MOST_SAMPLES, Window
from tests.support.chance import examples

FUNCTIONS = ("change", "rate", "average", "lowest", "highest", "zscore")
STEADY = settings(deadline=None, derandomize=True, max_examples=examples(30))
HOLE = Unknown("no price", 0.0)


def window(seconds: float) -> Window:
    made = Window(seconds)
    for function in FUNCTIONS:
        made.serve(function)
    return made


def told(seconds: float, *values: Known, start: float = 0.0) -> Window:
    """A window that was told one value a second."""
    made = window(seconds)
    for second, value in enumerate(values):
        made.sample(value, start + second)
    return made


def test_a_change_is_from_what_stood_a_window_ago_to_now() -> None:
    assert told(5.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0).change(6.5) == 5.5
    assert told(5.0, *map(float, range(100))).change(99.0) == 5.0
    assert told(5.0, *map(float, range(100))).rate(99.0) == pytest.approx(1.0)


def test_nothing_is_said_before_nine_tenths_are_known() -> None:
    for function in FUNCTIONS:
        early = getattr(told(20.0, *[1.0, 2.0] * 8, 1.0), function)(1.0)
        assert isinstance(early, Unknown)
        assert early.reason == "less than nine tenths of the last 20s is known"
        assert not isinstance(getattr(told(20.0, *[1.0, 2.0] * 9), function)(1.0), Unknown)


def test_a_hole_is_never_a_zero() -> None:
    samples: list[Known] = [HOLE, *[4.0, 8.0] * 9, HOLE]
    made = told(20.0, *samples)
    assert (made.lowest(0.0), made.highest(0.0), made.average(0.0)) == (4.0, 8.0, 6.0)
    assert made.change(5.0) == 1.0, "against the oldest that is known"
    assert isinstance(made.change(HOLE), Unknown)
    made.sample(HOLE, 20.0)
    made.sample(HOLE, 21.0)
    assert isinstance(made.average(0.0), Unknown), "three of twenty are missing now"


def test_moments_that_nobody_sampled_are_holes_and_a_long_absence_forgets_everything() -> None:
    made = told(20.0, *[1.0] * 20)
    made.sample(3.0, 22.0)
    assert made.highest(0.0) == 3.0
    made.sample(3.0, 25.0)
    assert isinstance(made.highest(0.0), Unknown)
    made.sample(5.0, 1_000.0)
    assert isinstance(made.lowest(0.0), Unknown)
    for second in range(1_001, 1_021):
        made.sample(5.0, float(second))
    assert made.lowest(0.0) == made.average(0.0) == 5.0


def test_of_two_looks_within_a_second_one_is_a_sample() -> None:
    made = window(5.0)
    for half in range(20):
        made.sample(float(half), 100.0 + half / 2.0)
    assert made.average(0.0) == fmean((18, 16, 14, 12, 10))
    made.sample(99.0, 50.0)
    assert made.highest(0.0) == 18.0, "time does not go back"


def test_a_long_window_has_no_more_samples_than_an_hour() -> None:
    day, start = window(86_400.0), 1_700_000_000.0
    for second in range(0, 2 * 86_400, 12):
        day.sample(float(second), start + second)
    last = 2 * 86_400 - 12
    assert day.change(float(last)) == pytest.approx(86_400.0, abs=24.0)
    assert day.rate(float(last)) == pytest.approx(1.0, abs=1e-3)
    assert day.average(0.0) == pytest.approx(last - 43_200.0, abs=24.0)


@pytest.mark.parametrize(
    ("seconds", "samples"), [(300.0, 300), (3_600.0, MOST_SAMPLES), (30 * 86_400.0, MOST_SAMPLES)]
)
def test_a_window_takes_the_memory_that_is_stated(seconds: float, samples: int) -> None:
    """8 bytes a sample, 2 more each for the lowest and the highest, and a kilobyte or two."""
    tracemalloc.start()
    made = window(seconds)
    for step in range(2 * samples):
        made.sample(float(-step), 1e9 + step * seconds / samples)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 8 * samples < taken < 12 * samples + 4_000  # whatever else this process does meanwhile
    assert made.lowest(0.0) == 1.0 - 2 * samples


def test_what_is_infinite_is_infinite_while_it_is_in_the_window_and_leaves_nothing() -> None:
    made = told(10.0, *[0.5, 0.7] * 5, inf)
    assert (made.average(0.0), made.highest(0.0), made.lowest(0.0)) == (inf, inf, 0.5)
    assert made.change(inf) == inf
    assert isinstance(made.zscore(0.5), Unknown)
    for second in range(11, 30):
        made.sample(0.5 + second % 2, float(second))
    assert made.average(0.0) == pytest.approx(1.0)
    assert made.zscore(1.5) == pytest.approx(1.0)
    assert isinstance(told(10.0, *[inf] * 12).change(inf), Unknown)
    both = told(10.0, *[inf, -inf] * 6)
    assert isinstance(both.average(0.0), Unknown)


def test_what_never_moved_has_no_zscore() -> None:
    for constant in (0.0, 61_234.56, 1e-9):
        flat = told(30.0, *[constant + 5.0] * 40, *[constant] * 60)
        assert isinstance(flat.zscore(constant), Unknown)
        assert isinstance(flat.zscore(constant + 1.0), Unknown)


@pytest.mark.parametrize("spike", [1e8, 1e150, 1e300, -1e300])
def test_a_spike_leaves_no_trace_in_the_sums(spike: float) -> None:
    calm = [100.0 + (second % 7) / 100.0 for second in range(200)]
    made = told(60.0, *calm[:80], spike, *calm[80:])
    assert made.average(0.0) == pytest.approx(fmean(calm[-60:]), rel=1e-12)
    assert made.zscore(100.1) == pytest.approx(
        (100.1 - fmean(calm[-60:])) / pstdev(calm[-60:]), rel=1e-6
    )


def test_a_function_that_a_reload_adds_begins_with_the_samples_that_there_are() -> None:
    made = Window(20.0)
    made.serve("change")
    for second in range(30):
        made.sample(float(second), float(second))
    assert isinstance(made.lowest(0.0), Unknown)
    for function in FUNCTIONS:
        made.serve(function)
    assert (made.lowest(0.0), made.highest(0.0), made.average(0.0)) == (10.0, 29.0, 19.5)


NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 61_000.0])
SAMPLES = st.lists(NUMBERS | st.just(nan), min_size=1, max_size=120)


@STEADY
@given(SAMPLES, st.sampled_from([5, 7, 20, 50]))
def test_every_function_is_what_a_textbook_says_of_the_samples(
    samples: Sequence[float], seconds: int
) -> None:
    made = window(float(seconds))
    for second, value in enumerate(samples):
        made.sample(HOLE if isnan(value) else value, 1e9 + second)
        _compare(made, samples[: second + 1], seconds)


def _compare(made: Window, samples: Sequence[float], seconds: int) -> None:
    inside = [value for value in samples[-seconds:] if not isnan(value)]
    if len(inside) < 0.9 * seconds:
        assert isinstance(made.lowest(0.0), Unknown)
        return
    behind = [value for value in samples[-seconds - 1 :] if not isnan(value)]
    assert made.lowest(0.0) == min(inside)
    assert made.highest(0.0) == max(inside)
    assert made.average(0.0) == pytest.approx(fmean(inside), abs=1e-6)
    assert made.change(3.0) == 3.0 - behind[0]
    score, deviation = made.zscore(3.0), pstdev(inside)
    if deviation > 1e-3 * sqrt(fmean(value * value for value in inside)):
        assert score == pytest.approx((3.0 - fmean(inside)) / deviation, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float, id="rising"),
        pytest.param(lambda second: -float(second), id="falling"),
        pytest.param(lambda _: 1.0, id="flat"),
        pytest.param(lambda second: float(second % 60), id="saw"),
    ],
)
def test_the_extremes_of_a_long_window_are_right_whatever_the_shape(
    value: Callable[[int], float],
) -> None:
    made = window(3_600.0)
    for second in range(10_000):
        made.sample(value(second), 1e9 + second)
    inside = [value(second) for second in range(6_400, 10_000)]
    assert (made.lowest(0.0), made.highest(0.0)) == (min(inside), max(inside))
