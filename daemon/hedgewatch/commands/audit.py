"""Who told the daemon what, when, and what came of it: every command, the refused ones too."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

_DISK_PATIENCE = 1.0
"""Seconds. A disk that hangs must not keep an acknowledgement from whoever gives it."""

_FREE_REFUSALS, _REFUSALS_A_SECOND = 20.0, 1.0

_log = structlog.get_logger()


class Ledger(Protocol):
    """The disk, as the audit log needs it. OSError when it does not do its part."""

    async def note(self, at: float, entry: str) -> None: ...
    async def audit(self, limit: int, before: int | None = None) -> tuple[tuple[int, str], ...]: ...


class Audit:
    """Writes each command to the log of the daemon and to the store.

    Strangers can knock as often as they like: of what a channel turned away, twenty are written
    down at once and then one a second; the next one says how many were not.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._left = _FREE_REFUSALS
        self._refused_at = clock()
        self._unwritten = 0

    async def note(self, entry: Mapping[str, object]) -> str:
        """Write it down; why it is not on the disk, empty when it is."""
        now = self._clock()
        _log.info(
            "command", **{name: entry[name] for name in entry if entry[name] and name != "did"}
        )
        return await within_patience(
            self._ledger.note(now, json.dumps({"at": now, **entry}, allow_nan=False))
        )

    async def knocked(self, entry: Mapping[str, object]) -> None:
        """The same of somebody who was not let in, as far as there is room."""
        now = self._clock()
        grown = self._left + (now - self._refused_at) * _REFUSALS_A_SECOND
        self._left, self._refused_at = min(_FREE_REFUSALS, grown), now
        if self._left < 1.0:
            self._unwritten += 1
            return
        self._left -= 1.0
        unwritten, self._unwritten = self._unwritten, 0
        await self.note({**entry, "unwritten_before": unwritten} if unwritten else entry)

    async def read(self, limit: int, before: int | None = None) -> list[dict[str, Any]]:
        """The latest entries, the newest first; OSError."""
        rows = await self._ledger.audit(limit, before)
        return [{"number": number, **json.loads(entry)} for number, entry in rows]


async def within_patience(writing: Awaitable[None]) -> str:
    """Why it was not written within a second; empty when it was."""
    try:
        async with asyncio.timeout(_DISK_PATIENCE):
            await writing
    except TimeoutError:
        why = "the disk does not answer"
    except OSError as error:
        why = str(error)
    else:
        return ""
    _log.error("command_not_stored", reason=why)
    return why
