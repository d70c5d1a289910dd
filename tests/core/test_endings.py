"""A subject that is gone ends its alerts, with the reason, and never resolves them."""

import pytest

from hedgewatch.core.alert_model import AlertState
from hedgewatch.core.model import EndReason, Scope
from tests.support.builders import (
    AIX,
    ALT,
    Said,
    balance,
    desk,
    held,
    mark,
    market,
    paid,
    read,
    rule,
    tiered,
    told,
)
from tests.support.stories import ALTS, CALM, HOT, Story, danger, short_of_aix


def _near() -> Story:
    story = short_of_aix(rule("Near", Scope.POSITION, "liquidation_distance < 10%"))
    assert story.at(1.0, HOT) == ["Near firing"]
    return story


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (None, "Near ended(closed)"),
        (EndReason.CLOSED, "Near ended(closed)"),
        (EndReason.EXPIRED, "Near ended(expired)"),
        (EndReason.LIQUIDATED, "Near ended(liquidated)"),
        (EndReason.AUTO_DELEVERAGED, "Near ended(auto_deleveraged)"),
    ],
)
def test_the_alert_of_a_position_that_is_gone_ends_and_never_resolves(
    end: EndReason | None, said: str
) -> None:
    story = _near()
    assert story.at(2.0, told(held(AIX, 0.0), end)) == [said]
    calm = end not in {EndReason.LIQUIDATED, EndReason.AUTO_DELEVERAGED}
    assert [r.state for r in story.engine.alerts()] == ([] if calm else [AlertState.ENDED])
    assert bool(story.stored) is not calm


def test_a_flipped_position_ends_its_alert_and_is_judged_anew() -> None:
    story = _near()
    assert story.at(2.0, told(held(AIX, 200.0, 1_220.0))) == ["Near ended(flipped)"]
    assert story.firing() == set()


def test_a_position_that_flips_into_danger_starts_a_new_episode() -> None:
    story = _near()
    episode = story.record("Near").episode
    said = story.at(2.0, told(held(AIX, 2_000.0, 1_220.0)))
    assert said == ["Near ended(flipped)", "Near firing"]
    assert story.record("Near").episode != episode


def test_a_position_that_changes_its_size_keeps_its_alert_and_its_episode() -> None:
    story = _near()
    episode = story.record("Near").episode
    assert story.at(2.0, told(held(AIX, -201.0))) == []
    assert story.record("Near").episode == episode


def test_an_alarming_end_is_held_over_a_restart_and_gives_way_to_a_new_firing() -> None:
    story = _near()
    story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    heir = story.restarted(after=10.0)
    assert [r.state for r in heir.engine.alerts()] == [AlertState.ENDED]
    heir.at(1.0, market(AIX), market(ALT), tiered(AIX), ALTS, HOT)
    assert heir.at(2.0, read(held(AIX, -200.0))) == ["Near firing"]
    assert [r.state for r in heir.engine.alerts()] == [AlertState.FIRING]


@pytest.mark.parametrize("gone", ["rule", "account"])
@pytest.mark.parametrize("by", ["reload", "restart"])
def test_an_alarming_end_is_not_held_once_nobody_watches_its_subject_any_more(
    gone: str, by: str
) -> None:
    story = _near()
    story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    rules = () if gone == "rule" else story.rules
    without = desk(accounts=(), prices={}) if gone == "account" else story.desk
    if by == "reload":
        assert story.reload(*rules, on=without) == ["Near ended(removed_by_reload)"]
    else:
        heir = Story(*rules, on=without)
        assert heir.restore(*story.stored.values()) == ["Near ended(removed_by_reload)"]
        story = heir
    assert list(story.engine.alerts()) == []


def test_a_pending_alert_of_a_position_that_ends_is_not_held() -> None:
    story = short_of_aix(rule("Near", Scope.POSITION, "liquidation_distance < 10%", hold_for=60.0))
    story.at(1.0, HOT)
    story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    assert list(story.engine.alerts()) == []


@pytest.mark.parametrize(
    ("end", "said"),
    [(EndReason.CLOSED, "Near inactive"), (EndReason.LIQUIDATED, "Near ended(liquidated)")],
)
def test_of_a_pending_alert_only_an_alarming_end_is_told(end: EndReason, said: str) -> None:
    story = short_of_aix(rule("Near", Scope.POSITION, "liquidation_distance < 10%", hold_for=60.0))
    story.at(1.0, HOT)
    assert story.at(2.0, told(held(AIX, 0.0), end)) == [said]
    assert story.stored == {}


def test_where_an_alert_fires_what_was_only_pending_does_not_tell_of_the_end_too() -> None:
    slow = rule("Likely", Scope.POSITION, "liquidation_distance < 20%", hold_for=60.0)
    near = rule("Near", Scope.POSITION, "liquidation_distance < 10%")
    story = short_of_aix(slow, near)
    story.at(1.0, HOT)
    said = story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    assert sorted(said) == ["Likely inactive", "Near ended(liquidated)"]
    assert [record.alertname for record in story.engine.alerts()] == ["Near"]


def test_a_pool_that_was_liquidated_does_not_report_its_alert_as_resolved() -> None:
    story = short_of_aix(danger())
    story.at(1.0, mark(AIX, 1_229.0))
    said = story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    assert said == ["Danger ended(liquidated)"]
    assert story.at(3.0, paid(balance(0.0))) == []
    assert [r.state for r in story.engine.alerts()] == [AlertState.ENDED]


def test_an_isolated_pool_ends_with_its_position_and_for_its_reason() -> None:
    story = Story(danger())
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), CALM)
    story.at(0.0, read(held(AIX, -10.0, isolated=1_000.0)), mark(AIX, 1_090.0), ALTS)
    assert story.firing() == {"Danger"}
    assert story.at(1.0, told(held(AIX, 0.0), EndReason.LIQUIDATED)) == ["Danger ended(liquidated)"]


@pytest.mark.parametrize(
    "first",
    [read(held(AIX, 0.0)), told(held(AIX, 0.0), EndReason.CLOSED)],
    ids=["by a reading", "by the stream"],
)
def test_a_liquidation_that_is_told_after_the_position_went_is_told_as_one(first: Said) -> None:
    story = short_of_aix(rule("Near", Scope.POSITION, "liquidation_distance < 10%"), danger())
    story.at(1.0, HOT)
    assert story.at(2.0, first) == ["Near ended(closed)"]
    late = told(held(AIX, 0.0), EndReason.LIQUIDATED)
    assert story.at(2.5, late) == ["Near ended(liquidated)", "Danger ended(liquidated)"]
    assert {r.state for r in story.engine.alerts()} == {AlertState.ENDED}
    assert story.at(2.6, late) == []


def test_a_reason_that_comes_much_later_explains_another_end() -> None:
    story = _near()
    story.at(2.0, told(held(AIX, 0.0), EndReason.CLOSED))
    assert story.at(30.0, told(held(AIX, 0.0), EndReason.LIQUIDATED)) == []
