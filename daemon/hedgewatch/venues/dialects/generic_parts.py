"""Positions that a venue lists in parts: separate ones in one market (Deepcoin's and WEEX's split
modes), an isolated one beside a cross one, or one and the same in the replies to two calls.
"""

from collections.abc import Container, Iterable
from dataclasses import replace

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import PositionKind
from hedgewatch.venues.fields import OddReplyError

Named = tuple[object, PositionReading]
"""A position, and the name that its venue gives it, None where it gives none."""


def each_once(told: Iterable[Named], inverse: Container[str]) -> tuple[PositionReading, ...]:
    """One position for each market and side. Parts that have names of their own are added up; what
    differs without a name cannot be told apart from an old answer by whoever reads it.
    `inverse` are the symbols whose entry prices have a harmonic mean.
    """
    found: dict[tuple[str, PositionKind], dict[object, PositionReading]] = {}
    for name, each in told:
        parts = found.setdefault((each.symbol, each.kind), {})
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
    """The first part goes at the line that is nearest to the price."""
    lines = [each.venue_liquidation_price for each in held]
    told = [each for each in lines if each is not None]
    nearest = max if held[0].contracts > 0.0 else min
    return nearest(told) if told else None
