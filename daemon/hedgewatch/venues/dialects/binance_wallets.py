"""What is owned at Binance beside the spot wallet: Simple Earn and the funding wallet.

Fields: Binance API documentation, Wallet and Simple Earn. All of it is optional: a key or a server
that refuses it leaves what the spot wallet tells. Reading it weighs 361 of 12,000 a minute. It is
read when the spot wallet has changed, for coins move between the two, and each minute else.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import structlog

from hedgewatch.core.events import BalanceReading
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.optional import optional, unheard
from hedgewatch.venues.fields import OddReplyError, Row, number, number_or, rows, table, text

WALLETS = (
    ("GET", "https://api.binance.com/sapi/v1/simple-earn/flexible/position"),
    ("GET", "https://api.binance.com/sapi/v1/simple-earn/locked/position"),
    ("GET", "https://api.binance.com/sapi/v1/asset/wallet/balance"),
    ("POST", "https://api.binance.com/sapi/v1/asset/get-funding-asset"),
)
"""The last one reads, although it is a POST. It is asked only once `wallet/balance` has shown that
something lies in the funding wallet.
"""

Part = tuple[str, float, float]
"""An asset, how much of it, and how much of that cannot be moved at once."""

_AFTER_MILLISECONDS = 60_000
_UNSETTLED_MILLISECONDS = 30_000
"""For so long after a change of the spot wallet what it was moved to may show late."""

_PATIENCE_SECONDS = 4.0
"""What hangs holds the reading of the spot wallet up for no longer."""

_PAGE = 100
_MOST_PAGES = 10
_RECEIPT = "LD"
"""Before the name of an asset in the spot wallet: a receipt for what is in flexible Earn."""

_UNSEEN = {"locked": "what lies in locked Simple Earn", "funding": "the funding wallet"}

log = structlog.get_logger()


class OtherWallets:
    """Of one account, each as it was read last."""

    def __init__(self) -> None:
        self._held: dict[str, list[Part]] = {}
        self._told: set[str] = set()
        self._unheard: dict[str, None] = dict.fromkeys(_UNSEEN)
        self._spot: Mapping[str, float] = {}
        self._read_at = self._changed_at = float("-inf")

    async def look(self, exchange: Exchange, spot: Mapping[str, float], now: float) -> None:
        """Read them if they may have changed: `now` is in the venue's milliseconds."""
        if spot != self._spot:
            self._spot, self._changed_at = dict(spot), now
        unsettled = now - self._changed_at < _UNSETTLED_MILLISECONDS
        if unsettled or now - self._read_at >= _AFTER_MILLISECONDS:
            self._read_at = now
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    heard = await self._read(exchange)
            except TimeoutError:
                heard = False
            if not heard:  # a minute later, and not with every reading
                self._changed_at = float("-inf")

    async def _read(self, exchange: Exchange) -> bool:
        """Whether all was heard."""
        flexible = await _pages(exchange.sapi_get_simple_earn_flexible_position, "flexible Earn")
        heard = self._keep(exchange, "flexible", flexible, _flexible)
        locked = await _pages(exchange.sapi_get_simple_earn_locked_position, "locked Earn")
        heard &= self._keep(exchange, "locked", locked, _locked)
        wallets = await optional(exchange.sapi_get_asset_wallet_balance(), "wallets")
        self._note("funding", heard=wallets is not None)
        if _funded(wallets) or self._held.get("funding"):
            funding = await optional(exchange.sapi_post_asset_get_funding_asset(), "funding wallet")
            heard &= self._keep(exchange, "funding", funding, _funding)
        return heard and wallets is not None

    def _keep(
        self, exchange: Exchange, wallet: str, reply: object | None, part: Callable[[Row], Part]
    ) -> bool:
        """Whether it was heard and makes sense; else it stays as it was."""
        self._note(wallet, heard=False)
        if reply is None:
            return False
        try:
            parts = [part(row) for row in rows(reply, wallet)]
        except OddReplyError as error:
            log.warning("a wallet that makes no sense", wallet=wallet, error=str(error))
            return False
        self._note(wallet, heard=True)
        name = exchange.safe_currency_code
        self._held[wallet] = [(name(asset), total, locked) for asset, total, locked in parts]
        return True

    def _note(self, wallet: str, *, heard: bool) -> None:
        self._unheard.pop(wallet, None)
        if not heard:
            self._unheard[wallet] = None

    def unseen(self) -> Iterator[str]:
        """What the venue does not tell, in words. Receipts in the spot wallet stand for what is
        in flexible Earn.
        """
        for wallet in self._unheard:
            if wallet in _UNSEEN:
                yield unheard(_UNSEEN[wallet], was_told=wallet in self._held)

    def added_to(self, balances: Iterable[BalanceReading]) -> Iterator[BalanceReading]:
        """The balances of the spot wallet with what lies elsewhere of each, then of others, with an
        explicit 0 for what was there.
        """
        sums, told = self._sums(), 0.0
        parts = dict.fromkeys(self._told, (0.0, 0.0)) | sums
        self._told |= set(sums)
        receipts = {f"{_RECEIPT}{asset}" for asset, _, _ in self._held.get("flexible", ())}
        for balance in balances:
            told = max(told, balance.venue_time)
            if balance.asset not in receipts:
                total, locked = parts.pop(balance.asset, (0.0, 0.0))
                total, locked = balance.total + total, balance.locked + locked
                yield replace(balance, total=total, locked=locked)
        for asset, (total, locked) in parts.items():
            yield BalanceReading(asset=asset, total=total, locked=locked, venue_time=told)

    def _sums(self) -> dict[str, tuple[float, float]]:
        sums: dict[str, tuple[float, float]] = {}
        for asset, total, locked in (part for held in self._held.values() for part in held):
            before = sums.get(asset, (0.0, 0.0))
            sums[asset] = before[0] + total, before[1] + locked
        return sums


async def _pages(ask: Callable[[dict[str, int]], Any], what: str) -> list[Row] | None:
    """All rows of a list that comes in pages; None where a page was not heard."""
    found: list[Row] = []
    for page in range(1, _MOST_PAGES + 1):
        reply = await optional(ask({"current": page, "size": _PAGE}), what)
        try:
            listed = rows(table(reply, what).get("rows") or [], what)
        except OddReplyError:
            return None
        found += listed
        if len(listed) < _PAGE:
            break
    return found


def _funded(reply: object | None) -> bool:
    """Whether something lies in the funding wallet."""
    listed = [row for row in reply if isinstance(row, Mapping)] if isinstance(reply, list) else []
    return any(
        row.get("walletName") == "Funding" and number_or(row, "balance", 0.0) > 0.0
        for row in listed
    )


def _flexible(row: Row) -> Part:
    total = number(row, "totalAmount")
    return text(row, "asset"), total, total


def _locked(row: Row) -> Part:
    amount = number(row, "amount")
    return text(row, "asset"), amount, amount


def _funding(row: Row) -> Part:
    """What is being withdrawn is on its way out, and is not counted."""
    kept = number_or(row, "locked", 0.0) + number_or(row, "freeze", 0.0)
    return text(row, "asset"), number(row, "free") + kept, kept
