"""The legs of a pool at the prices of now, summed up once: by market, by coin and by netting name.

A question about one market then looks anew only at what moves with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from hedgewatch.core.margin.collateral import Collateral
from hedgewatch.core.margin.motion import HeldLeg


class Valued(NamedTuple):
    """A leg with its profit, requirement and maintenance, in its settle coin."""

    held: HeldLeg
    profit: float
    requirement: float
    maintenance: float


class Standing:
    """The legs of each of the `markets` and of each netting name (`groups`).

    By settle coin, and in it: their `profits`, and what those of no group are `asked` and, as the
    venue calls it, `maintained`.
    """

    __slots__ = ("asked", "groups", "maintained", "markets", "profits", "valued")

    def __init__(self, legs: Iterable[HeldLeg], coins: Iterable[str]) -> None:
        self.profits = dict.fromkeys(coins, 0.0)
        self.asked = self.profits.copy()
        self.maintained = self.profits.copy()
        self.markets: dict[str, list[Valued]] = {}
        self.groups: dict[str, list[Valued]] = {}
        self.valued = [_valued(held) for held in legs]
        for entry in self.valued:
            self._add(entry)

    def _add(self, entry: Valued) -> None:
        held, profit, requirement, maintenance = entry
        self.markets.setdefault(held.market, []).append(entry)
        self.profits[held.settle] += profit
        if held.netting:
            self.groups.setdefault(held.netting, []).append(entry)
        else:
            self.asked[held.settle] += requirement
            self.maintained[held.settle] += maintenance

    def besides(self, coin: str, mine: Sequence[Valued]) -> tuple[float, float]:
        """Profit and requirement of the legs that a coin settles, less those of a market."""
        profit, asked = self.profits[coin], self.asked[coin]
        for held, gained, requirement, _ in mine:
            if held.settle == coin:
                profit -= gained
                asked -= 0.0 if held.netting else requirement
        return profit, asked

    def stirred(self, market: str, moving: Collection[str]) -> list[str]:
        """The netting names whose requirement changes with a market and coins that move along."""
        return [
            name
            for name, group in self.groups.items()
            if any(held.market == market or held.settle in moving for held, *_ in group)
        ]


def _valued(held: HeldLeg) -> Valued:
    leg, price = held.leg, held.price
    piece = leg.piece_at(price)
    profit, requirement = leg.value(price, piece)
    return Valued(held, profit, requirement, leg.maintenance(price, piece))


def larger_sides(
    group: Iterable[Valued], collateral: Mapping[str, Collateral]
) -> tuple[float, float]:
    """Requirement and maintenance of a group: of its longs or its shorts, whichever is larger."""
    required, maintained = [0.0, 0.0], [0.0, 0.0]
    for held, _, requirement, maintenance in group:
        price, long = collateral[held.settle].price, held.leg.quantity > 0.0
        required[long] += requirement * price
        maintained[long] += maintenance * price
    return max(required), max(maintained)
