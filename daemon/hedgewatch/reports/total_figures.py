"""What a period did to all pools together, in one currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hedgewatch.reports.minute import Minute
from hedgewatch.reports.pool_figures import Points, PoolFigures

RATES = "rates"
"""The part of a change that the rates between currencies made of what was there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalFigures:
    """The equity of all pools; `unknown`: why there is none. `parts` add up to the change."""

    currency: str
    opens: float = 0.0
    closes: float = 0.0
    parts: Mapping[str, float]
    unknown: str = ""

    @property
    def change(self) -> float:
        return self.closes - self.opens


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedFigures:
    """What all that is owned was worth, wallets and spot included: first and last known, when, and
    in between (None: not known).
    """

    currency: str
    opens: float
    opens_at: float
    closes: float
    closes_at: float
    worth: Points = ()

    @property
    def change(self) -> float:
        return self.closes - self.opens


def owned_figures(minutes: Sequence[Minute]) -> OwnedFigures | None:
    """None where it was never known, as on a desk on which something has no price."""
    worth = tuple((minute.ends, minute.total) for minute in minutes)
    known = [(at, total) for at, total in worth if total is not None]
    if not known:
        return None
    (opens_at, opens), (closes_at, closes) = known[0], known[-1]
    return OwnedFigures(
        currency=minutes[-1].currency,
        opens=opens,
        opens_at=opens_at,
        closes=closes,
        closes_at=closes_at,
        worth=worth,
    )


def total_figures(pools: Sequence[PoolFigures], minutes: Sequence[Minute]) -> TotalFigures:
    """In the currency that all have, else in that of the desk at the rates of the first and of the
    last minute. What is not known of one pool is not known of the sum.
    """
    currencies = {pool.currency for pool in pools}
    if len(currencies) == 1:
        (currency,) = currencies
        rates = {currency: 1.0}
        return _added(pools, currency, rates, rates)
    currency = minutes[-1].currency if minutes else ""
    return _added(pools, currency, _rates(minutes), _rates(minutes[::-1]))


def _rates(minutes: Sequence[Minute]) -> Mapping[str, float]:
    """The first that was known of each currency."""
    found: dict[str, float] = {}
    for minute in minutes:
        for currency, rate in minute.rates.items():
            found.setdefault(currency, rate)
    return found


def _added(
    pools: Sequence[PoolFigures],
    currency: str,
    first: Mapping[str, float],
    last: Mapping[str, float],
) -> TotalFigures:
    parts: dict[str, float] = {}
    opens = closes = 0.0
    for pool in pools:
        began, ended = first.get(pool.currency), last.get(pool.currency)
        if pool.opens is None or pool.closes is None:
            return _unknown(currency, f"the equity of {pool.name} was never known")
        if began is None or ended is None:
            return _unknown(currency, f"nothing told the price of {pool.currency} in {currency}")
        opens += pool.opens * began
        closes += pool.closes * ended
        for part, change in pool.parts.items():
            parts[part] = parts.get(part, 0.0) + change * ended
        parts[RATES] = parts.get(RATES, 0.0) + pool.opens * (ended - began)
    told = {part: change for part, change in parts.items() if change}
    return TotalFigures(currency=currency, opens=opens, closes=closes, parts=told)


def _unknown(currency: str, why: str) -> TotalFigures:
    return TotalFigures(currency=currency, parts={}, unknown=why)
