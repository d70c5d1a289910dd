"""A pool under a scenario: what it is worth, what it must be worth, whether it is liquidated.

The prices go straight from now to the scenario. A pool that passes through liquidation on that way
is liquidated. With marginal tiers the headroom is concave along it, so that a pool which stands at
both ends stands between them (margin.md §2.1). Where that is not certain (a settle coin that moves
as well, inverse contracts, haircuts) the way is looked at in eighths.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from hedgewatch.core.margin.account import Account
from hedgewatch.core.margin.collateral import Collateral, Discount
from hedgewatch.core.margin.motion import HeldLeg
from hedgewatch.core.model import CollateralSlice
from hedgewatch.core.stress.accounts import Backed
from hedgewatch.core.stress.moves import Moves

_STEPS = 8
_ROUNDING = 1e-9
"""A ratio this near to 1 is liquidation (margin.md §5)."""


@dataclass(frozen=True, slots=True)
class PoolStress:
    """A pool under a scenario. `headrooms` are those along the way, the last at its end."""

    equity: float
    margin_ratio: float
    liquidated: bool
    headrooms: tuple[float, ...]


def stress_pool(backed: Backed, moves: Moves) -> PoolStress:
    """The pool at the end of the scenario, and whether it gets there."""
    way = [_at(backed, moves, step / _STEPS) for step in _stations(backed, moves)]
    end = way[-1]
    headrooms = tuple(account.headroom for account in way)
    fallen = any(account.headroom <= _ROUNDING * account.requirement for account in way)
    ratio = margin_ratio(end)
    return PoolStress(end.equity, ratio, fallen and bool(backed.held), headrooms)


def margin_ratio(account: Account) -> float:
    """Requirement over equity: 0 without positions, 1 at liquidation, +inf when equity ≤ 0."""
    if account.requirement == 0.0:
        return 0.0
    return account.requirement / account.equity if account.equity > 0.0 else inf


def _stations(backed: Backed, moves: Moves) -> Sequence[int]:
    """Where to look: both ends, and the way between them where concavity is not certain."""
    coins_stand = all(moves.price(coin.coin, backed.currency) == 1.0 for coin in backed.collateral)
    if coins_stand and not any(held.leg.leg.inverse for held in backed.held):
        return (0, _STEPS)
    return range(_STEPS + 1)


def _at(backed: Backed, moves: Moves, part: float) -> Account:
    """The pool after a part of the way."""
    legs = [
        replace(held.leg, price=held.leg.price * _part(moves.mark(held.market), part))
        for held in backed.held
    ]
    paid = _funding(backed, moves, legs, part)
    return backed.account(legs, tuple(_coins(backed, moves, paid, part)))


def _part(factor: float, part: float) -> float:
    return 1.0 + (factor - 1.0) * part


def _funding(
    backed: Backed, moves: Moves, legs: Sequence[HeldLeg], part: float
) -> dict[str, float]:
    """What the legs pay by then, in the coin that each settles in, at the prices of then."""
    paid: dict[str, float] = {}
    if moves.scenario.funding is None:
        return paid
    for held, moved in zip(backed.held, legs, strict=True):
        notional = moved.leg.notional(moved.price)
        signed = notional if moved.leg.quantity > 0.0 else -notional
        due = part * moves.funding(held.market, signed)
        paid[moved.settle] = paid.get(moved.settle, 0.0) + due
    return paid


def _coins(
    backed: Backed, moves: Moves, paid: dict[str, float], part: float
) -> Iterator[Collateral]:
    for coin in backed.collateral:
        factor = _part(moves.price(coin.coin, backed.currency), part)
        cut = moves.haircut(coin.coin) * part
        yield replace(
            coin,
            amount=coin.amount - paid.get(coin.coin, 0.0),
            price=coin.price * factor,
            discount=_cut(coin.discount, cut) if cut else coin.discount,
        )


def _cut(discount: Discount, points: float) -> Discount:
    """Every slice of what is owned counts so many points less, none less than nothing."""
    owed, *rates = discount.term.slopes
    ceilings = (*discount.term.starts[2:], inf)
    slices = [
        CollateralSlice(ceiling, max(0.0, rate - points))
        for ceiling, rate in zip(ceilings, rates, strict=True)
    ]
    return Discount(slices, owed)
