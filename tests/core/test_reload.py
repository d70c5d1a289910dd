"""What a reload changes and what it must not; rules that break; texts of alerts."""

from dataclasses import replace

import pytest

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.alerts.own import Recovery
from hedgewatch.core.model import Pages, Scope
from hedgewatch.core.rules import Rule
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    IN_COLD,
    SHORT_AIX,
    desk,
    heard,
    hedge,
    mark,
    refused,
    rule,
)
from tests.support.stories import ALTS, BETWEEN, CALM, HOT, danger, short_of_aix


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
    assert "AttributeError" in broken[0].annotations["summary"]


def test_alerts_of_the_daemon_itself_lead_where_those_of_rules_lead() -> None:
    pages = Pages(runbooks="https://desk.lan/runbooks/", status="https://desk.lan/")
    story = short_of_aix(_breaking(), on=replace(desk(), pages=pages))
    texts = story.record("RuleBroken").annotations
    assert texts["runbook_url"] == "https://desk.lan/runbooks/rules/README.md#rulebroken"
    assert texts["status_url"] == "https://desk.lan/"
    story.recover(Recovery(lost="no database"))
    assert story.record("StateLost").annotations["runbook_url"].startswith(pages.runbooks)


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


def test_a_reload_brings_the_words_of_a_firing_alert_up_to_date_without_telling_it_again() -> None:
    before = rule("Danger", Scope.POOL, "margin_ratio > 20%", summary="old words")
    after = replace(
        rule("Danger", Scope.POOL, "margin_ratio > 20%", summary="new words"),
        severity=Severity.WARNING,
    )
    story = short_of_aix(before)
    story.at(1.0, HOT)
    assert story.reload(after) == []
    record = story.record("Danger")
    assert (record.annotations["summary"], record.severity) == ("new words", Severity.WARNING)
    assert [stored.annotations for stored in story.stored.values()] == [record.annotations]


def test_an_account_that_is_refused_for_another_reason_shows_the_reason_of_now() -> None:
    unusable = rule("Unusable", Scope.ACCOUNT, "account_unusable", summary="{unusable_reason}")
    story = short_of_aix(unusable)
    assert story.at(1.0, refused("the venue cannot be reached")) == ["Unusable firing"]
    assert story.at(9.0, refused("the key can trade")) == []
    assert story.record("Unusable").annotations["summary"] == "the key can trade"


def test_whoever_looks_at_a_firing_alert_or_repeats_it_reads_the_numbers_of_now() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    fired = story.told[-1]
    story.at(2.0, mark(AIX, 1_190.0), ALTS)
    now = story.record("Danger").annotations["summary"]
    assert now != fired.annotations["summary"]
    again = story.engine.told_again(fired)
    assert again is not None
    assert again.annotations["summary"] == now
    assert (again.at, again.episode, again.state) == (fired.at, fired.episode, fired.state)
    assert story.told[-1] is fired, "what was delivered stays as it was judged"
