"""What the solver needs to know of a position, in the regime that its margin is under."""

from collections.abc import Sequence
from math import inf
from typing import Protocol, TypedDict

from hedgewatch.core.book.rows import AccountRow, PositionRow
from hedgewatch.core.book.terms import is_halted
from hedgewatch.core.margin import (
    Leg,
    are_marginal,
    at_any_price,
    growing,
    square_root,
    stepped,
    tier_of,
)
from hedgewatch.core.margin.bent import BentLeg
from hedgewatch.core.margin.bybit import Leveraged
from hedgewatch.core.margin.deribit import SizedRate
from hedgewatch.core.margin.regimes import Basis, Fee, Regime, TierKind
from hedgewatch.core.model import Market, Tier


class Held(Protocol):
    """What of a position its margin depends on: one that is held, or another size of it."""

    @property
    def symbol(self) -> str: ...
    @property
    def contracts(self) -> float: ...
    @property
    def quantity(self) -> float: ...
    @property
    def entry_price(self) -> float: ...
    @property
    def told_leverage(self) -> float | None: ...
    @property
    def told_taker_fee(self) -> float | None: ...


def regime_of(account: AccountRow, *, isolated: bool) -> Regime:
    """How margin is computed for the account's isolated positions, or for its cross ones."""
    return account.isolated_regime if isolated else account.cross_regime


def build_leg(account: AccountRow, position: PositionRow) -> None:
    """Bring the solver's view of a position in line with its market, tiers, regime and quantity.

    Where it cannot be made, `flaw` says why, and the pool of the position is unknown.
    """
    market = position.market.market
    position.leg, position.tier, position.flaw = None, 0, ""
    position.market_halted = is_halted(market)
    if market is None:
        position.flaw = f"the market {position.symbol} is not loaded yet"
        return
    position.quantity = position.contracts * market.contract_size
    if not position.contracts:
        return
    regime = regime_of(account, isolated=position.isolated_wallet is not None)
    try:
        leg = leg_of(position, market, regime, account.tiers.get(position.symbol, ()))
    except LookupError as error:
        position.flaw = str(error)
        return
    position.leg = leg
    position.bare = leg.required == leg.maintained and not isinstance(leg, BentLeg)


def leg_of(position: Held, market: Market, regime: Regime, tiers: Sequence[Tier]) -> Leg:
    """Raises LookupError, saying what is missing, where the regime cannot be computed."""
    _refuse_unknown(position, market, regime, tiers)
    taker = _taker(regime, market, position)
    bent = _bent(position, market, regime, tiers, taker)
    if bent is not None:
        return bent
    table = _table(regime, tiers, position)
    fixed = 0.0
    if regime.fee is Fee.CLOSE_AT_ENTRY:
        fixed = _leveraged(position, market, taker, table).fee_to_close
    if regime.basis is Basis.ENTRY:
        fixed += _leveraged(position, market, taker, table).maintenance_margin
        table = at_any_price(0.0)
    return Leg(
        position.quantity,
        position.entry_price,
        table,
        fee=taker if regime.fee is Fee.TAKER_AT_MARK else 0.0,
        theta=regime.theta,
        inverse=not market.linear,
        fixed=fixed,
    )


def _refuse_unknown(position: Held, market: Market, regime: Regime, tiers: Sequence[Tier]) -> None:
    if regime.unknown:
        raise LookupError(regime.unknown)
    if not 0.0 < position.entry_price < inf:
        raise LookupError(f"no entry price of {position.symbol} told")
    if not market.linear and market.settle != market.base:
        raise LookupError(f"{position.symbol} does not settle in what it is about")
    if not tiers:
        raise LookupError(
            f"the margin tiers of {position.symbol} are not told: margin and liquidation are"
            " unknown, positions and prices are seen"
        )


def _bent(
    position: Held, market: Market, regime: Regime, tiers: Sequence[Tier], taker: float
) -> BentLeg | None:
    """The leg of a requirement that jumps or bends with the price; None where it does neither."""
    fee = taker if regime.fee is Fee.TAKER_AT_MARK else 0.0
    terms: _Terms = {"fee": fee, "theta": regime.theta}
    size, entry, first = position.quantity, position.entry_price, tiers[0]
    match regime.tiers:
        case TierKind.WHOLE_BY_NOTIONAL:
            curve = stepped(size, entry, tiers, inverse=not market.linear, **terms)
        case TierKind.SQUARE_ROOT if market.linear:
            curve = square_root(size, entry, first.rate, first.growth, **terms)
        case TierKind.LINEAR_IN_SIZE if not market.linear:
            curve = growing(size, entry, first.rate, first.growth, **terms)
        case _:
            return None
    return BentLeg(size, entry, curve, inverse=not market.linear, **terms)


class _Terms(TypedDict):
    fee: float
    theta: float


def _table(regime: Regime, tiers: Sequence[Tier], position: Held) -> Sequence[Tier]:
    """The tiers as a concave solver may use them."""
    match regime.tiers:
        case TierKind.MARGINAL | TierKind.FLAT if are_marginal(tiers):
            return tiers
        case TierKind.WHOLE_BY_SIZE:
            return at_any_price(tier_of(tiers, abs(position.contracts)).rate)
        case TierKind.LINEAR_IN_SIZE:
            return at_any_price(SizedRate(tiers[0].rate, tiers[0].growth).at(position.quantity))
        case _:
            raise LookupError(f"the margin tiers of {position.symbol} make no sense together")


def _taker(regime: Regime, market: Market, position: Held) -> float:
    """What this account pays, else what the market names."""
    if regime.fee is Fee.NONE:
        return 0.0
    told = market.taker_fee if position.told_taker_fee is None else position.told_taker_fee
    if told is None:
        raise LookupError(f"no taker fee of {market.symbol} told")
    return told


def _leveraged(position: Held, market: Market, taker: float, table: Sequence[Tier]) -> Leveraged:
    if not position.told_leverage:
        raise LookupError(f"no leverage of {position.symbol} told")
    size = abs(position.quantity)
    worth = size * position.entry_price if market.linear else size / position.entry_price
    tier = tier_of(table, worth)
    return Leveraged(
        quantity=position.quantity,
        entry=position.entry_price,
        leverage=position.told_leverage,
        rate=tier.rate,
        deduction=tier.deduction,
        taker=taker,
        linear=market.linear,
    )
