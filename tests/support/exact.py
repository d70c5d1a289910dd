"""A margin account in rational arithmetic, by its definitions: the witness of the solver's tests.

It knows nothing of lines. It looks tiers up by the notional, cuts collateral into its slices, and
finds an edge by walking from now outwards over every price at which something changes its slope.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from hedgewatch.core.margin import Account, Collateral, Discount, HeldLeg, Leg
from hedgewatch.core.model import CollateralSlice, Tier

ZERO, ONE = Fraction(0), Fraction(1)
Table = tuple[tuple[Fraction, Fraction, Fraction], ...]
Slices = tuple[tuple[Fraction, Fraction], ...]
"""(ceiling, rate); what is above the last ceiling counts at the last rate."""


@dataclass(frozen=True)
class Coin:
    """Collateral: an amount at a price, its beta and the slices of its discount."""

    name: str
    amount: Fraction
    price: Fraction
    beta: Fraction
    slices: Slices

    def at(self, x: Fraction) -> Fraction:
        return self.price * (1 + self.beta * x)

    def counted(self, value: Fraction) -> Fraction:
        if value < 0:
            return value
        total, floor = ZERO, ZERO
        for ceiling, rate in self.slices[:-1]:
            total += max(ZERO, min(value, ceiling) - floor) * rate
            floor = ceiling
        return total + max(ZERO, value - floor) * self.slices[-1][1]

    def collateral(self) -> Collateral:
        parts = [CollateralSlice(float(top), float(rate)) for top, rate in self.slices[:-1]]
        last = CollateralSlice(float("inf"), float(self.slices[-1][1]))
        return Collateral(
            coin=self.name, amount=float(self.amount), price=float(self.price),
            beta=float(self.beta), discount=Discount((*parts, last)),
        )  # fmt: skip


@dataclass(frozen=True)
class Position:
    """A position, linear or inverse, at a price."""

    quantity: Fraction
    entry: Fraction
    price: Fraction
    table: Table
    beta: Fraction = ONE
    inverse: bool = False
    fee: Fraction = ZERO
    theta: Fraction = ONE
    fixed: Fraction = ZERO
    netting: str = ""
    asked: bool = True
    """Whether any margin is asked of it: not of the smaller side of a netting."""
    reciprocal: bool = False
    """Whether x moves 1/price, in which an inverse position that moves alone is straight."""

    @property
    def settle(self) -> str:
        return "BTC" if self.inverse else "USD"

    def at(self, x: Fraction) -> Fraction:
        factor = 1 + self.beta * x
        return self.price / factor if self.reciprocal else self.price * factor

    def notional(self, price: Fraction) -> Fraction:
        return abs(self.quantity) / price if self.inverse else abs(self.quantity) * price

    def profit(self, price: Fraction) -> Fraction:
        if self.inverse:
            return self.quantity * (1 / self.entry - 1 / price)
        return self.quantity * (price - self.entry)

    def requirement(self, price: Fraction) -> Fraction:
        if not self.asked:
            return ZERO
        notional = self.notional(price)
        _, rate, cum = next(row for row in reversed(self.table) if notional >= row[0])
        return self.theta * ((rate + self.fee) * notional - cum + self.fixed)

    def changes(self) -> list[Fraction]:
        """The x at which the tier changes."""
        size = abs(self.quantity)
        prices = [size / floor if self.inverse else floor / size for floor, _, _ in self.table[1:]]
        moved = [self.price / at if self.reciprocal else at / self.price for at in prices]
        return [(factor - 1) / self.beta for factor in moved] if self.beta else []

    def leg(self) -> Leg:
        return Leg(
            float(self.quantity), float(self.entry), [Tier(*map(float, row)) for row in self.table],
            fee=float(self.fee), theta=float(self.theta), inverse=self.inverse,
            fixed=float(self.fixed),
        )  # fmt: skip

    def held(self, market: str) -> HeldLeg:
        return HeldLeg(
            leg=self.leg(), market=market, price=float(self.price), settle=self.settle,
            beta=float(self.beta), netting=self.netting,
        )  # fmt: skip


@dataclass(frozen=True)
class Pool:
    """An account of several currencies, of which `BTC` and `USD` settle positions."""

    positions: tuple[Position, ...]
    coins: tuple[Coin, ...]
    inside: bool = True

    def account(self) -> Account:
        held = [position.held(str(index)) for index, position in enumerate(self.positions)]
        coins = [coin.collateral() for coin in self.coins]
        return Account(held, coins, profit_inside=self.inside)

    def surplus(self, x: Fraction) -> Fraction:
        return self.equity(x) - self.requirement(x)

    def equity(self, x: Fraction) -> Fraction:
        total = ZERO
        for coin in self.coins:
            profit = coin.at(x) * self._profit(coin.name, x)
            owned = coin.amount * coin.at(x)
            total += coin.counted(owned + profit if self.inside else owned)
            total += ZERO if self.inside else profit
        return total

    def requirement(self, x: Fraction) -> Fraction:
        total = ZERO
        sides: dict[str, list[Fraction]] = {}
        for position in self.positions:
            asked = self._coin(position.settle).at(x) * position.requirement(position.at(x))
            if position.netting:
                sides.setdefault(position.netting, [ZERO, ZERO])[position.quantity > 0] += asked
            else:
                total += asked
        return total + sum(map(max, sides.values()), ZERO)

    def gross(self) -> Fraction:
        """What sets the scale of the rounding: all of it, before one thing offsets another."""
        coins = sum((abs(coin.amount) * coin.price for coin in self.coins), ZERO)
        return coins + sum(
            (
                self._coin(p.settle).price * p.notional(p.price) * (1 + p.price / p.entry)
                for p in self.positions
            ),
            ZERO,
        )

    def domain(self) -> tuple[Fraction | None, Fraction | None]:
        betas = [p.beta for p in self.positions] + [coin.beta for coin in self.coins]
        low = max((-1 / beta for beta in betas if beta > 0), default=None)
        return low, min((-1 / beta for beta in betas if beta < 0), default=None)

    def changes(self) -> set[Fraction]:
        """Every x at which a slope changes, netted sides apart."""
        found = {x for p in self.positions for x in p.changes()}
        for coin in self.coins:
            found.update(self._slice_changes(coin))
        return found

    def _slice_changes(self, coin: Coin) -> list[Fraction]:
        def value(x: Fraction) -> Fraction:
            profit = self._profit(coin.name, x) if self.inside else ZERO
            return coin.at(x) * (coin.amount + profit)

        start, slope = value(ZERO), 4 * (value(Fraction(1, 4)) - value(ZERO))
        tops = [ZERO, *(top for top, _ in coin.slices[:-1])]
        return [(top - start) / slope for top in tops] if slope else []

    def _profit(self, coin: str, x: Fraction) -> Fraction:
        return sum((p.profit(p.at(x)) for p in self.positions if p.settle == coin), ZERO)

    def _coin(self, name: str) -> Coin:
        return next(coin for coin in self.coins if coin.name == name)


Range = tuple[Fraction | None, Fraction | None]
Surplus = Callable[[Fraction], Fraction]


def walk(surplus: Surplus, changes: set[Fraction], domain: Range) -> Range:
    """The edges of what is safe around 0 (where it is safe), None on an open side."""
    low, high = domain
    inside = sorted(
        x for x in changes | {ZERO} if (low is None or x > low) and (high is None or x < high)
    )
    up = [x for x in inside if x >= 0]
    down = [x for x in reversed(inside) if x <= 0]
    return _first(surplus, down, low, -ONE), _first(surplus, up, high, ONE)


def _first(
    surplus: Surplus, stops: Sequence[Fraction], end: Fraction | None, outwards: Fraction
) -> Fraction | None:
    """The first root beyond 0 on the way over `stops`, then straight on to `end`."""
    for near, far in pairwise(stops):
        if surplus(far) < 0:
            return _crossing(surplus, near, far)
    last = stops[-1]
    root = _crossing(surplus, last, last + outwards if end is None else (last + end) / 2)
    if root is None or (root - last) * outwards < 0:
        return None
    return root if end is None or (end - root) * outwards > 0 else None


def _crossing(surplus: Surplus, near: Fraction, far: Fraction) -> Fraction | None:
    before, after = surplus(near), surplus(far)
    return near + (far - near) * before / (before - after) if before != after else None
