"""A story as data: price paths, timed actions and the chapters that a viewer reads."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from hedgewatch.sim.faults import Faults
from hedgewatch.sim.world import World


class Stage(Protocol):
    """What an action may touch."""

    world: World

    @property
    def faults(self) -> Faults:
        """Those of Binance."""

    def faults_of(self, venue: str) -> Faults:
        """Those of a venue."""


Point = tuple[float, str]


@dataclass(frozen=True, slots=True)
class Chapter:
    """From `start` on, this is what the viewer is told."""

    start: float
    text: str


@dataclass(frozen=True, slots=True)
class Action:
    """Something that happens at a moment of the story."""

    at: float
    act: Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Story:
    """A whole story; prices run straight between the points of their path. `venues` are those at
    which the book lies.
    """

    title: str
    duration: float
    chapters: tuple[Chapter, ...]
    opening: Callable[[Stage], None]
    paths: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    venues: tuple[str, ...] = ("binance",)

    def chapter_at(self, moment: float) -> str:
        """The text of the chapter that runs."""
        current = bisect_right([chapter.start for chapter in self.chapters], moment) - 1
        return self.chapters[max(current, 0)].text

    def prices_at(self, moment: float) -> dict[str, Decimal]:
        """The price of every market that has a path."""
        return {symbol: price_on(path, moment) for symbol, path in self.paths.items()}


def price_on(path: tuple[Point, ...], moment: float) -> Decimal:
    """The price on a piecewise straight path; flat before its first and after its last point."""
    after = bisect_right([at for at, _ in path], moment)
    if after in {0, len(path)}:
        return Decimal(path[max(after - 1, 0)][1])
    (start, low), (end, high) = path[after - 1], path[after]
    part = (Decimal(str(moment)) - Decimal(str(start))) / (Decimal(str(end)) - Decimal(str(start)))
    return Decimal(low) + (Decimal(high) - Decimal(low)) * part


class Player:
    """Plays a story onto the stage, each action at the prices of its own moment."""

    def __init__(self, story: Story, stage: Stage) -> None:
        self.story = story
        self._stage = stage
        self._waiting = sorted(story.actions, key=lambda action: action.at)
        story.opening(stage)
        self._price(0.0)

    def advance(self, moment: float) -> None:
        """Bring the world to a moment of the story."""
        while self._waiting and self._waiting[0].at <= moment:
            action = self._waiting.pop(0)
            self._price(action.at)
            action.act(self._stage)
        self._price(moment)

    def _price(self, moment: float) -> None:
        for symbol, price in self.story.prices_at(moment).items():
            self._stage.world.move(symbol, price)
