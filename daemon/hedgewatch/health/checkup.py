"""Looks at the parts of the daemon and says what is wrong with it."""

from collections.abc import Callable, Iterable
from typing import Protocol

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.model import Scope
from hedgewatch.health.lag import Lag
from hedgewatch.health.vitals import Sight, Stuck, Vitals, ailments

_TELL_OF_SIGHT = frozenset({"account_blind", "blind_seconds", "account_unusable"})
_TELL_OF_THE_STORE = frozenset({"store_failing"})
"""What a rule must read to tell of it: whatever its name is, and nothing else does."""


class Seen(Protocol):
    """What a checkup needs to see of the engine."""

    def alerts_as_told(self) -> Iterable[AlertRecord]: ...

    def unseen(self) -> Iterable[tuple[str, float, str]]: ...


class Delivers(Protocol):
    """What is to be seen of delivery. A receiver that is stuck has its name, for how many seconds,
    and whether another has taken something since.
    """

    @property
    def store_error(self) -> str: ...

    def stuck(self, now: float) -> Iterable[tuple[str, float, bool]]: ...


class Checkup:
    """`judged_at` is kept up to date by whoever judges. Before it is complete nothing is well:
    receivers are made first, and ask later.
    """

    def __init__(self, clock: Callable[[], float], lag: Lag) -> None:
        self.judged_at = clock()
        self.lag = lag
        self._clock = clock
        self._view: Seen | None = None
        self._delivery: Delivers | None = None

    def complete(self, view: Seen, delivery: Delivers) -> None:
        """What there is to look at."""
        self._view, self._delivery = view, delivery

    def well(self) -> bool:
        """Whether there is no reason to doubt it."""
        return not self.ailments()

    def ailments(self) -> tuple[str, ...]:
        """Every reason not to call the daemon well."""
        if self._view is None or self._delivery is None:
            return ("it has not started yet",)
        return ailments(self._vitals(self._view, self._delivery))

    def _vitals(self, view: Seen, delivery: Delivers) -> Vitals:
        now = self._clock()
        firing = [alert for alert in view.alerts_as_told() if alert.state is AlertState.FIRING]
        told = {
            alert.subject.label("account")
            for alert in firing
            if alert.subject.scope is Scope.ACCOUNT and _TELL_OF_SIGHT & alert.values.keys()
        }
        return Vitals(
            lag=self.lag.seconds(now),
            judged_ago=now - self.judged_at,
            accounts=tuple(
                Sight(name, seconds, reason, name in told)
                for name, seconds, reason in view.unseen()
            ),
            receivers=tuple(Stuck(*each) for each in delivery.stuck(now)),
            store_error=delivery.store_error,
            store_error_told=any(_TELL_OF_THE_STORE & alert.values.keys() for alert in firing),
        )
