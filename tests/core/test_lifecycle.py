"""Every cell of the lifecycle's table, told as stories of one pool and one price.

Those of its second table, what events do, stand in `test_acknowledgement.py`, `test_worsening.py`
and `test_endings.py`; what "settled" means in `test_flapping.py`.
"""

from dataclasses import replace

import pytest

from hedgewatch.core.model import Scope
from tests.support.builders import (
    AIX,
    ALT,
    balance,
    held,
    mark,
    market,
    paid,
    read,
    rule,
    tiered,
    told,
)
from tests.support.stories import ALTS, BETWEEN, CALM, HOT, START, Story, danger, short_of_aix

HYSTERESIS = rule("Danger", Scope.POOL, "margin_ratio > 50%", clear="margin_ratio < 20%")


# ------------------------------------------------------------------------------------ inactive


def test_a_true_condition_fires_at_once_when_for_is_zero() -> None:
    story = short_of_aix(danger())
    assert story.at(1.0, HOT) == ["Danger firing"]
    assert story.firing() == {"Danger"}


def test_a_true_condition_is_pending_first_when_it_has_to_hold() -> None:
    story = short_of_aix(danger(hold_for=3.0))
    assert story.at(1.0, HOT) == ["Danger pending"]
    assert story.pending() == {"Danger"}


def test_a_false_condition_of_an_inactive_alert_says_nothing() -> None:
    story = short_of_aix(danger())
    assert story.at(1.0, CALM) == []
    assert story.advance(4.0, CALM, ALTS) == []


def test_what_is_unknown_starts_no_alert() -> None:
    story = Story(danger())
    assert story.at(0.0, market(AIX), HOT) == []
    assert story.advance(60.0) == []


def test_what_is_unknown_counts_as_true_for_a_rule_that_says_so() -> None:
    story = short_of_aix(replace(danger(hold_for=2.0), unknown="fire"))
    story.advance(3.0, CALM, ALTS)
    assert story.advance(8.0) == []
    assert story.advance(9.5) == ["Danger pending"]
    assert story.advance(12.0) == ["Danger firing"]


# ------------------------------------------------------------------------------------- pending


def test_a_pending_alert_fires_once_its_condition_held_for_its_time() -> None:
    story = short_of_aix(danger(hold_for=3.0))
    story.at(1.0, HOT)
    assert story.advance(3.5, HOT, ALTS) == []
    assert story.advance(4.0, HOT, ALTS) == ["Danger firing"]
    assert story.record("Danger").active_since == START + 1.0
    assert story.record("Danger").fired_at == START + 4.0


def test_time_alone_lets_for_elapse_while_no_price_moves() -> None:
    story = short_of_aix(danger(hold_for=3.0))
    story.at(1.0, HOT)
    assert story.advance(4.0) == ["Danger firing"]


def test_a_condition_that_fails_for_a_moment_starts_its_time_anew() -> None:
    story = short_of_aix(danger(hold_for=3.0))
    story.at(1.0, HOT)
    assert story.at(3.0, CALM) == ["Danger inactive"]
    assert story.at(3.5, HOT) == ["Danger pending"]
    assert story.advance(6.0, HOT, ALTS) == []
    assert story.advance(6.5, HOT, ALTS) == ["Danger firing"]


def test_the_timer_of_a_pending_alert_pauses_while_its_condition_is_unknown() -> None:
    story = short_of_aix(danger(hold_for=8.0))
    story.at(1.0, HOT)
    assert story.advance(30.0) == []
    assert story.pending() == {"Danger"}
    assert story.at(30.0, read(held(AIX, -200.0)), HOT, ALTS) == []
    elapsed_before_blindness = 5.5 - 1.0
    left = 8.0 - elapsed_before_blindness
    assert story.advance(30.0 + left - 1.0, HOT, ALTS) == []
    assert story.advance(30.0 + left + 1.0, HOT, ALTS) == ["Danger firing"]


def test_a_pending_alert_that_knows_nothing_for_five_minutes_is_dropped() -> None:
    story = short_of_aix(danger(hold_for=60.0))
    story.at(1.0, HOT)
    assert story.advance(304.0, every=1.0) == []
    assert story.advance(308.0, every=1.0) == ["Danger inactive"]
    assert story.pending() == set()


def test_the_timer_runs_through_the_unknown_for_a_rule_that_fires_on_it() -> None:
    story = short_of_aix(replace(danger(hold_for=10.0), unknown="fire"))
    story.at(1.0, HOT)
    assert story.advance(10.5) == []
    assert story.advance(11.0) == ["Danger firing"]


# -------------------------------------------------------------------------------------- firing


def test_a_firing_alert_holds_silently_while_its_condition_is_true() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.advance(20.0, HOT, ALTS) == []
    assert story.firing() == {"Danger"}


def test_a_firing_alert_holds_while_nothing_is_known() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.advance(900.0, every=1.0) == []
    assert story.firing() == {"Danger"}


