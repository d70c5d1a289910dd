"""Frames that made no sense: counted, and each kind said once."""

import structlog

from hedgewatch.venues.dialect import Feed
from hedgewatch.venues.redaction import Redactor

_MOST_KINDS = 100

log = structlog.get_logger()


class OddFrames:
    """Those of one connection."""

    def __init__(self, name: str, redactor: Redactor) -> None:
        self.counted = 0
        self._name = name
        self._redactor = redactor
        self._said: set[tuple[str, str]] = set()

    def count(self, feed: Feed, data: bytes, error: Exception) -> None:
        """One more."""
        self.counted += 1
        kind = (feed, f"{type(error).__name__}: {error!s:.60}")
        if kind in self._said or len(self._said) > _MOST_KINDS:
            return
        self._said.add(kind)
        log.warning(
            "a frame that makes no sense was skipped",
            of=self._name,
            feed=feed,
            error=self._redactor.scrub(error),
            size=len(data),
            begins=self._redactor.scrub(data[:120].decode(errors="replace")),
        )
