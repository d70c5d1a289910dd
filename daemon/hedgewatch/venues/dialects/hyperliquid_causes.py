"""Why a position on Hyperliquid shrank: what a fill says, told before or after what it did.

States and fills come on subscriptions of their own, in either order, each with a time. Source:
Hyperliquid documentation, `WsFill`; `dir` and `liquidation` of fills that were published
("Liquidated Cross Long", "Auto-Deleveraging").
"""

from dataclasses import dataclass, replace

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import EndReason
from hedgewatch.venues.fields import Row, moment, table

_LAG = 2.0
"""Seconds by which the times of a fill and of the state that shows it may differ."""


@dataclass(frozen=True, slots=True)
class Fill:
    """A fill of one market: why it is there, and when."""

    symbol: str
    cause: EndReason
    at: float

    @property
    def forced(self) -> bool:
        """Whether the venue closed, and not the owner."""
        return self.cause is not EndReason.CLOSED


def fill_of(row: Row, symbol: str, address: str) -> Fill:
    """One fill of `address`. In an auto-deleveraging it is somebody else who is liquidated."""
    return Fill(symbol, _cause(row, address), moment(row, "time"))


def _cause(row: Row, address: str) -> EndReason:
    direction = str(row.get("dir"))
    if direction == "Auto-Deleveraging":
        return EndReason.AUTO_DELEVERAGED
    if direction == "Settlement":
        return EndReason.SETTLED
    terms = table(row.get("liquidation") or {}, "liquidation")
    whose = str(terms.get("liquidatedUser")).lower()
    if whose == address or direction.startswith("Liquidated "):
        return EndReason.LIQUIDATED
    return EndReason.CLOSED


@dataclass(frozen=True, slots=True)
class _Told:
    """A position that shrank, when it was last seen larger, and the cause given for it."""

    reading: PositionReading
    since: float
    cause: EndReason | None


class Causes:
    """Brings together what is told of positions and of fills."""

    def __init__(self) -> None:
        self._fills: dict[str, Fill] = {}
        self._told: dict[str, _Told] = {}

    def shrank(self, reading: PositionReading, since: float) -> EndReason | None:
        """Why it did, since a state of that time, as far as fills were told."""
        told = _Told(reading, since, None)
        fill = self._fills.get(reading.symbol)
        if fill is not None and _explains(fill, told):
            told = replace(told, cause=fill.cause)
        self._told[reading.symbol] = told
        return told.cause

    def filled(self, fill: Fill) -> PositionReading | None:
        """The position to tell anew, when a fill changes why it shrank. What the venue did counts
        more than what the owner did in the same moment.
        """
        known = self._fills.get(fill.symbol)
        if known is not None and known.forced and not fill.forced and fill.at - known.at < _LAG:
            return None
        self._fills[fill.symbol] = fill
        told = self._told.get(fill.symbol)
        if told is None or told.cause is fill.cause or not _explains(fill, told):
            return None
        self._told[fill.symbol] = replace(told, cause=fill.cause)
        return told.reading


def _explains(fill: Fill, told: _Told) -> bool:
    return told.since - _LAG < fill.at <= told.reading.venue_time + _LAG
