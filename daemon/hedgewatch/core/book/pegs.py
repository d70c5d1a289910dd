"""How well the stable coins of the desk keep their peg, as far as anything prices them."""

from collections.abc import Iterator
from typing import Protocol

from hedgewatch.core.book.doubt import COLLATERAL_STALE_AFTER
from hedgewatch.core.book.rows import AccountRow, MarketRow
from hedgewatch.core.model import Known, Unknown

DOLLARS = frozenset({
    "USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "PYUSD", "RLUSD", "USD1", "USDE", "USDG",
    "USDD", "DAI", "USDS", "GUSD",
})  # fmt: skip
"""Coins of which each should be worth a dollar."""

_NOBODY = Unknown("nothing that is watched prices a stable coin", 0.0)


class Desk(Protocol):
    """What prices coins."""

    accounts: dict[str, AccountRow]
    markets: dict[tuple[str, str], MarketRow]


def worst_peg(book: Desk, now: float) -> tuple[Known, str]:
    """The price of a stable coin, less 1, that is farthest from 0; and which coin it is."""
    pegs = [*_of_collateral(book, now), *_of_pairs(book)]
    return max(pegs, key=lambda peg: abs(peg[0]), default=(_NOBODY, ""))


def _of_collateral(book: Desk, now: float) -> Iterator[tuple[float, str]]:
    """What venues take the coins of whole accounts to be worth in dollars."""
    for account in book.accounts.values():
        if now - account.collateral_at > COLLATERAL_STALE_AFTER:
            continue
        for asset, reading in account.collateral.items():
            balance = account.balances.get(asset)
            if asset in DOLLARS and balance is not None and balance.holds:
                yield reading.price - 1.0, asset


def _of_pairs(book: Desk) -> Iterator[tuple[float, str]]:
    """One stable coin in another: which of the two is off cannot be told."""
    for market in book.markets.values():
        base, _, quote = market.symbol.partition("/")
        if base in DOLLARS and quote in DOLLARS and market.doubt is None:
            yield market.price - 1.0, f"{base} in {quote}"
