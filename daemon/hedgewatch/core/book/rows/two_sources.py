"""What the venue says of a pool beside what is computed here, in words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hedgewatch.core.model import Known, Unknown

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
    apart, (ours, theirs) = (
        pool.margin_ratio_disagreement,
        (pool.margin_ratio, pool.venue_margin_ratio),
    )
    if not isinstance(apart, Unknown):
        yield (
            _POINTS * abs(apart),
            f"margin ratio {_ratio(ours)} here, {_ratio(theirs)} {_at(pool)}",
        )
    for name in ("maintenance_margin", "equity"):
        apart = getattr(pool, f"{name.partition('_')[0]}_disagreement")
        if not isinstance(apart, Unknown):
            ours, theirs = getattr(pool, name), getattr(pool, f"venue_{name}")
            of = f"{name.replace('_', ' ')} {_money(ours)} {pool.currency}"
            yield abs(apart), f"{of} here, {_money(theirs)} {_at(pool)}"


def _at(pool: "PoolRow") -> str:
    return f"at {pool.account.venue}"


def _ratio(value: Known) -> str:
    return "unknown" if isinstance(value, Unknown) else f"{value:.1%}"


def _money(value: Known) -> str:
    return "unknown" if isinstance(value, Unknown) else f"{value:,.2f}"
