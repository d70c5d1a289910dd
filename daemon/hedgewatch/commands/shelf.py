"""Silences on the disk: they hold over a restart, and no longer than they were meant to."""

import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import structlog

from hedgewatch.commands.audit import within_patience
from hedgewatch.core.alert_model import Severity
from hedgewatch.notify.matchers import parse_matcher
from hedgewatch.notify.silences import LONGEST_SILENCE, Silence, Silences

_log = structlog.get_logger()


class Keeps(Protocol):
    """The disk, as silences need it. OSError when it does not do its part."""

    async def keep_silences(
        self, added: Mapping[str, str], ended: Collection[str] = ()
    ) -> None: ...
    async def silences(self) -> tuple[str, ...]: ...


class Shelf:
    """What the disk has of the silences. What it did not take is brought at the next occasion."""

    def __init__(self, silences: Silences, disk: Keeps) -> None:
        self._silences = silences
        self._disk = disk
        self._kept: dict[str, str] = {}

    async def load(self, now: float) -> None:
        """The silences of before the restart. One that cannot be understood is none: to be told
        too much is the smaller harm.
        """
        for text in await self._disk.silences():
            try:
                silence = decoded(text, now)
            except (KeyError, TypeError, ValueError) as error:
                _log.error("stored_silence_unreadable", reason=str(error))
                continue
            self._kept[silence.id] = text
            if silence.ends_at > now:
                self._silences.add(silence)

    async def save(self) -> str:
        """Bring the disk up to date; why it is not, empty when it is."""
        held = {silence.id: encoded(silence) for silence in self._silences.all()}
        added = {key: text for key, text in held.items() if self._kept.get(key) != text}
        ended = self._kept.keys() - held.keys()
        if not added and not ended:
            return ""
        why = await within_patience(self._disk.keep_silences(added, ended))
        if not why:
            self._kept = held
        return why


def encoded(silence: Silence) -> str:
    """A silence as JSON."""
    return json.dumps(document(silence))


def document(silence: Silence) -> dict[str, object]:
    """A silence by the names of its fields. Times are seconds since 1970."""
    return {
        "id": silence.id,
        "matchers": [str(matcher) for matcher in silence.matchers],
        "by": silence.by,
        "comment": silence.comment,
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "up_to": silence.up_to.value,
    }


def decoded(text: str, now: float) -> Silence:
    """What `encoded` wrote, its times clamped: they come from a clock that may have been set since.
    KeyError, TypeError or ValueError when it did not.
    """
    fields: dict[str, Any] = json.loads(text)
    starts_at = min(float(fields["starts_at"]), now)
    return Silence(
        id=str(fields["id"]),
        matchers=tuple(parse_matcher(matcher) for matcher in fields["matchers"]),
        by=str(fields["by"]),
        comment=str(fields["comment"]),
        starts_at=starts_at,
        ends_at=min(float(fields["ends_at"]), starts_at + LONGEST_SILENCE),
        up_to=Severity(fields["up_to"]),
    )
