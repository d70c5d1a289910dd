"""What an account is told of its edges: whether it stands, and between what, "none" spelled None.

When it does not stand already there are no edges to tell: a formula would print a price on the
wrong side of the mark (margin.md §2.6-7).
"""

from dataclasses import dataclass
from math import isfinite

from hedgewatch.core.margin.account import Account
from hedgewatch.core.margin.polarity import margin_ratio


@dataclass(frozen=True, slots=True)
class Verdict:
    """`low` and `high` are prices, or moves of all prices; None where nothing liquidates.

    `safe` is equity above requirement; `margin_ratio` is +inf when the equity is gone.
    """

    safe: bool
    low: float | None
    high: float | None
    equity: float
    requirement: float
    headroom: float
    margin_ratio: float


def verdict_on_price(account: Account, market: str) -> Verdict:
    """Between which prices of one market the account stands, all else as it is."""
    return _verdict(account, account.price_interval(market))


def verdict_on_shock(account: Account) -> Verdict:
    """Between which common moves of all prices, by beta, the account stands."""
    return _verdict(account, account.shock())


def _verdict(account: Account, interval: tuple[float, float]) -> Verdict:
    safe = account.headroom > 0.0
    low, high = (edge if safe and isfinite(edge) else None for edge in interval)
    return Verdict(
        safe,
        low,
        high,
        account.equity,
        account.requirement,
        account.headroom,
        margin_ratio(account.requirement, account.equity),
    )
