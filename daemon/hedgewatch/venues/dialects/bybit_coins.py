"""What Bybit says of coins: owned and owed, what counts as collateral, and at which price.

Glossary of the help centre (2026-03): "Margin Balance = Wallet Balance + Perp & Future Unrealized
P&L − Spot Borrow", after the collateral value ratio; "Total Maintenance Margin = Σ on borrowed
assets + Σ for open positions + Σ for active orders".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

from hedgewatch.core.events import BalanceReading, CollateralReading
from hedgewatch.core.model import CollateralSlice
from hedgewatch.venues.fields import (
    Row,
    number,
    number_or_none,
    positive,
    rows,
    says_yes,
    text,
)

Steps = Mapping[str, tuple[tuple[float, float], ...]]
"""By coin: (up to so many coins, the rate)."""

_HALF_A_DIGIT = 0.5e-8
"""Amounts and values are told to eight places."""

_FINE, _COARSE = 1e-5, 1e-3
"""How far a price may be off that positions are valued by, and any other."""

_LITTLE_USD = 1.0


def owned(row: Row) -> float:
    """Without unrealised profit, and less what was borrowed of it."""
    return number(row, "walletBalance") - _or_none_of_it(row, "spotBorrow")


def _or_none_of_it(row: Row, name: str) -> float:
    """An amount; 0 where the venue says that there is none, which is an empty text or no field."""
    return 0.0 if row.get(name) in (None, "") else number(row, name)


def balance(row: Row, told: float, *, isolated: bool, staked: float) -> BalanceReading:
    """One coin. What may be no collateral backs nothing, but what is owed always does. Dust backs
    nothing either: it has no price, without which nothing could be said of the rest.
    """
    total = owned(row)
    backs = not isolated and (is_collateral(row) or total < 0.0) and not _is_dust(row)
    return BalanceReading(
        asset=text(row, "coin"),
        total=total + staked,
        cross_wallet=total if backs else 0.0,
        locked=_or_none_of_it(row, "locked") + staked,
        venue_time=told,
    )


def is_collateral(row: Row) -> bool:
    """Whether the venue takes it and its owner gives it."""
    return says_yes(row, "marginCollateral") and says_yes(row, "collateralSwitch")


def _is_dust(row: Row) -> bool:
    """Whether a coin is too little to make a price of, and no position pays in it. Of what is no
    collateral the value is told as 0, and means nothing.
    """
    value = number_or_none(row, "usdValue")
    little = value is not None and abs(value) < _LITTLE_USD and _error(row) > _COARSE
    return little and _is_idle(row) and is_collateral(row)


def _is_idle(row: Row) -> bool:
    """Whether no position pays in the coin, as far as its profit shows."""
    return not number_or_none(row, "unrealisedPnl")


def _error(row: Row) -> float:
    """How far the price may be off that value and amount make, as a part of it."""
    value, equity = number_or_none(row, "usdValue"), number_or_none(row, "equity")
    if not value or not equity or value * equity < 0.0:
        return inf
    return _HALF_A_DIGIT / abs(value) + _HALF_A_DIGIT / abs(equity)


def price_of(row: Row, known: float | None = None) -> float | None:
    """In USD, by the venue's own index: value ÷ amount. `known` is the last one, which is better
    than one made of next to nothing; None where there is neither.
    """
    error = _error(row)
    if error <= _FINE or (error <= _COARSE and (known is None or _is_idle(row))):
        return number(row, "usdValue") / number(row, "equity")
    return known


@dataclass(slots=True)
class Terms:
    """`ratios`: the part of a coin's value that counts; `loans`: what a loan of it asks for as
    maintenance, a part of its value; `prices`: the last good ones, in USD.
    """

    ratios: Steps = field(default_factory=dict)
    loans: Steps = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)

    def priced(self, coins: Iterable[Row]) -> tuple[CollateralReading, ...]:
        """What each coin counts. Nothing is said of one that is collateral by tiers which are not
        known.
        """
        readings = []
        for row in coins:
            coin = text(row, "coin")
            price = price_of(row, self.prices.get(coin))
            if price is not None:
                self.prices[coin] = price
            slices = _slices(row, self.ratios.get(coin), price or 0.0)
            if price is not None and slices:
                asked = self._asked_of_loan(row)
                readings.append(
                    CollateralReading(
                        asset=coin, price=price, slices=slices, charge=asked, in_coins=True
                    )
                )
        return tuple(readings)

    def unrated(self, coins: Iterable[Row]) -> str:
        """A coin that is borrowed, of which is not known what its loan asks for; "" without one."""
        owed = (text(row, "coin") for row in coins if _borrowed(row) > 0.0)
        return next((coin for coin in owed if not self.loans.get(coin)), "")

    def _asked_of_loan(self, row: Row) -> float:
        """Coins that a loan asks for, also of what was borrowed and is still there."""
        borrowed, steps = _borrowed(row), self.loans.get(text(row, "coin"))
        if borrowed <= 0.0 or not steps:
            return 0.0
        return borrowed * next((rate for most, rate in steps if borrowed <= most), steps[-1][1])


def _borrowed(row: Row) -> float:
    return number_or_none(row, "borrowAmount") or 0.0


def _slices(
    row: Row, tiers: tuple[tuple[float, float], ...] | None, price: float
) -> tuple[CollateralSlice, ...]:
    if not is_collateral(row):
        return (CollateralSlice(inf, 0.0),)
    return tuple(CollateralSlice(ceiling * price, ratio) for ceiling, ratio in tiers or ())


def ratios_of(listed: Iterable[Row]) -> Steps:
    """From the list of tiered collateral ratios: "" means no end."""
    return {
        text(row, "currency"): tuple(
            sorted(
                (_end(tier, "maxQty"), number(tier, "collateralRatio"))
                for tier in rows(row.get("collateralRatioList"), "collateralRatioList")
            )
        )
        for row in listed
    }


def loans_of(listed: Iterable[Row]) -> Steps:
    """From the list of tiers of loans."""
    return {
        text(row, "currency"): tuple(
            sorted(
                (_end(tier, "borrowLimit"), number(tier, "positionMMR"))
                for tier in rows(row.get("positionTiersRatioList"), "positionTiersRatioList")
            )
        )
        for row in listed
    }


def _end(tier: Row, name: str) -> float:
    return inf if tier.get(name) in (None, "") else positive(tier, name)


def staked_coins(listed: Iterable[Row]) -> dict[str, float]:
    """What lies in Earn, by coin."""
    amounts: dict[str, float] = {}
    for row in listed:
        coin = text(row, "coin")
        amounts[coin] = amounts.get(coin, 0.0) + number(row, "amount")
    return amounts
