"""Deribit: the margin rate grows with the size in coins."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SizedRate:
    """A margin rate of base + slope · size in coins (support 25944738177565)."""

    base: float
    slope: float

    def at(self, size: float) -> float:
        """The rate for a size, a bare fraction."""
        return self.base + self.slope * abs(size)
