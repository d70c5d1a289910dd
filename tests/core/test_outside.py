"""Signals and calendars: what rules may ask of what is outside the book."""

from dataclasses import replace
from math import inf
from random import Random

import pytest

from hedgewatch.core.book.rows.outside import CalendarRow, SignalRow
from hedgewatch.core.events import (
    Appointment,
    CalendarRead,
    ClockAdvanced,
    SignalFailed,
    SignalHeard,
)
from hedgewatch.core.expression import ExpressionError, parse_condition
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import Desk, Scope, SignalPlan, Unknown
from tests.support.builders import AIX, ALT, BASKET, desk, mark, rule
from tests.support.stories import START, Story, short_of_aix

GPU = SignalPlan(name="gpu", unit="busy", stale_after=60.0)


def desk_with(*signals: SignalPlan, calendars: tuple[str, ...] = ()) -> Desk:
    return replace(desk(BASKET), signals=signals, calendars=calendars)


def told(value: float, second: float, name: str = "gpu") -> SignalHeard:
    return SignalHeard(name, value, START + second)


def signal(story: Story) -> SignalRow:
    return story.engine.book.outside.signals["gpu"]


def calendar(story: Story) -> CalendarRow:
    return story.engine.book.outside.calendars["unlocks"]


def test_a_signal_is_unknown_before_it_is_heard_of_and_once_it_is_too_old() -> None:
    story = Story(on=desk_with(GPU))
    assert isinstance(signal(story).signal_value, Unknown)
    story.at(0.0, told(0.7, 0.0))
    assert signal(story).signal_value == 0.7
    story.advance(60.0)
    assert (signal(story).signal_value, signal(story).signal_age_seconds) == (0.7, 60.0)
    story.at(60.5, SignalFailed("gpu", "it answered 503"))
    story.advance(61.0)
    old = signal(story).signal_value
    assert isinstance(old, Unknown)
    assert "it answered 503" in old.reason
    assert not signal(story).signal_up
    story.at(61.5, told(0.7, 61.5))
    story.advance(122.0)
    assert signal(story).signal_reason == "nothing newer was heard"


def test_what_is_older_than_what_is_known_changes_nothing() -> None:
    story = Story(on=desk_with(GPU))
    story.at(10.0, told(0.7, 9.0))
    story.at(11.0, told(0.1, 3.0))
    assert signal(story).signal_value == 0.7


def test_a_time_far_in_the_future_is_no_time() -> None:
    story = Story(on=desk_with(GPU))
    story.at(10.0, told(0.7, 4_000.0))
    assert isinstance(signal(story).signal_value, Unknown)
    story.at(11.0, told(0.7, 12.0))
    assert signal(story).signal_age_seconds == 0.0


def test_any_rule_may_ask_for_a_signal_and_is_judged_when_it_is_told() -> None:
    hot = rule("Hot", Scope.POOL, 'signal_value("gpu") > 80% and margin_ratio < 50%', settle=0.0)
    story = short_of_aix(hot, on=desk_with(GPU))
    story.at(0.0, told(0.7, 0.0))
    assert not story.firing()
    story.at(1.0, told(0.9, 1.0))
    assert story.firing() == {"Hot"}


def test_a_rule_neither_fires_nor_ends_on_a_signal_that_is_too_old() -> None:
    hot = rule("Hot", Scope.BOOK, 'signal_value("gpu") > 80%')
    story = Story(hot, on=desk_with(GPU))
    story.at(0.0, told(0.9, 0.0))
    story.advance(200.0)
    assert story.firing() == {"Hot"}


def test_the_past_of_a_signal_can_be_asked_for() -> None:
    rising = rule("Rising", Scope.BOOK, 'change(signal_value("gpu"), 10s) > 5%')
    story = Story(rising, on=desk_with(GPU))
    for second in range(30):
        story.at(float(second), told(0.5 + 0.01 * second, float(second)), ClockAdvanced())
    assert story.firing() == {"Rising"}


def test_time_alone_brings_an_event_near_and_ends_it() -> None:
    near = rule("Near", Scope.BOOK, 'event_in_seconds("unlocks") < 1m', settle=0.0)
    story = Story(near, on=desk_with(calendars=("unlocks",)))
    events = (Appointment(START + 100.0, START + 110.0, "ALT unlock"),)
    story.at(0.0, CalendarRead("unlocks", events))
    assert (calendar(story).event, calendar(story).event_in_seconds) == ("ALT unlock", 100.0)
    story.advance(39.5)
    assert not story.firing()
    story.advance(41.0)
    assert story.firing() == {"Near"}
    story.advance(105.0)
    assert calendar(story).event_running is True
    story.advance(112.0)
    assert calendar(story).event_in_seconds == inf
    assert not story.firing()


def test_a_calendar_that_cannot_be_read_keeps_what_was_read_before() -> None:
    story = Story(on=desk_with(calendars=("unlocks",)))
    assert isinstance(calendar(story).event_running, Unknown)
    story.at(0.0, CalendarRead("unlocks", (Appointment(START + 50.0, START + 50.0, "x"),)))
    story.at(1.0, CalendarRead("unlocks", (), "it is no iCalendar file"))
    story.advance(2.0)
    assert calendar(story).event_in_seconds == 48.0
    assert calendar(story).calendar_reason == "it is no iCalendar file"


def test_a_signal_that_moves_with_an_asset_is_seen_to() -> None:
    chance = Random(5)
    plan = SignalPlan(name="gpu", stale_after=3_600.0, correlate=60.0)
    story = short_of_aix(on=desk_with(plan))
    value, price = 10.0, 0.40
    for minute in range(1, 61):
        change = chance.gauss(0.0, 1.0)
        value += change
        price *= 1.0 + 0.001 * change
        second = 60.0 * minute
        story.at(second, told(value, second), mark(ALT, price), mark(AIX, 1_000.0), ClockAdvanced())
    found = story.engine.book.outside.correlations["gpu", "ALT"].signal_correlation
    assert isinstance(found, float)
    assert found > 0.99
    unmoved = story.engine.book.outside.correlations["gpu", "AIX"].signal_correlation
    assert isinstance(unmoved, Unknown)


def test_the_names_of_signals_are_asked_in_quotes() -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_condition("signal_value > 1", symbols(Scope.POOL))
    assert 'write signal_value("NAME")' in str(refused.value)
    with pytest.raises(ExpressionError) as refused:
        parse_condition("signal_value(gpu) > 1", symbols(Scope.POOL))
    assert "takes one name in quotes" in str(refused.value)
    on_signals = parse_condition("signal_value > 1", symbols(Scope.SIGNAL))
    assert on_signals.names == {"signal_value"}


def test_a_reload_keeps_what_is_known_of_a_signal_that_stays() -> None:
    story = Story(on=desk_with(GPU))
    story.at(0.0, told(0.7, 0.0))
    story.reload(on=desk_with(GPU, SignalPlan(name="fear", stale_after=9.0)))
    assert signal(story).signal_value == 0.7
    story.reload(on=desk_with())
    assert not list(story.engine.book.outside.rows())
