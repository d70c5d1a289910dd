"""Alerts of the daemon itself, which no rule makes: on the book, held until somebody saw them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from hedgewatch.core.alert_model import AlertRecord, AlertState, Severity, Told
from hedgewatch.core.model import Pages, Scope, Subject
from hedgewatch.core.rules import CRASH_LOOPING, RULE_BROKEN, STATE_LOST

CRASHES_TO_TELL = 3
"""Starts after an unclean end within `CALM_AFTER` seconds from which it is a loop."""

CALM_AFTER = 600.0
"""Seconds without a crash after which the loop is over."""

FORGOTTEN_WHEN_SEEN = frozenset({STATE_LOST})
"""What tells of a moment: it is over once it was acknowledged."""

KEPT_OVER_RESTARTS = frozenset({STATE_LOST, CRASH_LOOPING})

_TO_DO: Mapping[str, str] = MappingProxyType(
    {
        RULE_BROKEN: (
            "The other rules go on, this one judges nothing until a reload: mend or remove it, and "
            "reload. `hedgewatch rules explain` with its name shows what it reads."
        ),
        STATE_LOST: (
            "Look over what stands now: acknowledgements, silences and undelivered messages may be "
            "gone. The damaged file lies beside the store. Acknowledge this when you have."
        ),
        CRASH_LOOPING: (
            "Between two crashes it watches, and alerts go out; at each some seconds are not seen. "
            "Read the log of the service, and watch the positions at the venues while it lasts."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How the last run ended: why stored alerts were lost (empty when none were), and how many
    starts of the last minutes followed an unclean end.
    """

    lost: str = ""
    crashes: int = 0


ALL_WELL = Recovery()


def rule_broken(rule: str, error: Exception, episode: str, now: float) -> AlertRecord:
    """A rule that cannot be evaluated watches nothing."""
    reason = f"{type(error).__name__}: {error}"
    summary = f"the rule {rule} cannot be evaluated and watches nothing: {reason}"
    return _firing(RULE_BROKEN, (("rule", rule),), summary, reason, (episode, now))


def state_lost(reason: str, episode: str, now: float) -> AlertRecord:
    """The alerts of before are not known; those that are true now have fired anew."""
    summary = f"the stored state was lost: {reason}. What is true now counts as having lasted"
    return _firing(STATE_LOST, (), summary, reason, (episode, now))


def crash_looping(crashes: int, episode: str, now: float) -> AlertRecord:
    """The daemon does not live long enough to be trusted."""
    reason = f"{crashes} starts after a crash in {CALM_AFTER / 60:.0f} min"
    summary = f"hedgewatch crashes again and again: {reason}. Its log says why"
    return _firing(CRASH_LOOPING, (), summary, reason, (episode, now))


def calm(looping: AlertRecord) -> AlertRecord:
    """The loop of crashes is over."""
    reason = f"no crash for {CALM_AFTER / 60:.0f} min"
    return replace(looping, state=AlertState.RESOLVED, reason=reason)


def with_links(record: AlertRecord, pages: Pages) -> AlertRecord:
    """It leads where the alerts of rules lead: to its runbook, and to the status page."""
    runbook = f"{pages.runbooks}rules/README.md#{record.alertname.lower()}"
    links = {"runbook_url": runbook} | ({"status_url": pages.status} if pages.status else {})
    return replace(record, annotations={**record.annotations, **links})


def _firing(
    name: str,
    labels: tuple[tuple[str, str], ...],
    summary: str,
    reason: str,
    begun: tuple[str, float],
) -> AlertRecord:
    episode, now = begun
    return AlertRecord(
        alertname=name,
        subject=Subject(Scope.BOOK, labels),
        state=AlertState.FIRING,
        severity=Severity.CRITICAL,
        episode=episode,
        active_since=now,
        fired_at=now,
        reason=reason,
        labels=dict(labels),
        annotations={"summary": summary, "description": _TO_DO[name]},
        silenceable=False,
        told=Told(at=now, severity=Severity.CRITICAL),
    )
