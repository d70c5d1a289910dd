"""What the legs of a hedge lost since it last fitted, and why: the memory of a hedge break."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hedgewatch.core.model import EndReason, HedgePlan, LegPlan
from hedgewatch.core.wording import figure

EXPLAINED_WITHIN = 10.0
"""Seconds in which the venue may still say why a holding shrank."""

FORCED = frozenset(
    {EndReason.LIQUIDATED, EndReason.AUTO_DELEVERAGED, EndReason.SETTLED, EndReason.EXPIRED}
)
"""What no owner decided on the day it happened."""

WORDS = {
    EndReason.LIQUIDATED: "liquidated",
    EndReason.AUTO_DELEVERAGED: "auto-deleveraged",
    EndReason.SETTLED: "delisted or settled",
    EndReason.EXPIRED: "expired",
    EndReason.UNKNOWN: "unknown cause",
    EndReason.FLIPPED: "turned around by its owner",
    EndReason.CLOSED: "closed by its owner",
    EndReason.TRANSFERRED: "transferred",
}
"""The causes, the most alarming first."""

_GRAVITY = {cause: gravity for gravity, cause in enumerate(WORDS)}


def gravest(causes: Iterable[EndReason]) -> EndReason:
    """The most alarming of some causes."""
    return min(causes, key=_gravity, default=EndReason.UNKNOWN)


def _gravity(cause: EndReason) -> int:
    return _GRAVITY.get(cause, _GRAVITY[EndReason.CLOSED])


@dataclass(frozen=True, slots=True)
class Loss:
    """What one leg lost for one cause: contracts of its market, or coins of its asset."""

    leg: LegPlan
    cause: EndReason
    amount: float

    def __str__(self) -> str:
        held = self.leg.symbol or self.leg.asset
        unit = "contracts" if self.leg.symbol else self.leg.asset
        told = WORDS.get(self.cause, self.cause.value)
        amount = figure(self.amount, ",.8g")
        return f"{self.leg.account} {held} lost {amount} {unit}, {told}"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What an alert of before a restart said of the break; the losses behind it are forgotten."""

    forced: bool
    unexplained: bool
    cause: str


class HedgeBreak:
    """The losses of the legs of a hedge, by leg and cause, under the plan that they broke.

    Many small ones are one great one, so those are remembered too that leave the hedge fitting:
    it `stands` broken when they no longer do. `at` is when the last of them came.
    """

    __slots__ = ("_latest", "_lost", "at", "plan", "recalled", "stands")

    def __init__(self, plan: HedgePlan, recalled: Recalled | None = None) -> None:
        self.plan = plan
        self.recalled = recalled
        self.stands = recalled is not None
        self.at = 0.0
        self._lost: dict[tuple[LegPlan, EndReason], float] = {}
        self._latest: dict[LegPlan, tuple[EndReason, float, float]] = {}

    def lose(self, leg: LegPlan, cause: EndReason, amount: float, now: float) -> None:
        """A leg shrank by `amount`."""
        self._add(leg, cause, amount)
        self._latest[leg] = (cause, amount, now)
        self.at = now

    def regain(self, leg: LegPlan, amount: float) -> None:
        """A leg grew by `amount`: so much less is lost, of the least alarming first."""
        for loss in reversed(list(self.losses())):
            if loss.leg == leg:
                back = min(amount, loss.amount)
                self._add(leg, loss.cause, -back)
                amount -= back

    def explain(self, leg: LegPlan, cause: EndReason, now: float) -> bool:
        """The venue said late why the leg shrank last; whether that is news."""
        known, amount, at = self._latest.get(leg, (cause, 0.0, now))
        if known is cause or now - at > EXPLAINED_WITHIN or (leg, known) not in self._lost:
            return False
        self._add(leg, known, -amount)
        self.lose(leg, cause, amount, at)
        return True

    def keep(self, legs: Iterable[LegPlan]) -> None:
        """Forget what the other legs lost: it is not what leaves the hedge off its target."""
        kept = set(legs)
        self._lost = {key: lost for key, lost in self._lost.items() if key[0] in kept}

    def losses(self) -> Iterator[Loss]:
        """The most alarming first."""
        for leg, cause in sorted(self._lost, key=lambda key: _gravity(key[1])):
            yield Loss(leg, cause, self._lost[leg, cause])

    def __str__(self) -> str:
        before = [self.recalled.cause] if self.recalled else []
        return "; ".join([*before, *map(str, self.losses())])

    def _add(self, leg: LegPlan, cause: EndReason, amount: float) -> None:
        left = self._lost.get((leg, cause), 0.0) + amount
        self._lost[leg, cause] = left
        if left <= 0.0:
            del self._lost[leg, cause]
