import asyncio
from dataclasses import dataclass, replace

import pytest
from structlog.testing import capture_logs

from hedgewatch.core.alert_model import AlertState, Outcome, Severity
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.routing import RouteSettings
from tests.notify.alerts import (
    NOON,
    Memory,
    Phone,
    Slow,
    Wall,
    composed,
    now,
    record_of,
    running,
    transition,
    until,
)

BUSY = DeliveryError("busy", retryable=True)
REFUSED = DeliveryError("refused", retryable=False)
RESOLVED = transition(AlertState.RESOLVED, at=NOON + 60)


def states(notifications: list[Notification]) -> list[AlertState]:
    return [notification.transition.state for notification in notifications]


async def test_an_alert_reaches_every_receiver_of_its_route_and_is_marked_as_sent() -> None:
    phone, desk, disk = Phone("phone"), Phone("desk"), Memory()
    async with running(composed([phone, desk], disk)) as delivering:
        delivering.tell(transition())
        await phone.has(1)
        await desk.has(1)
        await until(lambda: len(disk.sent) == 2, disk.changed)
    assert disk.commits[0][0] == (record_of(transition()),)
    assert set(disk.commits[0][1]) == set(disk.sent)
    assert delivering.results.counted == [("phone", "sent"), ("desk", "sent")]


async def test_what_only_waits_to_fire_is_stored_calmly_and_told_to_nobody() -> None:
    phone, disk = Phone(), Memory()
    async with running(composed([phone], disk)) as delivering:
        delivering.tell(transition(AlertState.PENDING))
        delivering.tell(transition(AlertState.PENDING, alertname="HedgeDrift"))
        delivering.tell(transition(AlertState.FIRING, alertname="AccountBlind"))
        await phone.has(1)
        await until(lambda: bool(disk.sent), disk.changed)
    assert [change.transition.alertname for change in phone.got] == ["AccountBlind"]
    assert len(disk.commits) == 1, "one transaction took all three"
    assert len(disk.commits[0][0]) == 3


async def test_many_pending_states_within_a_second_are_one_write_of_the_latest() -> None:
    disk = Memory()
    async with running(composed([Phone()], disk)) as delivering:
        for second in range(50):
            delivering.tell(transition(AlertState.PENDING, at=NOON + second))
        await until(lambda: bool(disk.commits), disk.changed)
    ((records, keys),) = disk.commits
    assert [record.fired_at for record in records] == [NOON + 49]
    assert keys == ()


async def test_a_hanging_disk_does_not_hold_up_an_alert() -> None:
    phone, disk = Phone(), Memory(hanging=asyncio.Event())
    async with running(composed([phone], disk)) as delivering:
        started = now()
        delivering.tell(transition())
        await phone.has(1)
        waited = now() - started
        delivering.tell(RESOLVED)
        assert states(await phone.has(2)) == [AlertState.FIRING, AlertState.RESOLVED]
    assert disk.commits == []
    assert 0.009 < waited < 1.0


async def test_a_failing_disk_is_said_and_caught_up_with_when_it_works_again() -> None:
    phone, disk = Phone(), Memory(failing=True)
    async with running(composed([phone], disk)) as delivering:
        delivering.tell(transition())
        await phone.has(1)
        await until(lambda: bool(delivering.dispatcher.store_error), disk.changed)
        assert "no space left" in delivering.dispatcher.store_error
        disk.failing = False
        await until(lambda: bool(disk.commits), disk.changed)
    assert disk.commits == [((record_of(transition()),), ())], "what was sent is not queued again"


async def test_a_busy_receiver_is_tried_again_until_it_takes_the_alert() -> None:
    phone, disk = Phone(trouble=[BUSY, BUSY, BUSY]), Memory()
    async with running(composed([phone], disk)) as delivering:
        delivering.tell(transition())
        (got,) = await phone.has(1)
        assert await delivering.results.first(4) == ["retried", "retried", "retried", "sent"]
        await until(lambda: bool(disk.sent), disk.changed)
    assert disk.sent == [got.key]
    assert set(disk.retried) == {got.key}


async def test_a_receiver_that_asks_for_time_gets_it() -> None:
    asked = DeliveryError("slow down", retryable=True, retry_after=30.0)
    phone, disk = Phone(trouble=[asked]), Memory()
    async with running(composed([phone], disk)) as delivering:
        before = now()
        delivering.tell(transition())
        await until(lambda: bool(disk.retried), disk.changed)
    (next_at,) = disk.retried.values()
    assert before + 30.0 <= next_at < before + 31.0


