"""Why a position shrank or went, from the order that did it; the two are told in either order.

What is told of the position (ACCOUNT_UPDATE) and of the fill (ORDER_TRADE_UPDATE) carry the same
time. An order that the venue itself made is known by its client id, often before it fills.
"""

from dataclasses import dataclass, replace
from typing import Self

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import EndReason, PositionKind
from hedgewatch.venues.fields import OddReplyError, Row, number_or

Leg = tuple[str, PositionKind]

_KINDS: dict[str, PositionKind] = {"BOTH": "net", "LONG": "long", "SHORT": "short"}
_FORCED = (
    ("autoclose-", EndReason.LIQUIDATED),
    ("adl_autoclose", EndReason.AUTO_DELEVERAGED),
    ("settlement_autoclose-", EndReason.SETTLED),
    ("delivery_autoclose-", EndReason.SETTLED),
)
_SAME_EVENT_SECONDS = 5.0
_BEFORE_THE_END_SECONDS = 3600.0
"""A dated contract that the venue settles no earlier than this before its end has expired."""

_DUST = 1e-9
"""Of a quantity: sums of fills in binary are no closer than that."""


def leg_of(row: Row, symbol: str, side_field: str) -> Leg:
    """The identity of a position within its account."""
    kind = _KINDS.get(str(row.get(side_field)))
    if kind is None:
        raise OddReplyError(f"{side_field} is {row.get(side_field)!r:.40}, not a position side")
    return symbol, kind


def signed(contracts: float, kind: PositionKind) -> float:
    """A short leg is negative, whether or not the sender wrote the sign."""
    return -abs(contracts) if kind == "short" else contracts


@dataclass(frozen=True, slots=True)
class Fill:
    """One word on an order: why it is there, and by how much it changed the position just now."""

    cause: EndReason
    quantity: float
    at: float

    @classmethod
    def of(cls, order: Row, at: float, end: float | None) -> Self:
        """From the order in a frame; `end` is that of a dated contract."""
        quantity = number_or(order, "l", 0.0)
        cause = _cause_of(order)
        if cause is EndReason.SETTLED and end is not None and at >= end - _BEFORE_THE_END_SECONDS:
            cause = EndReason.EXPIRED
        return cls(cause, -quantity if order.get("S") == "SELL" else quantity, at)

    @property
    def forced(self) -> bool:
        """Whether the venue closed, and not the owner."""
        return self.cause is not EndReason.CLOSED


@dataclass(frozen=True, slots=True)
class _Told:
    """What the stream last said of a position, what it was before, and the cause given with it."""

    reading: PositionReading
    before: float | None
    cause: EndReason | None


class Causes:
    """Brings together what is told of positions and of orders."""

    def __init__(self) -> None:
        self._known: dict[Leg, tuple[float, float]] = {}
        self._fills: dict[Leg, Fill] = {}
        self._forced: dict[Leg, Fill] = {}
        self._told: dict[Leg, _Told] = {}

    def seen(self, reading: PositionReading) -> None:
        """A reading; what the stream says of a later moment counts more."""
        leg = (reading.symbol, reading.kind)
        if reading.venue_time >= self._known.get(leg, (0.0, 0.0))[1]:
            self._known[leg] = (reading.contracts, reading.venue_time)

    def told(self, reading: PositionReading, reason: object) -> EndReason | None:
        """Why this position shrank, None when it did not or as long as nobody knows."""
        leg = (reading.symbol, reading.kind)
        before = self._before(reading)
        cause = self._cause(reading, reason) if _shrank(before, reading.contracts) else None
        self._known[leg] = (reading.contracts, reading.venue_time)
        self._told[leg] = _Told(reading, before, cause)
        return cause

    def _before(self, reading: PositionReading) -> float | None:
        """How many contracts there were: by the fill of this moment, or as was last known."""
        fill = self._fill_of(reading)
        if fill is not None and fill.quantity:
            return reading.contracts - fill.quantity
        contracts, _ = self._known.get((reading.symbol, reading.kind), (None, 0.0))
        return contracts

    def _fill_of(self, reading: PositionReading) -> Fill | None:
        """The fill of this very moment, if it was told first."""
        fill = self._fills.get((reading.symbol, reading.kind))
        return fill if fill is not None and fill.at == reading.venue_time else None

    def _cause(self, reading: PositionReading, reason: object) -> EndReason | None:
        """Of its fill when that was forced; else by the venue's own order at work, if any."""
        fill = self._fill_of(reading)
        if fill is not None and fill.forced:
            return fill.cause
        forced = self._forced.get((reading.symbol, reading.kind))
        if forced is not None and reading.venue_time - forced.at <= _SAME_EVENT_SECONDS:
            return forced.cause
        if reason == "INSURANCE_CLEAR":
            return EndReason.LIQUIDATED
        return EndReason.CLOSED if reason == "ORDER" else None

    def filled(self, leg: Leg, fill: Fill) -> PositionReading | None:
        """An order was told of; the position to tell anew, when that changes why it shrank."""
        self._fills[leg] = fill
        if fill.forced:
            self._forced[leg] = fill
        told = self._told.get(leg)
        if told is None or not self._explains(fill, told):
            return None
        before = told.reading.contracts - fill.quantity if fill.quantity else told.before
        if told.cause is fill.cause or not _shrank(before, told.reading.contracts):
            return None
        reading = replace(told.reading, venue_time=max(fill.at, told.reading.venue_time))
        self._told[leg] = _Told(reading, before, fill.cause)
        return reading

    def _explains(self, fill: Fill, told: _Told) -> bool:
        """The owner's fill explains its own moment; what the venue does is rarely told at once."""
        late = fill.at - told.reading.venue_time
        return late == 0.0 or (fill.forced and 0.0 < late <= _SAME_EVENT_SECONDS)


def _cause_of(order: Row) -> EndReason:
    client_id = order.get("c")
    if isinstance(client_id, str):
        for mark, cause in _FORCED:
            if client_id.startswith(mark):
                return cause
    if order.get("o") == "LIQUIDATION" or order.get("x") == "CALCULATED":
        return EndReason.LIQUIDATED
    return EndReason.CLOSED


def _shrank(before: float | None, after: float) -> bool:
    """Gone, smaller, or on the other side; unknown sizes are not guessed at."""
    if not after:
        return before is None or before != 0.0
    if before is None:
        return False
    return before * after < 0 or abs(after) < abs(before) * (1.0 - _DUST)
