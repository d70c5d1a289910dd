"""Alerts that stand, a disk that can fail, and everything that a command reaches."""

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from hedgewatch.command import Reply
from hedgewatch.commands import Audit, Commands, Reach, Shelf
from hedgewatch.core.alert_model import AlertRecord, AlertState, Severity
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.core.model import Scope, Subject
from hedgewatch.notify.silences import Silences
from tests.notify.alerts import NOON, record_of, transition

SECOND_POOL = Subject(
    Scope.POOL, (("account", "second"), ("venue", "binanceusdm"), ("pool", "USDT"))
)
BASKET = Subject(Scope.HEDGE, (("hedge", "ai-basket"),))
STANDING = (
    replace(record_of(transition()), episode="3f2a9c01"),
    replace(record_of(transition(subject=SECOND_POOL)), episode="77b1e4d2"),
    replace(
        record_of(transition(alertname="HedgeDrift", subject=BASKET, severity=Severity.WARNING)),
        episode="a0c5f9e3",
    ),
    replace(
        record_of(transition(AlertState.PENDING, alertname="FundingDrain")), episode="5d5d5d5d"
    ),
)


@dataclass(slots=True)
class Disk:
    """Keeps what it is told, unless it fails."""

    failing: bool = False
    entries: list[tuple[int, str]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def note(self, at: float, entry: str) -> None:  # noqa: ARG002
        self._work()
        self.entries.append((len(self.entries) + 1, entry))
        self.changed.set()

    async def audit(self, limit: int, before: int | None = None) -> tuple[tuple[int, str], ...]:
        self._work()
        latest = [row for row in reversed(self.entries) if before is None or row[0] < before]
        return tuple(latest[:limit])

    async def keep_silences(self, added: Mapping[str, str], ended: Collection[str] = ()) -> None:
        self._work()
        self.kept = {key: text for key, text in self.kept.items() if key not in ended}
        self.kept |= added

    async def silences(self) -> tuple[str, ...]:
        return tuple(self.kept.values())

    def _work(self) -> None:
        if self.failing:
            raise OSError("no space left on device")


@dataclass(slots=True)
class Room:
    """Give commands, and see what became of them. Change the alerts and the time as you like."""

    alerts: list[AlertRecord] = field(default_factory=lambda: list(STANDING))
    now: float = NOON + 60.0
    disk: Disk = field(default_factory=Disk)
    published: list[AlertAcknowledged] = field(default_factory=list)
    silences: Silences = field(default_factory=Silences)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.shelf = Shelf(self.silences, self.disk)
        self.commands = Commands(
            Reach(
                alerts=lambda: self.alerts,
                publish=self.published.append,
                silences=self.silences,
                shelf=self.shelf,
                audit=Audit(self.disk, lambda: self.now),
                clock=lambda: self.now,
                identify=lambda: f"silence{next(numbers)}",
            )
        )

    shelf: Shelf = field(init=False)
    commands: Commands = field(init=False)

    async def give(self, command: str, **fields: object) -> Reply:
        """As a channel would: `period` is the field `for`."""
        if "period" in fields:
            fields["for"] = fields.pop("period")
        return await self.commands.obey(command, {"by": "anna", **fields}, "shell")

    def audited(self) -> list[dict[str, Any]]:
        """The audit log, the oldest first."""
        return [json.loads(entry) for _, entry in self.disk.entries]
