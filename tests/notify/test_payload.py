import json
from dataclasses import replace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import AlertState, Severity
from hedgewatch.core.model import EndReason, Scope, Subject
from hedgewatch.notify.digest import digest_of
from hedgewatch.notify.payload import alert_json, alertmanager_v4, as_bytes, fingerprint
from hedgewatch.notify.topics import account_state, alert_state, availability, slug
from tests.notify.alerts import MAIN_POOL, NOON, notification, transition

ANYTHING = st.text(st.characters(exclude_categories=()))  # even unpaired surrogates
LABELS = {
    "account": "main",
    "alertname": "MarginDanger",
    "pool": "USDT",
    "severity": "critical",
    "team": "treasury",
    "venue": "binanceusdm",
}


def test_a_firing_alert_is_a_group_of_its_own_in_the_shape_of_version_4() -> None:
    payload = alertmanager_v4(notification(), "hook", "http://127.0.0.1:9464")
    annotations = {"summary": "main/USDT: margin ratio 83.0%, liquidated at 100 %"}
    selector = ", ".join(f'{name}="{value}"' for name, value in LABELS.items())
    assert payload == {
        "version": "4",
        "groupKey": "{}:{" + selector + "}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "hook",
        "groupLabels": LABELS,
        "commonLabels": LABELS,
        "commonAnnotations": annotations,
        "externalURL": "http://127.0.0.1:9464",
        "alerts": [
            {
                "status": "firing",
                "labels": LABELS,
                "annotations": annotations,
                "startsAt": "2026-09-21T14:13:17.000Z",
                "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://127.0.0.1:9464",
                "fingerprint": fingerprint(LABELS),
            }
        ],
    }


def test_a_digest_is_one_group_of_many_alerts() -> None:
    alerts = [
        transition(alertname="HedgeDrift"),
        transition(AlertState.RESOLVED, alertname="BasisWide", at=NOON + 60),
    ]
    payload = alertmanager_v4(digest_of("hook", alerts, NOON, note="why").notification, "hook")
    assert payload["status"] == "firing"
    listed = cast("list[dict[str, Any]]", payload["alerts"])
    assert [one["labels"]["alertname"] for one in listed] == ["HedgeDrift", "BasisWide"]
    assert [one["status"] for one in listed] == ["firing", "resolved"]
    common = {name: value for name, value in LABELS.items() if name != "alertname"}
    assert payload["commonLabels"] == payload["groupLabels"] == common
    assert cast("dict[str, str]", payload["commonAnnotations"])["note"] == "why"


def test_resolved_and_calm_ends_are_resolved_with_the_time_and_the_reason() -> None:
    resolved = alertmanager_v4(notification(transition(AlertState.RESOLVED)), "hook")
    closed = transition(AlertState.ENDED, reason=EndReason.CLOSED, at=NOON + 0.25)
    ended = alertmanager_v4(notification(closed), "hook")
    assert (resolved["status"], ended["status"]) == ("resolved", "resolved")
    assert ended["alerts"][0]["endsAt"] == "2026-09-21T14:13:20.250Z"  # type: ignore[index]
    assert ended["commonAnnotations"]["reason"] == "closed"  # type: ignore[index]


def test_no_annotation_says_that_it_is_over_while_it_fires_nor_what_to_do_when_it_is_over() -> None:
    words = {"summary": "main: not watched", "description": "Add margin.", "resolved": "main: well"}
    texts = {**words, "team": "desk"}

    def told(state: AlertState, reason: str = "") -> object:
        one = replace(transition(state, reason=reason), annotations=texts)
        return alertmanager_v4(notification(one), "hook")["commonAnnotations"]

    firing = {name: text for name, text in texts.items() if name != "resolved"}
    liquidated = firing | {"reason": "liquidated"}
    assert told(AlertState.FIRING) == firing
    assert told(AlertState.ENDED, EndReason.LIQUIDATED) == liquidated
    assert told(AlertState.RESOLVED) == {"summary": "main: well", "team": "desk"}


def test_a_liquidated_position_is_never_called_resolved() -> None:
    liquidated = transition(AlertState.ENDED, reason=EndReason.LIQUIDATED)
    assert alertmanager_v4(notification(liquidated), "hook")["status"] == "firing"


def test_a_fingerprint_is_the_one_that_prometheus_gives_the_same_labels() -> None:
    assert fingerprint({}) == f"{14695981039346656037:016x}"
    garland = {"name": "garland, briggs", "fear": "love is not enough"}
    assert fingerprint(garland) == f"{5799056148416392346:016x}"


@given(ANYTHING)
def test_every_alert_is_json_in_valid_utf8_whatever_the_world_calls_it(text: str) -> None:
    told = notification(transition(alertname=text, subject=Subject(Scope.BOOK, (("x", text),))))
    for fields in (alertmanager_v4(told, text), alert_json(told)):
        raw = as_bytes(fields).decode()
        valid = json.dumps(fields, ensure_ascii=False)
        assert raw.isprintable()
        assert json.loads(raw) == json.loads(valid.encode(errors="replace"))


def test_infinities_and_unknowns_of_an_alert_are_legal_json() -> None:
    values = json.loads(as_bytes(alert_json(notification())))["values"]
    assert values == {"margin_ratio": 0.83, "shock_down": "-inf", "shock_up": None}


def test_topics_are_named_as_a_person_would_name_them() -> None:
    symbol = (("account", "main"), ("venue", "binanceusdm"), ("symbol", "BTC/USDT:USDT"))
    subject = Subject(Scope.POSITION, (*symbol, ("position", "net")))
    assert (
        alert_state("desk-1", "NearLiquidation", subject)
        == "hedgewatch/desk-1/alert/NearLiquidation/main_btc-usdt-usdt_net/state"
    )
    assert alert_state("desk-1", "X", MAIN_POOL) == "hedgewatch/desk-1/alert/X/main_usdt/state"
    assert alert_state("d", "X", Subject(Scope.BOOK, ())) == "hedgewatch/d/alert/X/book/state"
    assert account_state("desk-1", "Main.2") == "hedgewatch/desk-1/account/Main.2/state"


@given(ANYTHING)
def test_no_name_breaks_out_of_its_level_of_a_topic(text: str) -> None:
    topic = availability(text)
    assert topic.count("/") == 2
    assert not set("+#$ \x00") & set(topic)
    assert all(topic.split("/"))


def test_texts_that_only_look_alike_when_slugged_keep_topics_of_their_own() -> None:
    names = ["desk 1", "desk.1", "Desk 1", "desk+1", "деск", "плеск"]
    assert len({slug(name) for name in names}) == len(names)


def test_an_alert_that_got_another_severity_closes_the_one_that_it_was() -> None:
    ended = transition(AlertState.ENDED, reason=EndReason.LIQUIDATED)
    raised = replace(ended, severity_before=Severity.WARNING)
    payload = alertmanager_v4(notification(raised), "hook")
    now, before = cast("list[dict[str, object]]", payload["alerts"])
    assert (now["status"], now["labels"]) == ("firing", LABELS)
    assert (before["status"], before["labels"]) == ("resolved", LABELS | {"severity": "warning"})
    assert payload["status"] == "firing"
    assert payload["commonLabels"] == {
        name: value for name, value in LABELS.items() if name != "severity"
    }
