"""Every cell of the lifecycle's table, told as stories of one pool and one price."""

from dataclasses import replace

import pytest

from hedgewatch.core.model import AlertRecord, AlertState, EndReason, Scope, Severity
from hedgewatch.core.rules import Rule
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    IN_COLD,
    SHORT_AIX,
    accepted,
    balance,
    desk,
    heard,
    hedge,
    held,
    mark,
    market,
    paid,
    read,
    refused,
    rule,
    tiered,
    told,
)
from tests.support.stories import START, Story, short_of_aix

# Short 200 AIX on a wallet of 50,000: the margin ratio is 6 % at 1000, 38 % at 1200, above 100 %
# at 1240.
CALM, HOT, BETWEEN = mark(AIX, 1_000.0), mark(AIX, 1_220.0), mark(AIX, 1_190.0)
ALTS = mark(ALT, 0.40)


def danger(hold_for: float = 0.0, keep_firing_for: float = 0.0) -> Rule:
    hot = rule("Danger", Scope.POOL, "margin_ratio > 50%", summary="at {margin_ratio:.0%}")
    return replace(hot, hold_for=hold_for, keep_firing_for=keep_firing_for)


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


# -------------------------------------------------------------------------------------- restart


def test_a_firing_alert_fires_on_over_a_restart_until_there_is_fresh_evidence() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    episode = story.record("Danger").episode
    heir = story.restarted(after=60.0)
    assert heir.firing() == {"Danger"}
    assert heir.advance(20.0) == []
    assert heir.firing() == {"Danger"}
    heir.at(21.0, market(AIX), tiered(AIX), read(held(AIX, -200.0)), ALTS)
    assert heir.at(22.0, HOT) == []
    assert heir.record("Danger").episode == episode
    assert heir.at(23.0, CALM) == []
    assert heir.at(24.0, CALM) == ["Danger resolved"]


def test_one_calm_price_after_a_restart_is_not_enough_to_resolve() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    heir = story.restarted()
    heir.at(1.0, market(AIX), market(ALT), tiered(AIX), read(held(AIX, -200.0)), ALTS)
    assert heir.at(2.0, CALM) == []
    assert heir.advance(4.0) == []
    assert heir.at(4.5, CALM) == ["Danger resolved"]


def test_an_alert_of_an_account_holds_over_a_restart_until_the_account_answered() -> None:
    unusable = rule("AccountUnusable", Scope.ACCOUNT, "account_unusable")
    story = short_of_aix(unusable)
    assert story.at(1.0, refused("the key can trade")) == ["AccountUnusable firing"]
    heir = story.restarted()
    assert heir.advance(60.0) == []
    assert heir.firing() == {"AccountUnusable"}
    assert heir.at(61.0, accepted()) == []
    assert heir.advance(63.0, read()) == ["AccountUnusable resolved"]


def test_the_time_down_counts_for_a_pending_alert_that_is_still_true() -> None:
    story = short_of_aix(danger(hold_for=60.0))
    story.at(1.0, HOT)
    heir = story.restarted(after=70.0)
    heir.at(0.5, market(AIX), market(ALT), tiered(AIX), ALTS)
    assert heir.pending() == {"Danger"}
    assert heir.at(1.0, HOT, read(held(AIX, -200.0))) == ["Danger firing"]


def test_a_pending_alert_that_is_no_longer_true_after_a_restart_is_dropped() -> None:
    story = short_of_aix(danger(hold_for=60.0))
    story.at(1.0, HOT)
    heir = story.restarted(after=70.0)
    heir.at(0.5, market(AIX), market(ALT), tiered(AIX), ALTS, CALM)
    assert heir.at(1.0, read(held(AIX, -200.0))) == ["Danger inactive"]


def test_stored_times_of_the_future_are_clamped_to_now() -> None:
    story = Story(danger(hold_for=60.0))
    subject = short_of_aix(danger()).pool().subject
    record = AlertRecord(
        alertname="Danger",
        subject=subject,
        state=AlertState.FIRING,
        severity=Severity.CRITICAL,
        episode="e9",
        active_since=START + 500.0,
        fired_at=START + 600.0,
        clear_since=START + 700.0,
    )
    story.restore(record)
    got = story.record("Danger")
    assert (got.active_since, got.fired_at, got.clear_since) == (START, START, START)


def test_a_restored_alert_whose_position_is_in_no_reading_is_not_called_resolved() -> None:
    near = rule("Near", Scope.POSITION, "liquidation_distance < 10%")
    story = short_of_aix(near)
    story.at(1.0, HOT)
    heir = story.restarted(after=5.0)
    heir.at(1.0, read())
    assert heir.advance(1.5) == []
    heir.at(2.0, read())
    assert heir.advance(2.5) == ["Near ended(unknown)"]
    assert heir.record("Near").state is AlertState.ENDED


def test_a_restored_alert_whose_rule_no_longer_watches_it_ends_instead_of_firing_for_ever() -> None:
    story = short_of_aix(rule("AccountUnusable", Scope.ACCOUNT, "account_unusable"))
    story.at(1.0, refused("the key can trade"))
    others = {"venue": frozenset({"bybit"})}
    heir = Story(rule("AccountUnusable", Scope.ACCOUNT, "account_unusable", where=others))
    assert heir.restore(*story.stored.values()) == ["AccountUnusable ended(removed_by_reload)"]
    assert heir.firing() == set()


# --------------------------------------------------------------------------------------- endings


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


# ---------------------------------------------------------------------------------------- reload


