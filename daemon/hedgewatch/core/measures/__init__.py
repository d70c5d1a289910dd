"""The catalogue of measures: what rules compare, what is scraped, what messages show."""

from collections.abc import Iterable
from functools import cache
from math import inf

from hedgewatch.core.expression import OUTSIDE, Unit, Vocabulary, parts_of, windowing_of
from hedgewatch.core.expression.sense import Range, Ranges
from hedgewatch.core.measures.daemon import DAEMON_MEASURES
from hedgewatch.core.measures.desk import DESK_MEASURES
from hedgewatch.core.measures.evenness import EVENNESS_MEASURES
from hedgewatch.core.measures.exposure import EXPOSURE_MEASURES
from hedgewatch.core.measures.hedge import HEDGE_MEASURES
from hedgewatch.core.measures.hedge_statistics import HEDGE_STATISTICS
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.measures.outside import OUTSIDE_MEASURES
from hedgewatch.core.measures.pool import POOL_MEASURES
from hedgewatch.core.measures.position import POSITION_MEASURES
from hedgewatch.core.measures.rulebook import RULEBOOK_MEASURES
from hedgewatch.core.measures.statistics import STATISTICS
from hedgewatch.core.measures.stress import STRESS_MEASURES
from hedgewatch.core.measures.venue import VENUE_MEASURES
from hedgewatch.core.model import Scope

__all__ = ["CATALOGUE", "STRESS_MEASURES", "Measure", "ranges", "symbols"]

CATALOGUE: tuple[Measure, ...] = (
    *POOL_MEASURES,
    *POSITION_MEASURES,
    *HEDGE_MEASURES,
    *STATISTICS,
    *HEDGE_STATISTICS,
    *VENUE_MEASURES,
    *DESK_MEASURES,
    *DAEMON_MEASURES,
    *EVENNESS_MEASURES,
    *OUTSIDE_MEASURES,
    *EXPOSURE_MEASURES,
    *RULEBOOK_MEASURES,
)


def symbols(scope: Scope, scenarios: Iterable[str] = ()) -> Vocabulary:
    """The measures that a rule of this scope may name, with their units; `STRESS_MEASURES` of
    each of these scenarios.
    """
    return _symbols(scope, tuple(scenarios))


@cache
def _symbols(scope: Scope, scenarios: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(
        {measure.name: measure.unit for measure in CATALOGUE if measure.scope is scope},
        {measure.name: measure.unit for measure in STRESS_MEASURES if measure.scope is scope},
        scenarios,
    )


def _asked_on(scope: Scope) -> list[Measure]:
    """What rules of a scope may ask for: its own, and what is outside of the book."""
    every = (*CATALOGUE, *STRESS_MEASURES)
    return [each for each in every if each.scope is scope or each.name in OUTSIDE]


@cache
def ranges(scope: Scope) -> Ranges:
    """Between what the measures of a scope stay, those of scenarios and windows as well."""
    known = {measure.name: (measure.lowest, measure.highest) for measure in _asked_on(scope)}
    conditions = {m.name for m in _asked_on(scope) if m.unit is Unit.BOOLEAN}

    def range_of(name: str) -> Range:
        windowing = windowing_of(name)
        measure, _ = parts_of(name)
        low, high = (0.0, 1.0) if measure in conditions else known.get(measure, (-inf, inf))
        if windowing is None or windowing.function in {"average", "lowest", "highest"}:
            return low, high
        return (low - high, high - low) if windowing.function == "change" else (-inf, inf)

    return range_of
