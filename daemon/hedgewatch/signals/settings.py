"""How the configuration describes signals and calendars, and where each of them is read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.notify.mqtt_settings import BrokerSettings
from hedgewatch.notify.posting import http_url
from hedgewatch.notify.tls import CaFile
from hedgewatch.settings import Duration, LocalPath, Name, SecretReference, Settings

Every = Annotated[Duration, Field(ge=1.0)]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_BY_DEFAULT = 600.0
_SHORTEST_CORRELATED = 60.0


def _topic(text: str) -> str:
    if not text or "+" in text or "#" in text or "\0" in text:
        raise ValueError("one topic, like sensors/gpu: wildcards would mix several signals")
    return text


class SignalPlace(Settings):
    """Where in a JSON document the number stands, and its time: `data.0.price`. Without `value` the
    document is the number; without `time` it was true when it came.
    """

    value: str = ""
    time: str = ""


class MqttPlace(BrokerSettings, SignalPlace):
    """A topic of a broker."""

    topic: Annotated[str, AfterValidator(_topic)]


class HttpPlace(SignalPlace):
    """An address that answers a GET with JSON. No redirect is followed."""

    url: Annotated[str, AfterValidator(http_url)]
    every: Every = 60.0
    headers: Mapping[str, SecretReference] = Field(default_factory=dict)
    ca_file: CaFile | None = None


class FilePlace(SignalPlace):
    """A file that somebody else writes; without `time` it is as old as the file."""

    path: LocalPath
    every: Every = 5.0


class SignalSettings(Settings):
    """One number from outside, read at exactly one place, times `scale`, in `unit` (which is shown
    and means nothing more). Older than `stale_after` it is unknown; `correlate` is how far apart
    its changes are taken that are held against the returns of what is held.
    """

    name: Name
    unit: str = ""
    scale: Finite = 1.0
    stale_after: Every = _BY_DEFAULT
    correlate: Annotated[Duration, Field(ge=_SHORTEST_CORRELATED)] | None = None
    mqtt: MqttPlace | None = None
    http: HttpPlace | None = None
    file: FilePlace | None = None

    @property
    def place(self) -> MqttPlace | HttpPlace | FilePlace:
        """The one that is given."""
        given = self.mqtt or self.http or self.file
        if given is None:
            raise TypeError("a signal without a place is no valid setting")
        return given

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.mqtt, self.http, self.file)) != 1:
            raise ValueError("a signal is read at exactly one of mqtt, http and file")
        return self

    @model_validator(mode="after")
    def _read_often_enough(self) -> Self:
        place = self.http or self.file
        if place is not None and place.every > self.stale_after:
            raise ValueError("it would be too old before it is read again: raise stale_after")
        return self


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"unknown time zone {name}: it is like Europe/Berlin or UTC") from None
    return name


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a time is like 2026-12-05T12:00Z or 2026-12-05 12:00") from None
    return text


class AppointmentSettings(Settings):
    """One event; without `ends` it is a moment."""

    summary: Annotated[str, Field(min_length=1, max_length=200)]
    starts: Annotated[str, AfterValidator(_moment)]
    ends: Annotated[str, AfterValidator(_moment)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends is not None and _at(self.ends) < _at(self.starts):
            raise ValueError("it ends before it starts")
        return self


def _at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


class CalendarSettings(Settings):
    """Events that rules may ask about: from an ICS file that is read again and again, or written
    here. Times without a zone are of `timezone`.
    """

    name: Name
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    file: LocalPath | None = None
    every: Every = 60.0
    events: tuple[AppointmentSettings, ...] = ()

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.file is None) == (not self.events):
            raise ValueError("a calendar is a file, or events: name exactly one")
        return self
