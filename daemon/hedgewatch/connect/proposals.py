"""Which hedges there are in what was found: the same coin long here and short there.

Spot against a future, coins that are margin against an inverse contract, one venue against another,
PEPE against 1000PEPE. Pure: whoever asks decides what becomes of it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hedgewatch.connect.found import Coins, Position
from hedgewatch.core.model import Unknown
from hedgewatch.core.scenarios import MONEY

_DUST = 0.01
"""Less than this part of the other side is no leg of a hedge: what a venue leaves over."""

_ALIKE = 0.25
"""Different coins whose worth differs by no more than this may be meant to cover each other."""

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_NAME = 40

Underlying = Callable[[str], tuple[str, float]]
"""The asset that an asset stands for, and how many of that one unit is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of a side, as the configuration has it. `held` is how much of the underlying it is,
    signed, None where that is not known.
    """

    account: str = ""
    wallet: str = ""
    asset: str = ""
    symbol: str = ""
    held: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is a leg of."""
        return self.account, self.wallet, self.asset or self.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One hedge. `asset` is its underlying; `covered` the part of what is owned that is covered,
    None where that is not known. `is_certain`: both sides are the same coin.
    """

    name: str
    asset: str
    exposure: tuple[Leg, ...]
    cover: tuple[Leg, ...]
    covered: float | None = None
    is_certain: bool = True


def propose(
    coins: Iterable[Coins],
    positions: Iterable[Position],
    underlying: Underlying,
    *,
    used: Iterable[tuple[str, str, str]] = (),
    names: Iterable[str] = (),
) -> list[Proposal]:
    """The hedges, none with a leg that is `used` or a name that is taken (`names`)."""
    taken, spent = set(names), set(used)
    coins, positions = tuple(coins), tuple(positions)
    placed = [*_coins(coins, underlying), *_positions(positions, underlying)]
    free = [(asset, leg) for asset, leg in placed if leg.key not in spent]
    assets = dict.fromkeys(asset for asset, _ in free)
    same = [
        hedge
        for asset in assets
        if (hedge := _same([leg for found, leg in free if found == asset], asset, taken))
    ]
    in_one = {leg.key for hedge in same for leg in (*hedge.exposure, *hedge.cover)}
    left = {leg.key for _, leg in free} - in_one
    return [*same, *_across(coins, positions, left, taken)]


def _coins(coins: Sequence[Coins], underlying: Underlying) -> Iterator[tuple[str, Leg]]:
    """Money is what hedges are made against, not what is hedged."""
    for one in coins:
        asset, units = underlying(one.asset)
        if asset not in MONEY and one.amount > 0.0:
            held = one.amount * units
            yield asset, Leg(account=one.account, wallet=one.wallet, asset=one.asset, held=held)


def _positions(positions: Sequence[Position], underlying: Underlying) -> Iterator[tuple[str, Leg]]:
    for one in positions:
        asset, units = underlying(one.base)
        if one.contracts:
            known = None if isinstance(one.quantity, Unknown) else one.quantity * units
            yield asset, Leg(account=one.account, symbol=one.symbol, held=known)


def _same(legs: Sequence[Leg], asset: str, taken: set[str]) -> Proposal | None:
    """Longs of a coin and shorts of it; None where one side is missing, or next to nothing."""
    known = [leg for leg in legs if leg.held]
    exposure = _above_dust([leg for leg in known if (leg.held or 0.0) > 0.0])
    cover = _above_dust([leg for leg in known if leg.symbol and (leg.held or 0.0) < 0.0])
    owned, sold = _sum(exposure), -_sum(cover)
    if not exposure or not cover or min(owned, sold) < _DUST * max(owned, sold):
        return None
    return Proposal(
        name=_name(asset, taken), asset=asset, exposure=exposure, cover=cover, covered=sold / owned
    )


def _above_dust(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    least = _DUST * abs(_sum(legs))
    return tuple(leg for leg in legs if abs(leg.held or 0.0) >= least)


def _sum(legs: Iterable[Leg]) -> float:
    return sum(leg.held or 0.0 for leg in legs)


def _across(
    coins: Sequence[Coins],
    positions: Sequence[Position],
    left: set[tuple[str, str, str]],
    taken: set[str],
) -> Iterator[Proposal]:
    """What is left of coins and of shorts, where it is worth about the same: perhaps a hedge of one
    coin by another. Only its owner knows.
    """
    owned = [(leg, value) for leg, value in _valued_coins(coins) if leg.key in left]
    sold = [(leg, value) for leg, value in _valued_shorts(positions) if leg.key in left]
    for leg, value in owned:
        near = [(abs(worth / value - 1.0), other, worth) for other, worth in sold]
        off, cover, worth = min(near, key=lambda one: one[0], default=(_ALIKE, None, 0.0))
        if cover is not None and off < _ALIKE:
            sold.remove((cover, worth))
            name = _name(f"{leg.asset}-{cover.symbol.partition('/')[0]}", taken)
            yield Proposal(
                name=name, asset=leg.asset, exposure=(leg,), cover=(cover,), covered=worth / value,
                is_certain=False,
            )  # fmt: skip


def _valued_coins(coins: Sequence[Coins]) -> Iterator[tuple[Leg, float]]:
    for one in coins:
        if not isinstance(one.value, Unknown) and one.value > 0.0 and one.asset not in MONEY:
            yield Leg(account=one.account, wallet=one.wallet, asset=one.asset), one.value


def _valued_shorts(positions: Sequence[Position]) -> Iterator[tuple[Leg, float]]:
    for one in positions:
        if one.contracts < 0.0 and one.currency in MONEY and not isinstance(one.notional, Unknown):
            yield Leg(account=one.account, symbol=one.symbol), one.notional


def _name(asset: str, taken: set[str]) -> str:
    """A name that no other hedge has."""
    plain = _NO_NAME.sub("-", asset).strip("-_.").lower()[:_LONGEST_NAME] or "hedge"
    name, number = plain, 2
    while name in taken:
        name, number = f"{plain}-{number}", number + 1
    taken.add(name)
    return name
