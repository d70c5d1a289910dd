"""What the venue itself says of a pool's margin."""

from dataclasses import dataclass
from math import isinf


@dataclass(frozen=True, slots=True)
class VenuesWord:
    """Money in the pool's currency, and the ratio in our polarity; None where it does not say."""

    equity: float | None = None
    maintenance_margin: float | None = None
    margin_ratio: float | None = None

    @property
    def headroom(self) -> float | None:
        """Equity less what is asked for, whatever the venue adds to maintenance: the ratio has it
        in it.
        """
        equity, ratio = self.equity, self.margin_ratio
        if equity is None or ratio is None:
            return None
        if not isinf(ratio):
            return equity * (1.0 - ratio)
        needed = self.maintenance_margin
        return None if needed is None else equity - needed

    def can_be(self, *, held: bool) -> bool:
        """Whether it is a word on the margin at all. Positions ask for some: a reply of zeros, as
        venues give under load, and equity that is gone beside a ratio that is well tell nothing.
        """
        ratio, needed = self.margin_ratio, self.maintenance_margin
        if ratio is None or ratio < 0.0:
            return False
        if not held:
            return True
        gone = self.equity is not None and self.equity <= 0.0
        return (ratio if needed is None else needed) > 0.0 and (ratio >= 1.0 or not gone)


NO_WORD = VenuesWord()
