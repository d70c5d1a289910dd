"""The nouns of alerts: their states, what is stored of them, and what is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

from hedgewatch.core.model import EndReason, Subject


class Severity(StrEnum):
    """How much an alert matters, least first."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least severe: texts are ordered otherwise."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class AlertState(StrEnum):
    """The states of the lifecycle (`core/alerts/lifecycle`), as they are exported."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """Somebody has seen an alert: who, when, and until when that holds (None: until it is over).

    It lapses when the alert gets worse.
    """

    by: str
    at: float
    until: float | None = None
    comment: str = ""


class Change(StrEnum):
    """What a transition tells of an alert: a new state, or news of one that fires on."""

    STATE = "state"
    WORSE = "worse"
    ACKNOWLEDGED = "acknowledged"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was last told of a firing alert: when, under which severity, and how bad it was by its
    rule's `realert` (None: not known then, or the rule has none).
    """

    at: float
    severity: Severity
    badness: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What an alert did before, so that one that comes and goes is known as such: when it fired in
    the last day, when it was last resolved, and whether it flaps.
    """

    fired: tuple[float, ...] = ()
    over_at: float | None = None
    flaps: bool = False


Values = Mapping[str, float | bool | None]
"""Measures by their names, as they were; None where one was unknown."""


def plain_values(values: Values) -> dict[str, float | bool | str | None]:
    """Measures as JSON can hold them: infinities are the strings `inf` and `-inf`."""
    return {
        name: value if value is None or isfinite(value) else str(value)
        for name, value in values.items()
    }


def values_of(plain: Mapping[str, float | bool | str | None]) -> dict[str, float | bool | None]:
    """What `plain_values` made plain."""
    return {
        name: float(value) if isinstance(value, str) else value for name, value in plain.items()
    }


def acknowledgement_of(plain: Mapping[str, Any] | None) -> Acknowledgement | None:
    """An acknowledgement from its fields, as `dataclasses.asdict` gives them."""
    return None if plain is None else Acknowledgement(**plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A change of an alert: what is delivered later is what was judged.

    `values` holds every measure that the rule's expressions and annotations use, as it was. One
    that is not `silenceable` is told whatever silence, quiet hour or maintenance there is.
    `severity_before` is the one under which it was told before, None when that was the same.
    `calm_since` is since when it has been clear, of one that fires on until that can be believed.
    """

    at: float
    alertname: str
    subject: Subject
    state: AlertState
    severity: Severity
    episode: str
    active_since: float
    reason: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    values: Values
    change: Change = Change.STATE
    acknowledged: Acknowledgement | None = None
    silenceable: bool = True
    severity_before: Severity | None = None
    calm_since: float | None = None

    @property
    def is_alarming_end(self) -> bool:
        """Whether the subject ended in a way that somebody has to look at, liquidated for one."""
        return self.state is AlertState.ENDED and self.reason in _ALARMING_ENDS

    @property
    def is_live(self) -> bool:
        """Whether somebody still has to look: it fires, or it ended in an alarming way."""
        return self.state is AlertState.FIRING or self.is_alarming_end


_ALARMING_ENDS = frozenset(reason.value for reason in EndReason if not reason.calm)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRecord:
    """One alert as it stands: what is stored over restarts, exported and re-sent.

    Stored while pending, firing, or ended and not yet acknowledged, and, resolved, for as long as
    its past matters; forgotten otherwise. `clear_since` is the first of the observations by which
    it is clearing, None when it is not. `holding` says of a pool that positions stood in it.
    """

    alertname: str
    subject: Subject
    state: AlertState
    severity: Severity
    episode: str
    active_since: float
    fired_at: float | None = None
    clear_since: float | None = None
    reason: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    acknowledged: Acknowledgement | None = None
    silenceable: bool = True
    told: Told | None = None
    past: Past = field(default_factory=Past)
    holding: bool = False

    @property
    def is_live(self) -> bool:
        """Whether somebody still has to look: it fires, or it ended in an alarming way. No calm end
        is kept.
        """
        return self.state in (AlertState.FIRING, AlertState.ENDED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one event led to. `records` are the alerts to store, or, in state inactive, to forget;
    `confirm` names accounts whose positions are in doubt and must be read again within 2 s.
    """

    transitions: tuple[Transition, ...] = ()
    records: tuple[AlertRecord, ...] = ()
    confirm: tuple[str, ...] = ()


NOTHING = Outcome()
"""The outcome of a quiet tick."""
