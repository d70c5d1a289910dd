"""What the paper exchange's accounts hold in contracts that are margined in coins."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO, Account, CoinPosition
from hedgewatch.sim.changes import Change, CoinMarginCalled, CoinsChanged, CoinsFilled
from hedgewatch.sim.coin_contracts import COIN_CONTRACTS
from hedgewatch.sim.coin_margin import CoinPool

Number = Decimal | int | str | float
MARGIN_CALL_RATIO = Decimal("0.8")


def _exact(number: Number) -> Decimal:
    return Decimal(str(number))


class CoinWorld:
    """A part of the world. Prices come from it: `mark_of` is the mark of a market of Binance."""

    def __init__(
        self,
        accounts: dict[str, Account],
        mark_of: Callable[[str], Decimal],
        now: Callable[[], int],
        tell: Callable[[Change], None],
    ) -> None:
        self.contracts = {contract.symbol: contract for contract in COIN_CONTRACTS}
        self.open_interest = Decimal(15_000)
        self._accounts = accounts
        self._mark_of = mark_of
        self._now = now
        self._tell = tell
        self._called: dict[tuple[str, str], Decimal] = {}

    def mark(self, symbol: str) -> Decimal:
        """The mark of a contract, which follows that of its market, the dated one from above."""
        contract = self.contracts[symbol]
        return self._mark_of(contract.follows) * (1 + contract.premium)

    # positions and coins

    def set_position(
        self, symbol: str, contracts: Number, entry: Number | None = None, *, account: str = "main"
    ) -> None:
        """Make a cross position what it is said to be; without an entry price it is the mark."""
        price = self.mark(symbol) if entry is None else _exact(entry)
        self.hold(CoinPosition(symbol, _exact(contracts), price), account)

    def hold(self, position: CoinPosition, account: str = "main", reason: str = "ORDER") -> None:
        """Replace one position of an account and tell it."""
        owner, coin = self._accounts[account], self.contracts[position.symbol].base
        owner.updated = self._now()
        told = replace(position, updated=owner.updated)
        owner.coin_positions[told.symbol, told.side] = told
        owner.coins.setdefault(coin, ZERO)
        self._tell(CoinsChanged(owner, coin, reason, (told,)))
        self.watch_margins()

    def trade(
        self,
        symbol: str,
        contracts: Number,
        *,
        account: str = "main",
        client_id: str = "web_paper",
    ) -> None:
        """Fill a one-way market order at the mark: average in, or realise what it closes."""
        owner, contract = self._accounts[account], self.contracts[symbol]
        price, quantity = self.mark(symbol), _exact(contracts)
        before = owner.coin_positions.get((symbol, "BOTH"), CoinPosition(symbol, ZERO, ZERO))
        after, realised = _filled(before, quantity, price, contract.face)
        owner.coins[contract.base] = owner.coins.get(contract.base, ZERO) + realised
        self._tell(CoinsFilled(owner, after, quantity, price, realised, client_id))
        self.hold(after, account)

    def liquidate(self, symbol: str, *, account: str = "main") -> None:
        """Take the position over at its mark."""
        held = self._accounts[account].coin_positions[symbol, "BOTH"].contracts
        self.trade(symbol, -held, account=account, client_id=f"autoclose-{self._now()}")

    def settle(self, symbol: str, *, account: str = "main") -> None:
        """Deliver a dated contract."""
        held = self._accounts[account].coin_positions[symbol, "BOTH"].contracts
        self.trade(symbol, -held, account=account, client_id=f"settlement_autoclose-{self._now()}")

    def deposit(self, amount: Number, coin: str = "BTC", *, account: str = "main") -> None:
        """Transfer a coin into the wallet; a negative amount takes it out."""
        owner, paid = self._accounts[account], _exact(amount)
        owner.coins[coin] = owner.coins.get(coin, ZERO) + paid
        owner.updated = self._now()
        reason = "DEPOSIT" if paid >= 0 else "WITHDRAW"
        self._tell(CoinsChanged(owner, coin, reason, paid=paid))
        self.watch_margins()

    # sums

    def pool(self, account: Account, coin: str) -> CoinPool:
        """The cross positions of a coin, on what isolated ones have left of its wallet."""
        of_coin = [one for one in _held(account) if self.contracts[one.symbol].base == coin]
        taken = sum((one.isolated_wallet or ZERO for one in of_coin), ZERO)
        cross = tuple(one for one in of_coin if one.isolated_wallet is None)
        return self._pool(account.coins.get(coin, ZERO) - taken, cross)

    def pool_of(self, account: Account, position: CoinPosition) -> CoinPool:
        """What is liquidated together with a position."""
        if position.isolated_wallet is None:
            return self.pool(account, self.contracts[position.symbol].base)
        return self._pool(position.isolated_wallet, (position,))

    def _pool(self, wallet: Decimal, positions: tuple[CoinPosition, ...]) -> CoinPool:
        marks = {symbol: self.mark(symbol) for symbol in self.contracts}
        return CoinPool(wallet, positions, self.contracts, marks)

    def margin_ratio(self, coin: str = "BTC", account: str = "main") -> Decimal:
        """Maintenance over margin balance of the cross pool of a coin."""
        return self.pool(self._accounts[account], coin).margin_ratio

    def liquidation_price(
        self, symbol: str, *, account: str = "main", side: str = "BOTH"
    ) -> Decimal:
        """By the published formula, not rounded; 0 when none."""
        owner = self._accounts[account]
        return self.pool_of(owner, owner.coin_positions[symbol, side]).liquidation_price(symbol)

    def watch_margins(self) -> None:
        """Call for margin where a ratio has risen past the level."""
        alone = {n: one for n, one in self._accounts.items() if not one.portfolio_margin}
        for name, owner in alone.items():
            for coin in owner.coins:
                before = self._called.get((name, coin), ZERO)
                ratio = self._called[name, coin] = self.pool(owner, coin).margin_ratio
                if before < MARGIN_CALL_RATIO <= ratio:
                    self._tell(CoinMarginCalled(owner, coin))


def _held(account: Account) -> list[CoinPosition]:
    return [position for position in account.coin_positions.values() if position.contracts]


def _filled(
    before: CoinPosition, quantity: Decimal, price: Decimal, face: Decimal
) -> tuple[CoinPosition, Decimal]:
    """The position after a fill, and the profit in coins that the fill realised."""
    contracts = before.contracts + quantity
    if before.contracts * quantity >= 0:
        cost = quantity / price + (before.contracts / before.entry if before.entry else ZERO)
        return replace(before, contracts=contracts, entry=contracts / cost if cost else ZERO), ZERO
    closed = -quantity if abs(quantity) <= abs(before.contracts) else before.contracts
    flipped = before.contracts * contracts < 0
    entry = price if flipped else (before.entry if contracts else ZERO)
    realised = closed * face * (1 / before.entry - 1 / price)
    return replace(before, contracts=contracts, entry=entry), realised
