import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from structlog.testing import capture_logs

from hedgewatch.core.alert_model import AlertState, Outcome, Severity, Told
from hedgewatch.notify.outgoing import Delivery, Notification
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.silences import Silence, Silences, parse_matcher
from hedgewatch.store import Store
from tests.notify.alerts import (
    NOON,
    Memory,
    Phone,
    Slow,
    Wall,
    composed,
    now,
    outcome,
    record_of,
    running,
    transition,
)
from tests.support.patience import PATIENCE
from tests.test_store import a_full_disk

BUSY = DeliveryError("busy", retryable=True)


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


async def test_what_was_kept_quiet_is_told_after_a_restart_and_what_was_told_is_not(
    tmp_path: Path,
) -> None:
    drift = transition(alertname="HedgeDrift", severity=Severity.WARNING, at=now())
    wide = transition(alertname="BasisWide", severity=Severity.WARNING, at=now())
    silence = Silence(
        id="a",
        matchers=(parse_matcher("alertname=HedgeDrift"),),
        by="ops",
        starts_at=now(),
        ends_at=now() + 60.0,
    )
    before, after = Phone(), Phone()
    async with opened(tmp_path / "state.db") as store:
        delivering = composed([before], store, silences=Silences([silence]))
        async with running(delivering):
            delivering.tell(drift, wide)
            await before.has(1)
            await delivering.dispatcher.drain(5.0)
        restarted = composed([after], store)
        restarted.dispatcher.restore(*await store.load(), now(), await store.known())
        async with running(restarted):
            (told,) = await after.has(1)
            await restarted.dispatcher.drain(5.0)
    assert [got.transition.alertname for got in before.got] == ["BasisWide"]
    assert told.transition.alertname == "HedgeDrift"
    assert told.note == "not told before"
    assert len(after.got) == 1


async def test_an_alarming_end_is_not_told_anew_at_each_restart(tmp_path: Path) -> None:
    end = transition(AlertState.ENDED, reason="liquidated", at=now())
    record = replace(record_of(end), told=Told(at=end.at, severity=end.severity), fired_at=NOON)
    phone = Phone()
    async with opened(tmp_path / "state.db") as store, running(composed([phone], store)) as desk:
        desk.dispatcher.submit(Outcome(transitions=(end,), records=(record,)), now())
        await phone.has(1)
        await desk.dispatcher.drain(5.0)
        again = Phone()
        restarted = composed([again], store)
        restarted.dispatcher.restore(*await store.load(), now(), await store.known())
        async with running(restarted):
            restarted.tell(transition(alertname="HedgeDrift", at=now()))
            await again.has(1)
    assert [got.transition.alertname for got in again.got] == ["HedgeDrift"]


async def test_a_digest_survives_a_restart(tmp_path: Path) -> None:
    routes = [RouteSettings.model_validate({"to": ["phone"], "digest": "1h"})]
    drift = transition(alertname="HedgeDrift", severity=Severity.WARNING, at=now())
    phone = Phone()
    async with opened(tmp_path / "state.db") as store:
        async with running(composed([phone], store, routes)) as desk:
            desk.tell(drift)
            await desk.dispatcher.drain(5.0)
        restarted = composed([phone], store, routes, clock=lambda: now() + 3600.0)
        restarted.dispatcher.restore(*await store.load(), now(), await store.known())
        async with running(restarted):
            (got,) = await phone.has(1)
            await restarted.dispatcher.drain(5.0)
        assert (await store.load())[1] == ()
    assert [one.alertname for one in got.digest] == ["HedgeDrift"]


async def test_draining_finishes_what_is_in_flight_and_leaves_the_rest_for_the_next_start(
    tmp_path: Path,
) -> None:
    class OneANudge(Slow):
        async def deliver(self, notification: Notification) -> None:
            await Slow.deliver(self, notification)
            self.nudge.clear()

    slow = OneANudge()
    async with opened(tmp_path / "state.db") as store, running(composed([slow], store)) as desk:
        desk.tell(transition(at=now()))
        desk.tell(transition(alertname="HedgeDrift", at=now()))
        await slow.begun.wait()
        async with asyncio.TaskGroup() as group:
            group.create_task(desk.dispatcher.drain(1.0))
            asyncio.get_running_loop().call_soon(slow.nudge.set)
        (_, (waiting,)) = await store.load()
    assert len(slow.got) == 1
    assert "HedgeDrift" in waiting.payload


async def test_draining_ends_at_its_deadline_even_when_a_receiver_hangs() -> None:
    async with running(composed([Wall()], Memory())) as delivering:
        delivering.tell(transition())
        async with asyncio.timeout(PATIENCE):
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
