"""What one part of the configuration says of another: names, receivers, secrets."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from pydantic import BaseModel

from hedgewatch.config.draft import Draft
from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import Problem, did_you_mean
from hedgewatch.config.yaml_source import Location
from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.matchers import MatcherError, parse_matcher
from hedgewatch.reports.settings import ReportsSettings
from hedgewatch.settings import Secret, SecretError, SecretReference

_WITH_SECRETS = [("accounts",), ("receivers",), ("http",), ("heartbeat",)]
_A_PLACE = [{name} for name in SecretReference.model_fields]


_NAMED = (
    *("accounts", "wallets", "hedges", "receivers"),
    *("quiet_hours", "maintenance", "signals", "calendars"),
)


def duplicate_names(draft: Draft) -> Iterator[Problem]:
    """Names are how everything is told apart, those of unsound parts as well."""
    for section in _NAMED:
        first: dict[str, int] = {}
        for location, name in draft.named(section):
            place = draft.source.problem(location, "")
            if name in first:
                message = f"the name {name} stands already in line {first[name]}: rename one"
                yield draft.source.problem(location, message)
            first.setdefault(name, place.line)


def unknown_receivers(draft: Draft) -> Iterator[Problem]:
    """A route, or a rung of its ladder, to nobody would swallow its alerts."""
    known = draft.names("receivers")
    for place in (("to",), ("escalate", int, "to")):
        for location in draft.source.matching("routes", int, *place, int):
            name = draft.source.get(location)
            if isinstance(name, str) and name not in known:
                message = f"unknown receiver '{name}'{did_you_mean(name, known)}"
                yield draft.source.problem(location, message)


def reports_to_nobody(draft: Draft) -> Iterator[Problem]:
    """A report goes to receivers that there are, and that can show one."""
    known = draft.names("receivers")
    deaf = {p.settings.name for p in draft.receivers if not p.settings.takes_reports}
    for kind in ReportsSettings.model_fields:
        for location in draft.source.matching("reports", kind, "receivers", int):
            name = draft.source.get(location)
            if isinstance(name, str) and name not in known:
                message = f"unknown receiver '{name}'{did_you_mean(name, known)}"
                yield draft.source.problem(location, message)
            elif name in deaf:
                message = f"{name} shows alerts only: send reports to another receiver"
                yield draft.source.problem(location, message)


def idle_rungs(draft: Draft) -> Iterator[Problem]:
    """A mirror hears of everything at once: on a rung of a ladder it reaches nobody."""
    mirrors = {part.settings.name for part in draft.receivers if part.settings.mirrors}
    for location in draft.source.matching("routes", int, "escalate", int, "to", int):
        if (name := draft.source.get(location)) in mirrors:
            message = f"{name} mirrors every alert at once: escalate to one that reaches somebody"
            yield draft.source.problem(location, message)


def unknown_severities(draft: Draft) -> Iterator[Problem]:
    """What asks for a severity that does not exist would match nothing."""
    known = [severity.value for severity in Severity]
    for section in ("routes", "quiet_hours", "maintenance"):
        for location, severity in _severities(draft, section):
            if severity not in known:
                message = f"unknown severity '{severity}'{did_you_mean(severity, known)}"
                yield draft.source.problem(location, message)


def _severities(draft: Draft, section: str) -> Iterator[tuple[Location, str]]:
    """Each severity that is asked for, in either way to ask, and where."""
    for location in draft.source.matching(section, int, "match", "severity"):
        wanted = draft.source.get(location)
        for severity in wanted if isinstance(wanted, list) else [wanted]:
            if isinstance(severity, str):
                yield location, severity
    for location in draft.source.matching(section, int, "matchers", int):
        text = draft.source.get(location)
        with suppress(MatcherError):
            matcher = parse_matcher(text if isinstance(text, str) else "")
            if matcher.name == "severity" and matcher.operator in ("=", "!="):
                yield location, matcher.value


def mixed_prices(draft: Draft) -> Iterator[Problem]:
    """Prices are a venue's, not an account's: two exchanges of one name would mix theirs."""
    first: dict[str, object] = {}
    for account in draft.accounts:
        endpoint = account.settings.endpoint
        if first.setdefault(account.settings.venue, endpoint) != endpoint:
            message = (
                f"another account at {account.settings.venue} has another endpoint: their prices "
                "would mix; watch this one with an instance of its own"
            )
            yield draft.source.problem(account.location, message)


def twice_told(draft: Draft) -> Iterator[Problem]:
    """Two replicas see the same and tell the same: only Alertmanager makes one message of both."""
    if draft.top.replica is None:
        return
    for receiver in draft.receivers:
        if not receiver.settings.makes_one_of_two:
            message = (
                "with replica: only alertmanager may be told (and a console), which makes one "
                "message of two: remove this receiver, or replica"
            )
            yield draft.source.problem(receiver.location, message)


def unreadable_secrets(draft: Draft) -> Iterator[Problem]:
    """Every secret is read once now: the daemon must not learn of a lost one at 3 am."""
    for location in draft.source.values:
        held = draft.source.get(location)
        if location[:1] in _WITH_SECRETS and isinstance(held, dict) and held.keys() in _A_PLACE:
            reference = validated(SecretReference, draft.source, location, [])
            problem = None if reference is None else _mend(reference)
            if problem:
                yield draft.source.problem(location, problem)


def _mend(reference: SecretReference) -> str:
    try:
        reference.read()
    except SecretError as error:
        return str(error)
    return ""


def secrets(draft: Draft) -> list[Secret]:
    """Every secret, once all are known to be readable."""
    return [reference.read() for _, reference in references(draft)]


def references(draft: Draft) -> Iterator[tuple[Location, SecretReference]]:
    """Every secret that the configuration names, and where."""
    for account in draft.accounts:
        yield from _within(account.settings, account.location)
    for receiver in draft.receivers:
        yield from _within(receiver.settings, receiver.location)
    for signal in draft.signals:
        yield from _within(signal.settings, signal.location)
    yield from _within(draft.http, ("http",))
    yield from _within(draft.heartbeat, ("heartbeat",))


def _within(held: object, location: Location) -> Iterator[tuple[Location, SecretReference]]:
    if isinstance(held, SecretReference):
        yield location, held
        return
    for key, value in _parts(held):
        yield from _within(value, (*location, key))


def _parts(held: object) -> Iterable[tuple[str | int, object]]:
    """What settings, a mapping or a list are made of, each by its key in the file."""
    if isinstance(held, BaseModel):
        fields = type(held).model_fields.items()
        return [(field.alias or name, getattr(held, name)) for name, field in fields]
    if isinstance(held, dict):
        return held.items()
    return enumerate(held) if isinstance(held, tuple | list) else ()
