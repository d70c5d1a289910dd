import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hedgewatch.core.model import AlertState, Outcome, Severity
from hedgewatch.notify.outgoing import Delivery, Notification
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.store import Store
from tests.notify.alerts import (
    NOON,
    Memory,
    Phone,
    composed,
    now,
    outcome,
    record_of,
    running,
    transition,
    until,
)
from tests.test_store import a_full_disk

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


@dataclass(slots=True)
class Wall:
    """Never answers."""

    name: str = "wall"

    async def deliver(self, _: Notification) -> None:
        await asyncio.Event().wait()


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


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Store]:
    store = await Store.open(path)
    try:
        yield store
    finally:
        await store.close()


async def test_what_was_not_delivered_is_delivered_after_a_restart_under_the_same_key(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state.db"
    down = Phone(trouble=[BUSY] * 1000)
    async with opened(path) as store, running(composed([down], store)) as delivering:
        delivering.tell(transition(at=now()))
        await delivering.results.first(1)
        await delivering.dispatcher.drain(5.0)
        (record,), (row,) = await store.load()
    up = Phone()
    async with opened(path) as store:
        restarted = composed([up], store)
        restarted.dispatcher.restore(*await store.load(), now())
        async with running(restarted):
            (got,) = await up.has(1)
            await restarted.dispatcher.drain(5.0)
        assert await store.load() == ((record,), ())
    assert got.key == row.key
    assert got.transition.values == transition().values


async def test_the_time_of_the_next_attempt_survives_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as store:
        late = Delivery.of(transition(), "phone", now())
        await store.commit([], [late])
        await store.mark_retry(late.key, now() + 0.3)
        phone = Phone()
        restarted = composed([phone], store, first_wait=1.0)
        restarted.dispatcher.restore(*await store.load(), now())
        due = (await store.load())[1][0].next_at
        async with running(restarted):
            await phone.has(1)
            assert now() >= due


async def test_what_nobody_took_in_a_day_is_given_up_and_counted(tmp_path: Path) -> None:
    async with opened(tmp_path / "state.db") as store:
        old = Delivery.of(transition(), "phone", now() - 90_000)
        await store.commit([], [old])
        phone = Phone()
        restarted = composed([phone], store)
        restarted.dispatcher.restore(*await store.load(), now())
        async with running(restarted):
            assert await restarted.results.first(1) == ["dead"]
            await restarted.dispatcher.drain(5.0)
        assert await store.load() == ((), ())
    assert phone.attempts == 0


async def test_a_waiting_message_for_a_receiver_that_is_gone_is_given_up_and_counted() -> None:
    delivering = composed([Phone()], Memory())
    delivering.dispatcher.restore([], [Delivery.of(transition(), "pager", now())], now())
    assert delivering.results.counted == [("pager", "dead")]


async def test_a_firing_alert_is_repeated_after_a_restart_too() -> None:
    phone = Phone()
    routes = [RouteSettings.model_validate({"to": ["phone"], "repeat": "10ms"})]
    restarted = composed([phone], Memory(), routes)
    restarted.dispatcher.restore([record_of(transition(at=now() - 3600))], [], now())
    async with running(restarted):
        (reminder,) = (await phone.has(1))[:1]
    assert reminder.reminder
    assert reminder.transition.at <= now()


@dataclass(slots=True)
class Slow(Phone):
    """Takes a message in, and needs a nudge to be done with it."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    nudge: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, notification: Notification) -> None:
        self.begun.set()
        await self.nudge.wait()
        await Phone.deliver(self, notification)


async def test_draining_finishes_what_is_in_flight_and_leaves_the_rest_for_the_next_start(
    tmp_path: Path,
) -> None:
    slow = Slow()
    async with opened(tmp_path / "state.db") as store, running(composed([slow], store)) as desk:
        desk.tell(transition(at=now()))
        desk.tell(transition(alertname="HedgeDrift", at=now()))
        await slow.begun.wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(desk.dispatcher.drain(5.0))
            asyncio.get_running_loop().call_soon(slow.nudge.set)
        (_, (waiting,)) = await store.load()
    assert len(slow.got) == 1
    assert "HedgeDrift" in waiting.payload


async def test_draining_ends_at_its_deadline_even_when_a_receiver_hangs() -> None:
    async with running(composed([Wall()], Memory())) as delivering:
        delivering.tell(transition())
        async with asyncio.timeout(2.0):
            await delivering.dispatcher.drain(0.05)


async def test_draining_without_a_disk_still_sends_what_no_outbox_holds() -> None:
    phone = Phone()
    async with running(composed([phone], Memory(failing=True))) as delivering:
        delivering.tell(transition())
        await delivering.dispatcher.drain(5.0)
        assert len(phone.got) == 1


async def test_a_full_disk_does_not_keep_an_alert_from_its_receivers(tmp_path: Path) -> None:
    phone = Phone()
    async with opened(tmp_path / "state.db") as store:
        async with running(composed([phone], store)) as delivering:
            with a_full_disk(1), capture_logs() as logs:
                for number in range(20):
                    delivering.tell(transition(alertname=f"Rule{number}"))
                await phone.has(20)
                failed = delivering.dispatcher.store_error
            await delivering.dispatcher.drain(5.0)
        records, waiting = await store.load()
    assert "state.db" in failed
    assert [entry["event"] for entry in logs].count("store_failed") == 1
    assert len(phone.got) == len({got.key for got in phone.got}) == 20
    assert (len(records), waiting) == (20, ()), "what the disk missed is written when it works"


async def test_an_outcome_without_transitions_still_brings_its_records_to_the_disk() -> None:
    disk = Memory()
    clearing = replace(record_of(transition()), clear_since=NOON + 5)
    async with running(composed([Phone()], disk)) as delivering:
        delivering.dispatcher.submit(Outcome(records=(clearing,)), now())
        await until(lambda: bool(disk.commits), disk.changed)
    assert disk.commits == [((clearing,), ())]


async def test_an_alert_is_on_the_wire_within_a_few_milliseconds(tmp_path: Path) -> None:
    phone = Phone()
    async with opened(tmp_path / "state.db") as store, running(composed([phone], store)) as desk:
        waits = []
        for number in range(20):
            began = now()
            desk.dispatcher.submit(outcome(transition(alertname=f"Rule{number}")), began)
            await phone.has(number + 1)
            waits.append(now() - began)
    assert sorted(waits)[10] < 0.05


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