async def test_what_is_critical_is_tried_again_after_a_minute_whatever_is_asked_for() -> None:
    asked = DeliveryError("come back in an hour", retryable=True, retry_after=3600.0)
    phone, disk = Phone(trouble=[asked, asked]), Memory()
    calm = transition(alertname="HedgeDrift", severity=Severity.WARNING)
    async with running(composed([phone], disk)) as delivering:
        before = now()
        delivering.tell(calm)
        await until(lambda: len(disk.retried) == 1, disk.changed)
        delivering.tell(transition())
        await until(lambda: len(disk.retried) == 2, disk.changed)
    waits = {key.split("|")[0]: at - before for key, at in disk.retried.items()}
    assert 3600.0 <= waits["HedgeDrift"] < 3601.0
    assert 60.0 <= waits["MarginDanger"] < 61.0


async def test_a_receiver_that_hangs_is_left_at_the_deadline_and_the_others_do_not_wait() -> None:
    phone = Phone()
    async with running(composed([Wall(), phone], Memory(), attempt=0.05)) as delivering:
        delivering.tell(transition())
        await phone.has(1)
        await delivering.results.first(3)
    assert delivering.results.counted[0] == ("phone", "sent")
    assert set(delivering.results.counted[1:]) == {("wall", "retried")}


async def test_a_rejected_message_is_sent_once_more_in_plain_words() -> None:
    phone, disk = Phone(trouble=[REFUSED]), Memory()
    async with running(composed([phone], disk)) as delivering:
        delivering.tell(transition())
        (got,) = await phone.has(1)
        assert await delivering.results.first(1) == ["fallback"]
    assert got.transition.annotations == {"summary": "CRITICAL MarginDanger: main/USDT"}
    assert got.transition.values == {}
    assert phone.attempts == 2


async def test_what_is_rejected_in_plain_words_too_is_given_up_and_does_not_block_the_rest() -> (
    None
):
    phone, disk = Phone(trouble=[REFUSED, REFUSED]), Memory()
    async with running(composed([phone], disk)) as delivering:
        delivering.tell(transition())
        delivering.tell(RESOLVED)
        (got,) = await phone.has(1)
        assert await delivering.results.first(2) == ["dead", "sent"]
        await until(lambda: bool(disk.sent), disk.changed)
    assert got.transition == RESOLVED
    assert list(disk.dead.values()) == ["refused"] or disk.dead == {}, "sent before it was stored"


async def test_resolved_never_overtakes_the_firing_that_is_being_retried() -> None:
    phone = Phone(trouble=[BUSY, BUSY])
    async with running(composed([phone], Memory())) as delivering:
        delivering.tell(transition())
        delivering.tell(RESOLVED)
        assert states(await phone.has(2)) == [AlertState.FIRING, AlertState.RESOLVED]


async def test_one_poisoned_alert_among_many_holds_up_none_of_them() -> None:
    @dataclass(slots=True)
    class Picky(Phone):
        async def deliver(self, notification: Notification) -> None:
            if notification.transition.alertname == "Poison":
                raise BUSY
            await Phone.deliver(self, notification)

    phone = Picky()
    async with running(composed([phone], Memory(), first_wait=10.0)) as delivering:
        delivering.tell(transition(alertname="Poison"))
        delivering.tell(*(transition(alertname=f"Rule{number}") for number in range(200)))
        assert len(await phone.has(200)) == 200


async def test_the_routes_decide_who_hears_of_it() -> None:
    phone, desk = Phone("phone"), Phone("desk")
    routes = [
        RouteSettings.model_validate({"match": {"severity": "critical"}, "to": ["phone", "desk"]}),
        RouteSettings(to=("desk",)),
    ]
    async with running(composed([phone, desk], Memory(), routes)) as delivering:
        delivering.tell(transition(alertname="HedgeDrift", severity=Severity.WARNING))
        await desk.has(1)
        delivering.dispatcher.reroute([RouteSettings(to=("phone",))])
        delivering.tell(transition(alertname="FeedLost", severity=Severity.WARNING))
        await phone.has(1)
    assert [got.transition.alertname for got in desk.got] == ["HedgeDrift"]
    assert [got.transition.alertname for got in phone.got] == ["FeedLost"]


async def test_a_receiver_that_a_route_names_twice_is_told_once() -> None:
    phone = Phone()
    routes = [RouteSettings.model_validate({"to": ["phone", "phone"]})]
    async with running(composed([phone], Memory(), routes)) as delivering:
        delivering.tell(transition(alertname="First"), transition(alertname="Second"))
        await phone.has(2)
    assert sorted(got.transition.alertname for got in phone.got) == ["First", "Second"]


