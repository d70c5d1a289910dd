from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from hedgewatch.complaints import Complaints
from hedgewatch.core.alert_model import AlertState, Severity
from hedgewatch.notify.message import body, title
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.receiver import DeliveryError
from tests.notify.alerts import NOON, Memory, Phone, composed, now, running, transition, until

BUSY = DeliveryError("busy", retryable=True)


@dataclass(slots=True)
class Asking(Phone):
    """Asks for a pause at its first attempt, and keeps when it got what."""

    pause: float = 0.5
    at: list[float] = field(default_factory=list)
    clock: Callable[[], float] = now

    async def deliver(self, notification: Notification) -> None:
        if not self.at:
            self.at.append(self.clock())
            self.attempts += 1
            self.changed.set()
            raise DeliveryError("too many requests", retryable=True, retry_after=self.pause)
        self.at.append(self.clock())
        await Phone.deliver(self, notification)


async def test_what_piles_up_while_a_receiver_asks_for_a_pause_goes_as_one_digest() -> None:
    at, disk = NOON, Memory()  # time stands still while they pile up, however long that takes
    phone = Asking(clock=lambda: at)
    async with running(composed([phone], disk, clock=lambda: at)) as delivering:
        storm = [
            transition(alertname=f"Rule{number}", severity=Severity.WARNING)
            for number in range(500)
        ]
        delivering.tell(storm[0])
        await until(lambda: phone.attempts == 1, phone.changed)
        delivering.tell(*storm[1:])
        await until(lambda: delivering.dispatcher.waiting == 500, disk.changed)
        at += 0.5
        await until(lambda: len(disk.sent) == 500, disk.changed)
    assert [title(got) for got in phone.got] == ["DIGEST: 500 alerts fire"]
    assert "500 messages in one: the receiver had asked for a pause" in body(phone.got[0])
    assert phone.at[1] - phone.at[0] >= 0.5
    assert Counter(delivering.results.counted)["phone", "sent"] == 500


async def test_a_critical_alert_does_not_wait_for_a_pause_that_others_earned() -> None:
    phone = Asking(pause=3000.0)
    async with running(composed([phone], Memory())) as delivering:
        delivering.tell(transition(alertname="HedgeDrift", severity=Severity.WARNING))
        await until(lambda: phone.attempts == 1, phone.changed)
        delivering.tell(transition(alertname="BasisWide", severity=Severity.WARNING))
        delivering.tell(transition())
        assert [title(got) for got in await phone.has(1)] == ["CRITICAL MarginDanger: main/USDT"]


async def test_a_mirror_gets_each_alert_however_many_have_piled_up() -> None:
    @dataclass(slots=True)
    class Broker(Asking):
        def remember(self, _: Notification) -> None:
            """It is not restarted."""

    broker, names = Broker(pause=0.1), {f"Rule{number}" for number in range(20)}
    async with running(composed([broker], Memory())) as delivering:
        delivering.tell(*(transition(alertname=name, severity=Severity.INFO) for name in names))
        got = await broker.has(20)
    assert {one.transition.alertname for one in got} == names


async def test_a_digest_that_is_refused_goes_in_pieces() -> None:
    @dataclass(slots=True)
    class Narrow(Asking):
        async def deliver(self, notification: Notification) -> None:
            if notification.transition.alertname == "Digest":
                raise DeliveryError("too long", retryable=False)
            await Asking.deliver(self, notification)

    phone, names = Narrow(pause=0.1), [f"Rule{number}" for number in range(20)]
    async with running(composed([phone], Memory())) as delivering:
        delivering.tell(*(transition(alertname=name, severity=Severity.INFO) for name in names))
        got = await phone.has(20)
    assert {one.transition.alertname for one in got} == set(names)


async def test_after_a_pause_the_order_within_an_alert_still_holds() -> None:
    phone = Asking(pause=0.1)
    drift = transition(alertname="HedgeDrift", severity=Severity.WARNING)
    over = transition(AlertState.RESOLVED, alertname="HedgeDrift", severity=Severity.WARNING)
    async with running(composed([phone], Memory())) as delivering:
        delivering.tell(drift, over)
        got = await phone.has(2)
    assert [one.transition.state for one in got] == [AlertState.FIRING, AlertState.RESOLVED]


async def test_one_message_that_always_fails_among_a_thousand_holds_up_none_of_them() -> None:
    @dataclass(slots=True)
    class Picky(Phone):
        async def deliver(self, notification: Notification) -> None:
            if notification.transition.alertname == "Poison":
                self.attempts += 1
                raise BUSY
            await Phone.deliver(self, notification)

    phone = Picky()
    async with running(composed([phone], Memory(), first_wait=0.5)) as delivering:
        delivering.tell(transition(alertname="Poison"))
        delivering.tell(*(transition(alertname=f"Rule{number}") for number in range(1000)))
        assert len(await phone.has(1000)) == 1000
        assert delivering.dispatcher.waiting == 1
        ((name, seconds, _),) = delivering.dispatcher.stuck(now())
        assert (name, 0.0 < seconds < 60.0) == ("phone", True)


async def test_a_receiver_that_is_down_is_said_once_and_can_be_asked_about() -> None:
    phone = Phone(trouble=[BUSY] * 20)
    delivering = composed([phone], Memory(), first_wait=0.001)
    with capture_logs() as logs:
        async with running(delivering):
            delivering.tell(transition(at=now()))
            await until(lambda: phone.attempts >= 10, phone.changed)
            assert [name for name, _, _ in delivering.dispatcher.stuck(now())] == ["phone"]
            assert delivering.dispatcher.why_stuck("phone") == str(BUSY)
            await phone.has(1)
            await delivering.results.first(21)
    said = Counter(entry["event"] for entry in logs)
    assert (said["notification_delayed"], said["receiver_works_again"]) == (1, 1)
    assert list(delivering.dispatcher.stuck(now())) == []
    assert delivering.dispatcher.why_stuck("phone") == ""


def test_a_failure_is_said_once_then_once_a_minute_with_how_many_were_not() -> None:
    complaints = Complaints()
    said = {
        second: unsaid for second in range(130) if (unsaid := complaints.say(second)) is not None
    }
    assert said == {0: 0, 60: 59, 120: 59}
    assert all(later - sooner >= 60 for sooner, later in pairwise(said))
    assert complaints.end()
    assert not complaints.end()
    assert complaints.say(131.0) == 0


@pytest.mark.parametrize("bad", [0, 1, 2])
async def test_a_critical_alert_that_one_receiver_has_for_good_refused_reaches_the_next(
    bad: int,
) -> None:
    phones = [Phone(name) for name in ("a", "b", "c")]
    for phone in phones[: bad + 1]:
        phone.trouble = [DeliveryError("token revoked", retryable=False)] * 100
    living = phones[bad + 1 :]
    async with running(composed(phones, Memory())) as delivering:
        delivering.tell(transition(at=now()))
        for phone in living:
            assert len(await phone.has(1)) == 1
        await delivering.results.first(3)
    assert Counter(delivering.results.counted)["a", "dead"] == 1
