"""Who has seen an alert, for how long that holds, and what makes it lapse."""

from dataclasses import replace

import pytest

from hedgewatch.core.alert_model import AlertRecord, AlertState, Change, Severity
from hedgewatch.core.alerts.own import Recovery
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.core.model import EndReason, Scope, Subject
from tests.support.builders import AIX, ALT, held, mark, market, read, rule, tiered, told
from tests.support.stories import (
    ALTS,
    BETWEEN,
    CALM,
    HOT,
    START,
    Story,
    danger,
    known,
    short_of_aix,
)


def seen(
    alert: AlertRecord, *, until: float | None = None, by: str = "anna", withdrawn: bool = False
) -> AlertAcknowledged:
    """Somebody has seen this alert; `until` is a time of the story."""
    end = None if until is None else START + until
    return AlertAcknowledged(
        alertname=alert.alertname,
        subject=alert.subject,
        by=by,
        until=end,
        comment="on it",
        withdrawn=withdrawn,
    )


def hot() -> Story:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    return story


def liquidated() -> Story:
    story = short_of_aix(rule("Near", Scope.POSITION, "liquidation_distance < 10%"))
    story.at(1.0, HOT)
    story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    return story


def test_an_acknowledgement_says_who_and_when_and_changes_no_state() -> None:
    story = hot()
    assert story.at(5.0, seen(story.record("Danger"))) == ["Danger acknowledged"]
    said = story.told[-1]
    assert said.acknowledged is not None
    assert (said.acknowledged.by, said.acknowledged.at) == ("anna", START + 5.0)
    assert (said.state, said.change) == (AlertState.FIRING, Change.ACKNOWLEDGED)
    assert said.reason == "acknowledged by anna: on it"
    assert said.episode == story.told[0].episode
    assert story.firing() == {"Danger"}
    assert story.record("Danger").acknowledged == said.acknowledged


def test_what_does_not_stand_cannot_be_acknowledged() -> None:
    story = short_of_aix(danger(hold_for=60.0))
    story.at(1.0, HOT)
    assert story.at(2.0, seen(story.record("Danger"))) == [], "a pending alert was told to nobody"
    nobody = Subject(Scope.POOL, (("account", "other"),))
    assert story.at(3.0, AlertAcknowledged(alertname="Danger", subject=nobody, by="anna")) == []


def test_an_acknowledgement_of_the_past_is_none() -> None:
    story = hot()
    assert story.at(5.0, seen(story.record("Danger"), until=5.0)) == []
    assert story.record("Danger").acknowledged is None


def test_an_acknowledgement_lapses_when_its_time_is_up() -> None:
    story = hot()
    story.at(5.0, seen(story.record("Danger"), until=65.0))
    assert story.advance(64.5, HOT, ALTS) == []
    assert story.advance(66.0, HOT, ALTS) == ["Danger lapsed"]
    assert story.told[-1].reason == "the acknowledgement of anna ended: its time is up"
    assert story.record("Danger").acknowledged is None
    assert story.advance(70.0, HOT, ALTS) == []


def test_it_can_be_withdrawn_once() -> None:
    story = hot()
    story.at(5.0, seen(story.record("Danger")))
    withdrawal = seen(story.record("Danger"), by="ben", withdrawn=True)
    assert story.at(6.0, withdrawal) == ["Danger lapsed"]
    assert story.told[-1].reason == "the acknowledgement of anna ended: withdrawn by ben"
    assert story.at(7.0, withdrawal) == []


def test_it_survives_a_restart_and_a_reload_and_ends_with_the_episode() -> None:
    story = hot()
    story.at(5.0, seen(story.record("Danger"), until=500.0))
    heir = story.restarted(after=10.0)
    assert heir.record("Danger").acknowledged is not None
    heir.at(1.0, market(AIX), market(ALT), tiered(AIX), tiered(ALT), ALTS)
    heir.at(1.0, read(held(AIX, -200.0)), HOT)
    heir.reload(danger(keep_firing_for=1.0))
    assert heir.record("Danger").acknowledged is not None
    heir.at(2.0, CALM)
    assert heir.at(4.0, CALM) == ["Danger resolved"]
    assert heir.at(5.0, HOT) == ["Danger firing"]
    assert heir.record("Danger").acknowledged is None


def test_an_alert_that_waits_for_its_row_can_be_acknowledged_and_lapses_in_time() -> None:
    heir = hot().restarted(after=10.0)
    assert heir.at(1.0, seen(heir.record("Danger"), until=20.0)) == ["Danger acknowledged"]
    assert heir.advance(30.0) == ["Danger lapsed"]


@pytest.mark.parametrize("graver", [True, False])
def test_a_reload_that_makes_it_graver_tells_it_again_and_ends_the_acknowledgement(
    *, graver: bool
) -> None:
    mild = replace(danger(), severity=Severity.WARNING)
    before, after = (mild, danger()) if graver else (danger(), mild)
    story = short_of_aix(before)
    story.at(1.0, HOT)
    story.at(2.0, seen(story.record("Danger")))
    assert story.reload(after) == (["Danger worse"] if graver else [])
    assert (story.record("Danger").acknowledged is None) is graver
    if graver:
        assert story.told[-1].severity_before is Severity.WARNING
        reason = "critical now, it was warning; the acknowledgement of anna lapsed"
        assert story.told[-1].reason == reason


