"""What the venue says of a pool beside what is computed here, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.wording import amount

if TYPE_CHECKING:  # it has it said of itself
    from hedgewatch.core.book.rows.pool import PoolRow

_POINTS = 5.0 / 3.0
"""A point of ratio weighs so much more than a percent of money: `VenueDisagrees` asks 3 and 5."""


def disagreement_of(pool: "PoolRow") -> str:
    """`equity 50,000.00 USDT here, 40,000.00 at okx`: the one of three that is farthest apart; what
    the venue does not tell is none of them.
    """
    told = max(_told(pool), default=(0.0, "nothing of it is known twice"))
    return told[1]


def _told(pool: "PoolRow") -> Iterator[tuple[float, str]]:
    """Each that is known twice, with how far it is apart."""
    apart = pool.margin_ratio_disagreement
    if not isinstance(apart, Unknown):
        ours, theirs = _ratio(pool.margin_ratio), _ratio(pool.venue_margin_ratio)
        yield _POINTS * abs(apart), f"margin ratio {ours} here, {theirs} {_at(pool)}"
    apart = pool.maintenance_disagreement
    if not isinstance(apart, Unknown):
        both = pool.maintenance_margin, pool.venue_maintenance_margin
        yield abs(apart), f"maintenance margin {_amounts(pool, *both)}"
    apart = pool.equity_disagreement
    if not isinstance(apart, Unknown):
        yield abs(apart), f"equity {_amounts(pool, pool.equity, pool.venue_equity)}"


def _amounts(pool: "PoolRow", ours: Known, theirs: Known) -> str:
    currency = pool.currency
    return f"{_money(ours, currency)} {currency} here, {_money(theirs, currency)} {_at(pool)}"


def _at(pool: "PoolRow") -> str:
    return f"at {pool.account.venue}"


def _ratio(value: Known) -> str:
    return "unknown" if isinstance(value, Unknown) else f"{value:.1%}"


def _money(value: Known, currency: str) -> str:
    return "unknown" if isinstance(value, Unknown) else amount(value, currency)
