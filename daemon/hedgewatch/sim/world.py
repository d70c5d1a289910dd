"""The truth of the paper exchange: marks, accounts, positions, wallets. Whoever watches is told.

Every action that a trader, a treasurer or the venue itself would take is a method here; the wire
only reports it.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hedgewatch.sim import margin
from hedgewatch.sim.accounts import ZERO, Account, Moved, Position, SpotBalance
from hedgewatch.sim.changes import (
    AccountChanged,
    Change,
    Filled,
    MarginCalled,
    MarkSet,
    SpotChanged,
)
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.coin_world import CoinWorld
from hedgewatch.sim.logins import logins
from hedgewatch.sim.markets import (
    ASSET_INDICES,
    OPENING_MARKS,
    PERPETUALS,
    QUOTE,
    SPOT_PAIRS,
    Perpetual,
    Tier,
)
from hedgewatch.sim.past import Past
from hedgewatch.sim.rulebooks import RULEBOOKS
from hedgewatch.sim.unified_world import UnifiedWorld

Number = Decimal | int | str | float
MARGIN_CALL_RATIO = Decimal("0.8")
LIQUIDATION_RATIO = Decimal(1)


def exact(number: Number) -> Decimal:
    """A number as its owner wrote it: a float by its shortest text, never by its binary tail."""
    return Decimal(str(number))


class World:
    """Markets, marks and accounts, and what happened to them."""

    def __init__(self, now: Callable[[], int] = epoch_milliseconds) -> None:
        self._now = now
        self.markets = {market.symbol: market for market in PERPETUALS}
        self.spot_pairs = {pair.symbol: pair for pair in SPOT_PAIRS}
        self.marks = dict(OPENING_MARKS)
        self.past = Past(now)
        self.spot_prices: dict[str, Decimal] = {}
        self.indices = dict(ASSET_INDICES)
        self.funding_rate = Decimal("0.0001")
        self.premiums: dict[tuple[str, str], Decimal] = {}
        self.level_amount = Decimal(1000)
        self.account_first = False
        self.accounts = logins(now())
        self.coins = CoinWorld(
            self.accounts, lambda symbol: self.mark_at("binance", symbol), now, self._tell
        )
        self.unified = UnifiedWorld(lambda: self.venue, self.coins)
        self.watchers: list[Callable[[Change], None]] = []
        self.liquidatable: list[tuple[int, str]] = []
        self._called: dict[str, Decimal] = {}

    @property
    def venue(self) -> margin.Venue:
        """Listings and marks as Binance's formulas want them."""
        return self.venue_of("binance")

    def venue_of(self, venue: str) -> margin.Venue:
        """Listings and marks of a venue."""
        marks = {symbol: self.mark_at(venue, symbol) for symbol in self.marks}
        return margin.Venue(self.markets, marks, self.indices)

    def mark_at(self, venue: str, symbol: str) -> Decimal:
        """The mark of a market at a venue: everywhere the same, but for the venue's premium."""
        return self.marks[symbol] * (1 + self.premiums.get((venue, symbol), ZERO))

    def add_account(self, account: Account) -> None:
        """Open an account."""
        self.accounts[account.name] = account

    def account_of(self, key: str) -> Account | None:
        """The account of Binance that a key logs into."""
        return self.account_at("binance", key)

    def account_at(self, venue: str, key: str) -> Account | None:
        """The account that a key (or an address) names at a venue."""
        there = (each for each in self.accounts.values() if each.venue == venue)
        return next((account for account in there if account.key == key), None)

    def spot_price(self, symbol: str) -> Decimal:
        """The spot price, which follows the mark until it is set apart."""
        return self.spot_prices.get(symbol, self.marks.get(symbol, ZERO))

    # prices

    def move(self, symbol: str, price: Number) -> None:
        """Move a mark as a market does: watchers see it at the next tick."""
        tick = self.markets[symbol].tick
        self.past.pass_at(symbol, self.marks[symbol])
        self.marks[symbol] = (exact(price) / tick).quantize(Decimal(1)) * tick
        self._watch_margins()

    def set_mark(self, symbol: str, price: Number) -> None:
        """Move a mark and report it at once."""
        self.move(symbol, price)
        self._tell(MarkSet(symbol))

    def list_market(self, market: Perpetual, mark: Number) -> None:
        """Add a contract, or list one anew with other terms."""
        if market.symbol in self.marks:
            self.past.pass_at(market.symbol, self.marks[market.symbol])
        self.markets[market.symbol] = market
        self.marks[market.symbol] = exact(mark)

    def set_index(self, asset: str, index: Number) -> None:
        """Move what multi-assets mode takes an asset for."""
        self.indices[asset] = replace(self.indices[asset], index=exact(index))
        self._watch_margins()

    def set_tiers(self, symbol: str, tiers: tuple[Tier, ...]) -> None:
        """Change the maintenance brackets of a market, as venues do overnight."""
        self.markets[symbol] = replace(self.markets[symbol], tiers=tiers)
        self._watch_margins()

    def set_premium(self, venue: str, symbol: str, premium: Number) -> None:
        """Set one venue's mark apart from that of the others, by a fraction of it."""
        self.premiums[venue, symbol] = exact(premium)
        self._tell(MarkSet(symbol))
        self._watch_margins()

    # positions and money

    def set_position(
        self,
        symbol: str,
        amount: Number,
        entry: Number | None = None,
        *,
        account: str = "main",
        side: str = "BOTH",
    ) -> None:
        """Make a cross position what it is said to be; without an entry price it is the mark."""
        at = self.mark_at(self.accounts[account].venue, symbol)
        price = at if entry is None else exact(entry)
        self.hold(Position(symbol, exact(amount), price, side), account)

    def hold(
        self,
        position: Position,
        account: str = "main",
        reason: str = "ORDER",
        *,
        beside: bool = False,
    ) -> None:
        """Replace one position of an account and tell it; `beside`: an isolated one that is held at
        once with a cross one of the same market and side, as OKX allows.
        """
        owner = self.accounts[account]
        owner.updated = self._now()
        told = replace(position, updated=owner.updated)
        owner.positions[told.symbol, f"{told.side} beside" if beside else told.side] = told
        self._tell(AccountChanged(owner, reason, (told,)))
        self._watch_margins()

    def trade(
        self, symbol: str, quantity: Number, *, account: str = "main", client_id: str = "web_paper"
    ) -> None:
        """Fill a one-way market order at the mark: average in, or realise what it closes."""
        owner, signed = self.accounts[account], exact(quantity)
        price = self.mark_at(owner.venue, symbol)
        before = owner.positions.get((symbol, "BOTH"), Position(symbol, ZERO, ZERO))
        after, realised = _filled(before, signed, price)
        owner.wallet += realised
        fill = Filled(owner, after, signed, realised, client_id)
        if not self.account_first:
            self._tell(fill)
        self.hold(after, account)
        if self.account_first:
            self._tell(fill)

    def liquidate(
        self, symbol: str, quantity: Number | None = None, *, account: str = "main"
    ) -> None:
        """Take the position, or the part of it that is named, over at its mark."""
        self._close(symbol, quantity, account, f"autoclose-{self._now()}")

    def settle(self, symbol: str, *, account: str = "main") -> None:
        """Close the position because its contract ends, or is delisted."""
        self._close(symbol, None, account, f"settlement_autoclose-{self._now()}")

    def _close(self, symbol: str, quantity: Number | None, account: str, client_id: str) -> None:
        held = self.accounts[account].positions[symbol, "BOTH"].amount
        traded = -held if quantity is None else exact(quantity)
        self.trade(symbol, traded, account=account, client_id=client_id)

    def deleverage(self, symbol: str, quantity: Number, *, account: str = "main") -> None:
        """Close a part of the position against a bankrupt counterparty."""
        self.trade(symbol, quantity, account=account, client_id="adl_autoclose")

    def deposit(self, amount: Number, asset: str = QUOTE, *, account: str = "main") -> None:
        """Transfer an asset into the futures wallet; a negative amount takes it out."""
        reason = "DEPOSIT" if exact(amount) >= 0 else "WITHDRAW"
        self._pay(self.accounts[account], exact(amount), reason, asset)

    def settle_funding(self, symbol: str, *, account: str = "main") -> None:
        """Charge or pay one funding interval on a position."""
        owner = self.accounts[account]
        legs = [position for position in owner.held() if position.symbol == symbol]
        mark = self.mark_at(owner.venue, symbol)
        notional = sum((leg.notional(mark) for leg in legs), ZERO)
        self._pay(owner, -notional * self.funding_rate, "FUNDING_FEE")

    def set_spot_balance(
        self, asset: str, free: Number, locked: Number = 0, *, account: str = "main"
    ) -> None:
        """Set a balance of the spot wallet."""
        owner = self.accounts[account]
        owner.spot[asset] = SpotBalance(exact(free), exact(locked))
        self._tell(SpotChanged(owner, asset))

    def move_spot(self, asset: str, amount: Number, how: str, *, account: str = "main") -> None:
        """Take some out of the spot wallet: by `withdraw`, `sell`, or a transfer of a type of
        Binance's (`MAIN_UMFUTURE`), which the receiving wallet is not told of here.
        """
        owner, before = self.accounts[account], self.accounts[account].spot[asset]
        owner.moved.append(Moved(how, asset, exact(amount), self._now()))
        self.set_spot_balance(asset, before.free - exact(amount), before.locked, account=account)

    def set_rights(self, *, account: str = "main", **rights: bool) -> None:
        """Change what the account's key may do, by Binance's names."""
        self.accounts[account].rights.update(rights)

    # sums

    def margin_ratio(self, account: str = "main") -> Decimal:
        """Maintenance over margin balance of the cross pool."""
        owner = self.accounts[account]
        if owner.portfolio_margin:
            return self.unified.now(owner).margin_ratio
        return RULEBOOKS[owner.venue].margin_ratio(owner, self.venue_of(owner.venue))

    def liquidation_price(
        self, symbol: str, *, account: str = "main", side: str = "BOTH"
    ) -> Decimal:
        """Liquidation price of one position by the published formula, not rounded; 0 when none."""
        owner = self.accounts[account]
        if owner.portfolio_margin:
            return self.unified.liquidation_price(symbol, owner)
        rules, venue = RULEBOOKS[owner.venue], self.venue_of(owner.venue)
        return rules.liquidation_price(owner.positions[symbol, side], owner, venue)

    def _pay(self, owner: Account, amount: Decimal, reason: str, asset: str = QUOTE) -> None:
        if asset == QUOTE:
            owner.wallet += amount
        else:
            owner.collateral[asset] = owner.collateral.get(asset, ZERO) + amount
        owner.updated = self._now()
        self._tell(AccountChanged(owner, reason, paid=amount, asset=asset))
        self._watch_margins()

    def _watch_margins(self) -> None:
        self.coins.watch_margins()
        for name, owner in self.accounts.items():
            before, ratio = self._called.get(name, ZERO), self.margin_ratio(name)
            self._called[name] = ratio
            if before < MARGIN_CALL_RATIO <= ratio:
                self._tell(MarginCalled(owner))
            if before < LIQUIDATION_RATIO <= ratio:
                self.liquidatable.append((self._now(), name))

    def _tell(self, change: Change) -> None:
        for watcher in self.watchers:
            watcher(change)


def _filled(before: Position, quantity: Decimal, price: Decimal) -> tuple[Position, Decimal]:
    """The position after a fill, and the profit that the fill realised."""
    amount = before.amount + quantity
    if before.amount * quantity >= 0:
        paid = before.amount * before.entry + quantity * price
        return replace(before, amount=amount, entry=paid / amount if amount else ZERO), ZERO
    closed = -quantity if abs(quantity) <= abs(before.amount) else before.amount
    flipped = before.amount * amount < 0
    entry = price if flipped else (before.entry if amount else ZERO)
    return replace(before, amount=amount, entry=entry), closed * (price - before.entry)
