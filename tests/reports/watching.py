"""An engine with a desk, looked at each second as the daemon does, and what of it would be kept."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from hedgewatch.core.alert_model import Outcome, Transition
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.core.rules import Rule
from hedgewatch.reports import episodes, minute
from hedgewatch.reports.figures import Kept
from hedgewatch.reports.looking import Looking
from hedgewatch.reports.minute import Minute
from hedgewatch.reports.report import kept_of
from hedgewatch.view import EngineView
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    Said,
    accepted,
    desk,
    heard,
    held,
    mark,
    market,
    read,
    tiered,
)
from tests.support.stories import Story

MIDNIGHT = 1_796_079_600.0
"""Between 30 November and 1 December 2026 in Berlin."""


@dataclass(slots=True)
class Written:
    """What was to be kept."""

    minutes: list[Minute] = field(default_factory=list)
    told: list[Transition] = field(default_factory=list)

    def keep(self, minute: Minute) -> None:
        self.minutes.append(minute)

    def happened(self, transitions: Sequence[Transition]) -> None:
        self.told += transitions

    def kept(self) -> Kept:
        """The same, after its way to the disk and back."""
        minutes = tuple(minute.encode(each) for each in self.minutes)
        latest = next((each for each in reversed(minutes) if '"rules":' in each), None)
        return kept_of(minutes, tuple(episodes.encode(each) for each in self.told), latest)


class Watching:
    """Short 200 AIX from 1000 with 50,000 USDT, 500,000 ALT in a wallet; times are seconds to
    midnight.
    """

    def __init__(self, *rules: Rule, begins: float = -120.0) -> None:
        self.story = Story(*rules, on=desk(BASKET), start=MIDNIGHT)
        self.written = Written()
        self.looking = Looking(EngineView(self.story.engine, {}), self.written, "desk-1")
        self.seconds = begins
        self.aix = 1_000.0
        tiers = (market(AIX), market(ALT), tiered(AIX), tiered(ALT))
        self.story.at(begins, accepted(), *tiers)
        self.at(read(held(AIX, -200.0)), *self._prices())

    def at(self, *events: Event | Said) -> None:
        """It happens now."""
        self.story.at(self.seconds, *events)

    def until(self, seconds: float, *, blind: bool = False, aix: float | None = None) -> None:
        """Time passes; prices keep coming, AIX at this one, unless nobody hears them."""
        self.aix = self.aix if aix is None else aix
        while self.seconds + 1.0 <= seconds:
            self.seconds += 1.0
            told = len(self.story.told)
            self.at(*(() if blind else (*self._prices(), heard())), ClockAdvanced())
            self.look(self.story.told[told:])

    def look(self, transitions: Sequence[Transition] = ()) -> None:
        self.looking(ClockAdvanced(), Outcome(tuple(transitions)), self.story.now)

    def _prices(self) -> tuple[Said, Said]:
        return mark(AIX, self.aix), mark(ALT, 0.40)


def lines(*told: object) -> tuple[str, ...]:
    """Transitions as they are kept."""
    return tuple(map(json.dumps, told))
