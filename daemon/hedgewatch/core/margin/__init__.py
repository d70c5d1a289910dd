"""The solver: how much margin a position needs, and between which prices a pool is safe.

With marginal tiers the requirement is a maximum of lines, so the surplus of a pool (equity less
requirement) is concave and made of straight pieces, in the price of a market and in a common
shock of all prices. The safe set is one interval; its edges are found by Newton steps on the
lines, exactly and without a tolerance (`daemon/NUMBERS.md`; Binance FAQ b3c689c1 for the terms).
Every interval is (low, high), −inf or +inf on a side without an edge, or EMPTY.

- `Leg(quantity, entry, tiers, *, fee, theta, inverse, fixed)`: one position, linear or inverse.
- `Edges(legs).interval(constant, scales, carry)`, `Line(leg).interval(constant)`: a pool of one
  currency, fast, remembering. One inverse market: constant 0, scales 1, carry = its coins.
- `Account(legs, collateral, *, profit_inside, theta)` of `HeldLeg`s and `Collateral` (with a
  `Discount`): a pool of several currencies. `equity`, `requirement`, `maintenance`, `headroom`,
  `shock()` in x, `price_interval(market, moving)` in prices. `HeldLeg.netting` names what is
  asked for the larger side only.
- `Surplus` of `View`s, `Netted`: what `Account` is solved with.
- `Scan(constant, curves, scales, carry).interval(now)` of `Curve`s (`stepped`, `square_root`,
  `growing`, `curve_of`): rules that jump or bend. Inverse curves live in 1/price: `reciprocal`.
- Tables: `deductions`, `marginal`, `are_marginal`, `tier_of` (by size), `at_any_price`.
"""

from hedgewatch.core.margin.account import Account, reciprocal
from hedgewatch.core.margin.collateral import IN_FULL, Collateral, Discount, at_rate
from hedgewatch.core.margin.curve import Curve, curve_of, growing, square_root, stepped
from hedgewatch.core.margin.edges import EMPTY, Edges, Line
from hedgewatch.core.margin.leg import Leg
from hedgewatch.core.margin.motion import HeldLeg
from hedgewatch.core.margin.netting import Netted
from hedgewatch.core.margin.scan import Scan
from hedgewatch.core.margin.surplus import Surplus, View
from hedgewatch.core.margin.term import Term
from hedgewatch.core.margin.tiers import are_marginal, at_any_price, deductions, marginal, tier_of

__all__ = [
    "EMPTY",
    "IN_FULL",
    "Account",
    "Collateral",
    "Curve",
    "Discount",
    "Edges",
    "HeldLeg",
    "Leg",
    "Line",
    "Netted",
    "Scan",
    "Surplus",
    "Term",
    "View",
    "are_marginal",
    "at_any_price",
    "at_rate",
    "curve_of",
    "deductions",
    "growing",
    "marginal",
    "reciprocal",
    "square_root",
    "stepped",
    "tier_of",
]
