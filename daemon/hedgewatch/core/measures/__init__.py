"""The catalogue of measures: what rules compare, what is scraped, what messages show."""

from collections.abc import Iterable

from hedgewatch.core.expression import Vocabulary
from hedgewatch.core.measures.desk import DESK_MEASURES
from hedgewatch.core.measures.evenness import EVENNESS_MEASURES
from hedgewatch.core.measures.hedge import HEDGE_MEASURES
from hedgewatch.core.measures.hedge_statistics import HEDGE_STATISTICS
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.measures.pool import POOL_MEASURES
from hedgewatch.core.measures.position import POSITION_MEASURES
from hedgewatch.core.measures.statistics import STATISTICS
from hedgewatch.core.measures.stress import STRESS_MEASURES
from hedgewatch.core.measures.venue import VENUE_MEASURES
from hedgewatch.core.model import Scope

__all__ = ["CATALOGUE", "STRESS_MEASURES", "Measure", "symbols"]

CATALOGUE: tuple[Measure, ...] = (
    *POOL_MEASURES,
    *POSITION_MEASURES,
    *HEDGE_MEASURES,
    *STATISTICS,
    *HEDGE_STATISTICS,
    *VENUE_MEASURES,
    *DESK_MEASURES,
    *EVENNESS_MEASURES,
)


def symbols(scope: Scope, scenarios: Iterable[str] = ()) -> Vocabulary:
    """The measures that a rule of this scope may name, with their units; `STRESS_MEASURES` of
    each of these scenarios.
    """
    return Vocabulary(
        {measure.name: measure.unit for measure in CATALOGUE if measure.scope is scope},
        {measure.name: measure.unit for measure in STRESS_MEASURES if measure.scope is scope},
        scenarios,
    )
