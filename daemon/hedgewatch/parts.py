"""Parts of the daemon that take more than a line to make; `assembly` ties them together."""

import platform
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TextIO

from hedgewatch import __version__, loop
from hedgewatch.accounts import Hub
from hedgewatch.clock import Clock
from hedgewatch.commands import Audit, Commands, Reach, Shelf
from hedgewatch.config.configuration import Configuration
from hedgewatch.core.engine import Engine
from hedgewatch.core.episodes import Episodes
from hedgewatch.health import Checkup, Memory, Observer
from hedgewatch.monitor import Monitor
from hedgewatch.notify.delivery import DeliveryMeans, Dispatcher
from hedgewatch.notify.heartbeat import Body, Heartbeat
from hedgewatch.notify.receiver import Beacon, Commanded, Receiver
from hedgewatch.notify.settings import ReceiverPlace
from hedgewatch.notify.silences import Silences
from hedgewatch.notify.worker import DeliveryPatience, Result
from hedgewatch.outputs import Liveness
from hedgewatch.recording.recorder import Recorder
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.writing import Writer
from hedgewatch.reports.looking import Looking
from hedgewatch.store import Store
from hedgewatch.tasks import Tasks
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.venues.pauses import Pauses
from hedgewatch.venues.surroundings import Surroundings
from hedgewatch.view import EngineView


def engine_of(configuration: Configuration, now: float) -> Engine:
    """The judgement, which names its episodes by chance."""
    episodes = Episodes(uuid.uuid4().hex)
    return Engine(configuration.desk(), configuration.rules, now, episodes)


def receiver_place_of(
    configuration: Configuration, output: TextIO, clock: Clock, chance: Random, checkup: Checkup
) -> ReceiverPlace:
    """Where receivers run."""
    return ReceiverPlace(
        instance=configuration.instance,
        output=output,
        clock=clock.now,
        jitter=chance,
        well=checkup.well,
        external_url=configuration.http.external_url,
    )


def means_of(
    configuration: Configuration, place: ReceiverPlace, store: Store, heard: "Heard", engine: Engine
) -> DeliveryMeans:
    """What delivery is given."""
    return DeliveryMeans(
        outbox=store,
        clock=place.clock,
        patience=DeliveryPatience(jitter=place.jitter),
        on_result=heard.result,
        on_taken=heard.taken,
        told_again=engine.told_again,
        calendar=configuration.calendar,
    )


def heartbeat_of(
    configuration: Configuration,
    checkup: Checkup,
    receivers: Sequence[Receiver],
    metrics: DaemonMetrics,
    clock: Clock,
) -> Heartbeat | None:
    """The sign of life that the configuration asks for."""
    if configuration.heartbeat is None:
        return None
    body = Body(
        instance=configuration.instance,
        ailments=checkup.ailments,
        clock=clock.now,
        beacons=tuple(each for each in receivers if isinstance(each, Beacon)),
        metrics=metrics,
    )
    return Heartbeat(configuration.heartbeat, body)


def observer_of(
    configuration: Configuration, checkup: Checkup, dispatcher: Dispatcher, liveness: Liveness
) -> Observer:
    """What sees for the rules how the daemon is."""
    beats = configuration.heartbeat is not None
    return Observer(
        checkup.lag,
        dispatcher,
        liveness,
        withheld=checkup.ailments if beats else tuple,
        memory=Memory(),
    )


def metrics_of(configuration: Configuration, now: float) -> DaemonMetrics:
    """The counters of the daemon, with the series that are known beforehand."""
    metrics = DaemonMetrics(__version__)
    metrics.watches(configuration.instance, configuration.replica)
    metrics.configuration_accepted(now)
    metrics.start_at_zero(
        receivers=[settings.name for settings in configuration.receivers],
        alertnames=[rule.name for rule in configuration.rules],
    )
    return metrics


def reach_of(
    view: EngineView, monitor: Monitor, store: Store, clock: Clock, silences: Silences
) -> Reach:
    """What commands can see and change."""
    return Reach(
        alerts=view.alerts,
        publish=monitor.publish,
        silences=silences,
        shelf=Shelf(silences, store.commanded),
        audit=Audit(store.commanded, clock.now),
        clock=clock.now,
        identify=_new_silence,
    )


def let_command(
    receivers: Sequence[Receiver], commands: Commands, store: Store, clock: Clock
) -> None:
    """Commands may come back by the receivers that can carry them."""
    for receiver in receivers:
        if isinstance(receiver, Commanded):
            receiver.take_commands(commands, store.commanded, clock.now)


async def pauses_of(store: Store, now: float, tasks: Tasks) -> Pauses:
    """Those that venues asked for before a restart; from now on they are kept as well."""

    def keep(address: str, until: float) -> None:
        tasks.spawn("pause", store.bans.keep(address, until))

    return Pauses(await store.bans.known(now), keep)


def hub_maker(
    monitor: Monitor, clock: Clock, chance: Random, tasks: Tasks, store: Store
) -> Callable[[], Awaitable[Hub]]:
    """Makes what watches venues, importing ccxt: that takes seconds in which the store, the
    interface and the restored alerts are up already.
    """

    async def make() -> Hub:
        venues = await loop.imported("hedgewatch.venues.hub")
        pauses = await pauses_of(store, clock.now(), tasks)
        around = Surroundings(monitor.publish, clock.now, tasks.spawn, chance, pauses)
        hub: Hub = venues.Hub(around, tasks.keep)
        return hub

    return make


def status_of(configuration: Configuration) -> dict[str, object]:
    """What does not change while it runs."""
    return {
        "instance": configuration.instance,
        "version": __version__,
        "python": platform.python_version(),
    }


def recorder_of(
    configuration: Configuration, engine: Engine, told: Callable[[Recorder], None]
) -> Recorder | None:
    """A segment takes a sixteenth of the ring at most, so that most of it is always there."""
    settings = configuration.recording
    if not settings.enabled:
        return None
    segment = settings.size // 16
    ring = Ring(configuration.ring, settings.keep, settings.size - 2 * segment)
    return Recorder(engine, Writer(ring), segment, told)


@dataclass(frozen=True, slots=True)
class Heard:
    """Who counts how receivers do: the metrics, and what reports are made of."""

    metrics: DaemonMetrics
    looking: Looking

    def result(self, receiver: str, result: Result) -> None:
        self.metrics.notified(receiver, result)
        if result == "dead":
            self.looking.untold(receiver)

    def taken(self, receiver: str, seconds: float) -> None:
        self.metrics.notification_taken(receiver, seconds)
        self.looking.told(receiver, seconds)


@dataclass(frozen=True, slots=True)
class RecordingShown:
    """Where it is shown whether everything is recorded."""

    metrics: DaemonMetrics
    liveness: Liveness
    view: EngineView

    def __call__(self, recorder: Recorder) -> None:
        trouble = recorder.trouble
        self.metrics.recorded(on=not trouble, size=recorder.ring_bytes, lost=recorder.lost)
        self.liveness.recording = f"not recording: {trouble}" if trouble else ""
        self.view.recording = f"stopped: {trouble}" if trouble else "on"


def _new_silence() -> str:
    """Short enough to be typed."""
    return uuid.uuid4().hex[:8]
