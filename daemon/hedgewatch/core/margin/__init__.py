"""The solver: how much margin a position needs, and between which prices a pool is safe.

With marginal tiers the requirement is a maximum of lines, so the surplus of a pool (equity less
requirement) is concave and made of straight pieces, in the price of a market and in a common
shock of all prices. The safe set is one interval; its edges are found by Newton steps on the
lines, exactly and without a tolerance (`daemon/NUMBERS.md`; Binance FAQ b3c689c1 for the terms).

- `Leg`: one position, linear or inverse. `Edges`, `Line`: the safe interval of a pool of one
  currency, fast. `Tier` tables: `deductions`, `marginal`, `are_marginal`, `tier_of`.
"""

from hedgewatch.core.margin.edges import EMPTY, Edges, Line
from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.term import Term
from hedgewatch.core.margin.tiers import are_marginal, at_any_price, deductions, marginal, tier_of

__all__ = [
    "EMPTY",
    "Edges",
    "Leg",
    "Line",
    "Term",
    "are_marginal",
    "at_any_price",
    "deductions",
    "marginal",
    "tier_of",
]
