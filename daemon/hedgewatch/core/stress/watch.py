"""When the stress that rules read is computed anew: on any news of the account, and when prices
moved enough to matter.

A pool's stressed equity and headroom change by no more than Σ weight · |price ÷ price then − 1|
over its markets, where a weight is the market's gross notional at the worst scenario, and its
highest maintenance rate. They are computed anew as soon as that sum exceeds `TOLERANCE` of the
least of them: what is judged is never further from the truth, and the nearer liquidation is, the
less it takes. A hedge is linear in prices and is computed on each of its ticks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import inf
from typing import Any

from hedgewatch.core.book.rows import HedgeRow, MarketRow, PoolRow, Watch
from hedgewatch.core.expression import cell, parts_of
from hedgewatch.core.model import Desk, Known, Scope, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.stress.accounts import Backed, Held, backed_of
from hedgewatch.core.stress.hedges import HedgeStress, stress_hedge
from hedgewatch.core.stress.moves import Moves, moves_of
from hedgewatch.core.stress.pools import PoolStress, stress_pool

TOLERANCE = 1e-3
"""Of stressed equity and of stressed headroom, whichever is less."""

_FAR = 0.01
"""A price that moved further is never judged by an estimate: the bound is of the first order."""

_SECOND_ORDER = 1.03
"""What the bound is widened by, for all that a move of 1 % does beyond the first order."""

Cells = dict[str, Known | bool]


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
        names = set(rule.expr.names) | (rule.clear.names if rule.clear else set())
        names = names.union(*(template.names for template in rule.annotations.values()))
        scenarios = {scenario for _, scenario in map(parts_of, names) if scenario}
        wanted.setdefault(rule.scope, set()).update(scenarios)
    return {scope: frozenset(names) for scope, names in wanted.items()}


class _Reach:
    """How far one market may carry a pool from what was computed."""

    __slots__ = ("carried", "then", "weight")

    def __init__(self, price: float, weight: float) -> None:
        self.then = price
        self.weight = weight
        self.carried = 0.0


class PoolWatch:
    """Follows one pool through the prices of its markets."""

    __slots__ = ("_carried", "_pool", "_reaches", "_scenarios", "_slack")

    def __init__(self, pool: PoolRow, scenarios: Sequence[Moves]) -> None:
        self._pool = pool
        self._scenarios = scenarios
        self._reaches: dict[MarketRow, _Reach] = {}
        self._carried = 0.0
        self._slack = inf
        self.renew()

    def follow(self, market: MarketRow) -> None:
        """One of its markets has a new price."""
        reach = self._reaches.get(market)
        if reach is None:
            return
        moved = abs(market.price / reach.then - 1.0)
        carried = moved * reach.weight
        self._carried += carried - reach.carried
        reach.carried = carried
        if self._carried > self._slack or moved > _FAR:
            self.renew()

    def renew(self) -> None:
        """Compute it from the prices of now."""
        pool = self._pool
        self._carried, self._slack = 0.0, inf
        self._reaches = {}
        if isinstance(pool.equity, Unknown):
            names = (moves.scenario.name for moves in self._scenarios)
            pool.stressed.update(_unknown(_POOL, names, pool.equity))
            return
        backed = backed_of(pool)
        for moves in self._scenarios:
            found = stress_pool(backed, moves)
            pool.stressed.update(_of_pool(moves.scenario.name, found))
            least = min(abs(found.equity), *map(abs, found.headrooms))
            self._slack = min(self._slack, TOLERANCE * least)
        for held in backed.held:
            reach = self._reaches.setdefault(held.row, _Reach(held.row.price, 0.0))
            weights = (_weight(backed, held, moves) for moves in self._scenarios)
            reach.weight += _SECOND_ORDER * max(weights, default=0.0)


class HedgeWatch:
    """Follows one hedge. It is exact: there is nothing to wait for."""

    __slots__ = ("_hedge", "_scenarios")

    def __init__(self, hedge: HedgeRow, scenarios: Sequence[Moves]) -> None:
        self._hedge = hedge
        self._scenarios = scenarios
        self.renew()

    def follow(self, _market: MarketRow) -> None:
        """One of its markets has a new price."""
        self.renew()

    def renew(self) -> None:
        """Compute it from the prices of now."""
        hedge = self._hedge
        if isinstance(hedge.exposure_value, Unknown):
            names = (moves.scenario.name for moves in self._scenarios)
            hedge.stressed.update(_unknown(_HEDGE, names, hedge.exposure_value))
            return
        for moves in self._scenarios:
            hedge.stressed.update(_of_hedge(moves.scenario.name, stress_hedge(hedge, moves)))


_POOL = ("stressed_margin_ratio", "stressed_equity", "stressed_liquidated")
_HEDGE = ("stressed_exposure_pnl", "stressed_cover_pnl", "stressed_loss")


def _of_pool(scenario: str, found: PoolStress) -> Cells:
    values = (found.margin_ratio, found.equity, found.liquidated)
    return {cell(name, scenario): value for name, value in zip(_POOL, values, strict=True)}


def _of_hedge(scenario: str, found: HedgeStress) -> Cells:
    values = (found.exposure_pnl, found.cover_pnl, found.loss)
    return {cell(name, scenario): value for name, value in zip(_HEDGE, values, strict=True)}


def _unknown(
    names: Iterable[str], scenarios: Iterable[str], why: Unknown
) -> Iterator[tuple[str, Unknown]]:
    for scenario in scenarios:
        for name in names:
            yield cell(name, scenario), why


def _weight(backed: Backed, held: Held, moves: Moves) -> float:
    """What a leg adds to stressed equity and requirement, for each part that its price moves."""
    leg, price = held.leg.leg, held.leg.price
    coins = {coin.coin: coin for coin in backed.coins}
    coin = coins[held.leg.settle]
    notional = max(leg.notional(price), leg.notional(price * moves.mark(held.market)))
    if coin.coin != backed.unit:
        notional *= coin.price * max(1.0, moves.price(coin.coin, backed.money))
    rate: float = max(rate for rate, _ in leg.required)
    paid = abs(moves.funding(held.market, 1.0))
    return notional * max(coin.discount.term.slopes) * (1.0 + rate + paid)
