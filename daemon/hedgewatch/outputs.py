"""What becomes of an outcome: delivered, logged, counted, and doubtful positions read again."""

import asyncio

import structlog

from hedgewatch.accounts import Accounts, Spawn
from hedgewatch.core.events import Event
from hedgewatch.core.model import NOTHING, Outcome
from hedgewatch.notify.delivery import Dispatcher
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.systemd import ServiceManager

_CONFIRM_AFTER = 1.0

_log = structlog.get_logger()


class Delivery:
    """Hands alerts to the receivers."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def __call__(self, _event: Event, outcome: Outcome, now: float) -> None:
        if outcome.transitions or outcome.records:
            self._dispatcher.submit(outcome, now)


class TransitionLog:
    """One line a transition, none a tick."""

    def __call__(self, _event: Event, outcome: Outcome, _now: float) -> None:
        for transition in outcome.transitions:
            _log.info(
                "alert",
                alertname=transition.alertname,
                subject=str(transition.subject),
                state=transition.state.value,
                severity=transition.severity.value,
                reason=transition.reason,
            )


class Health:
    """Counts judged events, and lets systemd know that they are judged."""

    def __init__(self, metrics: DaemonMetrics, service: ServiceManager) -> None:
        self._metrics = metrics
        self._service = service

    def __call__(self, _event: Event, outcome: Outcome, now: float) -> None:
        self._service.judged(now)
        if outcome is NOTHING:
            return
        for transition in outcome.transitions:
            if transition.alertname == "RuleBroken":
                self._metrics.rule_failed(transition.subject.label("rule"))


class Confirmation:
    """Reads an account again, a second later, when the engine doubts its positions.

    Not at once: two readings of one glitch of the venue would count as two.
    """

    def __init__(self, spawn: Spawn) -> None:
        self.accounts: Accounts | None = None
        self._spawn = spawn
        self._asked: set[str] = set()

    def __call__(self, _event: Event, outcome: Outcome, _now: float) -> None:
        for name in outcome.confirm:
            if name not in self._asked:
                self._asked.add(name)
                self._spawn(f"confirm:{name}", self._confirm(name))

    async def _confirm(self, name: str) -> None:
        await asyncio.sleep(_CONFIRM_AFTER)
        self._asked.discard(name)
        watch = self.accounts.watch_of(name) if self.accounts is not None else None
        if watch is not None:
            await watch.reconcile()
