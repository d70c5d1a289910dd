"""What would mend a pool, in words for whoever has to do it."""

from math import inf
from typing import TYPE_CHECKING

from hedgewatch.core.model import Unknown
from hedgewatch.core.scenarios import MONEY

if TYPE_CHECKING:  # they have it said of themselves
    from hedgewatch.core.book.rows.pool import PoolRow
    from hedgewatch.core.book.rows.position import PositionRow

_NONE = (inf, "")


def remedy_of(pool: "PoolRow", about: "PositionRow | None" = None) -> str:
    """`put 50,287.50 USDT into main/USDT, or close 162 of 250 contracts of AIX/USDT:USDT`.

    Of one position where closing a part of it is enough: of the one that it is about, else of
    the one of which the least money is closed.
    """
    lacking = pool.top_up_to_safe
    if isinstance(lacking, Unknown):
        return f"unknown: {lacking.reason}"
    if not lacking:
        return "nothing, it is safe as it stands"
    money = f"{lacking:,.2f}" if pool.currency in MONEY else f"{lacking:,.6g}"
    cut = _cut(about)[1] if about is not None else ""
    closing = cut or _least_cut(pool) or "close several positions: no one alone is enough"
    return f"put {money} {pool.currency} into {pool.account.name}/{pool.name}, or {closing}"


def _least_cut(pool: "PoolRow") -> str:
    return min(map(_cut, pool.positions), default=_NONE)[1]


def _cut(position: "PositionRow") -> tuple[float, str]:
    """The value of what would be closed, and its words; none where it is unknown, or not enough."""
    cut, held, worth = position.contracts_to_safe, abs(position.contracts), position.notional
    if isinstance(cut, Unknown) or isinstance(worth, Unknown) or not 0.0 < cut < inf:
        return _NONE
    part = f"all {held:,.8g}" if cut == held else f"{cut:,.8g} of {held:,.8g}"
    return worth * cut / held, f"close {part} contracts of {position.symbol}"
