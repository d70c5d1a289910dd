"""Which signals and calendars are read: begun, ended, left alone as the configuration changes."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog

from hedgewatch import loop
from hedgewatch.core.events import CalendarRead, Event, SignalFailed, SignalHeard
from hedgewatch.signals.calendars import written
from hedgewatch.signals.picking import OddSignalError, picked
from hedgewatch.signals.reading import get, messages, read_file
from hedgewatch.signals.settings import (
    CalendarSettings,
    FilePlace,
    HttpPlace,
    MqttPlace,
    SignalSettings,
)

Task = asyncio.Task[None]
Keep = Callable[[str, Coroutine[Any, Any, None]], Task]
_LONGEST_PAUSE = 30.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class World:
    """Where events go, the time, tasks, and chance."""

    publish: Callable[[Event], None]
    now: Callable[[], float]
    keep: Keep
    rng: Random


class Signals:
    """A task for each of them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: dict[tuple[str, str], tuple[SignalSettings | CalendarSettings, Task]] = {}

    def watch(
        self, signals: Sequence[SignalSettings], calendars: Sequence[CalendarSettings]
    ) -> None:
        """Read exactly these; one whose settings stay goes on."""
        wanted: dict[tuple[str, str], SignalSettings | CalendarSettings] = {
            **{("signal", each.name): each for each in signals},
            **{("calendar", each.name): each for each in calendars},
        }
        for key, (settings, task) in tuple(self._read.items()):
            if wanted.get(key) != settings:
                task.cancel()
                del self._read[key]
        for key, settings in wanted.items():
            if key not in self._read:
                work = _Reader(settings.name, self._world).keep(settings)
                self._read[key] = settings, self._world.keep(":".join(key), work)


class _Reader:
    """Reads one of them for ever. What goes wrong is said when it changes."""

    def __init__(self, name: str, world: World) -> None:
        self._name = name
        self._world = world
        self._said = ""

    async def keep(self, settings: SignalSettings | CalendarSettings) -> None:
        """Without an end."""
        if isinstance(settings, CalendarSettings):
            await self._keep_calendar(settings)
        else:
            await self._keep_signal(settings)

    async def _keep_signal(self, settings: SignalSettings) -> None:
        match settings.place:
            case MqttPlace() as place:
                await self._listen(settings, place)
            case HttpPlace() | FilePlace() as place:
                while True:
                    await self._poll(settings, place)
                    await asyncio.sleep(place.every)

    async def _poll(self, settings: SignalSettings, place: HttpPlace | FilePlace) -> None:
        try:
            if isinstance(place, FilePlace):
                content, at = await read_file(place.path)
            else:
                content, at = await get(place), self._world.now()
            self._tell(settings, content, at)
        except OddSignalError as error:
            self._fail(str(error))

    async def _listen(self, settings: SignalSettings, place: MqttPlace) -> None:
        failures = 0
        while True:
            try:
                async for content in messages(place, place.topic):
                    failures = 0
                    self._hear(settings, content)
            except OddSignalError as error:
                self._fail(str(error))
            failures += 1
            longest = min(_LONGEST_PAUSE, 0.5 * 2.0**failures)
            await asyncio.sleep(self._world.rng.uniform(0.0, longest))

    def _hear(self, settings: SignalSettings, content: bytes) -> None:
        """One message that makes no sense is not the last."""
        try:
            self._tell(settings, content, self._world.now())
        except OddSignalError as error:
            self._fail(str(error))

    def _tell(self, settings: SignalSettings, content: bytes, came: float) -> None:
        value, at = picked(content, settings.place, settings.scale)
        self._said = ""
        self._world.publish(SignalHeard(self._name, value, came if at is None else at))

    def _fail(self, reason: str) -> None:
        if reason != self._said:
            self._said = reason
            _log.warning("signal_failed", signal=self._name, reason=reason)
        self._world.publish(SignalFailed(self._name, reason))

    async def _keep_calendar(self, settings: CalendarSettings) -> None:
        while True:
            await self._read_calendar(settings)
            await asyncio.sleep(settings.every)

    async def _read_calendar(self, settings: CalendarSettings) -> None:
        if settings.file is None:
            self._world.publish(CalendarRead(self._name, written(settings)))
            return
        try:
            content, _ = await read_file(settings.file)
            ics = await loop.imported("hedgewatch.signals.ics")
            now = self._world.now()
            found = await asyncio.to_thread(ics.appointments, content, settings.timezone, now)
        except OddSignalError as error:
            if str(error) != self._said:
                _log.warning("calendar_failed", calendar=self._name, reason=str(error))
            self._said = str(error)
            self._world.publish(CalendarRead(self._name, (), self._said))
            return
        self._said = ""
        self._world.publish(CalendarRead(self._name, found))
