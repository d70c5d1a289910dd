"""What readers may see of the engine: scrapes, the JSON interface, the terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.book.rows import AccountRow, Row
from hedgewatch.core.engine import Engine
from hedgewatch.core.evenness import Advice
from hedgewatch.core.model import Desk
from hedgewatch.core.rules import Rule
from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.stress import Moves, StressTable, joined, moves_of, table_of

_STRESS_SECONDS = 1.0


class Beating(Protocol):
    """What tells an outside watcher that all is well."""

    def status(self) -> Mapping[str, object]: ...


class EngineView:
    """Reads the rows in place, and never across an await."""

    def __init__(
        self, engine: Engine, status: Mapping[str, object], heartbeat: Beating | None = None
    ) -> None:
        self._engine = engine
        self._status = status
        self._heartbeat = heartbeat
        self._stress: tuple[float, StressTable] | None = None
        self._moves: tuple[Desk, Sequence[Moves]] | None = None
        self.recording = "off"

    def rows(self) -> Iterable[Row]:
        """Every subject."""
        return self._engine.book.rows()

    def marks(self) -> Iterator[tuple[str, str, float]]:
        """Venue, symbol and price of every market whose price can be vouched for."""
        for market in self._engine.book.markets.values():
            if market.doubt is None:
                yield market.venue, market.symbol, market.price

    def alerts(self) -> Iterable[AlertRecord]:
        """Every alert that is pending or firing, or that ended alarmingly."""
        return self._engine.alerts()

    def alerts_as_told(self) -> Iterable[AlertRecord]:
        """The same, not put into the words of now."""
        return self._engine.alerts_as_told()

    def count(self, state: AlertState) -> int:
        """How many of them are in this state."""
        return sum(alert.state is state for alert in self.alerts_as_told())

    def evenness(self) -> Iterable[Advice]:
        """What moved between pools of one currency would lift the nearest line by how much."""
        return self._engine.adviser.advice()

    def stress(self) -> StressTable:
        """Every scenario on every pool and hedge, computed at most once a second."""
        return joined(self.stress_in_parts())

    def stress_in_parts(self) -> Iterator[StressTable]:
        """The same account by account, for who takes a breath between: of a row that an earlier
        part names, only its labels are good afterwards.
        """
        book = self._engine.book
        began = book.now
        if self._stress is not None and 0.0 <= began - self._stress[0] < _STRESS_SECONDS:
            yield self._stress[1]
            return
        parts = []
        for part in self._parts(self._moves_of(book.desk)):
            parts.append(part)
            yield part
        self._stress = began, joined(parts)

    def _moves_of(self, desk: Desk) -> Sequence[Moves]:
        """Kept as long as the desk: what a scenario does to a market is worked out once."""
        if self._moves is None or self._moves[0] is not desk:
            self._moves = desk, moves_of(desk)
        return self._moves[1]

    def what_if(self, common: float) -> Iterator[StressTable]:
        """One common move of all prices, a fraction, with the betas of the desk; in such parts."""
        scenario = Scenario(name="common", title="a common move of all prices", common=common)
        return self._parts(moves_of(replace(self._engine.book.desk, scenarios=(scenario,))))

    def _parts(self, moves: Sequence[Moves]) -> Iterator[StressTable]:
        book = self._engine.book
        yield table_of((), book.hedges.values(), moves)
        for name in tuple(book.accounts):
            account = book.accounts.get(name)
            if account is not None:
                yield table_of(account.pools.values(), (), moves)

    def rules(self) -> Iterable[Rule]:
        """The loaded rules."""
        return self._engine.judge.rulebook.rules

    def unseen(self) -> Iterator[tuple[str, float, str]]:
        """Each account with the seconds for which nothing of it can be vouched for (0: it can),
        and why. A start counts too.
        """
        for account in self._engine.book.accounts.values():
            seconds, doubt = account.blind_seconds, account.doubt
            if not account.blind_reason and doubt is not None:
                seconds = max(0.0, self._engine.book.now - doubt.since)
            yield account.name, seconds, account.doubt_reason

    def rates(self) -> tuple[str, Mapping[str, float]]:
        """The currency of totals, and what one unit of each currency of a pool is worth in it, as
        far as that is known.
        """
        book = self._engine.book
        found = {}
        for account in book.accounts.values():
            for pool in account.pools.values():
                name, units = book.assets.underlying_of(pool.currency)
                if name in book.worth:
                    found[pool.currency] = units * book.worth[name]
        return book.desk.currency, found

    def reasons_not_ready(self) -> list[str]:
        """Why what is shown should not be relied on; empty when every feed is fresh."""
        accounts = self._engine.book.accounts.values()
        return [reason for account in accounts for reason in _reasons(account)]

    def status(self) -> Mapping[str, object]:
        """The instance at a glance."""
        reasons = self.reasons_not_ready()
        return {
            **self._status,
            "recording": self.recording,
            "accounts": list(self._engine.book.accounts),
            "ready": not reasons,
            "reasons": reasons,
            "firing": self.count(AlertState.FIRING),
            "ended": self.count(AlertState.ENDED),
            "heartbeat": None if self._heartbeat is None else self._heartbeat.status(),
        }


def _reasons(account: AccountRow) -> Iterator[str]:
    if account.doubt_reason:
        yield f"{account.name}: {account.doubt_reason}"
    for feed in account.feeds.values():
        if not feed.feed_up:
            yield f"{account.name}: the feed {feed.feed} is down: {feed.reason}"
