"""What a pool of several currencies adds up to while some of its prices move together.

A price that moves is offset + scale · y. Profit and requirement of a leg, translated into the
account's currency, stay straight in y when its coin stands still (linear legs), when price and
coin move as one (inverse legs: the coins lost are worth less), or when 1/price is what moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, isclose

from hedgewatch.core.margin.collateral import Collateral
from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.netting import Group, Netted
from hedgewatch.core.margin.surplus import Surplus, View
from hedgewatch.core.margin.term import Term

_NONE = (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLeg:
    """A leg at the price of its market, settled in a coin of the account's collateral.

    `beta` is its part of a common move. Legs of one `netting` name (the underlying) that face
    each other are asked margin for the larger side only; without a name, each for itself.
    """

    leg: Leg
    market: str
    price: float
    settle: str
    beta: float = 1.0
    netting: str = ""


Path = tuple[float, float]
"""How a price goes with y: offset and scale."""


@dataclass(slots=True)
class Mixture:
    """Collects what each coin and leg adds to the surplus."""

    paths: Mapping[str, Path]
    """Of the coins."""
    profit_inside: bool
    constant: float = 0.0
    carry: float = 0.0
    gross: float = 0.0
    views: list[View] = field(default_factory=list)
    groups: dict[str, Group] = field(default_factory=dict)
    profits: dict[str, Path] = field(default_factory=dict)

    def add_leg(self, held: HeldLeg, path: Path | None) -> None:
        """Add a leg whose price goes along `path`, or of which y is 1/price."""
        coin = self.paths[held.settle]
        leg = held.leg
        if path is None:
            weight, term, path = coin[0], leg.burden.reciprocal(), (0.0, 1.0)
            level, slope = leg.profit_slope, leg.profit_level
        else:
            weight, term = _weight(held, path, coin), leg.burden
            level = leg.profit_level + leg.profit_slope * path[0]
            slope = leg.profit_slope * path[1]
        self.gain(held.settle, weight * level, weight * slope)
        self._ask(held, View(term, weight, *path))

    def add_standing(self, held: HeldLeg, profit: float, requirement: float) -> None:
        """Add a leg whose price stands: so many coins, whatever they come to be worth."""
        if held.netting:
            self.add_others(held.settle, profit, 0.0)
            self.ask_standing(held, requirement)
        else:
            self.add_others(held.settle, profit, requirement)

    def add_others(self, coin: str, profit: float, requirement: float) -> None:
        """Add what standing legs come to that one coin settles and that no group asks for."""
        offset, scale = self.paths[coin]
        self.gain(coin, profit * offset, profit * scale)
        self.constant -= requirement * offset
        self.carry -= requirement * scale

    def ask_standing(self, held: HeldLeg, requirement: float) -> None:
        """Ask margin for a standing leg as one of its group."""
        term = Term((-inf,), (0.0,), (-requirement,))
        self._ask(held, View(term, 1.0, *self.paths[held.settle]))

    def add_coin(self, coin: Collateral, theta: float) -> None:
        """Add a coin, after all legs that it settles."""
        offset, scale = self.paths[coin.coin]
        profit, profit_slope = self.profits.get(coin.coin, (0.0, 0.0))
        asked = theta * coin.charge
        self.constant -= asked * offset
        self.carry -= asked * scale
        self.gross += abs(coin.amount * scale)
        value, slope = coin.amount * offset + profit, coin.amount * scale + profit_slope
        if slope and not coin.discount.straight:
            self.views.append(View(coin.discount.term, 1.0, value, slope))
        else:
            level, rate = coin.discount.term.line_at(value)
            self.constant += level + rate * value
            self.carry += rate * slope

    def surplus(self, low: float, high: float) -> Netted:
        """All of it, asked about between `low` and `high`."""
        rest = Surplus(
            constant=self.constant, carry=self.carry, gross=self.gross, views=self.views,
            low=low, high=high,
        )  # fmt: skip
        return Netted(rest, tuple(self.groups.values()))

    def gain(self, coin: str, level: float, slope: float) -> None:
        """Profit of the legs that a coin settles, as a line in y."""
        self.gross += abs(slope)
        if self.profit_inside:
            before = self.profits.get(coin, _NONE)
            self.profits[coin] = before[0] + level, before[1] + slope
        else:
            self.constant += level
            self.carry += slope

    def _ask(self, held: HeldLeg, view: View) -> None:
        if not held.netting:
            self.views.append(view)
            return
        longs, shorts = self.groups.get(held.netting, ((), ()))
        if held.leg.quantity > 0.0:
            self.groups[held.netting] = (*longs, view), shorts
        else:
            self.groups[held.netting] = longs, (*shorts, view)


def _weight(held: HeldLeg, path: Path, coin: Path) -> float:
    """What the line of a leg is multiplied by to be in the account's currency, all along."""
    if not held.leg.inverse:
        if coin[1]:
            raise ValueError(f"{held.market} is linear: {held.settle} cannot move with its price")
        return coin[0]
    if not isclose(coin[0] * path[1], coin[1] * path[0], rel_tol=1e-9, abs_tol=0.0):
        raise ValueError(f"{held.market} is inverse: it moves as {held.settle} does, or alone")
    return coin[1] / path[1]
