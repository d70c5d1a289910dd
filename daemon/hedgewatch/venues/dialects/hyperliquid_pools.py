"""What of an address is one pool: its cross positions on one exchange, or on all in one currency.

In standard mode "cross margin applies to each DEX separately" (Hyperliquid documentation, "Account
abstraction modes"): the cross positions of an exchange that others built (HIP-3) are a pool beside
the venue's own, though both may settle in USDC. Pools are known by their currency, so that of each
currency one exchange has the pool. Where another one has a single cross position, all that lies
there backs it alone: that is an isolated position by another name. With several there, nothing that
can be said of the pool would be right, and its regime says so.

A unified account has a "single balance for each asset", which "collateralizes all cross margin
positions in that asset", wherever they are: the total of the spot wallet, in which unrealised
profit is counted already. By the venue's own "Unified Account Ratio" the pool is worth that total
less what the isolated positions are worth, and must be worth the maintenance of all exchanges.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hedgewatch.core.events import BalanceReading, PositionReading
from hedgewatch.core.margin.regimes import REGIMES, Regime
from hedgewatch.venues.dialects.hyperliquid_listing import MAIN, STAKED, Listing
from hedgewatch.venues.dialects.hyperliquid_states import Clearinghouse, Holding
from hedgewatch.venues.fields import OddReplyError, number, rows, says_yes, table

_STANDARD = frozenset({"", "default", "disabled", "dexAbstraction"})
"""Modes in which perpetuals have a balance of their own; the empty one is not told."""

_UNIFIED, _PORTFOLIO = "unifiedAccount", "portfolioMargin"
"""Modes in which the spot wallet backs them."""

_BELIEVED_AFTER = 4.0
"""Seconds, by the venue: a backstop liquidation looks the same."""

_CROSS, _ISOLATED = REGIMES["hyperliquid-cross"], REGIMES["hyperliquid-isolated"]


@dataclass(frozen=True, slots=True)
class Token:
    """What is owned of one, and how much of it is held by orders."""

    total: float
    held: float


@dataclass(frozen=True, slots=True)
class Spot:
    """The spot wallet. It is `shared` when it backs positions as well; `portfolio`: and coins in it
    do, too. What is `staked` is owned as well, and cannot be moved for days.
    """

    tokens: Mapping[str, Token]
    shared: bool = False
    portfolio: bool = False
    staked: float = 0.0

    def token(self, asset: str) -> Token:
        """All that is owned of one, outside positions."""
        held = self.tokens.get(asset, Token(0.0, 0.0))
        aside = self.staked if asset == STAKED else 0.0
        return Token(held.total + aside, held.held + aside)

    @property
    def assets(self) -> set[str]:
        """What is owned here."""
        return self.tokens.keys() | ({STAKED} if self.staked else set())

    @property
    def is_known(self) -> bool:
        """Whether money in it shows that the venue knows the address, and where positions stand."""
        return self.shared and any(token.total for token in self.tokens.values())


class Blanks:
    """Whether what was held and is not shown is gone. An address of which the venue shows nothing
    at all, on no exchange, reads like one that it never saw: where something was held that is
    believed once it was said for a while, and then as a whole, positions with the money behind
    them, for half of it would look like ruin.
    """

    def __init__(self) -> None:
        self._held = False
        self._since: float | None = None

    def known(self, states: Sequence[Clearinghouse], spot: Spot) -> bool:
        """Whether the venue knows the address. OddReplyError while that is in doubt."""
        if spot.is_known or any(not each.is_blank for each in states):
            self._held, self._since = any(each.holdings for each in states), None
            return True
        if not self._held:
            return False
        at = max(each.at for each in states)
        self._since = at if self._since is None else self._since
        if at - self._since < _BELIEVED_AFTER:
            raise OddReplyError(
                "the venue shows nothing at all where positions were held: that is believed when it"
                f" does so for {_BELIEVED_AFTER:.0f} s"
            )
        self._held = False
        return True


def spot_of(reply: object, listing: Listing, mode: str) -> Spot:
    """From a `spotClearinghouseState`. A shared wallet says what is left of it after maintenance,
    whatever the mode is called: "default" may be either.
    """
    state = table(reply, "spotClearinghouseState")
    listed = rows(state.get("balances"), "balances")
    tokens = {
        listing.asset(row): Token(number(row, "total"), number(row, "hold")) for row in listed
    }
    shared = state.get("tokenToAvailableAfterMaintenance") is not None
    portfolio = mode == _PORTFOLIO or says_yes(state, "portfolioMarginEnabled")
    return Spot(tokens, shared or portfolio or mode == _UNIFIED, portfolio)


def regimes_of(mode: str, spot: Spot, states: Sequence[Clearinghouse]) -> tuple[Regime, Regime]:
    """Those of cross and of isolated positions."""
    if spot.shared:
        name = "portfolio-margin" if spot.portfolio else "unified"
        return REGIMES[f"hyperliquid-{name}"], _ISOLATED
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


def positions_of(states: Sequence[Clearinghouse], spot: Spot) -> Iterator[PositionReading]:
    """All that are open."""
    for state in states:
        pooled = spot.shared or state is _pool_of(state.currency, states)
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
    for asset in sorted({state.currency for state in states} | spot.assets):
        there = [state for state in states if state.currency == asset]
        token = spot.token(asset)
        told = _unified(asset, token, there) if spot.shared else _apart(asset, token, there)
        at = max((state.at for state in states), default=0.0)
        yield replace(told, locked=token.held, venue_time=at)


def _apart(asset: str, token: Token, there: Sequence[Clearinghouse]) -> BalanceReading:
    """Perpetuals have a balance of their own on each exchange."""
    pool = _pool_of(asset, there)
    return BalanceReading(
        asset=asset,
        total=token.total + sum(state.wallet for state in there),
        venue_time=0.0,
        cross_wallet=pool.cross_wallet if pool else 0.0,
        equity=pool.equity if pool else None,
        maintenance_margin=pool.maintenance_margin if pool else None,
    )


def _unified(asset: str, token: Token, there: Sequence[Clearinghouse]) -> BalanceReading:
    """All that is owned of a token, in one balance with the profit of every position in it."""
    holdings = [each for state in there for each in state.holdings]
    owned = token.total - sum(each.profit for each in holdings)
    alone = sum(each.wallet or 0.0 for each in holdings)
    shared = sum(each.profit for each in holdings if each.raw_usd is None)
    return BalanceReading(
        asset=asset,
        total=owned,
        venue_time=0.0,
        cross_wallet=owned - alone if there else 0.0,
        equity=owned - alone + shared if there else None,
        maintenance_margin=sum(state.maintenance_margin for state in there) if there else None,
    )


def moved_on(spot: Spot, before: Clearinghouse, after: Clearinghouse) -> Spot:
    """The shared wallet as it must stand at the marks of a newer state, without what was traded
    between: what was held then has gained or lost with its marks.
    """
    token = spot.tokens.get(after.currency)
    if not spot.shared or token is None:
        return spot
    marks = {each.symbol: each.mark for each in after.holdings}
    gained = sum(
        each.contracts * (marks.get(each.symbol, each.mark) - each.mark) for each in before.holdings
    )
    moved = replace(token, total=token.total + gained)
    return replace(spot, tokens={**spot.tokens, after.currency: moved})
