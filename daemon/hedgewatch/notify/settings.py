"""Where notifications can go, as the configuration says it, and the receivers made of it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Annotated, Self, TextIO

from pydantic import Field, model_validator

from hedgewatch.notify.alertmanager import Alertmanager, AlertmanagerSettings
from hedgewatch.notify.apprise import Apprise, AppriseSettings
from hedgewatch.notify.console import Console, ConsoleSettings
from hedgewatch.notify.mqtt import Mqtt, MqttSettings
from hedgewatch.notify.receiver import Receiver
from hedgewatch.notify.standing import Alerts, Watchdog
from hedgewatch.notify.webhook import Webhook, WebhookSettings
from hedgewatch.settings import Settings


class ReceiverSettings(Settings):
    """One receiver: its name, and exactly one way to reach it."""

    name: Annotated[str, Field(min_length=1)]
    console: ConsoleSettings | None = None
    mqtt: MqttSettings | None = None
    alertmanager: AlertmanagerSettings | None = None
    apprise: AppriseSettings | None = None
    webhook: WebhookSettings | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, way) is not None for way in WAYS) != 1:
            raise ValueError(f"a receiver has exactly one of {', '.join(WAYS)}")
        return self

    @property
    def mirrors(self) -> bool:
        """Whether it shows all alerts as they stand, whatever the routes say."""
        return self.mqtt is not None or self.alertmanager is not None

    @property
    def takes_reports(self) -> bool:
        """Whether it can show what is no alert."""
        return self.alertmanager is None

    @property
    def makes_one_of_two(self) -> bool:
        """Whether two replicas that tell it the same lead to one message, or to none elsewhere."""
        return self.alertmanager is not None or self.console is not None


WAYS = tuple(name for name in ReceiverSettings.model_fields if name != "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverPlace:
    """What receivers are told of where they run; `well` says whether the daemon is."""

    instance: str
    output: TextIO
    clock: Callable[[], float]
    jitter: Random
    external_url: str = ""
    well: Callable[[], bool] | None = None


def build(settings: ReceiverSettings, place: ReceiverPlace) -> Receiver:
    """The receiver that the settings describe. Nothing is opened or connected yet."""
    name = settings.name
    if settings.console is not None:
        return Console(name, place.output, settings.console)
    if settings.mqtt is not None:
        return Mqtt(name, place.instance, settings.mqtt, place.jitter)
    if settings.alertmanager is not None:
        return _alertmanager(name, settings.alertmanager, place)
    if settings.apprise is not None:
        return Apprise(name, settings.apprise, place.jitter)
    if settings.webhook is not None:
        return Webhook(name, settings.webhook, place.clock, place.external_url)
    raise AssertionError("the settings have been validated")


def _alertmanager(name: str, settings: AlertmanagerSettings, place: ReceiverPlace) -> Alertmanager:
    watchdog = None
    if settings.watchdog and place.well is not None:
        watchdog = Watchdog(place.instance, settings.resend, place.well, place.clock())
    alerts = Alerts(place.instance, settings.resend, place.external_url)
    return Alertmanager(name, settings, place.clock, alerts, watchdog)
