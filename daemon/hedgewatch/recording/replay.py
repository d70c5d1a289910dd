"""A recording fed to the same engine again: what it decides now beside what it decided then."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import orjson

from hedgewatch.core.alert_model import NOTHING, Outcome
from hedgewatch.core.engine import Engine
from hedgewatch.core.events import Event
from hedgewatch.recording.encoding import encoded
from hedgewatch.recording.reading import Flaw, Item, Judged, Opening
from hedgewatch.recording.snapshot import restored


@dataclass(frozen=True, slots=True)
class Again:
    """An event was judged again. `outcome` is what came of it now, `then` what came of it then."""

    event: Event
    now: float
    outcome: Outcome
    then: Outcome

    @property
    def differs(self) -> bool:
        """Whether the two are not the same to the last digit."""
        if self.outcome is NOTHING and self.then is NOTHING:
            return False
        return decision(self.outcome) != decision(self.then)


def decision(outcome: Outcome) -> bytes:
    """What was decided, as the bytes that are compared."""
    return orjson.dumps(encoded(outcome))


@dataclass(frozen=True, slots=True)
class Begun:
    """An engine begins from a snapshot: at the start, and where something is missing."""

    opening: Opening
    engine: Engine


Step = Begun | Again | Flaw


class Replay:
    """Runs one engine over a recording.

    Where a segment follows on the one before, the engine goes on; where anything is missing it
    begins anew from the snapshot. `prepare` is called with each engine that begins; `change` may
    put other events in the place of recorded ones.
    """

    def __init__(
        self,
        items: Iterable[Item],
        prepare: Callable[[Engine, float], None] = lambda *_: None,
        change: Callable[[Event], Event] = lambda event: event,
    ) -> None:
        self._items = items
        self._prepare = prepare
        self._change = change
        self.engine: Engine | None = None

    def steps(self, until: float) -> Iterator[Step]:
        """All that happens up to a moment. RecordingError when a snapshot makes no sense here."""
        for item in self._items:
            match item:
                case Opening() if item.at <= until:
                    yield from self._open(item)
                case Judged() if item.now <= until:
                    if self.engine is not None:
                        yield self._again(self.engine, item)
                case Flaw():
                    self.engine = None
                    yield item
                case _:
                    return

    def _open(self, item: Opening) -> Iterator[Begun]:
        if self.engine is None or not item.follows:
            self.engine = restored(dict(item.engine))
            yield Begun(item, self.engine)
            self._prepare(self.engine, item.at)

    def _again(self, engine: Engine, item: Judged) -> Again:
        event = self._change(item.event)
        return Again(event, item.now, engine.handle(event, item.now), item.outcome)
