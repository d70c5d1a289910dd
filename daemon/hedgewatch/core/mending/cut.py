"""How much of one position to cut for its pool to be safe.

The surplus of a pool is concave in the size of one of its positions, so that the sizes that are
safe have no hole, and the largest of them is met from above by secants. Whoever cuts is taken to
trade at the mark, without fees: the profit of what is cut goes into the wallet.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, copysign, inf

from hedgewatch.core.book.legs import leg_of, regime_of
from hedgewatch.core.book.pooling import settle_of, wallet_of
from hedgewatch.core.book.rows import PoolRow, PositionRow
from hedgewatch.core.book.rows.remedy import SAFE_RATIO
from hedgewatch.core.book.solving import account_of, rebuilt
from hedgewatch.core.margin import Collateral, HeldLeg, Leg
from hedgewatch.core.margin.regimes import TierKind
from hedgewatch.core.mending.safe import MOVES, doubt_of, is_safe, spare_of
from hedgewatch.core.model import Known, Unknown

Spare = Callable[[float], float]
"""What a pool has beyond what is safe while so many contracts of a position are left, without
sign; what it lacks is negative.
"""


def contracts_to_safe(position: PositionRow) -> Known:
    """Contracts of this position to close, in whole steps of its market and without sign: 0 when
    its pool is safe already, +inf when not even closing all of them makes it so.
    """
    pool, market = position.pool, position.market.market
    if pool is None or market is None or position.leg is None:
        return Unknown(position.flaw or "in no pool yet", 0.0)
    doubt = doubt_of(pool)
    if doubt is not None:
        return doubt
    if is_safe(pool):
        return 0.0
    spare = _plain_cut(pool, position) if pool.plain else _mixed_cut(pool, position)
    sizes = _Sizes(Decimal(repr(abs(position.contracts))), market.step)
    return _least_cut(sizes, spare, _stretches(position, sizes))


@dataclass(frozen=True, slots=True)
class _Part:
    """Some contracts of a position that is held."""

    symbol: str
    contracts: float
    quantity: float
    entry_price: float
    told_leverage: float | None
    told_taker_fee: float | None


def _leg_left(position: PositionRow, left: float) -> Leg | None:
    """The position with so many contracts left; None when none are."""
    market, account = position.market.market, position.account
    if market is None or not left:
        return None
    contracts = copysign(left, position.contracts)
    part = _Part(
        symbol=position.symbol,
        contracts=contracts,
        quantity=contracts * market.contract_size,
        entry_price=position.entry_price,
        told_leverage=position.told_leverage,
        told_taker_fee=position.told_taker_fee,
    )
    regime = regime_of(account, isolated=position.isolated_wallet is not None)
    return leg_of(part, market, regime, account.tiers.get(position.symbol, ()))


def _value(leg: Leg | None, price: float) -> tuple[float, float]:
    """Profit and requirement in the settle coin."""
    return (0.0, 0.0) if leg is None else leg.value(price, leg.piece_at(price))


def _plain_cut(pool: PoolRow, position: PositionRow) -> Spare:
    """Linear contracts of one currency: all but this position is added up once."""
    others = [each for each in pool.positions if each is not position]
    price = position.market.price
    equity = wallet_of(pool) + sum(each.profit for each in pool.positions)
    asked = sum(each.requirement for each in others)
    ends = [(price * (1.0 + move), wallet_of(pool) + _surplus(others, move)) for move in MOVES]

    def spare(left: float) -> float:
        leg = _leg_left(position, left)
        profit, requirement = _value(leg, price)
        least = equity - (asked + requirement) / SAFE_RATIO
        for there, rest in ends:
            gained, needed = _value(leg, there)
            least = min(least, rest + position.profit - profit + gained - needed)
        return least

    return spare


def _surplus(positions: Iterable[PositionRow], move: float) -> float:
    """Profit less requirement of some positions at a common move of their prices."""
    total = 0.0
    for position in positions:
        profit, requirement = _value(position.leg, position.market.price * (1.0 + move))
        total += profit - requirement
    return total


def _mixed_cut(pool: PoolRow, position: PositionRow) -> Spare:
    """Any other pool: its account made anew, with the profit of what is cut among its coins."""
    account, price, settle = account_of(pool), position.market.price, settle_of(position)

    def spare(left: float) -> float:
        leg = _leg_left(position, left)
        paid = position.profit - _value(leg, price)[0]
        coins = (_paid(coin, paid, settle) for coin in account.collateral.values())
        return spare_of(pool, rebuilt(pool, _with_leg(account.legs, position, leg), coins))

    return spare


def _with_leg(legs: Sequence[HeldLeg], position: PositionRow, leg: Leg | None) -> Iterator[HeldLeg]:
    for held in legs:
        if held.leg is not position.leg:
            yield held
        elif leg is not None:
            yield HeldLeg(
                leg=leg, market=held.market, price=held.price,
                settle=held.settle, beta=held.beta, netting=held.netting,
            )  # fmt: skip


def _paid(coin: Collateral, paid: float, settle: str) -> Collateral:
    if coin.coin != settle:
        return coin
    return Collateral(
        coin=coin.coin, amount=coin.amount + paid, price=coin.price,
        discount=coin.discount, beta=coin.beta, charge=coin.charge,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sizes:
    """A position cut by 0, 1, 2, … steps of its market, at last by all of it."""

    held: Decimal
    step: Decimal

    @property
    def last(self) -> int:
        return ceil(self.held / self.step)

    def cut(self, steps: int) -> float:
        return float(min(steps * self.step, self.held))

    def left(self, steps: int) -> float:
        return float(max(self.held - steps * self.step, Decimal(0)))


def _stretches(position: PositionRow, sizes: _Sizes) -> list[tuple[int, int]]:
    """The runs of steps in which one function of the size holds: its rate may jump between."""
    starts = {0}
    isolated = position.isolated_wallet is not None
    if regime_of(position.account, isolated=isolated).tiers is TierKind.WHOLE_BY_SIZE:
        for tier in position.account.tiers.get(position.symbol, ()):
            below = int((sizes.held - Decimal(repr(tier.floor))) // sizes.step) + 1
            starts |= {below} if 0 < below <= sizes.last else set()
    edges = [*sorted(starts), sizes.last + 1]
    return [(first, following - 1) for first, following in pairwise(edges)]


def _least_cut(sizes: _Sizes, spare: Spare, stretches: Iterable[tuple[int, int]]) -> float:
    for first, last in stretches:
        found = _first_safe(lambda steps: spare(sizes.left(steps)), first, last)
        if found is not None:
            return sizes.cut(found)
    return inf


def _first_safe(spare: Callable[[int], float], first: int, last: int) -> int | None:
    """Where a concave function is first not below 0; None where it is nowhere.

    Each secant lies on or above what is still to come, so that no step goes too far.
    """
    at, here = first, spare(first)
    while here < 0.0:
        if at == last:
            return None
        slope = spare(at + 1) - here
        if slope <= 0.0:
            return None
        at = min(last, at + max(1, ceil(-here / slope)))
        here = spare(at)
    return at
