"""Why something became less: OKX tells the amount on one channel and the cause on another.

Which comes first is open. Both name the new amount, and that is how they find each other.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hedgewatch.core.model import EndReason

Key = TypeVar("Key", bound=Hashable)
Reading = TypeVar("Reading")

_SAME_EVENT_SECONDS = 5.0
_DUST = 1e-9


@dataclass(slots=True)
class _Known(Generic[Reading]):
    """The amount, what it was before it was another, and what was last told of it."""

    amount: float
    at: float
    before: float | None = None
    reading: Reading | None = None
    given: float | None = None


@dataclass(frozen=True, slots=True)
class _Cause:
    amount: float
    at: float
    end: EndReason


class Causes(Generic[Key, Reading]):
    """Brings amounts and causes together, by what they are about."""

    def __init__(self) -> None:
        self._known: dict[Key, _Known[Reading]] = {}
        self._causes: dict[Key, _Cause] = {}

    def seen(self, key: Key, amount: float, at: float) -> bool:
        """An amount that was read or told; whether it is another than was known."""
        known = self._known.get(key)
        if known is None:
            self._known[key] = _Known(amount, at)
            return True
        if at < known.at or amount == known.amount:
            return False
        known.before, known.amount, known.at, known.reading = known.amount, amount, at, None
        return True

    def told(self, key: Key, amount: float, at: float, reading: Reading) -> EndReason | None:
        """An amount that was told; why it is less, where that is known and was not said yet."""
        self.seen(key, amount, at)
        known = self._known[key]
        if amount != known.amount:
            return None
        known.reading = reading
        return self._end(key, known)

    def explained(
        self, key: Key, amount: float, at: float, end: EndReason
    ) -> tuple[Reading, EndReason] | None:
        """A cause that was told; what to tell anew with it, when the amount came first."""
        self._causes[key] = _Cause(amount, at, end)
        known = self._known.get(key)
        if known is None or known.reading is None:
            return None
        reason = self._end(key, known)
        return None if reason is None else (known.reading, reason)

    def _end(self, key: Key, known: _Known[Reading]) -> EndReason | None:
        cause = self._causes.get(key)
        if cause is None or cause.amount != known.amount or known.given == cause.at:
            return None
        late = abs(cause.at - known.at) > _SAME_EVENT_SECONDS
        if late or not _shrank(known.before, known.amount):
            return None
        known.given = cause.at
        return cause.end


def _shrank(before: float | None, after: float) -> bool:
    """Gone, smaller, or on the other side; unknown amounts are not guessed at."""
    if before is None:
        return False
    return before * after < 0 or abs(after) < abs(before) * (1.0 - _DUST)
