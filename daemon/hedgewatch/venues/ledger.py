"""Compares what the private stream told with what readings show.

A listen key can expire without a word: the socket stays open, answers pings, and tells nothing.
A change that was read and never told gives it away. Where the times of readings stand still, two
readings have to show it.
"""

from collections.abc import Iterable

from hedgewatch.core.events import PositionReading

_GRACE_SECONDS = 3.0
_MARGIN_SECONDS = 0.001

Leg = tuple[str, str, str | None]
"""Symbol, side, and margin mode where both may be held at once."""


class Ledger:
    """The positions as last told by either side."""

    def __init__(self) -> None:
        self._known: dict[Leg, tuple[float, float]] = {}
        self._read: dict[Leg, tuple[float, float]] = {}
        self._timeless: dict[Leg, float] = {}
        self._untold: dict[Leg, float] = {}
        self._begun = False

    def begin(self) -> None:
        """A new socket: what happened before it was not its to tell."""
        self._begun = False
        self._timeless.clear()
        self._untold.clear()

    def told(self, position: PositionReading) -> None:
        """The stream told of a position."""
        leg = _leg(position)
        self._known[leg] = (position.contracts, position.venue_time)
        self._timeless.pop(leg, None)
        self._untold.pop(leg, None)

    def read(self, positions: Iterable[PositionReading], now: float) -> None:
        """A reading came; what it shows anew, the stream should have told or tell any moment."""
        for position in positions:
            leg = _leg(position)
            contracts, told = self._known.get(leg, (0.0, 0.0))
            newer = position.venue_time > told + _MARGIN_SECONDS
            shown = self._shown_twice(leg, position) or newer
            if self._begun and shown and position.contracts != contracts:
                self._untold.setdefault(leg, now)
            if newer:
                self._known[leg] = (position.contracts, position.venue_time)
        if not self._begun:
            self._timeless.clear()
        self._begun = True

    def _shown_twice(self, leg: Leg, position: PositionReading) -> bool:
        """True when the last reading showed this change, too, and its time stood still."""
        contracts, moment = self._read.get(leg, (0.0, 0.0))
        self._read[leg] = (position.contracts, position.venue_time)
        if position.venue_time != moment:
            self._timeless.pop(leg, None)
        elif position.contracts != contracts:
            self._timeless[leg] = position.contracts
        else:
            return self._timeless.get(leg) == contracts
        return False

    def untold(self, now: float) -> str:
        """The market of a change that the stream did not tell in time, empty when there is none."""
        late = (leg for leg, since in self._untold.items() if now - since > _GRACE_SECONDS)
        return next(late, ("", "", None))[0]


def _leg(position: PositionReading) -> Leg:
    return position.symbol, position.kind, position.margin_mode
