"""A report as a notification: no alert, and told to whom the configuration names for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

REPORT = "Report"
"""What stands for the name of an alert where a report is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`brief` are its lines for a phone, the gravest first; `html` is one file with pictures,
    `mail` the same without; `figures` are for programs. `begins` and `ends` are epoch seconds.
    """

    kind: str
    title: str
    begins: float
    ends: float
    timezone: str
    brief: tuple[str, ...]
    markdown: str
    html: str
    mail: str
    figures: Mapping[str, Any]

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Self:
        """From a mapping that has these fields, among others; KeyError when it has not."""
        fields = {name: plain[name] for name in cls.__slots__}
        return cls(**fields | {"brief": tuple(plain["brief"])})

    @property
    def name(self) -> str:
        """Of a file that holds it: `hedgewatch-daily-2026-11-29.html`."""
        return f"hedgewatch-{self.kind}-{self.figures['period']['last']}.html"

    @property
    def again(self) -> str:
        """How the whole of it is had where only the brief arrives."""
        period = self.figures["period"]
        return f"all of it: hedgewatch report --{self.kind} --at {period['last']}"

    @property
    def told(self) -> dict[str, object]:
        """What a program is told of it, beside its HTML."""
        shown = ("kind", "title", "begins", "ends", "timezone", "markdown", "figures")
        return {**{name: getattr(self, name) for name in shown}, "brief": list(self.brief)}
