"""Where a coin of Binance's spot wallet went: asked of its records once a reading shows less of it.

The stream that tells of it lives on the socket that also takes orders, which is never opened.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from hedgewatch.core.events import AccountRead, BalanceReading
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import Exchange, Question
from hedgewatch.venues.fields import Row, rows, table, text

TRANSFERS = ("MAIN_UMFUTURE", "MAIN_CMFUTURE", "MAIN_MARGIN", "MAIN_FUNDING", "MAIN_OPTION")
"""From the spot wallet to another one of the same login; each is asked for by itself (weight 1)."""

_OVERLAP_MILLISECONDS = 1_000
_ENOUGH_PAIRS = 12
"""In which sales are looked for, at weight 20 of 6000 a minute."""

_NEVER_HAPPENED = {"1", "3", "5"}
"""Of withdrawals: cancelled, rejected, failed."""


class Outflows:
    """What whole readings showed last, and since when."""

    def __init__(self) -> None:
        self._totals: dict[str, float] = {}
        self._read = 0
        self._lost: dict[str, tuple[BalanceReading, int]] = {}

    def seen(self, reading: AccountRead, asked: int) -> None:
        """A reading, with the venue's time (milliseconds) at which it was asked for."""
        for balance in reading.balances:
            if balance.total < self._totals.get(balance.asset, 0.0):
                self._lost[balance.asset] = (balance, self._read - _OVERLAP_MILLISECONDS)
            self._totals[balance.asset] = balance.total
        self._read = asked

    def questions(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterator[tuple[BalanceReading, list[Question]]]:
        """What to ask of each coin that is watched and became less, the cheapest first. Quote
        currencies come and go with every order, and nobody's hedge hangs on them.
        """
        lost, self._lost = self._lost, {}
        watched = {symbol.partition("/")[0] for symbol in symbols}
        for asset in sorted(watched & lost.keys()):
            balance, since = lost[asset]
            asked = [partial(_transferred, exchange, kind, asset, since) for kind in TRANSFERS]
            pairs = _pairs(exchange, asset, symbols)
            sold = [partial(_sold, exchange, pair, since) for pair in pairs[:_ENOUGH_PAIRS]]
            yield balance, [*asked, *sold, partial(_withdrawn, exchange, asset, since)]


def _pairs(exchange: Exchange, asset: str, symbols: Sequence[str]) -> list[str]:
    """Those in which the coin is sold, the watched ones first."""
    of_asset = [symbol for symbol in exchange.symbols if symbol.startswith(f"{asset}/")]
    return sorted(of_asset, key=lambda symbol: (symbol not in symbols, symbol))


async def _transferred(exchange: Exchange, kind: str, asset: str, since: int) -> EndReason | None:
    reply = table(await exchange.sapi_get_asset_transfer({"type": kind, "startTime": since}), kind)
    moved = rows(reply.get("rows") or [], "transfers")
    gone = [row for row in moved if _of(row, "asset", asset) and row.get("status") != "FAILED"]
    return EndReason.TRANSFERRED if gone else None


async def _withdrawn(exchange: Exchange, asset: str, since: int) -> EndReason | None:
    """The dearest: a tenth of what a login may ask for in a minute."""
    asked = {"coin": asset, "startTime": since}
    sent = rows(await exchange.sapi_get_capital_withdraw_history(asked), "withdrawals")
    gone = [row for row in sent if _of(row, "coin", asset) and _happened(row)]
    return EndReason.TRANSFERRED if gone else None


async def _sold(exchange: Exchange, pair: str, since: int) -> EndReason | None:
    asked = {"symbol": exchange.market_id(pair), "startTime": since}
    trades = rows(await exchange.private_get_mytrades(asked), "myTrades")
    sold = [row for row in trades if row.get("isBuyer") in {False, "false"}]
    return EndReason.CLOSED if sold else None


def _of(row: Row, name: str, asset: str) -> bool:
    return text(row, name) == asset


def _happened(row: Row) -> bool:
    return str(row.get("status")) not in _NEVER_HAPPENED