def test_a_reload_keeps_the_state_of_a_rule_of_the_same_name() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    episode = story.record("Danger").episode
    assert story.reload(danger(hold_for=600.0)) == []
    assert story.firing() == {"Danger"}
    assert story.record("Danger").episode == episode


def test_a_reload_judges_at_once_by_the_new_expression() -> None:
    story = short_of_aix(danger())
    story.at(1.0, BETWEEN)
    assert story.reload(rule("Danger", Scope.POOL, "margin_ratio > 10%")) == ["Danger firing"]


def test_a_rule_that_a_reload_removed_ends_its_alert() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.reload() == ["Danger ended(removed_by_reload)"]
    assert list(story.engine.alerts()) == []


def test_an_account_that_a_reload_removed_ends_its_alerts() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    left = replace(desk(accounts=()), prices={})
    assert story.reload(danger(), on=left) == ["Danger ended(removed_by_reload)"]


def test_an_alert_that_waits_for_its_row_ends_when_a_reload_removes_its_rule() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    heir = story.restarted()
    assert heir.firing() == {"Danger"}
    assert heir.reload() == ["Danger ended(removed_by_reload)"]
    assert heir.firing() == set()


def test_a_hedge_whose_target_a_reload_changed_keeps_its_alert() -> None:
    drifted = rule("Drift", Scope.HEDGE, "abs(hedge_drift) > 5%")
    story = short_of_aix(drifted, on=desk(BASKET))
    assert story.at(1.0, mark(ALT, 0.50)) == ["Drift firing"]
    assert story.reload(drifted, on=desk(hedge(IN_COLD, SHORT_AIX, target=0.5))) == []
    assert story.hedge().target == 0.5
    assert story.hedge().hedge_drift == pytest.approx(0.6)
    assert story.firing() == {"Drift"}


def test_a_reload_that_changes_a_price_source_values_the_leg_by_the_new_one() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.reload(on=desk(BASKET, prices={"ALT": AIX}))
    assert story.hedge().exposure_value == 500_000.0 * 1_000.0


def test_accounts_that_a_reload_leaves_alone_stay_known() -> None:
    story = short_of_aix(danger(), on=desk(BASKET))
    ratio = story.pool().margin_ratio
    story.reload(danger(), on=desk(BASKET))
    assert story.pool().margin_ratio == ratio
    assert story.hedge().hedge_ratio == 1.0


# ---------------------------------------------------------------------------------- broken rules


def _breaking(name: str = "Broken") -> Rule:
    """A rule that reads what no row of its scope has: a mistake that only running it shows."""
    odd = rule(name, Scope.POSITION, "liquidation_distance < 10%")
    return replace(odd, scope=Scope.POOL)


def test_a_rule_that_breaks_is_said_once_and_the_others_go_on() -> None:
    story = short_of_aix(_breaking(), danger())
    assert story.firing() == {"RuleBroken"}
    assert story.at(1.0, HOT) == ["Danger firing"]
    assert story.advance(5.0, HOT, ALTS) == []
    broken = [t for t in story.told if t.alertname == "RuleBroken"]
    assert len(broken) == 1
    assert broken[0].severity is Severity.CRITICAL
    assert broken[0].labels["rule"] == "Broken"


def test_each_broken_rule_is_said_by_itself() -> None:
    story = short_of_aix(_breaking("One"), _breaking("Two"))
    said = [t.labels["rule"] for t in story.told if t.alertname == "RuleBroken"]
    assert sorted(said) == ["One", "Two"]


def test_a_reload_that_mends_a_broken_rule_ends_its_complaint() -> None:
    story = short_of_aix(_breaking())
    mended = rule("Broken", Scope.POOL, "margin_ratio > 50%")
    assert story.reload(mended) == ["RuleBroken ended(removed_by_reload)"]
    assert story.firing() == set()


def test_a_reload_that_does_not_mend_it_complains_again() -> None:
    story = short_of_aix(_breaking())
    assert story.reload(_breaking()) == [
        "RuleBroken ended(removed_by_reload)",
        "RuleBroken firing",
    ]


def test_a_clear_condition_that_breaks_leaves_the_alert_firing() -> None:
    odd = rule("Odd", Scope.POSITION, "liquidation_distance < 10%").expr
    story = short_of_aix(replace(danger(), clear=odd))
    story.at(1.0, HOT)
    assert story.at(2.0, CALM) == ["RuleBroken firing"]
    assert story.at(3.0, CALM) == []
    assert "Danger" in story.firing()


def test_a_text_that_cannot_be_rendered_does_not_silence_the_alert_for_ever() -> None:
    odd = rule("Odd", Scope.POSITION, "notional > 1", summary="{notional}").annotations
    story = short_of_aix(replace(danger(), annotations=odd))
    story.at(1.0, HOT)
    assert "RuleBroken" in story.firing()
    assert story.reload(danger()) == ["RuleBroken ended(removed_by_reload)", "Danger firing"]


# ------------------------------------------------------------------------------- account and feed


def test_an_account_alert_shows_the_reason_in_its_text() -> None:
    unusable = rule("Unusable", Scope.ACCOUNT, "account_unusable", summary="{unusable_reason}")
    story = short_of_aix(unusable)
    assert story.at(1.0, refused("the key can trade")) == ["Unusable firing"]
    assert story.told[-1].annotations["summary"] == "the key can trade"


def test_a_ping_that_was_answered_moves_no_alert() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.at(2.0, heard()) == []
