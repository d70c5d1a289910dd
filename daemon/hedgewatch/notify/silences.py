"""Silences: what somebody asked not to be told of, for a while.

A silence changes no judgement and never lasts: it mutes the direct receivers, up to the severity
that was known when it was made, and nothing that must never be kept quiet.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.matchers import (
    Labelled,
    Matcher,
    MatcherError,
    Operator,
    labels_of,
    matches_all,
    parse_matcher,
)

__all__ = [
    "LONGEST_SILENCE",
    "Matcher",
    "MatcherError",
    "Operator",
    "Silence",
    "SilenceError",
    "Silences",
    "highest_severity",
    "parse_matcher",
]

LONGEST_SILENCE = 86400.0
"""Seconds."""

_MOST_MATCHERS = 20


class SilenceError(ValueError):
    """A silence that may not be, with what to write instead."""


class Silenceable(Labelled, Protocol):
    """An alert, and whether it may be silenced at all."""

    @property
    def silenceable(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that satisfy all matchers are not told from `starts_at` until `ends_at` (epoch
    seconds), up to the severity `up_to`. SilenceError when it is endless, too long, or of all.
    """

    id: str
    matchers: tuple[Matcher, ...]
    by: str
    comment: str = ""
    starts_at: float
    ends_at: float
    up_to: Severity = Severity.WARNING

    def __post_init__(self) -> None:
        if not 0.0 < self.ends_at - self.starts_at <= LONGEST_SILENCE:
            raise SilenceError("a silence lasts more than 0 s and at most 24 h")
        if len(self.matchers) > _MOST_MATCHERS:
            raise SilenceError(f"a silence has at most {_MOST_MATCHERS} matchers")
        if matches_all(self.matchers, {}):
            raise SilenceError("a silence is not of everything: name a label, such as account=main")

    def active(self, now: float) -> bool:
        """Whether it has begun and not ended."""
        return self.starts_at <= now < self.ends_at

    def covers(self, alert: Silenceable, now: float) -> bool:
        """Whether it keeps this alert quiet now."""
        quiet = self.active(now) and alert.silenceable and alert.severity.rank <= self.up_to.rank
        return quiet and matches_all(self.matchers, labels_of(alert))


class Silences:
    """The silences that hold or will hold, by their ids."""

    def __init__(self, silences: Iterable[Silence] = ()) -> None:
        self._held = {silence.id: silence for silence in silences}

    def add(self, silence: Silence) -> None:
        """Keep it, in the place of another of its id."""
        self._held[silence.id] = silence

    def remove(self, identity: str) -> Silence | None:
        """End it now; None when there is none of that id."""
        return self._held.pop(identity, None)

    def expire(self, now: float) -> tuple[Silence, ...]:
        """Forget those that are over, and name them."""
        over = tuple(silence for silence in self._held.values() if silence.ends_at <= now)
        for silence in over:
            del self._held[silence.id]
        return over

    def all(self) -> tuple[Silence, ...]:
        """Those that hold or will hold, the first to end first."""
        return tuple(sorted(self._held.values(), key=lambda silence: silence.ends_at))

    def muting(self, alert: Silenceable, now: float) -> Silence | None:
        """The silence that keeps this alert quiet, of several the one that ends last."""
        return next(
            (silence for silence in reversed(self.all()) if silence.covers(alert, now)), None
        )


def highest_severity(matchers: Collection[Matcher], alerts: Iterable[Labelled]) -> Severity:
    """What a silence made now reaches up to: the highest severity that matches, else `warning`."""
    matching = (alert.severity for alert in alerts if matches_all(matchers, labels_of(alert)))
    return max(matching, key=attrgetter("rank"), default=Severity.WARNING)
