"""Sees how the daemon is, for the rules that watch it."""

from collections.abc import Callable
from textwrap import shorten
from typing import Protocol

from hedgewatch.core.events import DaemonObserved
from hedgewatch.health.checkup import Delivers
from hedgewatch.health.lag import Lag
from hedgewatch.health.memory import Memory

_LONGEST_REASON = 120


class SaysWhy(Delivers, Protocol):
    """Delivery that also tells why a receiver takes nothing."""

    def why_stuck(self, receiver: str) -> str: ...


class Troubled(Protocol):
    """What somebody should mend: why the configuration was refused, why nothing is recorded."""

    @property
    def trouble(self) -> str: ...

    @property
    def recording(self) -> str: ...


class Observer:
    """`withheld` tells why no heartbeat leaves."""

    def __init__(
        self,
        lag: Lag,
        delivery: SaysWhy,
        troubled: Troubled,
        withheld: Callable[[], tuple[str, ...]],
        memory: Memory,
    ) -> None:
        self.lag = lag
        self._delivery = delivery
        self._troubled = troubled
        self._withheld = withheld
        self._memory = memory

    def look(self, now: float) -> DaemonObserved:
        """As it is now."""
        stuck = ((self._in_words(name), seconds) for name, seconds, _ in self._delivery.stuck(now))
        return DaemonObserved(
            loop_lag=self.lag.seconds(now),
            stuck=tuple(stuck),
            store_error=self._delivery.store_error,
            configuration_error=self._troubled.trouble,
            recording_error=self._troubled.recording,
            withheld=self._withheld(),
            memory_share=self._memory.share(),
        )

    def _in_words(self, receiver: str) -> str:
        why = shorten(self._delivery.why_stuck(receiver), _LONGEST_REASON)
        return f"{receiver} ({why})" if why else receiver
