"""What stored alerts do when the daemon comes back."""

from hedgewatch.core.alert_model import AlertRecord, AlertState, Severity
from hedgewatch.core.model import Scope
from tests.support.builders import (
    AIX,
    ALT,
    accepted,
    held,
    market,
    read,
    refused,
    rule,
    tiered,
)
from tests.support.stories import ALTS, CALM, HOT, START, Story, danger, short_of_aix


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


def test_a_pool_whose_position_went_while_we_were_down_did_not_recover() -> None:
    story = short_of_aix(danger())
    assert story.at(1.0, HOT) == ["Danger firing"]
    heir = story.restarted(after=5.0)
    bare = read(wallet=500.0, margin=0.0)
    told = heir.at(1.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT), bare, ALTS)
    told += heir.advance(6.0, bare)
    assert told == ["Danger ended(unknown)"]


def test_a_pool_whose_position_only_one_reading_lacked_fires_on() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    heir = story.restarted(after=5.0)
    heir.at(1.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT), ALTS)
    assert heir.at(2.0, read(wallet=500.0)) == []
    assert heir.at(3.0, read(held(AIX, -200.0)), HOT) == []
    assert heir.firing() == {"Danger"}
    heir.at(4.0, CALM)
    assert heir.at(5.0, CALM) == ["Danger resolved"]
