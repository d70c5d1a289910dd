"""When the stress that rules read is computed anew: on any news of the account, and when prices
moved enough to matter.

A pool's stressed equity and headroom change by no more than Σ weight · |price ÷ price then − 1|
over its markets, where a weight is the market's gross notional at the worst scenario, and its
highest maintenance rate. They are computed anew as soon as that sum exceeds `TOLERANCE` of the
least of them: what is judged is never further from the truth, and the nearer liquidation is, the
less it takes. A hedge is linear in prices and is computed on each of its ticks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import inf
from operator import mul
from typing import Any

from hedgewatch.core.book.rows import HedgeRow, MarketRow, PoolRow, Watch
from hedgewatch.core.expression import OUTSIDE, cell, parts_of
from hedgewatch.core.margin import Leg
from hedgewatch.core.model import Desk, Scope, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.stress.accounts import Backed, Held, backed_of, doubt_of
from hedgewatch.core.stress.hedges import gain_of
from hedgewatch.core.stress.moves import Moves, moves_of
from hedgewatch.core.stress.pools import stress_by_all

TOLERANCE = 1e-3
"""Of stressed equity and of stressed headroom, whichever is less."""

_FAR = 0.01
"""A price that moved further is never judged by an estimate: the bound is of the first order."""

_SECOND_ORDER = 1.03
"""What the bound is widened by, for all that a move of 1 % does beyond the first order."""

_POOL = ("stressed_margin_ratio", "stressed_equity", "stressed_liquidated")
_HEDGE = ("stressed_exposure_pnl", "stressed_cover_pnl", "stressed_loss")


def watchers(rules: Iterable[Rule], desk: Desk) -> Mapping[Scope, Callable[[Any], Watch]]:
    """What makes the watch of a row, for the scopes whose rules read any scenario."""
    wanted = scenarios_read(rules)
    every = moves_of(desk)
    made: dict[Scope, Callable[[Any], Watch]] = {}
    for scope, watch in ((Scope.POOL, PoolWatch), (Scope.HEDGE, HedgeWatch)):
        read = [moves for moves in every if moves.scenario.name in wanted.get(scope, ())]
        if read:
            made[scope] = partial(watch, scenarios=read)
    return made


def scenarios_read(rules: Iterable[Rule]) -> Mapping[Scope, frozenset[str]]:
    """The scenarios that rules of each scope read, in conditions or in annotations."""
    wanted: dict[Scope, set[str]] = {}
    for rule in rules:
        read = (parts_of(name) for name in rule.reads)
        scenarios = {of for measure, of in read if of and measure not in OUTSIDE}
        wanted.setdefault(rule.scope, set()).update(scenarios)
    return {scope: frozenset(names) for scope, names in wanted.items()}


class _Reach:
    """How far one market may carry a pool from what was computed at a price."""

    __slots__ = ("carried", "held", "then", "weight")

    def __init__(self) -> None:
        self.held: list[tuple[Leg, float]] = []
        self.then = self.weight = self.carried = 0.0

    def begin(self, price: float) -> None:
        """Count from here."""
        self.then, self.carried = price, 0.0
        self.weight = sum(worst * leg.notional(price) for leg, worst in self.held)


class PoolWatch:
    """Follows one pool through the prices of its markets."""

    __slots__ = ("_backed", "_carried", "_names", "_pool", "_reaches", "_scenarios", "_slack")

    def __init__(self, pool: PoolRow, scenarios: Sequence[Moves]) -> None:
        self._pool = pool
        self._scenarios = scenarios
        self._names = [_names(_POOL, moves) for moves in scenarios]
        self._reaches: dict[MarketRow, _Reach] = {}
        self._carried, self._slack = 0.0, inf
        if (doubt := doubt_of(pool)) is not None:
            for names in self._names:
                pool.stressed.update(dict.fromkeys(names, doubt))
            return
        self._backed = backed_of(pool)
        for held in self._backed.held:
            worst = _worst(self._backed, held, scenarios)
            self._reaches.setdefault(held.row, _Reach()).held.append((held.leg.leg, worst))
        self._renew(self._backed)

    def follow(self, market: MarketRow) -> None:
        """One of its markets has a new price."""
        reach = self._reaches.get(market)
        if reach is None:
            return
        moved = abs(market.price / reach.then - 1.0)
        carried = moved * reach.weight
        self._carried += carried - reach.carried
        reach.carried = carried
        if self._carried > self._slack or moved > _FAR or self._pool.bent:
            self._renew(self._backed if self._backed.plain else backed_of(self._pool))

    def _renew(self, backed: Backed) -> None:
        """Compute it from the prices of now."""
        stressed = self._pool.stressed
        least = inf
        every = stress_by_all(backed, self._scenarios)
        for names, found in zip(self._names, every, strict=True):
            values = (found.margin_ratio, found.equity, found.liquidated)
            stressed.update(zip(names, values, strict=True))
            least = min(least, abs(found.equity), *map(abs, found.headrooms))
        self._carried, self._slack = 0.0, TOLERANCE * least
        for market, reach in self._reaches.items():
            reach.begin(market.price)


class HedgeWatch:
    """Follows one hedge. It is exact: what a unit of each leg's value gains is known beforehand."""

    __slots__ = ("_hedge", "_scenarios")

    def __init__(self, hedge: HedgeRow, scenarios: Sequence[Moves]) -> None:
        self._hedge = hedge
        self._scenarios: list[tuple[Sequence[str], Sequence[float], Sequence[float]]] = []
        if isinstance(hedge.residual_delta, Unknown):
            for moves in scenarios:
                hedge.stressed.update(dict.fromkeys(_names(_HEDGE, moves), hedge.residual_delta))
            return
        for moves in scenarios:
            exposure = [gain_of(leg, moves) for leg in hedge.exposure]
            cover = [gain_of(leg, moves) for leg in hedge.cover]
            self._scenarios.append((_names(_HEDGE, moves), exposure, cover))
        self._renew()

    def follow(self, _market: MarketRow) -> None:
        """One of its markets has a new price."""
        if self._scenarios:
            self._renew()

    def _renew(self) -> None:
        """Compute it from the prices of now."""
        hedge = self._hedge
        stressed = hedge.stressed
        owned = [leg.quantity * leg.market.price for leg in hedge.exposure]
        covering = [leg.quantity * leg.market.price for leg in hedge.cover]
        for (first, second, third), exposure, cover in self._scenarios:
            stressed[first] = gained = sum(map(mul, owned, exposure))
            stressed[second] = covered = sum(map(mul, covering, cover))
            stressed[third] = 0.0 - gained - covered


def _names(measures: Iterable[str], moves: Moves) -> tuple[str, ...]:
    return tuple(cell(measure, moves.scenario.name) for measure in measures)


def _worst(backed: Backed, held: Held, scenarios: Sequence[Moves]) -> float:
    """What a leg adds at most to stressed equity and requirement, for each unit of its notional
    of now and each part that its price moves.
    """
    leg = held.leg.leg
    coin = next(coin for coin in backed.coins if coin.coin == held.leg.settle)
    foreign = coin.coin != backed.unit
    rate = max((rate for rate, _ in leg.required), default=0.0)
    worst = 0.0
    for moves in scenarios:
        mark = moves.mark(held.market)
        grown = max(1.0, 1.0 / mark if leg.inverse else mark)
        if foreign:
            grown *= coin.price * max(1.0, moves.price(coin.coin, backed.money))
        worst = max(worst, grown * (1.0 + rate + abs(moves.funding(held.market, 1.0))))
    slope: float = max(coin.discount.term.slopes)
    return _SECOND_ORDER * slope * worst
