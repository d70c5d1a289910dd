"""What rows know of what would help: whom to ask. It is worked out when somebody does."""

from typing import Any, Protocol

from hedgewatch.core.book.rows.row import NOT_YET
from hedgewatch.core.model import Known


class Adviser(Protocol):
    """Knows what should be moved between pools (`core/evenness`), and what would make one safe."""

    def transfer_of(self, pool: Any) -> Known: ...

    def top_up_of(self, pool: Any) -> Known: ...

    def cut_of(self, position: Any) -> Known: ...

    def top_up_alone_of(self, position: Any) -> Known: ...

    def gain(self) -> Known: ...


class PoolEvenness:
    """What a pool should receive (+) or give (−), and what it lacks to be safe."""

    __slots__ = ()

    adviser: Adviser | None

    @property
    def transfer_to_even(self) -> Known:
        return NOT_YET if self.adviser is None else self.adviser.transfer_of(self)

    @property
    def top_up_to_safe(self) -> Known:
        return NOT_YET if self.adviser is None else self.adviser.top_up_of(self)


class DeskEvenness:
    """What the desk would gain."""

    __slots__ = ()

    adviser: Adviser | None

    @property
    def evenness_gain(self) -> Known:
        return NOT_YET if self.adviser is None else self.adviser.gain()
