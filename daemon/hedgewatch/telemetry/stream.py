"""The status page's news: rendered once a second for all who listen, whoever they are and however
many, and not at all while nobody does.

Each event of the stream has an id, `START-NUMBER`. `state` is everything as it stands, so that a
client that comes late or missed some needs the newest alone; `history` the last hour; `alert` one
change of an alert. Of these the last 50 are kept: a client that comes back with `Last-Event-ID`
gets those that it missed, any other all of them.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import inf

import orjson

from hedgewatch.clock import EACH_SECOND
from hedgewatch.core.alert_model import AlertRecord, AlertState, Outcome
from hedgewatch.core.events import ClockAdvanced, Event
from hedgewatch.core.model import Known, Scope
from hedgewatch.telemetry.history import STEP, History
from hedgewatch.telemetry.state import SilenceOf, Told, state_of, transition_document

MOST_LISTENERS = 64
_KEPT = 50
_WAITING = 16
"""What may wait for one client. A slow one misses old states, and gets the newest."""
_LONGEST_NUMBER = 15
"""Digits of an id that may be ours: one of thousands is no number to Python."""
_RETRY = b"retry: 2000\n"
_TOLD = (AlertState.FIRING, AlertState.RESOLVED, AlertState.ENDED)


class Listener:
    """What waits for one client. When it is full the oldest goes: a state supersedes the last."""

    def __init__(self) -> None:
        self._waiting: deque[bytes | None] = deque(maxlen=_WAITING)
        self._news = asyncio.Event()
        self.missed = 0

    def put(self, frame: bytes | None) -> None:
        """None is the end."""
        self.missed += len(self._waiting) == _WAITING
        self._waiting.append(frame)
        self._news.set()

    async def take(self) -> bytes | None:
        """The next frame; None when there will be no more."""
        while not self._waiting:
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class Stream:
    """An output of the monitor: looks at the engine when the clock ticks.

    `silence_of` tells what keeps an alert quiet.
    """

    def __init__(self, told: Told, start: float, silence_of: SilenceOf | None = None) -> None:
        self.rendered = 0
        self._silence_of = silence_of or _no_silence
        self._told = told
        self._start = f"{int(start * 1000):x}"
        self._number = 0
        self._now: float | None = None
        self._shown_at = -inf
        self._state: tuple[float, bytes] | None = None
        self._history = History()
        self._changes: deque[tuple[int, bytes]] = deque(maxlen=_KEPT)
        self._listeners: set[Listener] = set()

    def __call__(self, event: Event, outcome: Outcome, now: float) -> None:
        """What was judged. A change of an alert is shown with the next tick of the clock."""
        for transition in outcome.transitions:
            if transition.state in _TOLD:
                frame = self._frame(b"alert", transition_document(transition))
                self._changes.append((self._number, frame))
                self._tell(frame)
            self._shown_at = -inf
        if isinstance(event, ClockAdvanced):
            self.look(now)

    def look(self, now: float) -> None:
        """Once a second: the page as it stands, to all who listen."""
        self._now = now
        if 0.0 <= now - self._shown_at < EACH_SECOND:
            return
        self._shown_at = now
        added = self._history.look(self._drawn(), now)
        if self._listeners:
            self._tell(self._state_frame(now))
            if added:
                self._tell(self._history_frame())

    @property
    def is_full(self) -> bool:
        """Whether as many listen as may."""
        return len(self._listeners) >= MOST_LISTENERS

    @contextmanager
    def listening(self, last_id: str = "") -> Iterator[Listener]:
        """Who listens while the block lasts; `last_id` is of the last event that it got before."""
        listener = Listener()
        heard = self._heard(last_id)
        missed = [frame for number, frame in self._changes if number > heard]
        for frame in missed[-_WAITING + 2 :]:
            listener.put(frame)
        if self._now is not None:
            listener.put(self._state_frame(self._now))
            listener.put(self._history_frame())
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """Send everybody home."""
        self._tell(None)

    def _heard(self, last_id: str) -> int:
        start, _, number = last_id.partition("-")
        known = start == self._start and number.isdecimal() and len(number) <= _LONGEST_NUMBER
        return int(number) if known else 0

    def _drawn(self) -> Mapping[str, Known]:
        """The numbers of the lines: the worst margin ratio by no name, drifts by their hedge's."""
        drawn: dict[str, Known] = {}
        for row in self._told.rows():
            if row.subject.scope is Scope.BOOK:
                drawn[""] = getattr(row, "worst_margin_ratio")  # noqa: B009  # of the catalogue
            elif row.subject.scope is Scope.HEDGE:
                drawn[row.subject.label("hedge")] = getattr(row, "hedge_drift")  # noqa: B009
        return drawn

    def _state_frame(self, now: float) -> bytes:
        """Rendered once a moment, however many come."""
        if self._state is None or self._state[0] != now:
            document = {"start": self._start, **state_of(self._told, now, self._silence_of)}
            self._state = now, self._frame(b"state", document)
            self.rendered += 1
        return self._state[1]

    def _history_frame(self) -> bytes:
        document = {
            "step": STEP,
            "ends": self._history.ends,
            "series": self._history.points(),
        }
        return self._frame(b"history", document)

    def _frame(self, kind: bytes, document: Mapping[str, object]) -> bytes:
        self._number += 1
        head = f"id: {self._start}-{self._number}\n".encode() + b"event: " + kind
        return _RETRY + head + b"\ndata: " + orjson.dumps(document) + b"\n\n"

    def _tell(self, frame: bytes | None) -> None:
        for listener in self._listeners:
            listener.put(frame)


def _no_silence(_: AlertRecord) -> None:
    return None
