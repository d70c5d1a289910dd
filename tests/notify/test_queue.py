from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import AlertState, Severity
from hedgewatch.notify.outgoing import Delivery
from hedgewatch.notify.queue import Queue
from tests.notify.alerts import NOON, transition


def delivery(
    alertname: str = "A",
    state: AlertState = AlertState.FIRING,
    *,
    severity: Severity = Severity.WARNING,
    at: float = NOON,
) -> Delivery:
    change = transition(state, alertname=alertname, severity=severity, at=at)
    return Delivery.of(change, "phone", at)


def test_nothing_of_one_alert_is_given_out_while_something_of_it_is_in_flight() -> None:
    queue = Queue()
    firing, resolved = delivery(), delivery(state=AlertState.RESOLVED)
    queue.put(firing)
    queue.put(resolved)
    assert queue.take(NOON) == firing
    assert queue.take(NOON) is None
    queue.finish(firing)
    assert queue.take(NOON) == resolved
    queue.finish(resolved)
    assert not queue.holds(resolved.notification.alert)


def test_what_is_put_off_comes_again_at_its_time_and_its_lane_waits_for_it() -> None:
    queue = Queue()
    firing, resolved = delivery(), delivery(state=AlertState.RESOLVED)
    queue.put(firing)
    queue.put(resolved)
    assert queue.take(NOON) == firing
    later = replace(firing, attempts=1, next_at=NOON + 5)
    queue.postpone(later)
    assert queue.take(NOON + 4.9) is None
    assert queue.next_at() == NOON + 5
    assert queue.take(NOON + 5) == later


def test_what_is_critical_does_not_wait_behind_a_lesser_word_of_the_same_alert() -> None:
    queue = Queue()
    for waiting in (delivery("other", at=NOON - 9), delivery()):
        queue.put(waiting)
    assert queue.take(NOON, critical_only=True) is None
    assert queue.take(NOON) is not None
    first = queue.take(NOON)
    assert first is not None
    queue.postpone(replace(first, next_at=NOON + 3600))
    assert queue.take(NOON + 60) is None
    liquidated = delivery(state=AlertState.ENDED, severity=Severity.CRITICAL, at=NOON + 60)
    queue.put(liquidated)
    assert queue.is_urgent(liquidated.notification.alert)
    head = queue.take(NOON + 60, critical_only=True)
    assert head is not None
    assert head.key == first.key
    queue.finish(head)
    assert queue.take(NOON + 60) == liquidated


def test_what_is_in_flight_is_not_given_out_again_because_something_critical_joins_it() -> None:
    queue = Queue()
    firing, worse = delivery(), delivery(severity=Severity.CRITICAL)
    queue.put(firing)
    assert queue.take(NOON) == firing
    queue.put(worse)
    assert queue.take(NOON) is None
    queue.finish(firing)
    assert queue.take(NOON) == worse


def test_the_most_severe_goes_first_and_among_equals_the_oldest() -> None:
    queue = Queue()
    deliveries = [
        delivery("note", severity=Severity.INFO, at=NOON - 9),
        delivery("second", at=NOON - 1),
        delivery("first", at=NOON - 2),
        delivery("worst", severity=Severity.CRITICAL),
    ]
    for waiting in deliveries:
        queue.put(waiting)
    order = [queue.take(NOON) for _ in deliveries]
    names = [taken.notification.transition.alertname for taken in order if taken is not None]
    assert names == ["worst", "first", "second", "note"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30))
def test_whatever_fails_in_between_each_is_given_out_in_the_order_of_its_alert(
    steps: list[tuple[str, bool]],
) -> None:
    queue = Queue()
    put = [delivery(name, at=NOON + number) for number, (name, _) in enumerate(steps)]
    for waiting in put:
        queue.put(waiting)
    failures = [fails for _, fails in steps]
    finished: list[str] = []
    now = NOON + 100
    while len(finished) < len(put):
        taken = queue.take(now)
        if taken is None:
            now += 10
        elif failures and failures.pop():
            queue.postpone(replace(taken, attempts=taken.attempts + 1, next_at=now + 10))
        else:
            finished.append(taken.key)
            queue.finish(taken)
    for name in "abc":
        lane = [one.key for one in put if one.notification.transition.alertname == name]
        assert [key for key in finished if key in lane] == lane
    assert (queue.take(now + 100), queue.next_at()) == (None, None)
