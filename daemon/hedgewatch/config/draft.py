"""The configuration as far as it can be read: each part judged alone, so that no mistake hides
another. What one part says of another is checked on the draft.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import Problem, did_you_mean
from hedgewatch.config.schema import (
    HedgeSettings,
    LegSettings,
    PriceSettings,
    TopSettings,
    WalletSettings,
)
from hedgewatch.config.yaml_source import Location, Source
from hedgewatch.notify.calendar import MaintenanceSettings, QuietHoursSettings
from hedgewatch.notify.heartbeat import HeartbeatSettings
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.settings import ReceiverSettings
from hedgewatch.recording.settings import RecordingSettings
from hedgewatch.reports.settings import ReportsSettings
from hedgewatch.signals.settings import CalendarSettings, SignalSettings
from hedgewatch.telemetry.settings import HttpSettings, LogSettings
from hedgewatch.venues.settings import VENUES, AccountSettings

Part = TypeVar("Part", bound=BaseModel)

_LISTS = (
    *("accounts", "wallets", "hedges", "scenarios", "rules"),
    *("receivers", "routes", "quiet_hours", "maintenance", "signals", "calendars"),
)
_MAPPINGS = ("prices", "http", "log", "recording", "heartbeat", "reports")


@dataclass(frozen=True, slots=True)
class Placed(Generic[Part]):
    """A part that is sound in itself, and where it stands."""

    location: Location
    settings: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Every sound part of the file."""

    source: Source
    top: TopSettings
    accounts: tuple[Placed[AccountSettings], ...]
    wallets: tuple[Placed[WalletSettings], ...]
    prices: tuple[Placed[PriceSettings], ...]
    hedges: tuple[Placed[HedgeSettings], ...]
    legs: tuple[Placed[LegSettings], ...]
    receivers: tuple[Placed[ReceiverSettings], ...]
    routes: tuple[Placed[RouteSettings], ...]
    quiet_hours: tuple[Placed[QuietHoursSettings], ...]
    maintenance: tuple[Placed[MaintenanceSettings], ...]
    signals: tuple[Placed[SignalSettings], ...]
    calendars: tuple[Placed[CalendarSettings], ...]
    http: HttpSettings
    log: LogSettings
    recording: RecordingSettings
    heartbeat: HeartbeatSettings | None
    reports: ReportsSettings

    def placed_legs(self) -> Iterator[tuple[Location, LegSettings]]:
        """Where each leg stands."""
        return ((leg.location, leg.settings) for leg in self.legs)

    def named(self, section: str) -> Iterator[tuple[Location, str]]:
        """Where each name of a section stands, those of unsound parts as well."""
        for location in _items(self.source, section):
            name = self.source.get((*location, "name"))
            if isinstance(name, str):
                yield (*location, "name"), name

    def names(self, section: str) -> list[str]:
        """The names that a section declares."""
        return [name for _, name in self.named(section)]

    def holdings(self) -> Iterator[tuple[str, Location, str]]:
        """Each asset that a wallet holds: the wallet, where it stands, the asset."""
        for location, name in self.named("wallets"):
            place = (*location[:-1], "holdings")
            held = self.source.get(place)
            for asset in held if isinstance(held, dict) else ():
                yield name, (*place, asset), asset

    def venue_of(self, account: str) -> str | None:
        """The venue of an account, None where none that is known is told."""
        venue = self._told_of(account, "venue")
        return venue if isinstance(venue, str) and venue in VENUES else None

    def has_portfolio_margin(self, account: str) -> bool:
        """Whether the account is a Portfolio Margin one, which is of more than one kind."""
        return self._told_of(account, "portfolio_margin") is True

    def _told_of(self, account: str, key: str) -> object:
        for location, name in self.named("accounts"):
            if name == account:
                return self.source.get((*location[:-1], key))
        return None


def read_draft(source: Source, problems: list[Problem]) -> Draft:
    """Every part of the file, each judged alone; what is unsound is left out and told."""
    reading = _Reading(source, problems)
    reading.check_top()
    return Draft(
        source=source,
        top=reading.top(),
        accounts=reading.items("accounts", AccountSettings),
        wallets=reading.items("wallets", WalletSettings),
        prices=reading.items("prices", PriceSettings),
        hedges=reading.items("hedges", HedgeSettings),
        legs=tuple(_legs(source)),
        receivers=reading.items("receivers", ReceiverSettings),
        routes=reading.items("routes", RouteSettings),
        quiet_hours=reading.items("quiet_hours", QuietHoursSettings),
        maintenance=reading.items("maintenance", MaintenanceSettings),
        signals=reading.items("signals", SignalSettings),
        calendars=reading.items("calendars", CalendarSettings),
        http=reading.one("http", HttpSettings) or HttpSettings(),
        log=reading.one("log", LogSettings) or LogSettings(),
        recording=reading.one("recording", RecordingSettings) or RecordingSettings(),
        heartbeat=reading.one("heartbeat", HeartbeatSettings),
        reports=reading.one("reports", ReportsSettings) or ReportsSettings(),
    )


def _items(source: Source, section: str) -> Iterator[Location]:
    held = source.get((section,))
    if isinstance(held, list):
        yield from ((section, index) for index in range(len(held)))
    elif isinstance(held, dict):
        yield from ((section, key) for key in held)


def _legs(source: Source) -> Iterator[Placed[LegSettings]]:
    """Every leg that can be understood, also where it, or its hedge, is unsound elsewhere."""
    for side in ("exposure", "cover"):
        for location in source.matching("hedges", int, side, int):
            held = source.get(location)
            keys = held.items() if isinstance(held, dict) else ()
            known = {key: value for key, value in keys if key in LegSettings.model_fields}
            with suppress(ValidationError):
                yield Placed(location, LegSettings.model_validate(known))


class _Reading:
    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self._source = source
        self._problems = problems

    def check_top(self) -> None:
        held = self._source.value
        if not isinstance(held, dict):
            self._report((), "the configuration is a mapping: accounts: [ … ]")
            return
        known = (*_LISTS, *_MAPPINGS, *TopSettings.model_fields)
        for key in held:
            if key not in known:
                message = f"unknown key '{key}'{did_you_mean(key, known)}"
                self._problems.append(self._source.problem_of_key((key,), message))
        if not held.get("accounts"):
            self._report(("accounts",), "accounts: name at least one account to watch")
        self._check_kinds(held)

    def _check_kinds(self, held: dict[str, object]) -> None:
        for keys, kind, words in ((_LISTS, list, "list: [ … ]"), (_MAPPINGS, dict, "mapping: {…}")):
            for key in keys:
                if held.get(key) is not None and not isinstance(held[key], kind):
                    self._report((key,), f"{key}: must be a {words}")

    def top(self) -> TopSettings:
        held = self._source.value
        keys = [key for key in TopSettings.model_fields if isinstance(held, dict) and key in held]
        picked = {key: self._source.get((key,)) for key in keys}
        settings = validated(TopSettings, self._source.part(picked), (), self._problems)
        return settings or TopSettings()

    def one(self, key: str, model: type[Part]) -> Part | None:
        if self._source.get((key,)) is None:
            return None
        return validated(model, self._source, (key,), self._problems)

    def items(self, section: str, model: type[Part]) -> tuple[Placed[Part], ...]:
        found = (
            (location, validated(model, self._source, location, self._problems))
            for location in _items(self._source, section)
        )
        return tuple(Placed(location, part) for location, part in found if part is not None)

    def _report(self, location: Location, message: str) -> None:
        self._problems.append(self._source.problem(location, message))
