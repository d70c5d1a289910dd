"""What an account's watch is given from outside: where events go, the time, tasks, and chance."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hedgewatch.core.events import Event
from hedgewatch.venues.names import KnownNames
from hedgewatch.venues.pauses import Pauses

Spawn = Callable[[str, Coroutine[Any, Any, None]], "asyncio.Task[None]"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Passed in, so that a test or a replay can stand in for any of it.

    `pauses` are the addresses that asked for quiet: whoever knew nothing of it would make a ban
    longer. `addresses` are where names led last.
    """

    publish: Callable[[Event], None]
    now: Callable[[], float]
    spawn: Spawn
    rng: Random
    pauses: Pauses = field(default_factory=Pauses)
    addresses: KnownNames = field(default_factory=KnownNames)


class Backoff:
    """Pauses between attempts: almost none at first, then 1 s doubled up to 30 s, with jitter.

    An attempt that went well for a good while makes up for all that failed before it.
    """

    def __init__(self, rng: Random, *, good_while: float, longest: float = 30.0) -> None:
        self._rng = rng
        self._good_while = good_while
        self._longest = longest
        self._failures = 0

    def after(self, lasted: float) -> float:
        """Seconds to wait after an attempt that lasted this long."""
        if lasted > self._good_while:
            self._failures = 0
        whole = 0.2 if self._failures == 0 else min(2.0 ** (self._failures - 1), self._longest)
        self._failures = min(self._failures + 1, 10)
        return whole * self._rng.uniform(0.5, 1.0)
