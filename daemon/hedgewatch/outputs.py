"""What becomes of an outcome: delivered, logged, counted, and doubtful positions read again."""

import asyncio

import structlog

from hedgewatch.accounts import Accounts
from hedgewatch.core.alert_model import NOTHING, AlertState, Outcome, Transition
from hedgewatch.core.events import ClockAdvanced, Event, FeedRestored
from hedgewatch.core.model import Subject
from hedgewatch.health import Checkup
from hedgewatch.jobs import Spawn
from hedgewatch.notify.delivery import Dispatcher
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.systemd import ServiceManager
from hedgewatch.view import EngineView

_LATEST = 1.0
_CONFIRM_AFTER = 1.0

_log = structlog.get_logger()


class Dispatch:
    """Hands alerts to the receivers."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def __call__(self, _event: Event, outcome: Outcome, now: float) -> None:
        if outcome.transitions or outcome.records:
            self._dispatcher.submit(outcome, now)


class TransitionLog:
    """One line a transition, none a tick.

    That something waits to fire is no news while we start or stop, which is what `settled` says:
    no feed delivers then, by our own doing. Nor is it news that what was not said is over.
    """

    def __init__(self) -> None:
        self.settled = False
        self._begun: set[tuple[str, Subject]] = set()

    def __call__(self, _event: Event, outcome: Outcome, _now: float) -> None:
        for transition in filter(self._is_news, outcome.transitions):
            _log.info(
                "alert",
                alertname=transition.alertname,
                subject=str(transition.subject),
                state=transition.state.value,
                severity=transition.severity.value,
                reason=transition.reason,
            )

    def _is_news(self, transition: Transition) -> bool:
        alert = transition.alertname, transition.subject
        if transition.state is AlertState.PENDING:
            if self.settled:
                self._begun.add(alert)
            return self.settled
        was_said = alert in self._begun
        self._begun.discard(alert)
        return was_said or transition.state is not AlertState.INACTIVE


class Liveness:
    """Counts judged events, and lets systemd know that they are judged in time, and what they
    showed: a loop that is late is no sign of life.

    `trouble` is what somebody should mend, `recording` why nothing is recorded: both are said
    before the rest.
    """

    def __init__(
        self,
        metrics: DaemonMetrics,
        service: ServiceManager,
        view: EngineView,
        dispatcher: Dispatcher,
        checkup: Checkup,
    ) -> None:
        self.trouble = ""
        self.recording = ""
        self._checkup = checkup
        self._metrics = metrics
        self._service = service
        self._view = view
        self._dispatcher = dispatcher

    def __call__(self, event: Event, outcome: Outcome, now: float) -> None:
        if self._checkup.lag.seconds(now) < _LATEST:
            self._service.judged(now)
        if isinstance(event, ClockAdvanced):
            self._checkup.judged_at = now
            self._metrics.outbox_holds(self._dispatcher.waiting)
            self._service.status(self._status())
        if outcome is NOTHING:
            return
        for transition in outcome.transitions:
            if transition.alertname == "RuleBroken":
                self._metrics.rule_failed(transition.subject.label("rule"))

    def _status(self) -> str:
        firing, ended = map(self._view.count, (AlertState.FIRING, AlertState.ENDED))
        alerts = f"{firing} alert{'s' * (firing != 1)} firing"
        badly = f"{ended} ended badly" if ended else ""
        said = (self.trouble, self.recording, alerts, badly, *self._view.reasons_not_ready())
        return "; ".join(filter(None, said))


class LineCounts:
    """Counts what the accounts' lines went through: sockets opened anew, frames made no sense of,
    requests that the fence held back.

    A watch that was begun anew counts from nothing: fewer than before are all new.
    """

    def __init__(self, metrics: DaemonMetrics, accounts: Accounts) -> None:
        self._metrics = metrics
        self._accounts = accounts
        self._opened: set[tuple[str, str]] = set()
        self._odd: dict[str, int] = {}
        self._refused: dict[str, int] = {}

    def __call__(self, event: Event, _outcome: Outcome, _now: float) -> None:
        if isinstance(event, ClockAdvanced):
            self._count_what_passed_no_further()
        elif isinstance(event, FeedRestored) and event.feed != "rest":
            self._count_opened((event.account, event.feed))

    def _count_opened(self, feed: tuple[str, str]) -> None:
        if feed in self._opened:
            self._metrics.reconnected(*feed)
        self._opened.add(feed)
        self._metrics.start_at_zero(feeds=[feed])

    def _count_what_passed_no_further(self) -> None:
        for watch in self._accounts.watches():
            for _ in range(_more(self._odd, watch.name, watch.odd_frames)):
                self._metrics.poison_frame(watch.name)
            for _ in range(_more(self._refused, watch.name, watch.refused_requests)):
                self._metrics.request_refused(watch.name)


def _more(counted: dict[str, int], name: str, now: int) -> int:
    """How many came since the last look."""
    before, counted[name] = counted.get(name, 0), now
    return now - before if now >= before else now


class Confirmation:
    """Reads an account again, a second later, when the engine doubts its positions.

    Not at once: two readings of one glitch of the venue would count as two.
    """

    def __init__(self, spawn: Spawn, accounts: Accounts) -> None:
        self._spawn = spawn
        self._accounts = accounts
        self._asked: set[str] = set()

    def __call__(self, _event: Event, outcome: Outcome, _now: float) -> None:
        for name in outcome.confirm:
            if name not in self._asked:
                self._asked.add(name)
                self._spawn(f"confirm:{name}", self._confirm(name))

    async def _confirm(self, name: str) -> None:
        await asyncio.sleep(_CONFIRM_AFTER)
        self._asked.discard(name)
        watch = self._accounts.watch_of(name)
        if watch is not None:
            await watch.reconcile()
