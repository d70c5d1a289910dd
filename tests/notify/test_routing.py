from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from hedgewatch.core.alert_model import Severity, Transition
from hedgewatch.notify.matchers import labels_of
from hedgewatch.notify.reminders import Reminders
from hedgewatch.notify.routing import RouteSettings, everywhere, route_for
from hedgewatch.notify.settings import ReceiverSettings
from tests.notify.alerts import NOON, transition

WARNING = transition(severity=Severity.WARNING)


def routes(*fields: dict[str, object]) -> list[RouteSettings]:
    return [RouteSettings.model_validate(one) for one in fields]


def told(change: Transition, ordered: Sequence[RouteSettings]) -> tuple[str, ...]:
    """Who hears of it at once."""
    route = route_for(change, ordered)
    return () if route is None else route.to


@pytest.mark.parametrize(
    ("match", "change", "expected"),
    [
        ({"severity": "critical"}, transition(), "matches"),
        ({"severity": "critical"}, WARNING, "does not"),
        ({"severity": ["warning", "critical"]}, WARNING, "matches"),
        ({"alertname": "MarginDanger", "account": "main"}, transition(), "matches"),
        ({"alertname": "MarginDanger", "account": "spare"}, transition(), "does not"),
        ({"team": "treasury"}, transition(), "matches"),
        ({"hedge": ""}, transition(), "does not"),
        ({}, transition(), "matches"),
    ],
)
def test_a_route_matches_when_each_of_its_labels_has_one_of_the_values(
    match: dict[str, object], change: Transition, expected: str
) -> None:
    found = told(change, routes({"match": match, "to": ["phone"]}))
    assert found == (("phone",) if expected == "matches" else ())


def test_the_first_route_that_matches_wins() -> None:
    ordered = routes(
        {"match": {"severity": "critical"}, "to": ["desk", "phone"], "repeat": "5m"},
        {"to": ["desk"]},
    )
    assert told(transition(), ordered) == ("desk", "phone")
    assert told(WARNING, ordered) == ("desk",)
    assert route_for(transition(), ordered) is ordered[0]
    assert ordered[0].repeat == 300.0


def test_without_routes_everybody_is_told_and_where_there_is_nobody_nobody_is() -> None:
    assert told(WARNING, everywhere(["desk", "phone"])) == ("desk", "phone")
    assert told(WARNING, everywhere([])) == ()


@pytest.mark.parametrize(
    ("matchers", "expected"),
    [
        (["severity=critical"], ("phone",)),
        (["severity!=info", "pool=~USD."], ("phone",)),
        (["pool=~USD"], ()),
        (['team!~"trea.*"'], ()),
        (["hedge="], ("phone",)),
    ],
)
def test_a_route_takes_matchers_as_alertmanager_has_them_too(
    matchers: list[str], expected: tuple[str, ...]
) -> None:
    assert told(transition(), routes({"matchers": matchers, "to": ["phone"]})) == expected


def test_critical_alerts_are_repeated_where_their_route_says_nothing_of_it() -> None:
    (plain, daily) = routes({"to": ["desk"]}, {"to": ["desk"], "digest": "24h", "repeat": "1h"})
    assert (plain.pace(transition()), plain.pace(WARNING)) == (300.0, None)
    assert (daily.pace(transition()), daily.pace(WARNING)) == (3600.0, None)


def test_a_rule_cannot_relabel_what_identifies_its_alert() -> None:
    change = transition()
    assert labels_of(change)["severity"] == "critical"
    assert labels_of(change) == {
        "alertname": "MarginDanger",
        "severity": "critical",
        "account": "main",
        "venue": "binanceusdm",
        "pool": "USDT",
        "team": "treasury",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"to": []},
        {"match": {"severity": "critical"}},
        {"to": ["desk"], "repeat": "0s"},
        {"to": ["desk"], "repeat": 300},
        {"to": ["desk"], "match": {"severity": []}},
        {"to": ["desk"], "continue": True},
        {"to": ["desk"], "matchers": ["severity"]},
        {"to": ["desk"], "digest": "5s"},
        {"to": ["desk"], "digest": "2d"},
        {"to": ["desk"], "digest": "15m", "match": {"severity": "critical"}},
        {"to": ["desk"], "escalate": [{"after": "2m", "to": []}]},
        {"to": ["desk"], "escalate": [{"to": ["boss"]}]},
        {"to": ["desk"], "escalate": [{"after": "2m", "to": ["a"]}, {"after": "1m", "to": ["b"]}]},
    ],
)
def test_a_route_that_cannot_be_meant_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RouteSettings.model_validate(fields)


@pytest.mark.parametrize(
    "fields", [{}, {"console": {}, "webhook": {"url": "http://host/"}}, {"pager": {}}]
)
def test_a_receiver_has_exactly_one_way_to_be_reached(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ReceiverSettings.model_validate({"name": "desk", **fields})


def test_a_reminder_comes_once_however_long_the_machine_slept() -> None:
    reminders = Reminders()
    reminders.note(transition(at=NOON), 60.0, NOON)
    assert list(reminders.due(NOON + 59.9)) == []
    assert [change.at for change in reminders.due(NOON + 60)] == [NOON + 60]
    assert list(reminders.due(NOON + 119)) == []
    assert len(list(reminders.due(NOON + 8 * 3600 + 1))) == 1
    assert list(reminders.due(NOON + 8 * 3600 + 59)) == []
    assert len(list(reminders.due(NOON + 8 * 3600 + 60))) == 1


def test_a_restart_does_not_remind_before_the_time_has_come() -> None:
    reminders = Reminders()
    reminders.note(transition(at=NOON), 60.0, NOON + 90)
    assert list(reminders.due(NOON + 90)) == []
    assert [change.at for change in reminders.due(NOON + 120)] == [NOON + 120]