def test_an_alert_resolves_on_the_second_fresh_observation_not_on_the_first() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.at(2.0, CALM) == []
    assert story.at(3.0, CALM) == ["Danger resolved"]
    assert story.firing() == set()


def test_a_tick_of_the_clock_is_no_fresh_observation_of_a_price() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.at(2.0, CALM)
    assert story.advance(6.0) == []
    assert story.firing() == {"Danger"}


def test_the_same_event_time_again_is_no_fresh_observation() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.at(2.0, CALM)
    assert story.at(3.0, mark(AIX, 1_000.0, late=1.0)) == []
    assert story.firing() == {"Danger"}
    assert story.at(4.0, CALM) == ["Danger resolved"]


def test_the_news_that_the_wallet_was_filled_does_not_resolve_by_itself() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.at(2.0, paid(balance(500_000.0))) == []
    assert story.at(2.5, paid(balance(510_000.0))) == []
    assert story.at(3.0, HOT) == []
    assert story.at(4.0, HOT) == ["Danger resolved"]


def test_every_input_must_be_observed_again_not_only_the_one_that_ticks() -> None:
    story = Story(danger())
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    story.at(0.0, read(held(AIX, -200.0), held(ALT, 10.0, 0.40)), CALM, ALTS)
    assert story.at(1.0, HOT) == ["Danger firing"]
    for second in (2.0, 2.5, 3.0, 3.5):
        assert story.at(second, CALM) == []
    assert story.at(4.0, ALTS) == []
    assert story.at(4.2, CALM) == []
    assert story.at(4.5, ALTS) == ["Danger resolved"]


def test_a_true_condition_in_between_asks_for_two_fresh_observations_again() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.at(2.0, CALM)
    story.at(3.0, HOT)
    assert story.at(4.0, CALM) == []
    assert story.at(5.0, CALM) == ["Danger resolved"]


def test_what_stays_between_the_two_thresholds_neither_clears_nor_flaps() -> None:
    story = short_of_aix(HYSTERESIS)
    story.at(1.0, HOT)
    assert story.advance(20.0, BETWEEN, ALTS) == []
    assert story.firing() == {"Danger"}
    assert story.at(21.0, CALM) == []
    assert story.at(22.0, CALM) == ["Danger resolved"]


def test_leaving_the_clear_zone_stops_the_clearing() -> None:
    story = short_of_aix(HYSTERESIS)
    story.at(1.0, HOT)
    story.at(2.0, CALM)
    story.at(3.0, BETWEEN)
    assert story.record("Danger").clear_since is None
    assert story.at(4.0, CALM) == []
    assert story.at(5.0, CALM) == ["Danger resolved"]


def test_keep_firing_for_counts_from_the_first_clear_observation() -> None:
    story = short_of_aix(danger(keep_firing_for=10.0))
    story.at(1.0, HOT)
    story.at(2.0, CALM)
    assert story.record("Danger").clear_since == START + 2.0
    assert story.advance(11.5, CALM, ALTS) == []
    assert story.advance(12.0, CALM, ALTS) == ["Danger resolved"]


def test_not_knowing_while_it_clears_holds_the_alert_and_starts_the_clearing_anew() -> None:
    story = short_of_aix(danger(keep_firing_for=10.0))
    story.at(1.0, HOT)
    story.at(2.0, CALM)
    story.advance(20.0)
    story.at(20.0, read(held(AIX, -200.0)), ALTS)
    assert story.at(20.5, CALM) == []
    assert story.advance(30.0, CALM, ALTS) == []
    assert story.advance(31.0, CALM, ALTS) == ["Danger resolved"]


def test_an_alert_of_a_pool_resolves_when_its_only_position_was_closed() -> None:
    """What is watched by then is another input: it needs two news of that one, not ten thousand."""
    story = short_of_aix(danger())
    story.advance(30.0, CALM, ALTS)
    story.at(30.5, HOT)
    story.at(31.0, told(held(AIX, 0.0)))
    assert story.at(32.0, read()) == []
    assert story.at(33.0, read()) == ["Danger resolved"]


def test_an_alert_of_a_pool_resolves_when_a_quieter_market_took_the_place_of_a_busy_one() -> None:
    story = short_of_aix(danger())
    story.advance(20.0, CALM, ALTS)
    story.at(30.0, read(held(AIX, -200.0)), CALM, ALTS)
    story.at(30.5, HOT)
    story.at(31.0, read(held(ALT, 10.0, 0.40)), read(held(AIX, 0.0), held(ALT, 10.0, 0.40)))
    assert story.at(32.0, ALTS) == []
    assert story.at(33.0, ALTS) == ["Danger resolved"]


def test_a_transition_carries_what_was_judged_not_what_came_later() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    fired = story.told[-1]
    story.at(2.0, mark(AIX, 1_230.0))
    assert fired.values["margin_ratio"] == pytest.approx(3_880 / 6_000)
    assert fired.annotations["summary"] == "at 65%"
    assert fired.at == START + 1.0
    assert fired.labels["account"] == "main"
