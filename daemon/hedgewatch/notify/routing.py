"""Which receivers hear of an alert: an ordered list of routes, of which the first match wins."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from hedgewatch.core.model import Transition
from hedgewatch.notify.matchers import labels_of
from hedgewatch.settings import Duration, Settings

OneOrMore = str | Annotated[tuple[str, ...], Field(min_length=1)]


class RouteSettings(Settings):
    """Alerts whose labels match go `to` these receivers, again every `repeat` while they fire.

    A label matches its value or any of several; a route without `match` takes every alert.
    """

    match: Mapping[str, OneOrMore] = Field(default_factory=dict)
    to: Annotated[tuple[str, ...], Field(min_length=1)]
    repeat: Annotated[Duration, Field(gt=0)] | None = None


def route_for(transition: Transition, routes: Sequence[RouteSettings]) -> RouteSettings | None:
    """The first route that the alert matches, None when there is none."""
    labels = labels_of(transition)
    return next((route for route in routes if _matches(route, labels)), None)


def receivers_for(transition: Transition, routes: Sequence[RouteSettings]) -> tuple[str, ...]:
    """The names of the receivers that hear of it, each once."""
    route = route_for(transition, routes)
    return () if route is None else tuple(dict.fromkeys(route.to))


def _matches(route: RouteSettings, labels: Mapping[str, str]) -> bool:
    return all(
        labels.get(name) in ((wanted,) if isinstance(wanted, str) else wanted)
        for name, wanted in route.match.items()
    )
