"""How near liquidation is, in words: in usual moves of the market, and in what changed.

No time: what usual moves would take reads as comfort while the market moves as it never does.
"""

from math import inf, isfinite
from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.row import Row
from hedgewatch.core.model import Unknown
from hedgewatch.core.wording import figure

if TYPE_CHECKING:  # they have it said of themselves
    from hedgewatch.core.book.rows.pool import PoolRow
    from hedgewatch.core.book.rows.position import PositionRow


def pace_of_pool(pool: "PoolRow") -> str:
    """Of the market that is there first, the others standing still; it is named where there are
    several.
    """
    first = min(pool.positions, key=_soonness, default=None)
    if first is None:
        return "nothing is held"
    of = f"{first.symbol} alone: " if len(pool.positions) > 1 else ""
    changed = _change("; margin ratio", pool, "change(margin_ratio, 5m)")
    return f"{of}{_way(first)}{changed}"


def pace_of_position(position: "PositionRow") -> str:
    """Of its own market, the others standing still."""
    changed = _change("; the distance", position, "change(liquidation_distance, 5m)")
    return f"{_way(position)}{changed}"


def _way(position: "PositionRow") -> str:
    """`0.9 usual daily moves away (71% a year)`."""
    if position.liquidation_distance == inf:
        return "no price liquidates"
    sigmas, volatility = position.liquidation_distance_sigmas, position.volatility
    if isinstance(sigmas, Unknown):
        return f"not known yet ({sigmas.reason})"
    if isinstance(volatility, Unknown):
        return f"not known yet ({volatility.reason})"
    return f"{figure(sigmas, '.2g')} usual daily moves away ({volatility:.0%} a year)"


def _soonness(position: "PositionRow") -> float:
    """What is not known comes first: it may be the nearest."""
    if position.liquidation_distance == inf:
        return inf
    sigmas = position.liquidation_distance_sigmas
    return -1.0 if isinstance(sigmas, Unknown) else sigmas


def _change(of: str, row: Row, name: str) -> str:
    """What a ratio did, where its past reaches that far back."""
    points = row.windowed(name)
    if isinstance(points, Unknown) or not isfinite(points):
        return ""
    return f"{of} {100.0 * points:+.1f} points in 5 min"
