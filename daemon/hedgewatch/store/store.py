"""The open store: one SQLite file, one thread, one process."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import structlog

from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.alerts.own import Recovery
from hedgewatch.store import file, rows
from hedgewatch.store.bans import Bans
from hedgewatch.store.commanded import Commanded
from hedgewatch.store.errors import StoreError
from hedgewatch.store.facts import FactRows
from hedgewatch.store.history import History
from hedgewatch.store.retention import SETTLED_SECONDS, forget_the_old
from hedgewatch.store.rows import Deliverable, StoredDelivery
from hedgewatch.store.starts import Starts
from hedgewatch.store.transactions import Answer

_log = structlog.get_logger()


class Store:
    """Calls wait for each other, on a thread that nothing else uses; each failure is a StoreError.

    `recovered_from` is where a damaged file was moved when this one was begun anew; `unreadable`
    counts alerts that `load` could not understand (they stay in the file, in a table of their own).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.recovered_from: Path | None = None
        self._unreadable: list[str] = []
        self._lock = -1
        self._database: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self.commanded = Commanded(self)
        self.starts = Starts(self)
        self.bans = Bans(self)
        self.facts = FactRows(self)
        self.history = History(self)

    @property
    def unreadable(self) -> int:
        """How many stored alerts could not be understood."""
        return len(self._unreadable)

    @property
    def lost(self) -> str:
        """Why alerts of the last run are not known any more, empty when they are."""
        if self.recovered_from is not None:
            return f"{self.path} was damaged, it is kept as {self.recovered_from.name}"
        if self._unreadable:
            return f"{self.unreadable} alerts in {self.path} could not be understood"
        return ""

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Take the lock, check the file, bring it to this version; StoreBusyError, StoreError.

        A damaged store is set aside and begun anew; what never was a store is refused.
        """
        store = cls(path)
        try:
            await store.on_thread(store._open)
        except StoreError:
            await store.close()
            raise
        if store.recovered_from is not None:
            _log.error("store_was_damaged", store=str(path), moved_to=str(store.recovered_from))
        return store

    async def close(self) -> None:
        """Close the file and let the next process have it."""
        try:
            await self.on_thread(self._close)
        finally:
            self._thread.shutdown(wait=False)

    async def commit(
        self, records: Collection[AlertRecord], deliveries: Collection[Deliverable]
    ) -> None:
        """All of it or none: the state of alerts and the notifications that it calls for."""
        await self.on_thread(lambda: self._commit(records, deliveries))

    async def load(self) -> tuple[tuple[AlertRecord, ...], tuple[StoredDelivery, ...]]:
        """The alerts as they stood, and what was not delivered, oldest first."""
        loaded = await self.on_thread(self._load)
        if self.unreadable:
            _log.error("stored_alerts_unreadable", store=str(self.path), number=self.unreadable)
        return loaded

    async def known(self) -> frozenset[str]:
        """The keys of all notifications that it remembers: sent, waiting, or given up."""
        return await self.on_thread(self._known)

    async def recovery(self, now: float) -> Recovery:
        """How the last run ended, after `load`; this start is noted, if the disk lets us."""
        crashes = 0
        try:
            crashes = await self.starts.begin(now)
        except StoreError as error:
            _log.warning("start_not_noted", store=str(self.path), error=str(error))
        return Recovery(lost=self.lost, crashes=crashes)

    async def end_well(self) -> None:
        """Note that this run ends as it should: the next start follows no crash."""
        try:
            await self.starts.end_well()
        except StoreError as error:
            _log.warning("end_not_noted", store=str(self.path), error=str(error))

    async def tidy(self, now: float) -> int:
        """Forget what is too old at `now`; how many rows went. StoreError."""

        def tidied() -> int:
            with self.transaction() as database:
                return forget_the_old(database, now)

        return await self.on_thread(tidied)

    async def mark_sent(self, keys: Collection[str]) -> None:
        """These have arrived."""
        await self._change(
            "UPDATE outbox SET state = 'sent' WHERE key = ?", [(key,) for key in keys]
        )

    async def mark_retry(self, key: str, next_at: float) -> None:
        """One more attempt failed; the next is due at `next_at`."""
        await self._change(
            "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE key = ?",
            [(next_at, key)],
        )

    async def mark_dead(self, key: str, reason: str) -> None:
        """Given up, for this reason."""
        await self._change(
            "UPDATE outbox SET state = 'dead', reason = ? WHERE key = ?", [(reason, key)]
        )

    async def _change(self, statement: str, parameters: Collection[tuple[object, ...]]) -> None:
        def change() -> None:
            with self.transaction() as database:
                database.executemany(statement, parameters)

        await self.on_thread(change)

    async def on_thread(self, work: Callable[[], Answer]) -> Answer:
        """Do it on the thread that has the file."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        with file.speaking_of(self.path):
            file.refuse_what_is_no_store(self.path)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            emptied = file.was_emptied(self.path)
            self._lock = file.lock(self.path)
            if emptied:
                self.recovered_from = file.quarantine(self.path)
            try:
                self._database = file.connect(self.path)
            except sqlite3.DatabaseError as error:
                if not file.damaged(error):
                    raise
                self.recovered_from = file.quarantine(self.path)
                self._database = file.connect(self.path)

    def _close(self) -> None:
        with file.speaking_of(self.path):
            if self._database is not None:
                self._database.close()
            self._database = None
            if self._lock >= 0:
                os.close(self._lock)
            self._lock = -1

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A change that is on the disk when this ends.

        After any failure the file is opened and checked anew: an fsync that failed once may say
        yes the second time without having written what the first left out.
        """
        with file.speaking_of(self.path):
            database = self._database = self._database or file.connect(self.path)
            try:
                database.execute("BEGIN IMMEDIATE")
                yield database
                database.execute("COMMIT")
            except BaseException:
                self._database = None
                database.close()
                raise

    def _commit(
        self, records: Collection[AlertRecord], deliveries: Collection[Deliverable]
    ) -> None:
        with self.transaction() as database:
            for record in records:
                rows.write_alert(database, record)
            for delivery in deliveries:
                rows.write_delivery(database, delivery)
            if deliveries:
                latest = max(delivery.created_at for delivery in deliveries)
                database.execute(
                    "DELETE FROM outbox WHERE state IN ('sent', 'dead') AND created_at < ?",
                    (latest - SETTLED_SECONDS,),
                )

    def _load(self) -> tuple[tuple[AlertRecord, ...], tuple[StoredDelivery, ...]]:
        with self.transaction() as database:
            texts = database.execute("SELECT record FROM alerts ORDER BY alertname, subject")
            records = [self._readable(text) for (text,) in texts.fetchall()]
            for text in self._unreadable:
                rows.set_aside(database, text)
            waiting = rows.waiting_deliveries(database)
        return tuple(record for record in records if record is not None), waiting

    def _known(self) -> frozenset[str]:
        with self.transaction() as database:
            return frozenset(key for (key,) in database.execute("SELECT key FROM outbox"))

    def _readable(self, text: str) -> AlertRecord | None:
        try:
            return rows.decode_record(text)
        except (KeyError, TypeError, ValueError):
            self._unreadable.append(text)
            return None
