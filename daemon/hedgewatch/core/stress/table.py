"""Every scenario on every pool and hedge, for whoever looks: a scrape, the interface, a plot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hedgewatch.core.book.rows import HedgeRow, PoolRow
from hedgewatch.core.model import Unknown
from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.stress.accounts import backed_of, doubt_of
from hedgewatch.core.stress.hedges import HedgeStress, stress_hedge
from hedgewatch.core.stress.moves import Moves
from hedgewatch.core.stress.pools import PoolStress, stress_by_all

CURVE = tuple(step / 100.0 for step in range(-90, 151))
"""The common moves of a plot."""


@dataclass(frozen=True, slots=True)
class StressTable:
    """By row and by the name of the scenario; a row that cannot be vouched for is unknown."""

    scenarios: tuple[Scenario, ...]
    pools: Sequence[tuple[PoolRow, Mapping[str, PoolStress] | Unknown]]
    hedges: Sequence[tuple[HedgeRow, Mapping[str, HedgeStress] | Unknown]]


def table_of(
    pools: Iterable[PoolRow], hedges: Iterable[HedgeRow], scenarios: Sequence[Moves]
) -> StressTable:
    """Computed anew from the prices of now."""
    return StressTable(
        tuple(moves.scenario for moves in scenarios),
        [(pool, _pool(pool, scenarios)) for pool in pools],
        [(hedge, _hedge(hedge, scenarios)) for hedge in hedges],
    )


def joined(parts: Iterable[StressTable]) -> StressTable:
    """Tables of parts of one desk, as one."""
    every = tuple(parts)
    return StressTable(
        every[0].scenarios if every else (),
        [row for part in every for row in part.pools],
        [row for part in every for row in part.hedges],
    )


def curve_of(pool: PoolRow) -> list[tuple[float, float]]:
    """Margin ratio against a common move of all prices; empty while the pool is unknown."""
    if doubt_of(pool) is not None:
        return []
    backed = backed_of(pool)
    betas, assets = pool.account.betas, pool.account.assets
    moves = [Moves(Scenario(name="common", common=x, betas=betas), assets) for x in CURVE]
    found = stress_by_all(backed, moves)
    return [(x, each.margin_ratio) for x, each in zip(CURVE, found, strict=True)]


def _pool(pool: PoolRow, scenarios: Sequence[Moves]) -> Mapping[str, PoolStress] | Unknown:
    if (doubt := doubt_of(pool)) is not None:
        return doubt
    backed = backed_of(pool)
    names = (moves.scenario.name for moves in scenarios)
    return dict(zip(names, stress_by_all(backed, scenarios), strict=True))


def _hedge(hedge: HedgeRow, scenarios: Sequence[Moves]) -> Mapping[str, HedgeStress] | Unknown:
    if isinstance(hedge.residual_delta, Unknown):
        return hedge.residual_delta
    return {moves.scenario.name: stress_hedge(hedge, moves) for moves in scenarios}
