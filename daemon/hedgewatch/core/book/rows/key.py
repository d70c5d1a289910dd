"""What the venue told of the key of an account."""

from hedgewatch.core.book.rows.row import NOT_YET
from hedgewatch.core.events import KeyRead
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.statistics.known import unknown

_NOT_TOLD = unknown("the venue does not say")


class KeyFacts:
    """The last that was told, and how long the key still works."""

    __slots__ = ("bound_to_address", "expires_seconds", "told")

    def __init__(self) -> None:
        self.told: KeyRead | None = None
        self.expires_seconds: Known = NOT_YET
        self.bound_to_address: bool | Unknown = NOT_YET

    def tell(self, told: KeyRead, now: float) -> None:
        """The venue said so."""
        self.told = told
        bound = told.bound_to_address
        self.bound_to_address = _NOT_TOLD if bound is None else bound
        self.age(now)

    def age(self, now: float) -> None:
        """How much time is left: of days, two clocks differ by nothing."""
        if self.told is not None:
            ends = self.told.expires_at
            self.expires_seconds = _NOT_TOLD if ends is None else max(0.0, ends - now)
