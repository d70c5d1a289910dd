"""`hedgewatch notify test`: a test alert through receivers of the configuration, and its end.

It needs no daemon, and one that runs notices nothing: over MQTT the test is an instance of its own.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from random import Random
from typing import TextIO

from hedgewatch.clock import Clock
from hedgewatch.config.configuration import Configuration
from hedgewatch.core.alert_model import AlertState, Severity, Transition
from hedgewatch.core.model import Scope, Subject
from hedgewatch.notify.outgoing import Notification, delivery_key
from hedgewatch.notify.receiver import Connected, DeliveryError, Receiver, Unhurried
from hedgewatch.notify.settings import ReceiverPlace, ReceiverSettings, build
from hedgewatch.tasks import Tasks

TEST = "HedgewatchTest"
_SECONDS = 5.0
_PAUSE = 0.1
_SUFFIX = "-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """What became of it: how many seconds the alert took, and why it or its end did not arrive
    (empty when both did).
    """

    receiver: str
    seconds: float
    reason: str = ""


async def drill(
    configuration: Configuration, names: Collection[str], severity: Severity, output: TextIO
) -> list[Drilled]:
    """Tell each of these receivers, one after the other."""
    clock = Clock()
    place = ReceiverPlace(
        instance=f"{configuration.instance}{_SUFFIX}",
        output=output,
        clock=clock.now,
        jitter=Random(),  # noqa: S311  # jitter, not secrets
        external_url=configuration.http.external_url,
    )
    chosen = [settings for settings in configuration.receivers if settings.name in names]
    return [await _drilled(build(_quiet(one), place), severity, clock) for one in chosen]


async def _drilled(receiver: Receiver, severity: Severity, clock: Clock) -> Drilled:
    firing = _test_alert(receiver.name, severity, clock.now())
    async with Tasks() as tasks:
        if isinstance(receiver, Connected):
            tasks.spawn(f"notify:{receiver.name}:connection", receiver.run())
        reason = await _tell(receiver, firing, clock)
        seconds = clock.now() - firing.at
        over = replace(firing, state=AlertState.RESOLVED, at=clock.now())
        if not reason and (unended := await _tell(receiver, over, clock)):
            reason = f"the alert arrived, its end did not: {unended}"
    return Drilled(receiver=receiver.name, seconds=seconds, reason=reason)


async def _tell(receiver: Receiver, transition: Transition, clock: Clock) -> str:
    """Why it did not arrive. What is still connecting is asked again until an attempt is over."""
    told = Notification(key=delivery_key(transition, receiver.name), transition=transition)
    seconds = receiver.attempt_seconds if isinstance(receiver, Unhurried) else _SECONDS
    deadline, reason = clock.now() + seconds, ""
    try:
        async with asyncio.timeout(seconds):
            while clock.now() < deadline:
                reason, again = await _attempt(receiver, told)
                if not again:
                    return reason
                await asyncio.sleep(_PAUSE)
    except TimeoutError:
        return reason or f"no answer within {seconds:g} s"
    return reason


async def _attempt(receiver: Receiver, told: Notification) -> tuple[str, bool]:
    """Why it did not arrive, and whether it may once the receiver is connected."""
    try:
        await receiver.deliver(told)
    except DeliveryError as error:
        return str(error), error.retryable and isinstance(receiver, Connected)
    return "", False


def _quiet(settings: ReceiverSettings) -> ReceiverSettings:
    """Without what a test must not touch: the devices of a home, commands."""
    if settings.mqtt is None:
        return settings
    bare = settings.mqtt.model_copy(update={"home_assistant": None, "commands": None})
    return settings.model_copy(update={"mqtt": bare})


def _test_alert(receiver: str, severity: Severity, now: float) -> Transition:
    return Transition(
        at=now,
        alertname=TEST,
        subject=Subject(Scope.BOOK, ()),
        state=AlertState.FIRING,
        severity=severity,
        episode=f"{now:.3f}",
        active_since=now,
        reason="",
        labels={"test": "true"},
        annotations={
            "summary": f"TEST of the receiver {receiver}: nothing is wrong",
            "resolved": f"TEST of the receiver {receiver}: it is over",
        },
        values={},
    )
