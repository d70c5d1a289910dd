"""Positions that a venue lists no more: closed, or left out.

Full dialects hear of an explicit 0. A list of open positions only leaves a closed one out, and so
does a list that is incomplete. One absence is no statement; two are one, unless the venue still
uses the margin of what is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import MarginMode, PositionKind

Leg = tuple[str, PositionKind, MarginMode | None]
"""The margin mode of what is held in both at once, else None."""

_READINGS = 2
_STILL_USED = 0.5
"""Of its share of the margin: more than this is too much for a position that is gone."""


@dataclass(slots=True)
class _Kept:
    """When last listed: `share` is its part of the value of all, `margin` what all used."""

    missed: int
    share: float
    margin: float | None


class Absences:
    """What one account was seen to hold."""

    def __init__(self) -> None:
        self._held: dict[Leg, _Kept] = {}

    def closed(
        self,
        positions: Sequence[PositionReading],
        values: Mapping[Leg, float],
        margin: float | None,
    ) -> list[PositionReading]:
        """An explicit 0 for each position that two readings left out, and whose margin went too; at
        once for one whose market is listed by another side (a switch of the position mode).

        `values` are what the listed ones are worth, in whatever money; `margin` is what the venue
        says that all of them use, None where it does not say.
        """
        listed = {(each.symbol, each.kind, each.margin_mode): each for each in positions}
        whole = sum(values.values())
        for leg, reading in listed.items():
            self._held.pop(leg, None)
            self._held.pop((*leg[:2], None), None)  # beside which another was opened
            if reading.contracts:
                share = values.get(leg, 0.0) / whole if whole else 0.0
                self._held[leg] = _Kept(0, share, margin)
        missing = [leg for leg in self._held if leg not in listed]
        gone = [leg for leg in missing if _was_switched(leg, listed) or self._is_gone(leg, margin)]
        for leg in gone:
            del self._held[leg]
        return [_flat(leg) for leg in gone]

    def _is_gone(self, leg: Leg, margin: float | None) -> bool:
        kept = self._held[leg]
        kept.missed += 1
        return kept.missed >= _READINGS and not _still_used(kept, margin)


def _was_switched(leg: Leg, listed: Iterable[Leg]) -> bool:
    """Another side of its market is listed. Another margin mode beside it says nothing."""
    return any(leg[0] == other[0] and leg[1] != other[1] for other in listed)


def _still_used(kept: _Kept, margin: float | None) -> bool:
    if not kept.margin or margin is None:
        return False
    return margin > kept.margin * (1.0 - kept.share * _STILL_USED)


def _flat(leg: Leg) -> PositionReading:
    symbol, kind, mode = leg
    return PositionReading(
        symbol=symbol,
        kind=kind,
        contracts=0.0,
        entry_price=0.0,
        venue_time=0.0,
        margin_mode=mode,
    )
