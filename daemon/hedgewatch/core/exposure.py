"""One book over all venues: what is owned of each asset, what moves with it, and what it is worth.

Owned is what lies in wallets and accounts (free, locked, earning, backing positions) with the
profit of positions in the coin that they pay it in. Exposure is that and the positions about the
asset: of a linear contract its coins, of an inverse one its face value ÷ price, whose profit in
coins is owned (margin.md §3: coin margin is exposure). Pools are never added together: this is
about what the desk is worth, not about what backs what.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from operator import attrgetter

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import AccountRow, AssetRow, PositionRow
from hedgewatch.core.book.worth import worths
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.scenarios import MONEY

_NOT_LOADED = Unknown("its market is not loaded yet", 0.0)

_MOST_NAMED = 6
"""So many assets are named that a total leaves out."""


@dataclass(slots=True)
class _Pile:
    """Coins of one underlying. Of `sure` and `sure_gross` nothing is in doubt; `unsure` says why
    what is owned is, `doubt` why what moves with it is.
    """

    owned: float = 0.0
    sure: float = 0.0
    net: float = 0.0
    gross: float = 0.0
    sure_gross: float = 0.0
    locked: float = 0.0
    unsure: Unknown | None = None
    doubt: Unknown | None = None

    def own(self, coins: float, locked: float, doubt: Unknown | None) -> None:
        self.owned += coins
        self.locked += locked
        self.unsure = self.unsure or doubt
        self.expose(coins, doubt)
        if doubt is None:
            self.sure += coins

    def expose(self, coins: float, doubt: Unknown | None) -> None:
        size = abs(coins)
        self.net += coins
        self.gross += size
        if doubt is None:
            self.sure_gross += size
        else:
            self.doubt = self.doubt or doubt


Piles = dict[str, _Pile]


def total_exposure(book: Book, now: float) -> None:
    """Bring the assets and the totals of the desk up to date."""
    book.worth = worth = worths(book, book.desk.currency, now)
    piles: Piles = {}
    _take_wallets(book, piles)
    for account in book.accounts.values():
        _take_account(book, account, piles)
    unread = next((a.doubt for a in book.accounts.values() if a.read_at is None), None)
    for name in dict.fromkeys((*piles, *book.holdings)):
        _fill(book.asset(name), piles.get(name) or _Pile(), worth.get(name), unread)
    _sum(book, piles, worth, unread)


def _take_wallets(book: Book, piles: Piles) -> None:
    for wallet in book.desk.wallets:
        for asset, amount in wallet.holdings.items():
            name, units = book.assets.underlying_of(asset)
            _pile(piles, name).own(amount * units, 0.0, None)


def _take_account(book: Book, account: AccountRow, piles: Piles) -> None:
    """Its balances with the profit that is paid in them, and its positions."""
    owned: dict[str, float] = {}
    locked: dict[str, float] = {}
    doubts: dict[str, Unknown] = {}
    for asset, balance in account.balances.items():
        if balance.total:
            name, units = book.assets.underlying_of(asset)
            owned[name] = owned.get(name, 0.0) + balance.total * units
            locked[name] = locked.get(name, 0.0) + balance.locked * units
    for position in account.positions.values():
        if position.contracts:
            coins, profit = _coins_and_profit(position)
            (base, units), (settle, each) = position.market.names
            pile = piles.get(base) or _pile(piles, base)
            if isinstance(coins, Unknown):
                doubts.setdefault(settle, coins)
                pile.expose(0.0, coins)
            else:
                pile.expose(coins * units, account.doubt)
            owned[settle] = owned.get(settle, 0.0) + profit * each
    for name, coins in owned.items():
        doubt = account.doubt or doubts.get(name)
        _pile(piles, name).own(coins, locked.get(name, 0.0), doubt)


def _pile(piles: Piles, name: str) -> _Pile:
    found = piles.get(name)
    if found is None:
        found = piles[name] = _Pile()
    return found


def _coins_and_profit(position: PositionRow) -> tuple[Known, float]:
    """Coins of its base that it moves with, and its profit in what it settles in: of any regime,
    a known one or not.
    """
    row, leg = position.market, position.leg
    if leg is not None and not leg.inverse and row.doubt is None:
        return position.quantity, position.profit  # as they are valued already
    unsure, terms, entry = _unsure(position), row.market, position.entry_price
    if unsure is not None or terms is None:
        return unsure or _NOT_LOADED, 0.0
    size = position.contracts * terms.contract_size
    if terms.linear:
        return size, size * (row.price - entry)
    return size / row.price, size / entry - size / row.price


def _unsure(position: PositionRow) -> Unknown | None:
    """Why nobody can say what it moves with."""
    row = position.market
    if row.market is None:
        return Unknown(f"the market {row.symbol} is not loaded yet", 0.0)
    if row.doubt is not None or not row.price:
        return row.doubt or Unknown(f"no price of {row.symbol} yet", row.seen_at)
    if not 0.0 < position.entry_price < inf:
        return Unknown(f"no entry price of {row.symbol} told", 0.0)
    return None


def _fill(row: AssetRow, pile: _Pile, price: float | None, unread: Unknown | None) -> None:
    unsure, doubt = pile.unsure or unread, pile.doubt or unread
    row.asset_price = worth = price if price is not None else _no_price(row.asset)
    row.owned = unsure or pile.owned
    row.locked_share = unsure or (pile.locked / pile.owned if pile.owned > 0.0 else 0.0)
    row.net_exposure_coins = doubt or pile.net
    row.net_exposure = doubt or _money(pile.net, worth)
    row.gross_exposure = doubt or _money(pile.gross, worth)
    row.observed += 1


def _no_price(asset: str) -> Unknown:
    return Unknown(f"nothing that is watched prices {asset}", 0.0)


def _money(coins: float, price: Known) -> Known:
    """Nothing of what has no price is worth nothing."""
    if isinstance(price, Unknown):
        return price if coins else 0.0
    return coins * price


def _sum(book: Book, piles: Piles, worth: Mapping[str, float], unread: Unknown | None) -> None:
    """A total of which a part is unknown is unknown; what is known of it stands beside it."""
    totals = book.totals
    coins = {name: pile for name, pile in piles.items() if name not in MONEY}
    owned, moving = _owned_in_doubt(piles, worth), _moving_in_doubt(coins, worth)
    equity, exposure = _first(owned.values(), unread), _first(moving.values(), unread)
    totals.total_equity_known = _part(equity, _worths(worth, piles, attrgetter("sure")))
    totals.gross_exposure_known = _part(exposure, _worths(worth, coins, attrgetter("sure_gross")))
    totals.total_equity = equity or totals.total_equity_known
    totals.gross_exposure = exposure or totals.gross_exposure_known
    totals.net_exposure = exposure or sum(_worths(worth, coins, attrgetter("net")))
    totals.left_out = _named([n for n in piles if owned[n] or moving.get(n)], unread)


def _owned_in_doubt(piles: Piles, worth: Mapping[str, float]) -> dict[str, Unknown | None]:
    """Why what is owned of each asset adds up to nothing that is known."""
    return {n: pile.unsure or _unpriced(n, pile.owned, worth) for n, pile in piles.items()}


def _moving_in_doubt(coins: Piles, worth: Mapping[str, float]) -> dict[str, Unknown | None]:
    """The same of what moves with each."""
    return {n: pile.doubt or _unpriced(n, pile.gross, worth) for n, pile in coins.items()}


def _unpriced(name: str, coins: float, worth: Mapping[str, float]) -> Unknown | None:
    """Nothing of what has no price can be left out in silence."""
    return _no_price(name) if coins and name not in worth else None


def _first(doubts: Iterable[Unknown | None], unread: Unknown | None) -> Unknown | None:
    return unread or next(filter(None, doubts), None)


def _worths(
    worth: Mapping[str, float], piles: Piles, amount: Callable[[_Pile], float]
) -> list[float]:
    return [amount(pile) * worth[name] for name, pile in piles.items() if name in worth]


def _part(doubt: Unknown | None, known: Sequence[float]) -> Known:
    """What is known of a total. Where that is nothing, it is no zero."""
    return sum(known) if doubt is None or any(known) else doubt


def _named(assets: list[str], unread: Unknown | None) -> str:
    shown = sorted(assets)[:_MOST_NAMED]
    more = [f"{len(assets) - len(shown)} more"] if len(assets) > len(shown) else []
    return ", ".join([*shown, *more]) or (unread.reason if unread else "")
