"""What would mend a pool, in words for whoever has to do it."""

from math import inf, isfinite
from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.row import NOT_YET
from hedgewatch.core.model import Unknown
from hedgewatch.core.wording import amount, figure

if TYPE_CHECKING:  # they have it said of themselves
    from hedgewatch.core.book.rows.pool import PoolRow
    from hedgewatch.core.book.rows.position import PositionRow

_NONE = (inf, "")
SAFE_RATIO = 0.5
"""The margin ratio of a pool that somebody may leave alone for the night."""

SAFE_MOVE = 0.15
"""The move, either way, that such a pool stands: of all its markets, and of each alone."""


def remedy_of(pool: "PoolRow", about: "PositionRow | None" = None) -> str:
    """`put 50,287.50 USDT into main/USDT, or close 162 of 250 contracts of AIX/USDT:USDT`.

    Of one position where closing a part of it is enough: of the one that it is about, else of
    the one of which the least money is closed.
    """
    lacking = pool.top_up_to_safe
    if isinstance(lacking, Unknown):
        return _by_venue(pool) or f"unknown: {lacking.reason}"
    into = f"into {pool.account.name}/{pool.name}"
    if not lacking:
        return _alone(about, into) or "nothing, it is safe as it stands"
    cut = _cut(about)[1] if about is not None else ""
    return f"put {_money(lacking, pool)} {into}{_or_close(cut or _least_cut(pool), pool)}"


def _by_venue(pool: "PoolRow") -> str:
    """What the ratio alone asks for where the venue's own stands in: in a move it may be more."""
    equity, ratio = pool.equity, pool.margin_ratio
    if not pool.margin_by_venue or isinstance(equity, Unknown) or isinstance(ratio, Unknown):
        return ""
    lacking = equity * (ratio / SAFE_RATIO - 1.0) if isfinite(ratio) else 0.0
    at_least = f"at least {_money(lacking, pool)}" if lacking > 0.0 else "margin"
    into = f"put {at_least} into {pool.account.name}/{pool.name}, or close a part"
    return f"{into}: how much makes it safe is not computed here"


def _alone(about: "PositionRow | None", into: str) -> str:
    """Of a position whose pool stands any common move, because others of it gain what this loses:
    they need not move with it.
    """
    distance = inf if about is None else about.liquidation_distance
    pool = None if about is None else about.pool
    if about is None or pool is None or isinstance(distance, Unknown) or distance >= SAFE_MOVE:
        return ""
    lacking = NOT_YET if pool.adviser is None else pool.adviser.top_up_alone_of(about)
    money = "money" if isinstance(lacking, Unknown) else _money(lacking, pool)
    return (
        f"put {money} {into}, or close a part of {about.symbol}: "
        "the pool stands a move of all its markets, but not one of this market alone"
    )


def _money(lacking: float, pool: "PoolRow") -> str:
    return f"{amount(lacking, pool.currency)} {pool.currency}"


def _or_close(cut: str, pool: "PoolRow") -> str:
    if not cut and len(pool.positions) == 1:
        return ": to close the position is not enough"
    return f", or {cut or 'close several positions: no one alone is enough'}"


def _least_cut(pool: "PoolRow") -> str:
    return min(map(_cut, pool.positions), default=_NONE)[1]


def _cut(position: "PositionRow") -> tuple[float, str]:
    """The value of what would be closed, and its words; none where it is unknown, or not enough."""
    cut, held, worth = position.contracts_to_safe, abs(position.contracts), position.notional
    if isinstance(cut, Unknown) or isinstance(worth, Unknown) or not 0.0 < cut < inf:
        return _NONE
    whole = figure(held, ",.8g")
    part = f"all {whole}" if cut == held else f"{figure(cut, ',.8g')} of {whole}"
    return worth * cut / held, f"close {part} contracts of {position.symbol}"
