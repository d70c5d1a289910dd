"""How well a hedge fits: ratio, drift, what is required, and what is left unhedged.

A same-asset hedge is measured in coins, any other in beta-weighted value, so that basis does not
pass for drift (design §1). Values are in the quote currency, signed: short negative. Formulas:
margin.md §3 (Hull OFOD ch. 3 for required contracts).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from itertools import chain
from math import inf
from types import MappingProxyType

from hedgewatch.core.book.rows import AccountRow, HedgeLeg, HedgeRow, PositionRow
from hedgewatch.core.book.worth import cross_rate
from hedgewatch.core.breaks import judge_break, missing_cover
from hedgewatch.core.model import Unknown, WalletPlan
from hedgewatch.core.statistics.basket import hedge_ratio

_MEASURES = (
    "hedge_ratio", "hedge_drift", "hedge_drift_floor", "required_contracts",
    "contracts_to_target", "residual_delta", "residual_delta_coins", "exposure_value",
    "cover_value", "exposure_pnl", "cover_pnl", "basis", "uncovered_value", "uncovered_coins",
    "hedge_broken", "break_forced", "break_unexplained",
)  # fmt: skip
_OF_TARGET = (
    "hedge_drift", "hedge_drift_floor", "contracts_to_target", "uncovered_value", "uncovered_coins",
)  # fmt: skip
_OF_BOTH_SIDES = ("residual_delta", "residual_delta_coins", "required_contracts", "basis")
_SIDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exposure": ("exposure_value", "exposure_pnl"),
        "cover": ("cover_value", "cover_pnl"),
    }
)
"""The measures of a side that are counted in money."""

_SEVERAL = Unknown("the cover is not one market", 0.0)
_ADDS_RISK = Unknown("the minimum-variance ratio is not above 0: this cover adds risk", 0.0)
_NO_INDEX = Unknown("no index price", 0.0)


def hold_quantities(
    hedge: HedgeRow, accounts: Mapping[str, AccountRow], wallets: Mapping[str, WalletPlan]
) -> None:
    """Read what each leg holds and cost; after any account event."""
    for leg in hedge.exposure + hedge.cover:
        _hold(leg, accounts, wallets)


def _hold(
    leg: HedgeLeg, accounts: Mapping[str, AccountRow], wallets: Mapping[str, WalletPlan]
) -> None:
    plan = leg.plan
    if plan.wallet:
        wallet = wallets[plan.wallet]
        leg.doubt = None
        leg.told = True
        entry_price = wallet.entry_prices.get(plan.asset)
        leg.hold(wallet.holdings[plan.asset] * leg.base_units * plan.share)
        if entry_price is not None:
            leg.cost = wallet.holdings[plan.asset] * plan.share * entry_price
        return
    account = accounts[plan.account]
    leg.doubt = account.doubt
    leg.told = account.read_at is not None
    leg.doubt = leg.doubt or _flaw(leg)
    if plan.symbol:
        leg.hold(sum(held.quantity for held in leg.positions) * plan.share)
        leg.cost = sum(map(_cost, leg.positions)) * plan.share
    else:
        leg.hold(leg.owned(account) * leg.base_units * plan.share)


def _flaw(leg: HedgeLeg) -> Unknown | None:
    """A position that was entered at no price, or that pays nobody knows how many coins."""
    for position in leg.positions:
        if not 0.0 < position.entry_price < inf:
            return Unknown(f"no entry price of {position.symbol} told", 0.0)
    flaws = (position.flaw for position in leg.earning if position.leg is None)
    return next((Unknown(flaw, 0.0) for flaw in flaws), None)


def _cost(position: PositionRow) -> float:
    """What a position was entered for: money, or the coins of an inverse contract."""
    market = position.market.market
    if market is not None and not market.linear:
        return position.quantity / position.entry_price if position.entry_price else 0.0
    return position.quantity * position.entry_price


def value_hedge(hedge: HedgeRow) -> None:
    """Every measure of one hedge at the prices of now."""
    doubt = _doubt(hedge)
    if doubt is not None:
        _set_all(hedge, _MEASURES, doubt)
    else:
        _fit(hedge)
        if hedge.unpriced is not None:
            _set_all(hedge, *hedge.unpriced)
    if hedge.broken is not None:
        judge_break(hedge, known=doubt is None)
    if doubt is None and isinstance(hedge.target, Unknown):
        _set_all(hedge, _OF_TARGET, hedge.target)


def _set_all(hedge: HedgeRow, names: Iterable[str], unknown: Unknown) -> None:
    for name in names:
        setattr(hedge, name, unknown)


def _fit(hedge: HedgeRow) -> None:
    """Both sides are known: how they fit."""
    exposure, exposure_coins, exposure_delta, hedge.exposure_pnl = _total(hedge.exposure)
    cover, cover_coins, cover_delta, hedge.cover_pnl = _total(hedge.cover)
    if hedge.in_coins:
        exposure_delta, cover_delta = exposure_coins, cover_coins
    target = _aim(hedge)
    hedge.exposure_value = exposure
    hedge.cover_value = cover
    hedge.hedge_ratio = ratio = hedge_ratio(exposure_delta, cover_delta)
    hedge.hedge_drift = (ratio - target) / target
    hedge.residual_delta = exposure + cover
    coin_price = _coin_price(hedge.exposure[0])
    hedge.residual_delta_coins = (exposure + cover) / coin_price
    wanted = -target * exposure_delta
    _contracts(hedge, exposure, wanted, cover_delta)
    hedge.basis = _basis(hedge)
    missing = missing_cover(exposure_delta, wanted, cover_delta) + 0.0
    hedge.uncovered_value = missing * coin_price if hedge.in_coins else missing
    hedge.uncovered_coins = missing if hedge.in_coins else missing / coin_price
    hedge.hedge_broken = hedge.break_forced = hedge.break_unexplained = False


def _aim(hedge: HedgeRow) -> float:
    """The target of now: what its owner said, or the minimum-variance ratio once it is known."""
    if hedge.plan.minimum_variance:
        best = hedge.minimum_variance_ratio
        hedge.target = _ADDS_RISK if isinstance(best, float) and best <= 0.0 else best
        hedge.aim = hedge.target if isinstance(hedge.target, float) else hedge.aim
    return hedge.aim


def contracts_between(held: float, wanted: float, contract: float, step: Decimal) -> float:
    """Contracts to buy (+) or sell (−) from delta `held` to `wanted`, in whole steps, exactly.

    `contract` is the delta of one contract, in the unit of the deltas.
    """
    size, over, under = _exactly(step)
    return round((wanted - held) / contract / size) * over / under + 0.0


@cache
def _exactly(step: Decimal) -> tuple[float, int, int]:
    """A step as a float and as a fraction: whole numbers multiply exactly, as decimals do, in less
    time, which every tick takes.
    """
    return float(step), *step.as_integer_ratio()


def _doubt(hedge: HedgeRow) -> Unknown | None:
    """A leg whose price or quantity cannot be vouched for makes the hedge unknown."""
    for leg in hedge.exposure + hedge.cover:
        doubt = leg.market.doubt or leg.doubt
        if doubt is not None:
            return doubt
        if leg.market.market is None:
            return Unknown(f"the market {leg.market.symbol} is not loaded yet", 0.0)
    return None if hedge.unpriced is None or hedge.in_coins else hedge.unpriced[1]


def _total(legs: tuple[HedgeLeg, ...]) -> tuple[float, float, float, float]:
    """Value, coins of the underlying, value weighted by beta, and profit of one side."""
    value = coins = weighted = profit = 0.0
    for leg in legs:
        price = leg.market.price
        quantity = leg.quantity
        rate = leg.rate
        worth = quantity * price * rate
        value += worth
        coins += quantity * leg.underlying_units
        weighted += worth * leg.plan.beta
        profit += leg.profit() * rate
    return value, coins, weighted, profit


def _contracts(hedge: HedgeRow, exposure: float, wanted: float, held: float) -> None:
    """Required contracts, the way from delta `held` to `wanted`, and the drift of rounding."""
    leg = hedge.cover[0]
    market = leg.market.market
    if len(hedge.cover) > 1 or market is None:
        hedge.required_contracts = hedge.contracts_to_target = _SEVERAL
        hedge.hedge_drift_floor = 0.0
        return
    worth = market.contract_size * (leg.market.price if market.linear else 1.0)
    in_coins = worth / leg.market.price * leg.underlying_units
    worth *= leg.rate
    contract = in_coins if hedge.in_coins else worth * leg.plan.beta
    hedge.required_contracts = required_contracts(exposure, worth)
    hedge.contracts_to_target = contracts_between(held, wanted, contract, market.step)
    half_step = 0.5 * _exactly(market.step)[0] * contract
    if wanted:
        hedge.hedge_drift_floor = abs(half_step / wanted)
    else:
        hedge.hedge_drift_floor = inf if abs(held) <= abs(half_step) else 0.0


def required_contracts(exposure_value: float, contract_value: float) -> float:
    """(size × price) ÷ (contract size × futures price): the hedging document's HR, unrounded."""
    return exposure_value / contract_value


