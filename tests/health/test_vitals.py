"""The decision of the dead-man's switch: each input stops it, and what was told does not."""

from dataclasses import replace

import pytest

from hedgewatch.core.alert_model import AlertRecord, Severity
from hedgewatch.core.model import Scope, Subject
from hedgewatch.health import Checkup, Lag, Sight, Stuck, Vitals, ailments
from tests.notify.alerts import NOON, record_of, transition

WELL = Vitals(
    lag=0.01,
    judged_ago=0.4,
    accounts=(Sight("main", 0.0, "", told=False), Sight("second", 3.0, "old marks", told=False)),
    receivers=(Stuck("phone", 2.0, told=False),),
)


def test_while_all_is_well_nothing_is_withheld() -> None:
    assert ailments(WELL) == ()


@pytest.mark.parametrize(
    ("seen", "ailment"),
    [
        (replace(WELL, lag=1.0), "loop: it was 1.0 s late"),
        (replace(WELL, judged_ago=2.0), "evaluation: nothing was judged for 2.0 s"),
        (
            replace(WELL, accounts=(Sight("main", 20.0, "no reading", told=False),)),
            "data: main: no reading for 20 s, and no alert says so",
        ),
        (
            replace(WELL, receivers=(Stuck("phone", 25.0, told=False),)),
            "outbox: phone takes nothing for 25 s, and nobody else was told since",
        ),
        (
            replace(WELL, store_error="no space left on device"),
            "store: no space left on device, and no alert says so",
        ),
    ],
    ids=["loop", "evaluation", "data", "outbox", "store"],
)
def test_each_kind_of_failure_withholds_it_and_says_why(seen: Vitals, ailment: str) -> None:
    assert ailments(seen) == (ailment,)


@pytest.mark.parametrize(
    "seen",
    [
        replace(WELL, accounts=(Sight("main", 9_999.0, "no reading", told=True),)),
        replace(WELL, receivers=(Stuck("phone", 9_999.0, told=True),)),
        replace(WELL, store_error="no space left on device", store_error_told=True),
    ],
    ids=["data", "outbox", "store"],
)
def test_what_is_wrong_and_was_told_withholds_nothing(seen: Vitals) -> None:
    assert ailments(seen) == ()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    seen = replace(
        WELL,
        lag=60.0,
        judged_ago=60.0,
        accounts=(Sight("main", 60.0, "x", told=False), Sight("second", 60.0, "y", told=False)),
    )
    assert [ailment.split(":")[0] for ailment in ailments(seen)] == [
        "loop", "evaluation", "data", "data",
    ]  # fmt: skip


def test_a_loop_is_late_by_its_last_turn_or_by_the_one_that_is_overdue() -> None:
    lag = Lag(0.5, 100.0)
    assert lag.seconds(100.4) == 0.0
    assert lag.seconds(102.5) == 2.0
    lag.turned(102.5)
    assert lag.seconds(102.6) == 2.0
    lag.turned(103.0)
    assert lag.seconds(103.1) == 0.0


class _Delivery:
    store_error = ""

    def __init__(self) -> None:
        self.backlog: list[tuple[str, float, bool]] = []

    def stuck(self, _now: float) -> list[tuple[str, float, bool]]:
        return self.backlog


class _View:
    def __init__(self) -> None:
        self.firing = [record_of(transition())]
        self.sight = [("main", 0.0, "")]

    def alerts_as_told(self) -> list[AlertRecord]:
        return list(self.firing)

    def unseen(self) -> list[tuple[str, float, str]]:
        return self.sight


def test_an_alert_of_the_account_that_reads_its_sight_tells_that_it_is_not_seen() -> None:
    view, delivery = _View(), _Delivery()
    checkup = Checkup(lambda: NOON, Lag(0.5, NOON))
    assert checkup.ailments() == ("it has not started yet",)
    checkup.complete(view, delivery)
    assert checkup.well()
    view.sight = [("main", 21.0, "no reading")]
    assert not checkup.well()
    account = Subject(Scope.ACCOUNT, (("account", "main"), ("venue", "binanceusdm")))
    expiry = record_of(transition(alertname="KeyExpires", subject=account))
    view.firing.append(replace(expiry, values={"key_expires_in": 86400.0}))
    assert not checkup.well()
    blind = record_of(transition(alertname="Unseen", subject=account, severity=Severity.CRITICAL))
    view.firing.append(replace(blind, values={"blind_seconds": 21.0}))
    assert checkup.well()


def test_a_failed_store_is_told_by_whatever_rule_reads_it() -> None:
    view, delivery = _View(), _Delivery()
    checkup = Checkup(lambda: NOON, Lag(0.5, NOON))
    checkup.complete(view, delivery)
    delivery.store_error = "no space left on device"
    assert not checkup.well()
    book = Subject(Scope.BOOK, ())
    failed = record_of(transition(alertname="DiskFull", subject=book))
    view.firing.append(replace(failed, values={"store_failing": True}))
    assert checkup.well()
