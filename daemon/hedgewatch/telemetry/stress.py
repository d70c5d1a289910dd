"""The stress of pools and hedges for readers: as JSON, and as series of a scrape."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter

from hedgewatch.core.book.rows import HedgeRow, PoolRow
from hedgewatch.core.measures import STRESS_MEASURES, Measure
from hedgewatch.core.model import Scope, Unknown
from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.stress import HedgeStress, PoolStress, StressTable, curve_of
from hedgewatch.telemetry.api import Document, jsonable
from hedgewatch.telemetry.exposition import WrittenLabels, header_of, lines_of

_NOW = ("equity", "margin_ratio", "headroom", "shock_down", "shock_up")
_OF_POOLS = [measure for measure in STRESS_MEASURES if measure.scope is Scope.POOL]
_OF_HEDGES = [measure for measure in STRESS_MEASURES if measure.scope is Scope.HEDGE]

Cell = PoolStress | HedgeStress
Rows = (
    Sequence[tuple[PoolRow, Mapping[str, PoolStress] | Unknown]]
    | Sequence[tuple[HedgeRow, Mapping[str, HedgeStress] | Unknown]]
)


def stress_document(table: StressTable, *, curves: bool = False) -> Document:
    """Every cell by the names that rules use; with `curves` margin ratios against a common move."""
    return {
        "scenarios": [_scenario(scenario) for scenario in table.scenarios],
        "pools": [_pool(pool, cells, curves=curves) for pool, cells in table.pools],
        "hedges": [
            dict(hedge.exported) | {"stress": _cells(_OF_HEDGES, cells)}
            for hedge, cells in table.hedges
        ],
    }


def _scenario(scenario: Scenario) -> Document:
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "grid": scenario.grid,
        "sources": list(scenario.sources),
    }


def _pool(pool: PoolRow, cells: Mapping[str, Cell] | Unknown, *, curves: bool) -> Document:
    document: Document = dict(pool.exported)
    document |= {name: jsonable(getattr(pool, name)) for name in _NOW}
    document["stress"] = _cells(_OF_POOLS, cells)
    if curves:
        document["curve"] = jsonable(curve_of(pool))
    return document


def _cells(measures: Sequence[Measure], cells: Mapping[str, Cell] | Unknown) -> object:
    if isinstance(cells, Unknown):
        return jsonable(cells)
    return {
        scenario: {measure.name: jsonable(_reader(measure)(cell)) for measure in measures}
        for scenario, cell in cells.items()
    }


_Written = Mapping[str, WrittenLabels]
"""The labels of the rows that have numbers, by the scenario whose name is the last of them."""


class StressSeries:
    """Renders a table for Prometheus, and remembers how the labels of its rows are written."""

    def __init__(self) -> None:
        self._pools: _Written = {}
        self._hedges: _Written = {}

    def render(self, table: StressTable) -> bytes:
        """Every cell that is scraped; what is unknown is absent."""
        scraped = [scenario.name for scenario in table.scenarios if scenario.scraped]
        self._pools = {name: self._pools.get(name) or _labelled(name) for name in scraped}
        self._hedges = {name: self._hedges.get(name) or _labelled(name) for name in scraped}
        pools = _series(_OF_POOLS, table.pools, self._pools)
        return b"".join((*pools, *_series(_OF_HEDGES, table.hedges, self._hedges)))


def _labelled(scenario: str) -> WrittenLabels:
    return WrittenLabels((("scenario", scenario),))


def _series(measures: Sequence[Measure], rows: Rows, written: _Written) -> Iterator[bytes]:
    """Measure by measure, as the format asks, and of each scenario all rows."""
    known = [(row.exported, cells) for row, cells in rows if not isinstance(cells, Unknown)]
    labels = [exported for exported, _ in known]
    texts = [text for each in written.values() for text in each.of(labels)]
    every = [cells[scenario] for scenario in written for _, cells in known]
    for measure in measures if every else ():
        yield header_of(measure.metric, measure.help)
        yield lines_of(measure.metric, texts, list(map(_reader(measure), every)))


def _reader(measure: Measure) -> Callable[[Cell], float]:
    return attrgetter(measure.name.removeprefix("stressed_"))
