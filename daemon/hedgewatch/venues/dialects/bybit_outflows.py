"""Where coins of a unified account went: asked of its log once a reading shows less of them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from hedgewatch.core.events import BalanceReading
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import Exchange, Question
from hedgewatch.venues.dialects.bybit_common import listed
from hedgewatch.venues.fields import Row, number_or_none

_OVERLAP_MILLISECONDS = 1_000
_MOST_ROWS = 50

_AWAY = ("TRANSFER_OUT", "SUBSCRIPTION", "CUSTODY_LOCK", "LOANS_PLEDGE_ASSET")
_FORCED = (
    "LIQUIDATION",
    "AUTO_SOLD_COLLATERAL",
    "AUTO_PRINCIPLE_REPAYMENT",
    "AUTO_INTEREST_REPAYMENT",
    "TRANSFER_OUT_INS_LOAN",
    "INSTITUTION_LIQ",
    "AUTO_DEDUCTION",
)
_SOLD = ("TRADE", "CURRENCY_SELL", "REPAYMENT_SELL", "INSTITUTION_EXCHANGE_SELL")
_GRAVEST_FIRST = (
    EndReason.LIQUIDATED,
    EndReason.AUTO_DELEVERAGED,
    EndReason.TRANSFERRED,
    EndReason.CLOSED,
)


class Outflows:
    """What whole readings showed last, and since when."""

    def __init__(self) -> None:
        self._totals: dict[str, float] = {}
        self._read = 0.0
        self._lost: dict[str, tuple[BalanceReading, int]] = {}

    def seen(self, balances: Iterable[BalanceReading], asked: float) -> None:
        """A reading, asked for at this time of the venue's (epoch seconds)."""
        since = int(self._read * 1000.0) - _OVERLAP_MILLISECONDS
        for balance in balances:
            if balance.total < self._totals.get(balance.asset, 0.0):
                self._lost[balance.asset] = (balance, since)
            self._totals[balance.asset] = balance.total
        self._read = asked

    def questions(
        self, exchange: Exchange, symbols: Sequence[str]
    ) -> Iterator[tuple[BalanceReading, list[Question]]]:
        """Of each coin that is watched and became less. Quote currencies come and go with every
        order, and nobody's hedge hangs on them.
        """
        lost, self._lost = self._lost, {}
        watched = {symbol.partition("/")[0] for symbol in symbols}
        for asset in sorted(watched & lost.keys()):
            balance, since = lost[asset]
            yield balance, [partial(_logged, exchange, asset, since)]


async def _logged(exchange: Exchange, asset: str, since: int) -> EndReason | None:
    wanted = {"accountType": "UNIFIED", "currency": asset, "startTime": since, "limit": _MOST_ROWS}
    rows = listed(await exchange.private_get_v5_account_transaction_log(wanted), "transaction-log")
    causes = {_cause_of(row) for row in rows if (number_or_none(row, "change") or 0.0) < 0.0}
    return next((cause for cause in _GRAVEST_FIRST if cause in causes), None)


def _cause_of(row: Row) -> EndReason | None:
    """By the type of the entry; fees, interest and funding are no loss of a holding."""
    kind = str(row.get("type"))
    if any(word in kind for word in _FORCED):
        return EndReason.LIQUIDATED
    if kind == "ADL":
        return EndReason.AUTO_DELEVERAGED
    if any(word in kind for word in _AWAY):
        return EndReason.TRANSFERRED
    return EndReason.CLOSED if any(word in kind for word in _SOLD) else None
