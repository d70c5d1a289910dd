"""Where a token of Hyperliquid's spot wallet went: asked of its records once a reading shows less.

Sources: Hyperliquid documentation, "Retrieve a user's funding history or non-funding ledger
updates", "Retrieve a user's fills by time"; weight 20 each, and one more for 20 rows.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from hedgewatch.core.events import AccountRead, BalanceReading
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import Question
from hedgewatch.venues.dialects.hyperliquid_address import Ask
from hedgewatch.venues.fields import Row, rows, table

_OVERLAP_SECONDS = 2.0


class Outflows:
    """What whole readings showed last, and since when."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._totals: dict[str, float] = {}
        self._read = 0.0
        self._lost: dict[str, tuple[BalanceReading, float]] = {}

    def seen(self, reading: AccountRead) -> None:
        """A reading: what is less in it than in the one before went since then."""
        for balance in reading.balances:
            if balance.total < self._totals.get(balance.asset, 0.0):
                self._lost[balance.asset] = (balance, self._read - _OVERLAP_SECONDS)
            self._totals[balance.asset] = balance.total
        self._read = max((each.venue_time for each in reading.balances), default=self._read)

    def questions(
        self, ask: Ask, named: Callable[[str], str], symbols: Sequence[str]
    ) -> Iterator[tuple[BalanceReading, list[Question]]]:
        """What to ask of each token that is watched and became less; `named` is how the venue calls
        an asset or a market. Of the money in which everything settles nobody asks.
        """
        lost, self._lost = self._lost, {}
        pairs = {symbol.partition("/")[0]: symbol for symbol in symbols if ":" not in symbol}
        for asset in sorted(pairs.keys() & lost.keys()):
            balance, since = lost[asset]
            start = max(int(since * 1000.0), 0)
            moved = partial(self._moved, ask, named(asset), start)
            sold = partial(self._sold, ask, named(pairs[asset]), start)
            yield balance, [moved, sold]

    async def _moved(self, ask: Ask, token: str, start: int) -> EndReason | None:
        """Sent to another address, to another exchange here, or out of here."""
        reply = await ask("userNonFundingLedgerUpdates", user=self._address, startTime=start)
        told = [table(row.get("delta"), "delta") for row in rows(reply, "ledger updates")]
        gone = [delta for delta in told if delta.get("token") == token and self._left(delta)]
        return EndReason.TRANSFERRED if gone else None

    def _left(self, delta: Row) -> bool:
        """Not what others sent here."""
        return str(delta.get("user", self._address)).lower() == self._address

    async def _sold(self, ask: Ask, coin: str, start: int) -> EndReason | None:
        fills = rows(await ask("userFillsByTime", user=self._address, startTime=start), "fills")
        sold = [row for row in fills if row.get("coin") == coin and row.get("side") == "A"]
        return EndReason.CLOSED if sold else None
