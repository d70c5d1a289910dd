"""Binance's private futures stream: positions and balances as they change, and why they went."""

from collections.abc import Iterator
from dataclasses import replace

from hedgewatch.core.events import (
    BalanceChanged,
    BalanceReading,
    PositionChanged,
    PositionReading,
)
from hedgewatch.core.model import EndReason, PositionKind
from hedgewatch.venues.dialect import AccountNews, ReadAgain, StreamExpired
from hedgewatch.venues.dialects.binance_common import Listing
from hedgewatch.venues.fields import (
    OddReplyError,
    Row,
    UnlistedMarketError,
    moment,
    number,
    rows,
    table,
    text,
)

_KINDS: dict[object, PositionKind] = {"BOTH": "net", "LONG": "long", "SHORT": "short"}
_FORCED = (
    ("autoclose-", EndReason.LIQUIDATED),
    ("adl_autoclose", EndReason.AUTO_DELEVERAGED),
    ("settlement_autoclose-", EndReason.EXPIRED),
)
_SAME_EVENT_SECONDS = 5.0
_HINTS = {
    "MARGIN_CALL": "the venue called for margin",
    "ACCOUNT_CONFIG_UPDATE": "leverage or margin mode was changed",
}

Leg = tuple[str, PositionKind]


def leg_of(row: Row, symbol: str, side_field: str) -> Leg:
    """The identity of a position within its account."""
    kind = _KINDS.get(row.get(side_field))
    if kind is None:
        raise OddReplyError(f"{side_field} is {row.get(side_field)!r:.40}, not a position side")
    return symbol, kind


def signed(contracts: float, kind: PositionKind) -> float:
    """A short leg is negative, whether or not the sender wrote the sign."""
    return -abs(contracts) if kind == "short" else contracts


class UserFrames:
    """Decodes the private frames of one account."""

    def __init__(self, account: str, listing: Listing) -> None:
        self._account = account
        self._listing = listing
        self._forced: dict[Leg, tuple[EndReason, float]] = {}
        self._closed: dict[Leg, PositionReading] = {}

    def decode(self, message: Row) -> list[AccountNews]:
        """What a frame tells, in order; nothing for the kinds that do not concern us."""
        kind = message.get("e")
        if kind == "ACCOUNT_UPDATE":
            return list(self._account_update(message))
        if kind == "ORDER_TRADE_UPDATE":
            return list(self._order_update(message))
        if kind == "listenKeyExpired":
            return [StreamExpired("the listen key expired")]
        hint = _HINTS.get(str(kind))
        return [ReadAgain(hint)] if hint else []

    def _account_update(self, message: Row) -> Iterator[AccountNews]:
        told, update = moment(message, "T"), table(message.get("a"), "a")
        reason = update.get("m")
        for row in rows(update.get("B") or [], "B"):
            yield BalanceChanged(self._account, _balance(row, told))
        for row in rows(update.get("P") or [], "P"):
            yield self._position(row, told, reason)
        yield ReadAgain(f"the account changed ({reason!s:.30})")

    def _position(self, row: Row, told: float, reason: object) -> PositionChanged | ReadAgain:
        try:
            symbol = self._listing.symbol(row)
        except UnlistedMarketError as error:
            return ReadAgain(str(error))
        reading = _position_reading(row, leg_of(row, symbol, "ps"), told)
        end = None if reading.contracts else self._end(reading, reason)
        return PositionChanged(self._account, reading, end)

    def _end(self, flat: PositionReading, reason: object) -> EndReason | None:
        leg = (flat.symbol, flat.kind)
        forced, at = self._forced.pop(leg, (None, 0.0))
        if forced is not None and flat.venue_time - at <= _SAME_EVENT_SECONDS:
            return forced
        if reason == "INSURANCE_CLEAR":
            return EndReason.LIQUIDATED
        if reason != "ORDER":
            return None
        self._closed[leg] = flat
        return EndReason.CLOSED

    def _order_update(self, message: Row) -> Iterator[AccountNews]:
        """Usually before the position goes; when after, the reason given for it is put right."""
        order = table(message.get("o"), "o")
        reason = _forced_by(order.get("c"))
        if reason is None:
            return
        told, leg = moment(message, "T"), leg_of(order, self._listing.symbol(order), "ps")
        flat = self._closed.pop(leg, None)
        if flat is not None and told - flat.venue_time <= _SAME_EVENT_SECONDS:
            yield PositionChanged(self._account, replace(flat, venue_time=told), reason)
        else:
            self._forced[leg] = (reason, told)


def _forced_by(client_id: object) -> EndReason | None:
    if not isinstance(client_id, str):
        return None
    return next((reason for mark, reason in _FORCED if client_id.startswith(mark)), None)


def _balance(row: Row, told: float) -> BalanceReading:
    return BalanceReading(
        asset=text(row, "a"),
        total=number(row, "wb"),
        cross_wallet=number(row, "cw"),
        venue_time=told,
    )


def _position_reading(row: Row, leg: Leg, told: float) -> PositionReading:
    symbol, kind = leg
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=signed(number(row, "pa"), kind),
        entry_price=number(row, "ep"),
        venue_time=told,
        isolated_wallet=number(row, "iw") if row.get("mt") == "isolated" else None,
    )
