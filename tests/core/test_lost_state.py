"""What the daemon makes of a start without its memory, of a crash loop, and of any kill."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import AlertState, Severity
from hedgewatch.core.alerts.own import Recovery
from hedgewatch.core.rules import Rule
from tests.support.builders import AIX, ALT, accepted, heard, held, market, read, tiered
from tests.support.stories import ALTS, CALM, HOT, START, Story, danger, short_of_aix

LOST = Recovery(lost="the file was damaged")
SHORT = held(AIX, -200.0)


def begun(*rules: Rule, recovery: Recovery = LOST) -> Story:
    """A daemon that starts without the alerts of its last run."""
    story = Story(*rules)
    story.recover(recovery)
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    return story


def test_a_lost_state_is_said_critically_and_cannot_be_silenced() -> None:
    (told,) = begun().told
    assert (told.alertname, told.state, told.severity) == (
        "StateLost",
        AlertState.FIRING,
        Severity.CRITICAL,
    )
    assert "the file was damaged" in told.annotations["summary"]
    assert not told.silenceable


def test_what_is_true_at_the_first_look_counts_as_having_held() -> None:
    story = begun(danger(hold_for=600.0))
    assert story.at(5.0, HOT, ALTS, read(SHORT)) == ["Danger firing"]
    assert story.told[-1].reason.startswith("true at the first look")
    assert story.record("Danger").active_since == START + 5.0


def test_what_becomes_true_afterwards_has_to_hold() -> None:
    story = begun(danger(hold_for=600.0))
    assert story.at(5.0, CALM, ALTS, read(SHORT)) == []
    assert story.at(6.0, HOT) == ["Danger pending"]


def test_a_first_look_a_minute_after_the_start_is_too_late_to_count() -> None:
    story = begun(danger(hold_for=600.0))
    story.advance(61.0)
    assert story.at(61.5, HOT, ALTS, read(SHORT)) == ["Danger pending"]


def test_what_is_not_known_is_not_true_at_the_first_look() -> None:
    story = begun(replace(danger(hold_for=600.0), unknown="fire"))
    assert story.at(5.0, read(SHORT)) == ["Danger pending"]


def test_a_start_that_lost_nothing_counts_nothing_as_held() -> None:
    story = begun(danger(hold_for=600.0), recovery=Recovery())
    assert story.told == []
    assert story.at(5.0, HOT, ALTS, read(SHORT)) == ["Danger pending"]


@pytest.mark.parametrize(("crashes", "told"), [(2, []), (3, ["CrashLooping firing"])])
def test_a_crash_loop_is_said_from_the_third_crash_in_ten_minutes(
    crashes: int, told: list[str]
) -> None:
    assert Story().recover(Recovery(crashes=crashes)) == told


def test_a_crash_loop_is_said_once_and_is_over_after_ten_minutes_without_a_crash() -> None:
    story = Story()
    story.recover(Recovery(crashes=3))
    story = story.restarted(after=20.0)
    assert story.recover(Recovery(crashes=4)) == []
    assert story.firing() == {"CrashLooping"}
    assert story.advance(599.0, every=1.0) == []
    assert story.advance(601.0, every=1.0) == ["CrashLooping resolved"]
    assert (list(story.engine.alerts()), story.stored) == ([], {})


# ------------------------------------------------------------------------------------- any kill


def up_again(story: Story, outage: float) -> Story:
    """Killed now, and up after so long, with a first fresh reading at once."""
    heir = story.restarted(outage)
    heir.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    heir.at(0.0, read(SHORT), HOT, ALTS)
    return heir


kills = st.lists(st.tuples(st.integers(1, 40), st.floats(0.5, 90.0)), max_size=4)


@given(st.integers(0, 60), kills)
def test_kills_delay_a_danger_that_lasts_by_no_more_than_the_outage_that_hid_it(
    hold_for: int, outages: list[tuple[int, float]]
) -> None:
    story = short_of_aix(danger(hold_for=float(hold_for)))
    story.at(1.0, HOT)
    due, fired_at, latest = START + 1.0 + hold_for, None, START + 1.0 + hold_for
    told = list(story.told)
    for seconds, outage in [*outages, (120, 0.0)]:
        for _ in range(seconds):
            story.at(story.now - story.start + 1.0, heard(), ALTS, HOT)
        told += story.told
        if outage:
            down_at = story.now
            story = up_again(story, outage)
            latest = max(latest, story.now) if down_at < due <= story.now else latest
    states = [one.state for one in told]
    fired_at = next(one.at for one in told if one.state is AlertState.FIRING)
    assert fired_at <= latest + 1.0
    assert fired_at >= due - 1e-6, "no alert fires before its time"
    assert AlertState.PENDING not in states[states.index(AlertState.FIRING) :]
    assert len({one.episode for one in told}) == 1


@given(kills)
def test_kills_neither_resolve_nor_repeat_what_fires(outages: list[tuple[int, float]]) -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    for seconds, outage in outages:
        story = up_again(story, outage)
        assert story.told == []
        assert story.firing() == {"Danger"}
        for _ in range(seconds):
            assert story.at(story.now - story.start + 1.0, heard(), ALTS, HOT) == []
