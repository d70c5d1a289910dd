"""How well a hedge fits: ratio, drift, what is required, and what is left unhedged.

A same-asset hedge is measured in coins, any other in beta-weighted value, so that basis does not
pass for drift (design §1). Values are in the quote currency, signed: short negative. Formulas:
margin.md §3 (Hull OFOD ch. 3 for required contracts).
"""

from collections.abc import Mapping
from decimal import Decimal
from math import inf

from hedgewatch.core.book.rows import AccountRow, HedgeLeg, HedgeRow
from hedgewatch.core.model import Unknown, WalletPlan

_MEASURES = (
    "hedge_ratio", "hedge_drift", "hedge_drift_floor", "required_contracts",
    "contracts_to_target", "residual_delta", "residual_delta_coins", "exposure_value",
    "cover_value", "exposure_pnl", "cover_pnl", "basis",
)  # fmt: skip


def hold_quantities(
    hedge: HedgeRow, accounts: Mapping[str, AccountRow], wallets: Mapping[str, WalletPlan]
) -> None:
    """Read what each leg holds, in coins of its underlying or asset; after any account event."""
    for leg in hedge.exposure + hedge.cover:
        plan = leg.plan
        leg.doubt = None
        if plan.wallet:
            wallet = wallets[plan.wallet]
            leg.quantity = wallet.holdings[plan.asset] * plan.share
            leg.entry_price = wallet.entry_prices.get(plan.asset, leg.entry_price)
            continue
        account = accounts[plan.account]
        leg.doubt = account.doubt
        if plan.symbol:
            leg.quantity = sum(held.quantity for held in leg.positions) * plan.share
        else:
            balance = account.balances.get(plan.asset)
            leg.quantity = balance.total * plan.share if balance else 0.0


def value_hedge(hedge: HedgeRow) -> None:
    """Every measure of one hedge at the prices of now."""
    doubt = _doubt(hedge)
    if doubt is not None:
        for name in _MEASURES:
            setattr(hedge, name, doubt)
        return
    exposure, exposure_delta, hedge.exposure_pnl = _total(hedge.exposure, in_coins=hedge.in_coins)
    cover, cover_delta, hedge.cover_pnl = _total(hedge.cover, in_coins=hedge.in_coins)
    hedge.exposure_value = exposure
    hedge.cover_value = cover
    ratio = hedge_ratio(exposure_delta, cover_delta)
    hedge.hedge_ratio = ratio
    hedge.hedge_drift = (ratio - hedge.plan.target) / hedge.plan.target
    _residual(hedge)
    _contracts(hedge, exposure_delta, cover_delta)
    hedge.basis = _basis(hedge)


def hedge_ratio(exposure: float, cover: float) -> float:
    """−cover ÷ exposure: 1 covered, 0 naked, negative when the cover adds to the exposure."""
    if exposure == 0.0:
        return 0.0 if cover == 0.0 else inf
    return -cover / exposure + 0.0


def contracts_between(held: float, wanted: float, contract: float, step: Decimal) -> float:
    """Contracts to buy (+) or sell (−) from delta `held` to `wanted`, in whole steps, exactly.

    `contract` is the delta of one contract, in the unit of the deltas.
    """
    return float(round((wanted - held) / contract / float(step)) * step) + 0.0


def _doubt(hedge: HedgeRow) -> Unknown | None:
    """A leg whose price or quantity cannot be vouched for makes the hedge unknown."""
    for leg in hedge.exposure + hedge.cover:
        doubt = leg.market.doubt or leg.doubt
        if doubt is not None:
            return doubt
        if leg.market.market is None:
            return Unknown(f"the market {leg.market.symbol} is not loaded yet", 0.0)
    return None


def _total(legs: tuple[HedgeLeg, ...], *, in_coins: bool) -> tuple[float, float, float]:
    """Value, delta (coins, or value weighted by beta) and profit of one side."""
    value = delta = profit = 0.0
    for leg in legs:
        price = leg.market.price
        worth = leg.quantity * price
        value += worth
        delta += leg.quantity * leg.underlying_units if in_coins else worth * leg.plan.beta
        profit += _profit(leg, price)
    return value, delta, profit


def _profit(leg: HedgeLeg, price: float) -> float:
    """Since the entry price; an asset without one counts from the first price that was seen."""
    if leg.plan.symbol:
        return leg.plan.share * sum(
            held.quantity * (price - held.entry_price) for held in leg.positions
        )
    if leg.entry_price is None:
        leg.entry_price = price
    return leg.quantity * (price - leg.entry_price)


def _residual(hedge: HedgeRow) -> None:
    _, exposure, _ = _total(hedge.exposure, in_coins=False)
    _, cover, _ = _total(hedge.cover, in_coins=False)
    hedge.residual_delta = exposure + cover
    price = hedge.exposure[0].market.price
    hedge.residual_delta_coins = (exposure + cover) / price


def _contracts(hedge: HedgeRow, exposure: float, cover: float) -> None:
    """Required contracts, the way to the target, and the drift that rounding makes."""
    leg = hedge.cover[0]
    market = leg.market.market
    if len(hedge.cover) > 1 or market is None:
        several = Unknown("the cover is not one market", 0.0)
        hedge.required_contracts = hedge.contracts_to_target = several
        hedge.hedge_drift_floor = 0.0
        return
    worth = market.contract_size * leg.market.price
    hedge.required_contracts = required_contracts(_total(hedge.exposure, in_coins=False)[0], worth)
    units = market.contract_size * leg.underlying_units
    contract = units if hedge.in_coins else worth * leg.plan.beta
    wanted = -hedge.plan.target * exposure
    hedge.contracts_to_target = contracts_between(cover, wanted, contract, market.step)
    half_step = 0.5 * float(market.step) * contract
    hedge.hedge_drift_floor = half_step / abs(wanted) if wanted else inf


def required_contracts(exposure_value: float, contract_value: float) -> float:
    """(size × price) ÷ (contract size × futures price): the hedging document's HR, unrounded."""
    return exposure_value / contract_value


def _basis(hedge: HedgeRow) -> float | Unknown:
    """Futures over spot: the exposure's own price, or the index where the assets differ."""
    future, spot = hedge.cover[0].market, hedge.exposure[0].market
    if len(hedge.cover) > 1:
        return Unknown("the cover is not one market", 0.0)
    if hedge.in_coins and spot is not future:
        return future.price / spot.price - 1.0
    if not future.index_price:
        return Unknown("no index price", 0.0)
    return future.price / future.index_price - 1.0
