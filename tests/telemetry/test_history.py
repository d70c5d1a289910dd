"""The last hour of a number: its worst, its holes, and what it takes in memory."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.model import Unknown
from hedgewatch.telemetry.history import BEYOND, POINTS, STEP, History

UNKNOWN = Unknown("blind", 0.0)


def looked_at(history: History, values: dict[float, float | Unknown]) -> list[float | None]:
    for now, value in values.items():
        history.look({"": value}, now)
    return history.points()[""]


def test_a_point_is_the_worst_of_its_seconds_whichever_way_it_lies() -> None:
    seen = {0.0: 0.1, 3.0: -0.4, 9.0: 0.2, 10.0: 0.3, 20.0: 0.0}
    assert looked_at(History(), dict(seen)) == [-0.4, 0.3]


def test_what_was_unknown_and_what_was_not_watched_are_holes() -> None:
    points = looked_at(History(), {0.0: 0.1, 10.0: UNKNOWN, 20.0: 0.2, 60.0: 0.3, 70.0: 0.3})
    assert points == [0.1, None, 0.2, None, None, None, 0.3]


def test_a_moment_that_was_known_for_a_part_of_it_has_a_point() -> None:
    assert looked_at(History(), {0.0: UNKNOWN, 4.0: 0.5, 5.0: UNKNOWN, 10.0: 0.1}) == [0.5]


def test_infinity_is_beyond_all_and_no_hole() -> None:
    assert looked_at(History(), {0.0: inf, 10.0: -inf, 20.0: 0.0}) == [BEYOND, -BEYOND]


def test_a_series_is_forgotten_with_its_hedge() -> None:
    history = History()
    history.look({"": 0.1, "a": 0.2}, 0.0)
    history.look({"": 0.1}, STEP)
    assert list(history.points()) == [""]


@given(st.lists(st.floats(0.0, 90_000.0), max_size=60))
def test_it_never_holds_more_than_an_hour_however_time_passes(moments: list[float]) -> None:
    history = History()
    for now in moments:
        history.look({"": 1.0}, now)
    assert all(len(points) <= POINTS for points in history.points().values())
