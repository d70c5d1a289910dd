"""What of an address is one pool: its cross positions on one exchange, or on all in one currency.

In standard mode "cross margin applies to each DEX separately" (Hyperliquid documentation, "Account
abstraction modes"): the cross positions of an exchange that others built (HIP-3) are a pool beside
the venue's own, though both may settle in USDC. Pools are known by their currency, so that of each
currency one exchange has the pool. Where another one has a single cross position, all that lies
there backs it alone: that is an isolated position by another name. With several there, nothing that
can be said of the pool would be right, and its regime says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hedgewatch.core.events import BalanceReading, PositionReading
from hedgewatch.core.margin.regimes import REGIMES, Regime
from hedgewatch.venues.dialects.hyperliquid_listing import MAIN, Listing
from hedgewatch.venues.dialects.hyperliquid_states import Clearinghouse, Holding
from hedgewatch.venues.fields import number, rows, table

_STANDARD = frozenset({"", "default", "disabled", "dexAbstraction"})
"""Modes in which perpetuals have a balance of their own; the empty one is not told."""

_UNIFIED = frozenset({"unifiedAccount", "portfolioMargin"})
"""Modes in which the spot wallet backs them."""

_CROSS, _ISOLATED = REGIMES["hyperliquid-cross"], REGIMES["hyperliquid-isolated"]


@dataclass(frozen=True, slots=True)
class Token:
    """What is owned of one, and how much of it is held by orders."""

    total: float
    held: float


@dataclass(frozen=True, slots=True)
class Spot:
    """The spot wallet. It is `shared` when it says what is left of it after maintenance: then it
    backs positions as well.
    """

    tokens: Mapping[str, Token]
    shared: bool


def spot_of(reply: object, listing: Listing) -> Spot:
    """From a `spotClearinghouseState`, or from what a frame carries."""
    state = table(reply, "spotClearinghouseState")
    listed = rows(state.get("balances"), "balances")
    tokens = {
        listing.asset(row): Token(number(row, "total"), number(row, "hold")) for row in listed
    }
    return Spot(tokens, state.get("tokenToAvailableAfterMaintenance") is not None)


def regimes_of(mode: str, spot: Spot, states: Sequence[Clearinghouse]) -> tuple[Regime, Regime]:
    """Those of cross and of isolated positions. What the mode and the balances say must agree:
    "default" is a mode in which either may be.
    """
    if mode in _UNIFIED or (mode in _STANDARD and spot.shared):
        return REGIMES["hyperliquid-unified"], _ISOLATED
    odd = "" if mode in _STANDARD else f"an account mode that is not known ({mode:.40})"
    reason = odd or next(_beyond(states), "")
    return (replace(_CROSS, unknown=reason) if reason else _CROSS), _ISOLATED


def _beyond(states: Sequence[Clearinghouse]) -> Iterator[str]:
    """Why the pool of a currency cannot be told."""
    for state in states:
        if len(state.shared) > 1 and state is not _pool_of(state.currency, states):
            yield f"cross positions on {state.dex} are another pool in {state.currency}"


def _pool_of(currency: str, states: Iterable[Clearinghouse]) -> Clearinghouse | None:
    """The exchange that has the pool of a currency: the venue's own, if it has a position; else
    where most positions are.
    """
    there = [state for state in states if state.currency == currency]
    held = [state for state in there if state.shared] or there
    return max(held, key=lambda state: (state.dex == MAIN, len(state.shared)), default=None)


def positions_of(states: Sequence[Clearinghouse]) -> Iterator[PositionReading]:
    """All that are open."""
    for state in states:
        pooled = state is _pool_of(state.currency, states)
        for holding in state.holdings:
            yield holding.reading(state.at, _backing(holding, state, pooled=pooled))


def _backing(holding: Holding, state: Clearinghouse, *, pooled: bool) -> float | None:
    """What backs a position alone, None where it shares a pool."""
    if holding.raw_usd is not None:
        return holding.wallet
    return None if pooled or len(state.shared) > 1 else state.cross_wallet


def balances_of(states: Sequence[Clearinghouse], spot: Spot) -> Iterator[BalanceReading]:
    """Of each asset what lies in the spot wallet and on every exchange; where the spot wallet is
    shared, it holds all of it.
    """
    at = max((state.at for state in states), default=0.0)
    for asset in sorted({state.currency for state in states} | spot.tokens.keys()):
        token = spot.tokens.get(asset, Token(0.0, 0.0))
        there = [] if spot.shared else [state for state in states if state.currency == asset]
        pool = _pool_of(asset, there)
        yield BalanceReading(
            asset=asset,
            total=token.total + sum(state.wallet for state in there),
            locked=token.held,
            venue_time=at,
            cross_wallet=pool.cross_wallet if pool else 0.0,
            equity=pool.equity if pool else None,
            maintenance_margin=pool.maintenance_margin if pool else None,
        )