def test_an_alarming_end_that_was_seen_is_over_and_forgotten() -> None:
    story = liquidated()
    assert story.at(3.0, seen(story.record("Near"))) == ["Near acknowledged"]
    assert (story.told[-1].state, story.told[-1].acknowledged is not None) == (
        AlertState.INACTIVE,
        True,
    )
    assert list(story.engine.alerts()) == []
    assert story.stored == {}


def test_an_alarming_end_asks_to_be_seen_even_if_what_led_to_it_was() -> None:
    story = short_of_aix(rule("Near", Scope.POSITION, "liquidation_distance < 10%"))
    story.at(1.0, HOT)
    story.at(2.0, seen(story.record("Near")))
    story.at(3.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    ended = story.told[-1]
    assert (ended.acknowledged, ended.silenceable, ended.severity) == (
        None,
        False,
        Severity.CRITICAL,
    )


def test_an_alarming_end_of_a_warning_names_the_severity_that_it_was_told_under() -> None:
    mild = replace(
        rule("Near", Scope.POSITION, "liquidation_distance < 10%"), severity=Severity.WARNING
    )
    story = short_of_aix(mild)
    story.at(1.0, HOT)
    assert story.told[-1].severity_before is None
    story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    ended = story.told[-1]
    assert (ended.severity, ended.severity_before) == (Severity.CRITICAL, Severity.WARNING)
    story.at(3.0, read(held(AIX, -200.0)), mark(AIX, 1_221.0))
    assert story.at(4.0, mark(AIX, 1_222.0)) in (["Near firing"], [])
    fired = story.told[-1]
    assert (fired.state, fired.severity_before) == (AlertState.FIRING, Severity.CRITICAL)


def test_a_rule_that_broke_stays_broken_when_that_was_seen() -> None:
    broken = replace(rule("Broken", Scope.POSITION, "liquidation_distance < 10%"), scope=Scope.POOL)
    story = short_of_aix(broken)
    assert story.at(1.0, seen(story.record("RuleBroken"))) == ["RuleBroken acknowledged"]
    assert story.firing() == {"RuleBroken"}
    assert story.record("RuleBroken").acknowledged is not None


def test_that_the_state_was_lost_is_held_until_it_was_seen_over_restarts_too() -> None:
    story = short_of_aix()
    story.recover(Recovery(lost="the file was damaged"))
    heir = story.restarted(after=5.0)
    assert heir.firing() == {"StateLost"}
    assert heir.reload() == []
    assert heir.at(1.0, seen(heir.record("StateLost"))) == ["StateLost acknowledged"]
    assert list(heir.engine.alerts()) == []
    assert heir.stored == {}


def test_what_is_acknowledged_or_withdrawn_is_told_in_the_numbers_of_now() -> None:
    story = short_of_aix(danger(keep_firing_for=600.0))
    story.at(1.0, HOT)
    hot_then = story.told[-1].annotations["summary"]
    story.at(2.0, mark(AIX, 1_230.0), seen(story.record("Danger")))
    assert story.told[-1].annotations["summary"] == summary_of_now(story) != hot_then
    story.at(3.0, CALM)
    story.at(4.0, CALM, seen(story.record("Danger")))
    told = story.told[-1]
    assert (told.calm_since, told.annotations["summary"]) == (START + 3.0, "at 6%")
    assert told.values["margin_ratio"] == pytest.approx(0.06)
    assert story.stored["Danger", "main/USDT"].annotations["summary"] == "at 6%"
    story.at(5.0, BETWEEN, seen(story.record("Danger"), withdrawn=True))
    assert story.told[-1].annotations["summary"] == summary_of_now(story) != "at 6%"


def test_an_acknowledgement_that_lapses_in_calm_says_the_numbers_of_calm() -> None:
    story = short_of_aix(danger(keep_firing_for=600.0))
    story.at(1.0, HOT)
    story.at(2.0, seen(story.record("Danger"), until=10.0))
    assert story.advance(11.0, CALM, ALTS) == ["Danger lapsed"]
    assert story.told[-1].annotations["summary"] == "at 6%"


def test_an_alert_whose_texts_cannot_be_said_any_more_can_be_acknowledged_all_the_same() -> None:
    story = hot()
    odd = rule("Odd", Scope.POSITION, "contracts > 0", summary="{liquidation_distance:.0%}")
    story.reload(replace(danger(), annotations=odd.annotations))
    assert story.firing() == {"Danger", "RuleBroken"}
    assert story.at(5.0, seen(story.record("Danger"))) == ["Danger acknowledged"]


def summary_of_now(story: Story) -> str:
    return f"at {known(story.pool().margin_ratio):.0%}"
