"""Real places: a file, a server, a broker; what is read becomes an event."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import TypeVar

import aiomqtt
from aiohttp import web

from hedgewatch.core.events import CalendarRead, Event, SignalFailed, SignalHeard
from hedgewatch.settings import SecretReference
from hedgewatch.signals.settings import (
    CalendarSettings,
    FilePlace,
    HttpPlace,
    MqttPlace,
    SignalSettings,
)
from hedgewatch.signals.signals import Signals, World
from hedgewatch.tasks import Tasks
from tests.support.patience import PATIENCE
from tests.support.servers import Server
from tests.support.serving import serving

NOW = 1_700_000_000.0
Some = TypeVar("Some", bound=Event)


class Heard:
    """Every event that was published."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._came = asyncio.Event()

    def publish(self, event: Event) -> None:
        self.events.append(event)
        self._came.set()

    async def so_many(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.events) < count:
                self._came.clear()
                await self._came.wait()

    async def until(self, kind: type[Some]) -> Some:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = next((event for event in self.events if isinstance(event, kind)), None)
                if found is not None:
                    return found
                self._came.clear()
                await self._came.wait()


@asynccontextmanager
async def reading(
    *signals: SignalSettings, calendars: tuple[CalendarSettings, ...] = ()
) -> AsyncIterator[tuple[Signals, Heard]]:
    heard = Heard()
    async with Tasks() as tasks:
        held = Signals(World(heard.publish, lambda: NOW, tasks.keep, Random(1)))
        held.watch(signals, calendars)
        yield held, heard


async def test_a_file_is_as_old_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "gpu.json"
    file.write_text('{"busy": 71}')
    signal = SignalSettings(name="gpu", scale=0.01, file=FilePlace(path=file, value="busy"))
    async with reading(signal) as (_, heard):
        told = await heard.until(SignalHeard)
    assert told == SignalHeard("gpu", 0.71, file.stat().st_mtime)


async def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    signal = SignalSettings(name="gpu", file=FilePlace(path=tmp_path / "none"))
    async with reading(signal) as (_, heard):
        failed = await heard.until(SignalFailed)
    assert failed.reason.endswith("none cannot be read: No such file or directory")


async def test_a_pipe_that_nobody_writes_to_holds_nobody_up_and_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    signal = SignalSettings(name="gpu", file=FilePlace(path=tmp_path / "pipe"))
    async with reading(signal) as (_, heard):
        failed = await heard.until(SignalFailed)
    assert failed.reason.endswith("pipe is no plain file: name one that is written anew")


async def test_an_address_is_asked_with_its_secret_header(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.headers.get("X-Key") != "sesame":
            return web.Response(status=403)
        return web.json_response({"data": {"score": "-0.4", "at": NOW - 30}})

    secret = tmp_path / "key"
    secret.write_text("sesame")
    secret.chmod(0o600)
    async with serving("/score", answer, method="GET") as url:
        place = HttpPlace(
            url=f"{url}/score", value="data.score", time="data.at",
            headers={"X-Key": SecretReference(file=secret)},
        )  # fmt: skip
        async with reading(SignalSettings(name="fear", http=place)) as (_, heard):
            told = await heard.until(SignalHeard)
    assert told == SignalHeard("fear", -0.4, NOW - 30)


async def test_an_address_that_leads_elsewhere_or_is_out_of_order_is_said() -> None:
    async def answer(request: web.Request) -> web.Response:
        status = 302 if request.path == "/moved" else 503
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:9/"})

    async with serving("/{tail:.*}", answer, method="GET") as url:
        signals = [
            SignalSettings(name=name, http=HttpPlace(url=f"{url}/{name}"))
            for name in ("moved", "broken")
        ]
        async with reading(*signals) as (_, heard):
            await heard.so_many(2)
    failed = {event.signal: event.reason for event in heard.events}  # type: ignore[union-attr]
    assert failed == {"moved": "it answered 302", "broken": "it answered 503"}


async def test_a_topic_is_heard_and_a_message_without_a_number_is_not_the_last(
    mosquitto: Server,
) -> None:
    place = MqttPlace(host="127.0.0.1", port=mosquitto.port, topic="sensors/gpu")
    async with (
        aiomqtt.Client("127.0.0.1", mosquitto.port) as client,
        reading(SignalSettings(name="gpu", mqtt=place)) as (_, heard),
    ):
        await client.publish("sensors/gpu", "busy", retain=True, qos=1)
        assert (await heard.until(SignalFailed)).reason == "it is no JSON"
        await client.publish("sensors/gpu", "0.71", qos=1)
        assert await heard.until(SignalHeard) == SignalHeard("gpu", 0.71, NOW)


async def test_a_calendar_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "events.ics"
    file.write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        "DTSTAMP:20231101T000000Z\r\nDTSTART:20231115T000000Z\r\nSUMMARY:FOMC\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    calendar = CalendarSettings(name="macro", file=file)
    async with reading(calendars=(calendar,)) as (_, heard):
        told = await heard.until(CalendarRead)
    assert [each.summary for each in told.appointments] == ["FOMC"]
    assert not told.reason


async def test_a_reload_leaves_alone_what_stays_and_ends_what_goes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("1")
    first, second = (
        SignalSettings(name=name, file=FilePlace(path=tmp_path / name)) for name in ("a", "b")
    )
    async with reading(first, second) as (held, heard):
        await heard.so_many(2)
        heard.events.clear()
        other = SignalSettings(name="b", scale=2.0, file=FilePlace(path=tmp_path / "b"))
        held.watch([first, other], ())
        told = await heard.until(SignalHeard)
    assert (told.signal, told.value) == ("b", 2.0)
