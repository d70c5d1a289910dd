"""Two histories of one recording beside each other: what only one rule set says, and what both say
at other times.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from hedgewatch.core.model import Subject
from hedgewatch.recording.timeline import Firing

SAME_WITHIN = 1e-6
"""Seconds."""


@dataclass(slots=True)
class Comparison:
    """Firings of the same alert that overlap are one, `moved` if they begin or end apart."""

    only_first: list[Firing] = field(default_factory=list)
    only_second: list[Firing] = field(default_factory=list)
    moved: list[tuple[Firing, Firing]] = field(default_factory=list)
    same: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.only_first or self.only_second or self.moved)


def compared(first: Iterable[Firing], second: Iterable[Firing]) -> Comparison:
    """How the second history differs from the first."""
    found = Comparison()
    others: dict[tuple[str, Subject], list[Firing]] = defaultdict(list)
    for firing in second:
        others[firing.alertname, firing.subject].append(firing)
    for firing in first:
        candidates = others[firing.alertname, firing.subject]
        match = next((other for other in candidates if _overlap(firing, other)), None)
        if match is None:
            found.only_first.append(firing)
            continue
        candidates.remove(match)
        if _same(firing, match):
            found.same += 1
        else:
            found.moved.append((firing, match))
    found.only_second = [firing for rest in others.values() for firing in rest]
    found.only_second.sort(key=lambda one: one.fired_at)
    return found


def _overlap(one: Firing, other: Firing) -> bool:
    return one.fired_at <= other.ended_at and other.fired_at <= one.ended_at


def _same(one: Firing, other: Firing) -> bool:
    return (
        abs(one.fired_at - other.fired_at) <= SAME_WITHIN
        and abs(one.ended_at - other.ended_at) <= SAME_WITHIN
        and one.severity is other.severity
        and one.over == other.over
    )
