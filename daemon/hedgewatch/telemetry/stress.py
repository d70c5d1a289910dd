"""The stress of pools and hedges for readers: as JSON, and as series of a scrape."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from hedgewatch.core.book.rows import HedgeRow, PoolRow
from hedgewatch.core.measures import STRESS_MEASURES, Measure
from hedgewatch.core.model import Scope, Unknown
from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.stress import HedgeStress, PoolStress, StressTable, curve_of
from hedgewatch.telemetry.api import Document, jsonable
from hedgewatch.telemetry.exposition import Labels, prefix_of, text_of

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


_Prefixes = dict[tuple[Labels, str], tuple[str, ...]]
"""By labels and scenario: what precedes the value of each measure."""


class StressSeries:
    """Renders a table for Prometheus, and remembers what precedes each value."""

    def __init__(self) -> None:
        self._prefixes: _Prefixes = {}

    def render(self, table: StressTable) -> bytes:
        """Every cell that is scraped; what is unknown is absent."""
        scraped = [scenario.name for scenario in table.scenarios if scenario.scraped]
        kept: _Prefixes = {}
        text = [
            *self._series(_OF_POOLS, _known(table.pools, scraped), kept),
            *self._series(_OF_HEDGES, _known(table.hedges, scraped), kept),
        ]
        self._prefixes = kept
        return "".join(text).encode()

    def _series(
        self,
        measures: Sequence[Measure],
        cells: Iterable[tuple[Labels, str, Cell]],
        kept: _Prefixes,
    ) -> Iterator[str]:
        """Measure by measure, as the format asks, while each cell is looked at once."""
        readers = [_reader(measure) for measure in measures]
        families: list[list[str]] = [[] for _ in measures]
        appends = [family.append for family in families]
        for labels, scenario, cell in cells:
            key = labels, scenario
            prefixes = kept[key] = self._prefixes.get(key) or _prefixes(measures, *key)
            for append, prefix, read in zip(appends, prefixes, readers, strict=True):
                append(prefix + text_of(read(cell)))
        return _blocks(measures, families)


def _blocks(measures: Sequence[Measure], families: Sequence[list[str]]) -> Iterator[str]:
    for measure, lines in zip(measures, families, strict=True):
        if lines:
            metric = measure.metric
            yield f"# HELP {metric} {measure.help}\n# TYPE {metric} gauge\n"
            yield from lines


def _known(rows: Rows, scraped: Sequence[str]) -> Iterator[tuple[Labels, str, Cell]]:
    for row, cells in rows:
        if not isinstance(cells, Unknown):
            for scenario in scraped:
                yield row.exported, scenario, cells[scenario]


def _prefixes(measures: Sequence[Measure], labels: Labels, scenario: str) -> tuple[str, ...]:
    named = (*labels, ("scenario", scenario))
    return tuple(prefix_of(measure.metric, named) for measure in measures)


def _reader(measure: Measure) -> Callable[[Cell], float]:
    return attrgetter(measure.name.removeprefix("stressed_"))