def _basis(hedge: HedgeRow) -> float | Unknown:
    """Futures over spot: the exposure's own price, or the index where the assets differ."""
    future, spot = hedge.cover[0].market, hedge.exposure[0].market
    if len(hedge.cover) > 1:
        return _SEVERAL
    if hedge.in_coins and spot is not future:
        return _coin_price(hedge.cover[0]) / _coin_price(hedge.exposure[0]) - 1.0
    if not future.index_price:
        return _NO_INDEX
    return future.price / future.index_price - 1.0


def _coin_price(leg: HedgeLeg) -> float:
    """The price of one coin of the underlying, where the market trades a thousand at a time, in the
    currency of the hedge.
    """
    return leg.market.price * leg.rate / leg.underlying_units


def price_money(hedge: HedgeRow, worth: Mapping[str, float]) -> None:
    """What the quote currencies of the legs are worth in that of the hedge; where they are one,
    nothing has to be known.
    """
    legs = (*hedge.exposure, *hedge.cover)
    if all(leg.quote == hedge.money for leg in legs):
        hedge.unpriced = None
        for leg in legs:
            leg.rate = 1.0
        return
    lacking = {leg.quote for leg in legs if not _takes_rate(leg, worth, hedge.money)}
    of = [side for side in _SIDES if any(leg.quote in lacking for leg in getattr(hedge, side))]
    why = f"nothing that is watched prices {' and '.join(sorted(lacking))} in {hedge.money}"
    names = (*_OF_BOTH_SIDES, *chain.from_iterable(_SIDES[side] for side in of))
    hedge.unpriced = (names, Unknown(why, 0.0)) if lacking else None
    value_hedge(hedge)


def _takes_rate(leg: HedgeLeg, worth: Mapping[str, float], money: str) -> bool:
    """Whether the price of its quote currency is known; if not, nothing that needs it is told."""
    rate = cross_rate(worth, leg.quote, money)
    leg.rate = 1.0 if rate is None else rate
    return rate is not None