async def test_an_empty_list_of_routes_tells_nobody_and_the_log_says_so() -> None:
    phone = Phone()
    with capture_logs() as logs:
        async with running(composed([phone], Memory(), [])) as delivering:
            delivering.tell(transition(alertname="First"))
            delivering.dispatcher.reroute([RouteSettings(to=("phone",))])
            delivering.tell(transition(alertname="Second"))
            await phone.has(1)
    assert [got.transition.alertname for got in phone.got] == ["Second"]
    assert [log["event"] for log in logs if log["log_level"] == "warning"] == [
        "nobody_is_told_of_alerts",
        "alert_without_route",
    ]


async def test_a_firing_alert_is_told_again_at_the_pace_of_its_route_until_it_resolves() -> None:
    phone = Phone()
    routes = [RouteSettings.model_validate({"to": ["phone"], "repeat": "10ms"})]
    async with running(composed([phone], Memory(), routes)) as delivering:
        delivering.tell(transition(at=now()))
        first, again = (await phone.has(2))[:2]
        delivering.tell(transition(AlertState.RESOLVED, at=now()))
        last = (await phone.has(3))[-1]
    assert (first.reminder, again.reminder, last.reminder) == (False, True, False)
    assert first.key != again.key
    assert last.transition.state is AlertState.RESOLVED


async def test_an_outcome_without_transitions_still_brings_its_records_to_the_disk() -> None:
    disk = Memory()
    clearing = replace(record_of(transition()), clear_since=NOON + 5)
    async with running(composed([Phone()], disk)) as delivering:
        delivering.dispatcher.submit(Outcome(records=(clearing,)), now())
        await until(lambda: bool(disk.commits), disk.changed)
    assert disk.commits == [((clearing,), ())]


@pytest.mark.parametrize("trouble", [BUSY, REFUSED])
async def test_a_storm_of_warnings_does_not_hold_up_the_critical_alert(
    trouble: DeliveryError,
) -> None:
    phone = Slow(trouble=[trouble])
    async with running(composed([phone], Memory())) as delivering:
        storm = (
            transition(alertname=f"Rule{number}", severity=Severity.WARNING)
            for number in range(100)
        )
        delivering.tell(*storm)
        await phone.begun.wait()
        delivering.tell(transition())
        asyncio.get_running_loop().call_later(0.05, phone.nudge.set)
        got = await phone.has(100)
    place = [got.transition.alertname for got in got].index("MarginDanger")
    assert place <= 2


async def test_whoever_heard_that_it_fires_hears_that_it_is_over_wherever_the_routes_lead() -> None:
    phone, desk = Phone("phone"), Phone("desk")
    routes = [
        RouteSettings.model_validate({"match": {"severity": "critical"}, "to": ["phone"]}),
        RouteSettings(to=("desk",)),
    ]
    async with running(composed([phone, desk], Memory(), routes)) as delivering:
        delivering.tell(transition(severity=Severity.WARNING))
        await desk.has(1)
        delivering.tell(transition(AlertState.ENDED, reason="liquidated", at=NOON + 9))
        assert states(await desk.has(2)) == [AlertState.FIRING, AlertState.ENDED]
        assert states(await phone.has(1)) == [AlertState.ENDED]


async def test_a_restart_does_not_forget_who_heard_that_an_alert_fires() -> None:
    phone, desk = Phone("phone"), Phone("desk")
    delivering = composed([phone, desk], Memory(), [RouteSettings(to=("desk",))])
    delivering.dispatcher.restore([record_of(transition())], (), now())
    async with running(delivering):
        delivering.dispatcher.reroute([RouteSettings(to=("phone",))])
        delivering.tell(RESOLVED)
        assert states(await desk.has(1)) == states(await phone.has(1)) == [AlertState.RESOLVED]


async def test_an_attempt_that_a_library_cancels_is_one_that_failed_and_is_tried_again() -> None:
    @dataclass(slots=True)
    class Interrupted(Phone):
        async def deliver(self, notification: Notification) -> None:
            if not self.attempts:
                self.attempts += 1
                answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_soon(answer.cancel)
                await answer
            await Phone.deliver(self, notification)

    phone = Interrupted()
    async with running(composed([phone], Memory())) as delivering:
        delivering.tell(transition(at=now()))
        await phone.has(1)
        assert await delivering.results.first(2) == ["retried", "sent"]
