"""What is said again to Alertmanager, and until when it may be believed."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import Acknowledgement, AlertState, Severity, Transition
from hedgewatch.core.model import Scope, Subject
from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.standing import Alerts, Watchdog
from tests.notify.alerts import NOON, notification, transition

RESEND = 15.0
HELD = transition(AlertState.ENDED, reason="liquidated", at=NOON)
SEEN = Acknowledgement(by="anna", at=NOON + 5, until=NOON + 3600, comment="on it\x1b")


def alerts(resend: float = RESEND, instance: str = "desk-1") -> Alerts:
    return Alerts(instance, resend, "http://127.0.0.1:9464")


def said(held: Alerts, now: float) -> list[dict[str, Any]]:
    return [json.loads(held.posted(each, now)) for each in held.standing(now)]


def told(change: Transition, now: float = NOON) -> dict[str, Any]:
    held = alerts()
    fields: dict[str, Any] = json.loads(held.posted(held.take(notification(change), now)[-1], now))
    return fields


def test_what_fires_ends_some_resends_ahead_and_never_sooner_than_in_five_minutes() -> None:
    assert told(transition())["endsAt"] == rfc3339(NOON + 300)
    slow = alerts(resend=100.0)
    slow.take(notification(), NOON)
    assert [each["endsAt"] for each in said(slow, NOON + 7)] == [rfc3339(NOON + 407)]


def test_what_fires_is_said_again_for_as_long_as_it_fires_and_always_the_same() -> None:
    held = alerts()
    held.take(notification(), NOON)
    first, later = said(held, NOON)[0], said(held, NOON + 86400)[0]
    assert later.pop("endsAt") == rfc3339(NOON + 86400 + 300)
    first.pop("endsAt")
    assert later == first


def test_what_is_over_is_said_for_five_minutes_more_with_the_moment_at_which_it_was_over() -> None:
    held = alerts()
    held.take(notification(), NOON)
    held.take(notification(transition(AlertState.RESOLVED, at=NOON + 60)), NOON + 60)
    assert [each["endsAt"] for each in said(held, NOON + 360)] == [rfc3339(NOON + 60)]
    assert said(held, NOON + 60 + 300 + RESEND) == []


def test_an_alert_that_fires_anew_is_not_said_to_be_over_any_more() -> None:
    held = alerts()
    held.take(notification(transition(AlertState.RESOLVED, at=NOON)), NOON)
    again = replace(transition(at=NOON + 10), active_since=NOON + 10, episode="2")
    held.take(notification(again), NOON + 10)
    assert [each["endsAt"] for each in said(held, NOON + 10)] == [rfc3339(NOON + 310)]


def test_an_alarming_end_fires_until_somebody_has_seen_it() -> None:
    held = alerts()
    held.take(notification(HELD), NOON)
    assert [each["endsAt"] for each in said(held, NOON + 9999)] == [rfc3339(NOON + 10299)]
    held.take(notification(replace(HELD, acknowledged=SEEN, at=NOON + 9999)), NOON + 9999)
    assert [each["endsAt"] for each in said(held, NOON + 9999)] == [rfc3339(NOON + 9999)]


def test_an_acknowledgement_is_an_annotation_and_the_alert_fires_on() -> None:
    seen = told(replace(transition(), acknowledged=SEEN))
    assert seen["annotations"]["acknowledged"] == (
        f"by anna at {rfc3339(NOON + 5)} until {rfc3339(NOON + 3600)}: on it"
    )
    assert seen["endsAt"] == rfc3339(NOON + 300)


def test_an_alert_whose_labels_change_is_another_one_and_the_one_before_is_over() -> None:
    held = alerts()
    held.take(notification(transition()), NOON)
    held.take(notification(replace(transition(), labels={"team": "night"})), NOON + 1)
    now = {each["labels"]["team"]: each["endsAt"] for each in said(held, NOON + 2)}
    assert now == {"night": rfc3339(NOON + 302), "treasury": rfc3339(NOON + 1)}


def test_what_got_graver_is_over_under_its_old_severity_though_a_restart_forgot_it() -> None:
    held = alerts()
    graver = replace(transition(), severity_before=Severity.WARNING)
    both = held.take(notification(graver), NOON)
    ends = {dict(each.identity)["severity"]: each.over_at for each in both}
    assert ends == {"warning": NOON, "critical": None}
    assert len(said(held, NOON)) == 2


def test_what_was_refused_is_not_said_again() -> None:
    held = alerts()
    held.take(notification(), NOON)
    held.drop(notification())
    assert said(held, NOON) == []


def test_replicas_say_the_same_and_two_desks_do_not() -> None:
    one, other, elsewhere = alerts(), alerts(), alerts(instance="desk-2")
    for held in (one, other, elsewhere):
        held.take(notification(), NOON)
    assert said(one, NOON) == said(other, NOON)
    assert said(one, NOON)[0]["labels"]["instance"] == "desk-1"
    assert said(one, NOON)[0]["labels"] != said(elsewhere, NOON)[0]["labels"]


def test_an_alert_that_was_over_as_soon_as_it_began_does_not_end_before_it_starts() -> None:
    early = replace(transition(AlertState.RESOLVED, at=NOON), active_since=NOON + 1)
    fields = told(early)
    assert fields["endsAt"] >= fields["startsAt"]


def test_names_and_values_that_would_be_refused_are_written_so_that_they_are_taken() -> None:
    odd = {"a-b": "x", "a_b": "y", "1st": "z", "": "w", "empty": "", "broken": "\ud800\x1b"}
    labels = told(replace(transition(), labels=odd))["labels"]
    assert labels["a_b"] == "y"
    assert {"x", "z", "w"} <= set(labels.values())
    assert "empty" not in labels
    assert labels["broken"].startswith("~")


texts = st.text(st.characters(), max_size=8)


@given(st.dictionaries(texts, texts, max_size=6), st.dictionaries(texts, texts, max_size=6))
def test_whatever_a_rule_calls_its_labels_they_are_taken_and_two_alerts_stay_two(
    one: dict[str, str], other: dict[str, str]
) -> None:
    first, second = (
        told(replace(transition(), labels=labels))["labels"] for labels in (one, other)
    )
    for name, value in (*first.items(), *second.items()):
        assert name.isidentifier()
        assert name.isascii()
        assert value.strip()
        assert value.encode()
    assert (first == second) == (_said(one) == _said(other))


def _said(labels: dict[str, str]) -> dict[str, str]:
    """What a label says: identity overwrites, and an empty one is none."""
    identity = {"alertname", "severity", "instance", "account", "venue", "pool"}
    return {name: text for name, text in labels.items() if text and name not in identity}


def test_subjects_whose_names_differ_in_what_no_screen_shows_stay_two() -> None:
    subjects = [
        Subject(Scope.POOL, (("account", account), ("pool", "USDT")))
        for account in ("main", "ma\u202ein", "main ")
    ]
    held = alerts()
    for subject in subjects:
        held.take(notification(transition(subject=subject)), NOON)
    assert len({each["labels"]["account"] for each in said(held, NOON)}) == 3


def test_the_watchdog_is_said_for_a_minute_at_a_time_and_only_while_the_daemon_is_well() -> None:
    well = [True]
    watchdog = Watchdog("desk-1", 15.0, lambda: well[0], NOON)
    fields = json.loads(watchdog.posted(NOON + 100) or "")
    assert fields["labels"] == {
        "alertname": "Watchdog",
        "severity": "none",
        "instance": "desk-1",
    }
    assert fields["endsAt"] == rfc3339(NOON + 160)
    well[0] = False
    assert watchdog.posted(NOON + 101) is None


def test_what_was_firing_before_a_restart_stands_at_once() -> None:
    held = alerts()
    held.take(Notification(key="k", transition=transition(at=NOON - 3600)), NOON)
    assert [each["startsAt"] for each in said(held, NOON)] == [rfc3339(NOON - 3)]
