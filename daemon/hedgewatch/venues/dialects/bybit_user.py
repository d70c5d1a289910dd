"""Bybit's private stream: positions and coins as they change, why they shrank, what the venue does.

A fill and the position that it leaves carry the same cross sequence; the two come in any order.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hedgewatch.core.events import (
    BalanceChanged,
    BalanceReading,
    PositionChanged,
    PositionReading,
    VenueWarned,
)
from hedgewatch.core.model import EndReason
from hedgewatch.venues.dialect import AccountNews, ReadAgain
from hedgewatch.venues.dialects.bybit_common import CONTRACTS, Listing
from hedgewatch.venues.dialects.bybit_replies import Leg, leg_of, position
from hedgewatch.venues.fields import (
    Row,
    UnlistedMarketError,
    moment,
    number,
    number_or_none,
    rows,
    text,
)

TOPICS = ("position", "execution", "wallet")

_CAUSES = {
    "Trade": EndReason.CLOSED,
    "BlockTrade": EndReason.CLOSED,
    "MovePosition": EndReason.CLOSED,
    "FutureSpread": EndReason.CLOSED,
    "BustTrade": EndReason.LIQUIDATED,
    "AdlTrade": EndReason.AUTO_DELEVERAGED,
    "Delivery": EndReason.SETTLED,
    "Settle": EndReason.EXPIRED,
}
_CREATORS = {
    "CreateByLiq": EndReason.LIQUIDATED,
    "CreateByTakeOver_PassThrough": EndReason.LIQUIDATED,
    "CreateByAdl_PassThrough": EndReason.AUTO_DELEVERAGED,
    "CreateByAdminClosing": EndReason.SETTLED,
    "CreateBySettle": EndReason.SETTLED,
}
_WARNINGS = {
    "Liq": ("liquidation", "the venue is liquidating it"),
    "Adl": ("auto_deleveraging", "the venue is auto-deleveraging it"),
}
_DUST = 1e-9
"""Of a quantity: sums of fills in binary are no closer than that."""

CoinReading = Callable[[Row, float], BalanceReading]


@dataclass(frozen=True, slots=True)
class _Told:
    """What the stream last said of a position, by which sequence, and the cause given with it."""

    reading: PositionReading
    seq: float
    shrank: bool
    cause: EndReason | None


class UserFrames:
    """Decodes the private frames of one account."""

    def __init__(self, account: str, listing: Listing, coin: CoinReading) -> None:
        self._account = account
        self._listing = listing
        self._coin = coin
        self._known: dict[Leg, tuple[float, float]] = {}
        self._fills: dict[str, tuple[float, EndReason]] = {}
        self._told: dict[Leg, _Told] = {}
        self._statuses: dict[Leg, str] = {}
        self.isolated = False

    def seen(self, positions: Iterable[PositionReading]) -> None:
        """What a whole reading showed: what is told next is compared with it."""
        for read in positions:
            leg = (read.symbol, read.kind)
            if read.venue_time >= self._known.get(leg, (0.0, 0.0))[1]:
                self._known[leg] = (read.contracts, read.venue_time)

    def decode(self, message: Row) -> list[AccountNews]:
        """What a frame tells, in order; nothing of the topics that do not concern us."""
        topic = str(message.get("topic") or "").partition(".")[0]
        if topic not in TOPICS:
            return []
        listed = rows(message.get("data"), topic)
        if topic == "position":
            return list(self._positions(listed))
        if topic == "execution":
            return list(self._executions(listed))
        return [*self._wallet(listed, moment(message, "creationTime")), ReadAgain("coins changed")]

    def _positions(self, listed: Iterable[Row]) -> Iterator[AccountNews]:
        for row in listed:
            if row.get("category") not in CONTRACTS:
                continue
            try:
                leg = leg_of(row, self._listing.contract(row))
            except UnlistedMarketError as error:
                yield ReadAgain(str(error))
                continue
            reading = position(row, leg, isolated=self.isolated, taker=None)
            yield from self._warning(row, leg, reading.venue_time)
            yield from self._position(reading, leg, number_or_none(row, "seq") or 0.0)

    def _position(
        self, reading: PositionReading, leg: Leg, seq: float
    ) -> Iterator[PositionChanged | ReadAgain]:
        """One of an earlier sequence than was told is old: only a reading tells what holds. An
        order alone makes the venue tell of a position, too: then nothing of it is new.
        """
        before = self._told.get(leg)
        if before is not None and seq < before.seq:
            yield ReadAgain(f"news of {leg[0]} came out of order")
            return
        shrank = _shrank(self._known.get(leg, (None, 0.0))[0], reading.contracts)
        cause = self._cause(leg, seq) if shrank else None
        self._known[leg] = (reading.contracts, reading.venue_time)
        if before is None or before.seq != seq or shrank:
            self._told[leg] = _Told(reading, seq, shrank, cause)
        yield PositionChanged(self._account, reading, cause)
        if before is None or _substance(before.reading) != _substance(reading):
            yield ReadAgain(f"{leg[0]} changed")

    def _cause(self, leg: Leg, seq: float) -> EndReason | None:
        """By the fill of the same sequence, if that was told; else by what the venue does."""
        filled, cause = self._fills.get(leg[0], (0.0, None))
        if cause is not None and filled == seq:
            return cause
        doing = {"Liq": EndReason.LIQUIDATED, "Adl": EndReason.AUTO_DELEVERAGED}
        return doing.get(self._statuses.get(leg, ""))

    def _warning(self, row: Row, leg: Leg, told: float) -> Iterator[VenueWarned]:
        """Once for each time that it begins."""
        status, before = str(row.get("positionStatus")), self._statuses.get(leg)
        self._statuses[leg] = status
        if status in _WARNINGS and status != before:
            kind, words = _WARNINGS[status]
            yield VenueWarned(self._account, kind, leg[0], told, words)

    def _executions(self, listed: Iterable[Row]) -> Iterator[AccountNews]:
        """Before what they do to a position, or after: then the reason given is put right."""
        for row in listed:
            cause = _cause_of(row)
            if row.get("category") not in CONTRACTS or cause is None:
                continue
            try:
                symbol = self._listing.contract(row)
            except UnlistedMarketError as error:
                yield ReadAgain(str(error))
                continue
            seq = number(row, "seq")
            self._fills[symbol] = (seq, cause)
            yield from self._explained(symbol, seq, cause)

    def _explained(self, symbol: str, seq: float, cause: EndReason) -> Iterator[PositionChanged]:
        for leg, told in self._told.items():
            if leg[0] == symbol and told.seq == seq and told.shrank and told.cause is not cause:
                self._told[leg] = _Told(told.reading, seq, True, cause)  # noqa: FBT003 - it shrank
                yield PositionChanged(self._account, told.reading, cause)

    def _wallet(self, listed: Iterable[Row], told: float) -> Iterator[AccountNews]:
        """Of the unified account alone: the wallet of inverse contracts before unified accounts 2.0
        has coins of the same names. What does not say whether it counts is read.
        """
        for account in listed:
            for row in rows(account.get("coin"), "coin"):
                text(row, "coin")
                unified = account.get("accountType") in (None, "UNIFIED")
                if unified and (self.isolated or row.get("marginCollateral") is not None):
                    yield BalanceChanged(self._account, self._coin(row, told))


def _cause_of(row: Row) -> EndReason | None:
    """Why a fill was: None of what fills nothing, such as funding."""
    created = _CREATORS.get(str(row.get("createType")))
    cause = _CAUSES.get(str(row.get("execType")))
    return created if cause is EndReason.CLOSED and created is not None else cause


def _substance(reading: PositionReading) -> tuple[float | None, ...]:
    """What of a position asks for a new reading when it changes."""
    return (
        reading.contracts,
        reading.entry_price,
        reading.isolated_wallet,
        reading.leverage,
    )


def _shrank(before: float | None, after: float) -> bool:
    """Gone, smaller, or on the other side; unknown sizes are not guessed at."""
    if not after:
        return before is None or before != 0.0
    if before is None:
        return False
    return before * after < 0 or abs(after) < abs(before) * (1.0 - _DUST)
