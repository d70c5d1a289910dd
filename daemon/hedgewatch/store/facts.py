"""What the rules and settings of venues were, as rows of the file: a change while the daemon was
down is to be found at the next start.
"""

import json
from collections.abc import Mapping

import structlog

from hedgewatch.store.errors import StoreError
from hedgewatch.store.transactions import Transactions

_log = structlog.get_logger()

Facts = Mapping[str, Mapping[str, str]]
"""By subject, each fact in words."""


class FactRows:
    """One row a subject. A disk that fails is no reason not to watch: that is logged."""

    def __init__(self, file: Transactions) -> None:
        self._file = file
        self._kept: dict[str, str] = {}

    async def keep(self, facts: Facts) -> None:
        """These hold now; what is as it was on the disk is not written again."""
        wanted = {subject: json.dumps(told, sort_keys=True) for subject, told in facts.items()}
        changed = [(key, text) for key, text in wanted.items() if self._kept.get(key) != text]
        gone = [(key,) for key in self._kept.keys() - wanted.keys()]
        if not changed and not gone:
            return

        def note() -> None:
            with self._file.transaction() as database:
                database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", changed)
                database.executemany("DELETE FROM facts WHERE subject = ?", gone)

        try:
            await self._file.on_thread(note)
        except StoreError as error:
            _log.warning("facts_not_kept", error=str(error))
        else:
            self._kept = wanted

    async def known(self) -> Facts:
        """Those of the last run; one that cannot be understood is none."""

        def read() -> dict[str, str]:
            with self._file.transaction() as database:
                return dict(database.execute("SELECT subject, facts FROM facts").fetchall())

        try:
            self._kept = await self._file.on_thread(read)
        except StoreError as error:
            _log.warning("facts_not_known", error=str(error))
            return {}
        told = {subject: _understood(text) for subject, text in self._kept.items()}
        return {subject: facts for subject, facts in told.items() if facts}


def _understood(text: str) -> Mapping[str, str]:
    try:
        held = json.loads(text)
    except ValueError:
        return {}
    pairs = held.items() if isinstance(held, dict) else ()
    return {key: value for key, value in pairs if isinstance(value, str)}
