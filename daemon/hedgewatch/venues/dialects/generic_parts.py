"""Positions that a venue lists in parts: separate ones in one market (Deepcoin's and WEEX's split
modes), or one and the same in the replies to two calls. An isolated one beside a cross one is no
part of it (decision 40).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import MarginMode, PositionKind
from hedgewatch.venues.fields import OddReplyError

Named = tuple[object, PositionReading]
"""A position, and the name that its venue gives it, None where it gives none."""

Side = tuple[str, PositionKind]

_BOTH = frozenset({"cross", "isolated"})


@dataclass(slots=True)
class Modes:
    """`both` are the markets and sides that are held cross and isolated at once, or were seen so;
    `isolated` says of the others whether they were, at the last whole reading.
    """

    both: set[Side] = field(default_factory=set)
    isolated: dict[Side, bool] = field(default_factory=dict)

    def told(self, listed: Sequence[Named]) -> list[Named]:
        """The same, with the margin mode of those alone that are held in both. A flat one that
        tells no mode says nothing of them.
        """
        found: dict[Side, set[str]] = {}
        for _, each in listed:
            if each.contracts and each.margin_mode is not None:
                found.setdefault(_side(each), set()).add(each.margin_mode)
        self.both |= {side for side, modes in found.items() if modes >= _BOTH}
        moded = ((name, self._in_its_mode(each)) for name, each in listed)
        return [(name, each) for name, each in moded if each is not None]

    def _in_its_mode(self, reading: PositionReading) -> PositionReading | None:
        if _side(reading) not in self.both:
            return replace(reading, margin_mode=None)
        if reading.margin_mode is None and reading.contracts:
            raise OddReplyError(f"in which margin mode {reading.symbol} is held is not told")
        return None if reading.margin_mode is None else reading

    def note(self, positions: Iterable[PositionReading]) -> None:
        """A whole reading came."""
        held = (each for each in positions if each.contracts)
        self.isolated |= {_side(each): each.isolated_wallet is not None for each in held}

    def may_be_another(self, reading: PositionReading) -> bool:
        """Whether it is in the other mode than was read: it was switched, or is a second one."""
        alone = reading.isolated_wallet is not None
        return reading.margin_mode is None and self.isolated.get(_side(reading), alone) is not alone


def _side(reading: PositionReading) -> Side:
    return reading.symbol, reading.kind


def each_once(told: Iterable[Named], inverse: Container[str]) -> tuple[PositionReading, ...]:
    """One position for each market, side and margin mode. Parts that have names of their own are
    added up; what differs without a name cannot be told apart from an old answer by whoever reads
    it.
    `inverse` are the symbols whose entry prices have a harmonic mean.
    """
    found: dict[tuple[Side, MarginMode | None], dict[object, PositionReading]] = {}
    for name, each in told:
        parts = found.setdefault((_side(each), each.margin_mode), {})
        if name is None and None in parts and _differ(parts[None], each):
            raise OddReplyError(f"{each.symbol} is listed twice, with different positions")
        if each.contracts or name not in parts:
            parts[name] = each
    return tuple(_joined(list(parts.values()), inverse) for parts in found.values())


def _differ(one: PositionReading, other: PositionReading) -> bool:
    """The venue's line may have moved between two answers about the same position."""
    sizes, entries = {one.contracts, other.contracts}, {one.entry_price, other.entry_price}
    return 0.0 not in sizes and len(sizes) + len(entries) > 2  # noqa: PLR2004 - one of each


def _joined(parts: list[PositionReading], inverse: Container[str]) -> PositionReading:
    held = [each for each in parts if each.contracts] or parts[:1]
    if len(held) == 1:
        return held[0]
    one, settings = held[0], {each.leverage for each in held}
    return replace(
        one,
        contracts=sum(each.contracts for each in held),
        entry_price=_mean_entry(held, inverse=one.symbol in inverse),
        venue_time=max(each.venue_time for each in held),
        isolated_wallet=_sum([each.isolated_wallet for each in held]),
        venue_liquidation_price=_first_line(held),
        venue_maintenance_margin=_sum([each.venue_maintenance_margin for each in held]),
        leverage=one.leverage if len(settings) == 1 else None,
    )


def _sum(told: list[float | None]) -> float | None:
    """None where one part does not tell its own."""
    known = [each for each in told if each is not None]
    return sum(known) if len(known) == len(told) else None


def _mean_entry(held: list[PositionReading], *, inverse: bool) -> float:
    """That at which the profit of the whole is the profit of its parts; 0 where one tells none."""
    if any(each.entry_price <= 0.0 for each in held):
        return 0.0
    size = sum(each.contracts for each in held)
    power = -1.0 if inverse else 1.0
    mean = sum(each.contracts * each.entry_price**power for each in held) / size if size else 0.0
    return mean**power if mean > 0.0 else 0.0


def _first_line(held: list[PositionReading]) -> float | None:
    """The first part goes at the line that is nearest to the price. A part without one says so with
    a 0 (it is far, or has none), which hides no line that is told: its alert would be missed.
    """
    lines = [each.venue_liquidation_price for each in held]
    told = [each for each in lines if each is not None]
    nearest = max if held[0].contracts > 0.0 else min
    return nearest(told) if told else None
