"""What happens on our side: time passes, the daemon looks at itself, its operator speaks."""

from dataclasses import dataclass

from hedgewatch.core.model import Desk, Subject
from hedgewatch.core.rules import Rule


@dataclass(frozen=True, slots=True)
class ClockAdvanced:
    """Time passed: lets `for:` elapse in a quiet market, and ages grow."""


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The wall clock of this machine moved against the time that really passed."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonObserved:
    """How the daemon is, as it sees itself about once a second: it is watched by rules too.

    `stuck` are the receivers that do not take what they should, each with why, where that is known,
    and with the seconds since.
    What is empty is well; `withheld` are the reasons for which no heartbeat leaves, empty where
    none is asked for. `memory_share` is of what it may use, None where that is not known.
    """

    loop_lag: float
    stuck: tuple[tuple[str, float], ...] = ()
    store_error: str = ""
    configuration_error: str = ""
    recording_error: str = ""
    withheld: tuple[str, ...] = ()
    memory_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAcknowledged:
    """Somebody has seen this alert, until then (None: until it is over); `withdrawn`: has not."""

    alertname: str
    subject: Subject
    by: str
    until: float | None = None
    comment: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class RulesReplaced:
    """The operator reloaded: these rules and this desk hold from now on."""

    rules: tuple[Rule, ...]
    desk: Desk
