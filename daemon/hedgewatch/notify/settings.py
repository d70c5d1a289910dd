"""Where notifications can go, as the configuration says it, and the receivers made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Annotated, Self, TextIO

from pydantic import Field, model_validator

from hedgewatch.notify.console import Console, ConsoleSettings
from hedgewatch.notify.mqtt import Mqtt, MqttSettings
from hedgewatch.notify.receiver import Receiver
from hedgewatch.notify.webhook import Webhook, WebhookSettings
from hedgewatch.settings import Settings


class ReceiverSettings(Settings):
    """One receiver: its name, and exactly one way to reach it."""

    name: Annotated[str, Field(min_length=1)]
    console: ConsoleSettings | None = None
    mqtt: MqttSettings | None = None
    webhook: WebhookSettings | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(way is not None for way in (self.console, self.mqtt, self.webhook)) != 1:
            raise ValueError("a receiver has exactly one of console, mqtt and webhook")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What receivers are told of where they run."""

    instance: str
    output: TextIO
    clock: Callable[[], float]
    jitter: Random
    external_url: str = ""


def build(settings: ReceiverSettings, place: Place) -> Receiver:
    """The receiver that the settings describe. Nothing is opened or connected yet."""
    if settings.console is not None:
        return Console(settings.name, place.output, settings.console)
    if settings.mqtt is not None:
        return Mqtt(settings.name, place.instance, settings.mqtt, place.jitter)
    if settings.webhook is not None:
        return Webhook(settings.name, settings.webhook, place.clock, place.external_url)
    raise AssertionError("the settings have been validated")
