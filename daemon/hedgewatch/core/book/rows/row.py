"""What every watched subject has, whatever it is."""

from collections.abc import Sequence
from typing import Protocol

from hedgewatch.core.judgement import Alert, Judgement, Observation
from hedgewatch.core.model import Subject, Unknown

NOT_YET = Unknown("not heard of yet", 0.0)


class Source(Protocol):
    """What news comes from: a row, or a market."""

    observed: int


class Row:
    """One watched subject. `exported` are its labels in Prometheus: its identity and more."""

    __slots__ = ("alerts", "exported", "judgement", "observed", "sources", "subject")

    def __init__(self, subject: Subject, extra: tuple[tuple[str, str], ...] = ()) -> None:
        self.subject = subject
        self.exported = subject.labels + extra
        self.sources: Sequence[Source] = (self,)
        self.observed = 0
        self.alerts: dict[str, Alert] = {}
        self.judgement: Judgement | None = None

    def observation(self) -> Observation:
        """How often each input was observed so far."""
        return {source: source.observed for source in self.sources}
