"""What rows know of evenness: whom to ask. The answer is worked out when somebody does."""

from typing import Any, Protocol

from hedgewatch.core.book.rows.row import NOT_YET
from hedgewatch.core.model import Known


class Adviser(Protocol):
    """Knows what should be moved between pools (`core/evenness`)."""

    def transfer_of(self, pool: Any) -> Known: ...

    def gain(self) -> Known: ...


class PoolEvenness:
    """What a pool should receive (+) or give (−)."""

    __slots__ = ()

    adviser: Adviser | None

    @property
    def transfer_to_even(self) -> Known:
        return NOT_YET if self.adviser is None else self.adviser.transfer_of(self)


class DeskEvenness:
    """What the desk would gain."""

    __slots__ = ()

    adviser: Adviser | None

    @property
    def evenness_gain(self) -> Known:
        return NOT_YET if self.adviser is None else self.adviser.gain()
