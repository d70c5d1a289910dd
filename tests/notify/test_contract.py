"""What every receiver promises: each new one is added to `RECEIVERS` and has to keep it."""

import asyncio
import io
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from hedgewatch.core.model import AlertState, Scope, Subject
from hedgewatch.notify.message import rfc3339
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.receiver import Connected, DeliveryError, Receiver
from hedgewatch.notify.settings import Place, ReceiverSettings, build
from tests.notify.alerts import NOON, SECONDS_FOR_ANYTHING, notification, transition
from tests.notify.listener import listening_to, text
from tests.notify.sink import Sink, listening
from tests.support.servers import Server, free_port

pytestmark = pytest.mark.live

CANARY = "canary-b7c1"


@dataclass(frozen=True, slots=True)
class Line:
    """A receiver and its other end: `heard` gives the next thing that arrived there, as text."""

    receiver: Receiver
    settings: ReceiverSettings
    heard: Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Bench:
    folder: Path
    broker: Server

    def secret(self) -> dict[str, str]:
        file = self.folder / "secret"
        file.write_text(CANARY)
        file.chmod(0o600)
        return {"file": str(file)}


def built(
    way: dict[str, object], output: io.StringIO | None = None
) -> tuple[Receiver, ReceiverSettings]:
    settings = ReceiverSettings.model_validate({"name": "desk", **way})
    place = Place(
        instance="desk-1",
        output=output or io.StringIO(),
        clock=lambda: NOON,
        jitter=Random(7),
        external_url="http://127.0.0.1:9464",
    )
    return build(settings, place), settings


@asynccontextmanager
async def console(_: Bench) -> AsyncIterator[Line]:
    output = io.StringIO()

    async def heard() -> str:
        shown = output.getvalue()
        output.seek(0)
        output.truncate()
        return shown

    yield Line(*built({"console": {}}, output), heard)


@asynccontextmanager
async def webhook(bench: Bench) -> AsyncIterator[Line]:
    async with listening(Sink(secret=CANARY)) as sink:

        async def heard() -> str:
            return str(sink.bodies.pop(0))

        yield Line(*built({"webhook": {"url": sink.url, "secret": bench.secret()}}), heard)


@asynccontextmanager
async def mqtt(bench: Bench) -> AsyncIterator[Line]:
    secrets = {"username": bench.secret(), "password": bench.secret()}
    way = {"host": "127.0.0.1", "port": bench.broker.port, **secrets}
    async with listening_to(bench.broker.port) as listener:

        async def heard() -> str:
            return text((await listener.next("/event")).payload)

        yield Line(*built({"mqtt": way}), heard)


@asynccontextmanager
async def alertmanager(bench: Bench) -> AsyncIterator[Line]:
    async with listening(Sink(path="/api/v2/alerts")) as sink:

        async def heard() -> str:
            """It mirrors: the same may come twice."""
            alerts = [alert for body in sink.bodies for alert in body]
            sink.bodies.clear()
            return str(
                [(alert["endsAt"] <= rfc3339(NOON) and "resolved", alert) for alert in alerts]
            )

        way = {"urls": [sink.url.removesuffix(sink.path)], "token": bench.secret()}
        yield Line(*built({"alertmanager": way}), heard)


@asynccontextmanager
async def dead_console(_: Bench) -> AsyncIterator[Line]:
    output = io.StringIO()
    line = Line(*built({"console": {}}, output), silence)
    output.close()
    yield line


@asynccontextmanager
async def dead_webhook(bench: Bench) -> AsyncIterator[Line]:
    url = f"http://127.0.0.1:{free_port()}/{CANARY}?token={CANARY}"
    file = bench.folder / "url"
    file.write_text(url)
    file.chmod(0o600)
    way = {"url": {"file": str(file)}, "secret": bench.secret()}
    yield Line(*built({"webhook": way}), silence)


@asynccontextmanager
async def dead_alertmanager(bench: Bench) -> AsyncIterator[Line]:
    way = {"urls": [f"http://127.0.0.1:{free_port()}"], "token": bench.secret()}
    yield Line(*built({"alertmanager": way}), silence)


