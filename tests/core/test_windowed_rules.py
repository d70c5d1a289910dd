"""Rules over the recent past, judged by the engine: sampled by its clock, kept over reloads."""

from dataclasses import replace

from hedgewatch.core.events import ClockAdvanced
from hedgewatch.core.model import Scope, Unknown
from hedgewatch.core.rules import Rule
from tests.support.builders import AIX, accepted, held, lost, mark, read, rule
from tests.support.stories import ALTS, CALM, HOT, Story, known, short_of_aix

RISING = rule("Rising", Scope.POOL, "change(margin_ratio, 30s) > 10%", summary="{margin_ratio:.0%}")
NAME = "change(margin_ratio, 30s)"


def watched(*rules: Rule) -> Story:
    """A calm minute, its marks fresh and its account heard."""
    story = short_of_aix(*rules)
    story.advance(60.0, CALM, ALTS, read(held(AIX, -200.0)), every=1.0)
    return story


def test_a_rule_over_a_window_fires_on_the_tick_that_moves_and_resolves_when_it_is_past() -> None:
    story = watched(RISING)
    assert story.at(60.2, HOT) == ["Rising firing"]
    assert known(story.pool().windowed(NAME)) > 0.5
    told = story.advance(89.0, HOT, ALTS, read(held(AIX, -200.0)), every=1.0)
    assert told == []
    told = story.advance(95.0, HOT, ALTS, read(held(AIX, -200.0)), every=1.0)
    assert told == ["Rising resolved"], "what stood half a minute ago is as hot as now"


def test_a_window_is_unknown_until_it_is_nearly_full() -> None:
    story = short_of_aix(RISING)
    story.advance(26.0, CALM, ALTS, read(held(AIX, -200.0)), every=1.0)
    assert isinstance(story.pool().windowed(NAME), Unknown)
    assert story.at(26.1, HOT) == []
    story.advance(27.1, HOT, ALTS, read(held(AIX, -200.0)), every=1.0)
    assert story.firing() == {"Rising"}


def test_what_a_window_no_longer_holds_is_forgotten_though_nothing_moves() -> None:
    low = rule("Low", Scope.POOL, "highest(margin_ratio, 30s) < 10%")
    story = watched(low)
    assert story.firing() == {"Low"}
    story.advance(63.0, HOT, ALTS, read(held(AIX, -200.0)), every=1.0)
    assert story.firing() == set()
    calm = (CALM, ALTS, read(held(AIX, -200.0)))
    assert story.advance(92.0, *calm, every=1.0) == []
    assert story.advance(94.0, *calm, every=1.0) == ["Low firing"]


def test_a_reload_keeps_the_windows_that_are_still_read_and_drops_the_others() -> None:
    longer = rule("Longer", Scope.POOL, "average(margin_ratio, 40s) > 90%")
    story = watched(RISING, longer)
    assert not isinstance(story.pool().windowed("average(margin_ratio, 40s)"), Unknown)
    story.reload(replace(RISING, name="Renamed"))
    assert not isinstance(story.pool().windowed(NAME), Unknown)
    assert isinstance(story.pool().windowed("average(margin_ratio, 40s)"), Unknown)
    added = rule("Added", Scope.POOL, "lowest(margin_ratio, 30s) > 1%")
    story.reload(RISING, added)
    assert known(story.pool().windowed("lowest(margin_ratio, 30s)")) > 0.01
    assert story.firing() == {"Added"}, "the window was there already"


def test_rows_keep_windows_only_of_what_rules_on_them_read() -> None:
    mine = replace(RISING, where={"account": frozenset({"other"})})
    story = watched(mine)
    assert not story.pool().windows
    assert not story.position().windows


def test_a_blind_time_is_a_hole_not_a_fall() -> None:
    fell = rule("Fell", Scope.POOL, "abs(change(margin_ratio, 30s)) > 1%")
    story = watched(fell)
    story.at(60.0, lost("user"), lost("rest"))
    story.advance(75.0, ClockAdvanced())
    assert story.firing() == set()
    assert isinstance(story.pool().windowed("change(margin_ratio, 30s)"), Unknown)


def test_what_an_alert_tells_has_the_windowed_number_as_it_was() -> None:
    shown = rule("Shown", Scope.POOL, "change(margin_ratio, 30s) > 10%")
    story = watched(shown)
    story.at(60.2, HOT)
    told = story.told[-1]
    assert told.values.keys() == {NAME}
    value = told.values[NAME]
    assert isinstance(value, float)
    assert value > 0.1


def test_an_account_has_a_past_too() -> None:
    often = rule("OftenBlind", Scope.ACCOUNT, "average(account_blind, 30s) > 20%")
    story = watched(often)
    assert known(story.account().windowed("average(account_blind, 30s)")) == 0.0
    story.at(60.1, accepted(), mark(AIX, 1_000.0))
    story.advance(75.0)
    assert story.firing() == {"OftenBlind"}
