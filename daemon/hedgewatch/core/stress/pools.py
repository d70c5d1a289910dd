"""A pool under a scenario: what it is worth, what it must be worth, whether it is liquidated.

The prices go straight from now to the scenario. A pool that passes through liquidation on that way
is liquidated. With marginal tiers the headroom is concave along it, so that a pool which stands at
both ends stands between them (margin.md §2.1). Where that is not certain (a coin behind it moves
or is cut, inverse contracts) the way is looked at in eighths.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from hedgewatch.core.margin import Account, Collateral, HeldLeg
from hedgewatch.core.margin.collateral import Discount
from hedgewatch.core.margin.polarity import margin_ratio
from hedgewatch.core.model import CollateralSlice
from hedgewatch.core.stress.accounts import Backed
from hedgewatch.core.stress.moves import Moves

_STEPS = 8
_ROUNDING = 1e-9
"""A ratio this near to 1 is liquidation (margin.md §5)."""


@dataclass(frozen=True, slots=True)
class PoolStress:
    """A pool under a scenario, in its own currency. `headrooms` are those along the way."""

    equity: float
    margin_ratio: float
    liquidated: bool
    headrooms: tuple[float, ...]


def stress_pool(backed: Backed, moves: Moves) -> PoolStress:
    """The pool at the end of the scenario, and whether it gets there."""
    (found,) = stress_by_all(backed, (moves,))
    return found


def stress_by_all(backed: Backed, scenarios: Sequence[Moves]) -> list[PoolStress]:
    """The same for each of the scenarios."""
    plain = [moves for moves in scenarios if backed.plain and not moves.haircut(backed.unit)]
    found = dict(zip(plain, _plain(backed, plain), strict=True))
    return [found.get(moves) or _mixed(backed, moves) for moves in scenarios]


def _mixed(backed: Backed, moves: Moves) -> PoolStress:
    """Any pool: made anew at each station of the way."""
    way = [_at(backed, moves, step / _STEPS) for step in _stations(backed, moves)]
    end = way[-1]
    fallen = _is_short(backed.headroom, backed.requirement) or any(
        _is_short(account.headroom, account.requirement) for account in way
    )
    return PoolStress(
        equity=end.equity / _unit(end, backed),
        margin_ratio=margin_ratio(end.requirement, end.equity),
        liquidated=fallen and bool(backed.held),
        headrooms=(backed.headroom, *(each.headroom / _unit(each, backed) for each in way)),
    )


def _plain(backed: Backed, scenarios: Sequence[Moves]) -> Iterator[PoolStress]:
    """Linear contracts and one coin that stands still: both ends suffice. Leg by leg, so that what
    all scenarios ask of a leg is asked once.
    """
    equities = [sum(coin.amount for coin in backed.coins)] * len(scenarios)
    requirements = [0.0] * len(scenarios)
    for held in backed.held:
        leg, market, mark = held.leg.leg, held.market, held.row.price
        starts, required, quantity = leg.starts, leg.required, leg.quantity
        for number, moves in enumerate(scenarios):
            price = mark * moves.mark(market)
            rate, deduction = required[bisect_right(starts, price, 1) - 1]
            paid = moves.funding(market, quantity * price) if moves.pays else 0.0
            equities[number] += quantity * (price - leg.entry) - paid
            requirements[number] += rate * (leg.size * price) - deduction
    now = backed.headroom
    short = _is_short(now, backed.requirement)
    for equity, requirement in zip(equities, requirements, strict=True):
        then = equity - requirement
        fallen = short or _is_short(then, requirement)
        ratio = margin_ratio(requirement, equity)
        yield PoolStress(equity, ratio, fallen and bool(backed.held), (now, then))


def _is_short(headroom: float, requirement: float) -> bool:
    return headroom <= _ROUNDING * requirement


def _stations(backed: Backed, moves: Moves) -> Sequence[int]:
    """Where to look after now: at the end, and between where concavity is not certain."""
    stand = all(
        moves.price(coin.coin, backed.money) == 1.0 and not moves.haircut(coin.coin)
        for coin in backed.coins
    )
    if stand and not any(held.leg.leg.inverse for held in backed.held):
        return (_STEPS,)
    return range(1, _STEPS + 1)


def _unit(account: Account, backed: Backed) -> float:
    return account.collateral[backed.unit].price if backed.unit else 1.0


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
    for coin in backed.coins:
        cut = moves.haircut(coin.coin) * part
        yield replace(
            coin,
            amount=coin.amount - paid.get(coin.coin, 0.0),
            price=coin.price * _part(moves.price(coin.coin, backed.money), part),
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