@asynccontextmanager
async def dead_mqtt(bench: Bench) -> AsyncIterator[Line]:
    secrets = {"username": bench.secret(), "password": bench.secret()}
    yield Line(*built({"mqtt": {"host": "127.0.0.1", "port": free_port(), **secrets}}), silence)


async def silence() -> str:
    return ""


Ends = Callable[[Bench], AbstractAsyncContextManager[Line]]
RECEIVERS: list[Ends] = [console, webhook, mqtt, alertmanager]
DEAD_ENDS: list[Ends] = [dead_console, dead_webhook, dead_mqtt, dead_alertmanager]


@pytest.fixture
def bench(tmp_path: Path, mosquitto: Server) -> Bench:
    return Bench(tmp_path, mosquitto)


@asynccontextmanager
async def working(line: Line) -> AsyncIterator[Receiver]:
    async with asyncio.TaskGroup() as group, asyncio.timeout(SECONDS_FOR_ANYTHING):
        tasks = []
        if isinstance(line.receiver, Connected):
            tasks.append(group.create_task(line.receiver.run()))
        yield line.receiver
        for task in tasks:
            task.cancel()


async def failure_of(receiver: Receiver, told: Notification) -> DeliveryError:
    with pytest.raises(DeliveryError) as failure:
        await receiver.deliver(told)
    return failure.value


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_what_arrives_says_what_happened_and_to_which_subject(
    bench: Bench, ends: Ends
) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification())
        heard = await line.heard()
    assert receiver.name == "desk"
    assert all(word in heard for word in ("MarginDanger", "main", "USDT", "83.0%"))


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_resolved_does_not_look_like_firing(bench: Bench, ends: Ends) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification(transition(AlertState.RESOLVED)))
        assert "resolved" in (await line.heard()).lower()


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_hostile_names_and_texts_neither_break_nor_fake_a_message(
    bench: Bench, ends: Ends
) -> None:
    hostile = "x\n\x1b[2J\u202e\ud800<&_*[]+#/\x00" * 40
    subject = Subject(Scope.POOL, (("account", hostile), ("pool", "USDT")))
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification(transition(alertname=hostile, subject=subject)))
        heard = await line.heard()
    assert not {"\x1b", "\u202e", "\x00"} & set(heard)


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_an_attempt_that_was_cut_off_does_not_spoil_the_next(
    bench: Bench, ends: Ends
) -> None:
    async with ends(bench) as line, working(line) as receiver:
        await receiver.deliver(notification())
        await line.heard()
        async with asyncio.TaskGroup() as group:
            cut_off = transition(alertname="CutOff")
            attempt = group.create_task(receiver.deliver(notification(cut_off)))
            await asyncio.sleep(0)
            attempt.cancel()
        await receiver.deliver(notification(transition(alertname="Next")))
        heard = await line.heard()
        if "CutOff" in heard and "Next" not in heard:
            heard = await line.heard()
        assert "Next" in heard


@pytest.mark.parametrize("ends", DEAD_ENDS)
async def test_a_dead_end_is_a_delivery_error_within_the_deadline(bench: Bench, ends: Ends) -> None:
    async with ends(bench) as line, working(line) as receiver, asyncio.timeout(5.0):
        error = await failure_of(receiver, notification())
    assert str(error)


@pytest.mark.parametrize("ends", RECEIVERS)
async def test_no_secret_is_in_anything_that_a_working_receiver_shows(
    bench: Bench, ends: Ends, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        async with ends(bench) as line, working(line) as receiver:
            await receiver.deliver(notification())
            heard = await line.heard()
    assert CANARY not in "".join([heard, repr(receiver), repr(line.settings), str(logs)])
    assert CANARY not in line.settings.model_dump_json()
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.parametrize("ends", DEAD_ENDS)
async def test_no_secret_is_in_anything_that_a_failing_receiver_shows(
    bench: Bench, ends: Ends, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        async with ends(bench) as line, working(line) as receiver:
            error = await failure_of(receiver, notification())
    shown = [str(error), repr(error), *traceback.format_exception(error), repr(receiver), str(logs)]
    assert CANARY not in "".join(shown)
    assert CANARY not in "".join(capfd.readouterr())
