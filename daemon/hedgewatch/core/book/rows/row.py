"""What every watched subject has, whatever it is."""

from collections.abc import Sequence
from typing import Any, Protocol

from hedgewatch.core.judgement import Alert, Judgement, Observation
from hedgewatch.core.model import Known, Subject, Unknown
from hedgewatch.core.windows import Windows

NOT_YET = Unknown("not heard of yet", 0.0)


class Source(Protocol):
    """What news comes from: a row, or a market."""

    observed: int


class Cells(dict[str, Known | bool]):
    """Measures of scenarios by name, as far as rules read them."""

    def __missing__(self, _name: str) -> Unknown:
        return NOT_YET


NOWHERE = Cells()
"""What is outside for a row whose rules ask for nothing there."""


class Watch(Protocol):
    """Keeps the cells of a row true when prices move (`core/stress`)."""

    def follow(self, market: Any) -> None: ...


class Row:
    """One watched subject. `exported` are its labels in Prometheus: its identity and more.

    `stressed` holds the measures of scenarios, which `watch` keeps true; None: no rule reads any.
    `windows` hold the recent past of what rules take a window of, `outside` what all rows share
    of signals and calendars.
    """

    __slots__ = (
        "alerts", "exported", "judgement", "observed", "outside", "sources", "stressed", "subject",
        "watch", "windows",
    )  # fmt: skip

    def __init__(self, subject: Subject, extra: tuple[tuple[str, str], ...] = ()) -> None:
        self.subject = subject
        self.exported = subject.labels + extra
        self.sources: Sequence[Source] = (self,)
        self.observed = 0
        self.alerts: dict[str, Alert] = {}
        self.judgement: Judgement | None = None
        self.stressed = Cells()
        self.outside = NOWHERE
        self.watch: Watch | None = None
        self.windows = Windows()

    def windowed(self, name: str) -> Known | bool:
        """What a function of a window is now."""
        return self.windows.value(self, name)

    def observation(self) -> Observation:
        """How often each input was observed so far."""
        return {source: source.observed for source in self.sources}
