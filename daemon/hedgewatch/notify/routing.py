"""Which receivers hear of an alert, and how: an ordered list of routes, the first match wins."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.matchers import Labelled, Matcher, labels_of, matches_all, parse_matcher
from hedgewatch.settings import Duration, Settings

CRITICAL_REPEAT = 300.0
"""Seconds after which a critical alert is told again where its route does not say."""

_DAY = 86400.0

OneOrMore = str | Annotated[tuple[str, ...], Field(min_length=1)]
Receivers = Annotated[tuple[str, ...], Field(min_length=1)]


def _written_matcher(text: str) -> str:
    parse_matcher(text)
    return text


class Matching(Settings):
    """Which alerts are meant: those whose labels have the values of `match` (one, or any of
    several) and satisfy all `matchers`, written like `pool=~"USD.*"`; without both, every alert.
    """

    match: Mapping[str, OneOrMore] = Field(default_factory=dict)
    matchers: tuple[Annotated[str, AfterValidator(_written_matcher)], ...] = ()

    def means(self, alert: Labelled) -> bool:
        """Whether this alert is meant."""
        labels = labels_of(alert)
        return _has_values(self.match, labels) and matches_all(self.conditions, labels)

    @cached_property
    def conditions(self) -> tuple[Matcher, ...]:
        """The `matchers`, as what they say."""
        return tuple(map(parse_matcher, self.matchers))


class RungSettings(Settings):
    """One rung of a ladder: who hears of an alert that nobody acknowledged `after` so long."""

    after: Annotated[Duration, Field(gt=0)]
    to: Receivers


class RouteSettings(Matching):
    """The alerts that are meant go `to` these receivers.

    They are told again every `repeat` until they are acknowledged or over (critical ones every
    five minutes where it is left out, others then once); `escalate` tells others when nobody
    acknowledges. With `digest` all but critical ones are collected, and told together each so long.
    """

    to: Receivers
    repeat: Annotated[Duration, Field(gt=0)] | None = None
    escalate: tuple[RungSettings, ...] = ()
    digest: Annotated[Duration, Field(ge=60, le=_DAY)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        afters = [rung.after for rung in self.escalate]
        if afters != sorted(set(afters)):
            raise ValueError("escalate: each rung comes later than the one before it")
        if self.digest is not None and self.match.get("severity") == Severity.CRITICAL:
            raise ValueError("digest: critical alerts are never collected: remove it here")
        return self

    def collects(self, alert: Labelled) -> bool:
        """Whether this alert waits for the digest."""
        return self.digest is not None and alert.severity is not Severity.CRITICAL

    def pace(self, alert: Labelled) -> float | None:
        """Seconds after which this alert is told again, None when it is not."""
        if self.collects(alert):
            return None
        if self.repeat is None and alert.severity is Severity.CRITICAL:
            return CRITICAL_REPEAT
        return self.repeat


def route_for(transition: Labelled, routes: Sequence[RouteSettings]) -> RouteSettings | None:
    """The first route that the alert matches, None when there is none."""
    return next((route for route in routes if route.means(transition)), None)


def everywhere(receivers: Iterable[str]) -> tuple[RouteSettings, ...]:
    """The routes where no routes are spoken of: every receiver hears of every alert."""
    names = tuple(receivers)
    return (RouteSettings(to=names),) if names else ()


def _has_values(match: Mapping[str, OneOrMore], labels: Mapping[str, str]) -> bool:
    return all(
        labels.get(name) in ((wanted,) if isinstance(wanted, str) else wanted)
        for name, wanted in match.items()
    )
