"""Margin as OKX documents it, independent of what watches it.

Sources: OKX help 6997123251341 (futures mode: "margin ratio = (balance + PnL …) / (maintenance
margin + liquidation fees)", a currency at a time), 360054690531 (multi-currency mode: adjusted
equity in USD, each coin discounted in slices, a debt in full). Everything is liquidated at 100 %.
A maintenance rate goes by contracts and so by no price: what a position is worth decides linearly.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from hedgewatch.sim.accounts import ZERO, Account, Position
from hedgewatch.sim.margin import Venue
from hedgewatch.sim.okx_markets import CONTRACTS, DISCOUNTS, TAKER_FEE, Contract

ONE = Decimal(1)
FAR = Decimal(1000)
HALVINGS = 120


@dataclass(frozen=True, slots=True)
class Pool:
    """What is liquidated together: what it is worth, and what it must be worth at least."""

    equity: Decimal
    maintenance: Decimal
    fee: Decimal

    @property
    def ratio(self) -> Decimal:
        """Required over worth: 1 is liquidation. OKX prints the inverse."""
        required = self.maintenance + self.fee
        if not required:
            return ZERO
        return required / self.equity if self.equity > 0 else Decimal("Infinity")


def maintenance_margin(account: Account, venue: Venue) -> Decimal:
    """`mmr`: of USDT, or of the account in USD."""
    return pool_of(account, venue).maintenance


def margin_balance(account: Account, venue: Venue) -> Decimal:
    """Equity of USDT, or `adjEq`."""
    return pool_of(account, venue).equity


def margin_ratio(account: Account, venue: Venue) -> Decimal:
    """The greatest of its pools."""
    if account.multi_assets:
        return whole(account, venue).ratio
    return max(currency(account, settle, venue).ratio for settle in ("USDT", "BTC"))


def pool_of(account: Account, venue: Venue) -> Pool:
    """The account as one, or its USDT."""
    return whole(account, venue) if account.multi_assets else currency(account, "USDT", venue)


def liquidation_price(position: Position, account: Account, venue: Venue) -> Decimal:
    """The price of its market at which its pool is liquidated, all else frozen; 0 when none is.

    In the price, or of an inverse contract in its inverse, the surplus is a line: two points of it
    tell where it is 0.
    """
    contract = CONTRACTS[position.symbol]
    if account.multi_assets and position.isolated_wallet is None:
        return _halved_in_on(contract, account, venue)
    mark = venue.marks[contract.priced]

    def surplus(price: Decimal) -> Decimal:
        there = _at(contract, price, venue)
        if position.isolated_wallet is not None:
            pool = isolated(position, there)
        else:
            pool = currency(account, contract.settle, there)
        return pool.equity - pool.maintenance - pool.fee

    near, far = (mark, 2 * mark) if contract.linear else (ONE / mark, 2 / mark)
    here, there = (surplus(at if contract.linear else ONE / at) for at in (near, far))
    if here == there:
        return ZERO
    root = near - here * (far - near) / (there - here)
    price = root if contract.linear else (ONE / root if root else ZERO)
    return max(price, ZERO)


# pools


def isolated(position: Position, venue: Venue) -> Pool:
    """One isolated position, in its settle coin: (margin + PnL) against maintenance and fee."""
    margin = (position.isolated_wallet or ZERO) + pnl(position, venue)
    return Pool(margin, maintenance(position, venue), fee(position, venue))


def currency(account: Account, coin: str, venue: Venue) -> Pool:
    """All cross positions that settle in a coin, in futures mode."""
    held = [each for each in cross(account) if settle_of(each) == coin]
    equity = cash(account, coin) + sum((pnl(each, venue) for each in held), ZERO)
    return Pool(
        equity,
        sum((maintenance(each, venue) for each in held), ZERO),
        sum((fee(each, venue) for each in held), ZERO),
    )


def whole(account: Account, venue: Venue) -> Pool:
    """The account in multi-currency mode, in USD."""
    pools = {coin: currency(account, coin, venue) for coin in coins(account)}

    def in_usd(amounts: Iterable[tuple[str, Decimal]]) -> Decimal:
        return sum((amount * usd(coin, venue) for coin, amount in amounts), ZERO)

    return Pool(
        in_usd((coin, counted(coin, pool.equity)) for coin, pool in pools.items()),
        in_usd((coin, pool.maintenance) for coin, pool in pools.items()),
        in_usd((coin, pool.fee) for coin, pool in pools.items()),
    )


def counted(coin: str, equity: Decimal) -> Decimal:
    """What of an equity counts: slice by slice, and what is owed in full."""
    if equity <= 0:
        return equity
    found, before = ZERO, ZERO
    for part in DISCOUNTS.get(coin, ()):
        most = equity if part.most is None else min(part.most, equity)
        found += max(most - before, ZERO) * part.rate
        before = most
    return found


def usd(coin: str, venue: Venue) -> Decimal:
    """The index of a coin in dollars; a coin without one is worth its mark."""
    index = venue.indices.get(coin)
    return venue.marks[f"{coin}USDT"] if index is None else index.index


# positions and money


def coins(account: Account) -> list[str]:
    """What an account has, or settles in."""
    settled = (settle_of(each) for each in account.held())
    return sorted({"USDT", *account.collateral, *account.spot, *settled})


def cash(account: Account, coin: str) -> Decimal:
    """`cashBal`: what is owned of a coin, less what isolated positions have taken."""
    of_spot = account.spot.get(coin)
    owned = account.collateral.get(coin, ZERO) + (account.wallet if coin == "USDT" else ZERO)
    owned += of_spot.free + of_spot.locked if of_spot else ZERO
    return owned - taken(account, coin)


def taken(account: Account, coin: str) -> Decimal:
    """The margin of isolated positions in a coin."""
    alone = (each for each in account.held() if settle_of(each) == coin)
    return sum((each.isolated_wallet or ZERO for each in alone), ZERO)


def cross(account: Account) -> list[Position]:
    """The positions that are not isolated."""
    return [each for each in account.held() if each.isolated_wallet is None]


def settle_of(position: Position) -> str:
    """The coin of its margin."""
    return CONTRACTS[position.symbol].settle


def contracts(position: Position) -> Decimal:
    """`pos`: how many of OKX's contracts, short negative."""
    return position.amount / CONTRACTS[position.symbol].value


