"""The decision of the dead-man's switch: from what was seen to the reasons not to call it well.

Something outside alarms when heartbeats stop, so a reason must mean: whoever relies on this daemon
may not hear of what they rely on it for. What is wrong and has been told is no reason: it is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_LATEST = 1.0
_JUDGED_WITHIN = 2.0
_TOLD_WITHIN = 20.0
"""Of an account that is not seen: the shipped rule tells it after 15 s."""

_TAKEN_WITHIN = 25.0
"""With the second that the next look may take, under the 30 s that are promised."""


@dataclass(frozen=True, slots=True)
class Sight:
    """An account, and for how many seconds nothing of it can be vouched for (0: it can), and why.
    `told`: an alert that says so fires.
    """

    account: str
    unseen_seconds: float
    reason: str
    told: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """A receiver, and for how many seconds it has not taken what it should have. `told`: another
    one has taken something since.
    """

    receiver: str
    seconds: float
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What was seen of the daemon at one moment. Times are seconds before it."""

    lag: float
    judged_ago: float
    accounts: tuple[Sight, ...] = ()
    receivers: tuple[Stuck, ...] = ()
    store_error: str = ""
    store_error_told: bool = False


def ailments(seen: Vitals) -> tuple[str, ...]:
    """Why the daemon is not well, empty when it is."""
    return tuple(_ailments(seen))


def _ailments(seen: Vitals) -> Iterator[str]:
    if seen.lag >= _LATEST:
        yield f"loop: it was {seen.lag:.1f} s late"
    if seen.judged_ago >= _JUDGED_WITHIN:
        yield f"evaluation: nothing was judged for {seen.judged_ago:.1f} s"
    for sight in seen.accounts:
        if sight.unseen_seconds >= _TOLD_WITHIN and not sight.told:
            since = f"for {sight.unseen_seconds:.0f} s, and no alert says so"
            yield f"data: {sight.account}: {sight.reason} {since}"
    for stuck in seen.receivers:
        if stuck.seconds >= _TAKEN_WITHIN and not stuck.told:
            since = f"for {stuck.seconds:.0f} s, and nobody else was told since"
            yield f"outbox: {stuck.receiver} takes nothing {since}"
    if seen.store_error and not seen.store_error_told:
        yield f"store: {seen.store_error}, and no alert says so"