def mark_of(position: Position, venue: Venue) -> Decimal:
    """The mark of its market."""
    return venue.marks[CONTRACTS[position.symbol].priced]


def worth(position: Position, venue: Venue) -> Decimal:
    """Its notional in its settle coin."""
    mark = mark_of(position, venue)
    linear = CONTRACTS[position.symbol].linear
    return abs(position.amount) * mark if linear else abs(position.amount) / mark


def pnl(position: Position, venue: Venue) -> Decimal:
    """`upl`."""
    mark = mark_of(position, venue)
    if CONTRACTS[position.symbol].linear:
        return position.amount * (mark - position.entry)
    return position.amount * (ONE / position.entry - ONE / mark)


def rate(position: Position, venue: Venue) -> Decimal:
    """The maintenance rate of all of it, by its contracts."""
    contract = CONTRACTS[position.symbol]
    steps = contract.steps(venue.markets[contract.priced])
    size = abs(contracts(position))
    return next((step for step in steps if size <= step.most), steps[-1]).maintenance


def maintenance(position: Position, venue: Venue) -> Decimal:
    """`mmr`."""
    return worth(position, venue) * rate(position, venue)


def fee(position: Position, venue: Venue) -> Decimal:
    """What closing it at the mark costs."""
    return worth(position, venue) * TAKER_FEE


def _at(contract: Contract, price: Decimal, venue: Venue) -> Venue:
    return replace(venue, marks={**venue.marks, contract.priced: price})


def _halved_in_on(contract: Contract, account: Account, venue: Venue) -> Decimal:
    """Coins are discounted in slices: try prices until the ratio is 1."""
    mark = venue.marks[contract.priced]

    def safe(price: Decimal) -> bool:
        return whole(account, _at(contract, price, venue)).ratio < ONE

    ends = [end for end in (mark / FAR, mark * FAR) if not safe(end)] if safe(mark) else []
    prices = [_between(mark, end, safe) for end in ends]
    return min(prices, key=lambda price: abs(price - mark), default=ZERO)


def _between(good: Decimal, bad: Decimal, safe: Callable[[Decimal], bool]) -> Decimal:
    for _ in range(HALVINGS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if safe(middle) else (good, middle)
    return bad
