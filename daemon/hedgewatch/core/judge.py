"""Judges rows by the rules, and keeps the alerts that have no row (yet, or any more)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from hedgewatch.core.alert_model import NOTHING, AlertRecord, AlertState, Outcome
from hedgewatch.core.alerts.endings import Endings, end_row
from hedgewatch.core.alerts.lifecycle import (
    Begun,
    Step,
    acknowledge,
    end,
    forget_badness,
    retell,
    step,
)
from hedgewatch.core.alerts.memory import Memory
from hedgewatch.core.alerts.own import ALL_WELL, Recovery, rule_broken
from hedgewatch.core.alerts.rowless import RowlessAlerts
from hedgewatch.core.alerts.telling import in_words_of_now
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.rows import Cells, PoolRow, Row
from hedgewatch.core.events import AlertAcknowledged
from hedgewatch.core.judgement import Alert, Judgement, Rulebook
from hedgewatch.core.model import NO_PAGES, Desk, EndReason, Pages, Truth
from hedgewatch.core.rules import Realert, Rule

Answer = TypeVar("Answer")


class Judge:
    """Every alert lives on its row, or, while it has none, in `_rowless`."""

    def __init__(
        self,
        rules: Sequence[Rule],
        new_episode: Callable[[], str],
        outside: Cells | None = None,
        pages: Pages = NO_PAGES,
    ) -> None:
        self.rulebook = Rulebook(rules)
        self.outside = Cells() if outside is None else outside
        self._memory = Memory(new_episode)
        self._rowless = RowlessAlerts(pages)
        self.endings = Endings()
        self._broken: set[str] = set()

    def judge(self, rows: Iterable[Row], now: float, steps: Iterable[Step] = ()) -> list[Step]:
        """Move every alert of these rows along the table."""
        made = list(steps)
        looking = self._memory.first_looks is not None
        for row in rows:
            judgement = row.judgement or self._adopt(row)
            try:
                truths = judgement.truths(row)
            except Exception:  # noqa: BLE001  # one rule that breaks must not stop the others
                truths = tuple(self._truth(rule, row, now, made) for rule in judgement.rules)
            if looking:
                self._memory.look(judgement.rules, row, truths)
            if row.alerts or (truths not in judgement.calm and judgement.starts(truths)):
                self._move(row, zip(judgement.rules, truths, strict=True), now, made)
        return made

    def sample(self, rows: Iterable[Row], now: float) -> list[Row]:
        """Take the rows of now into their windows: those that have any, to be judged anew."""
        if not self.rulebook.windowed:
            return []
        sampled = []
        for row in rows:
            if row.judgement is None:
                self._adopt(row)
            if row.windows:
                row.windows.sample(row, now)
                sampled.append(row)
        return sampled

    def looking_outside(self, rows: Iterable[Row]) -> list[Row]:
        """The rows whose rules ask for something that is not in the book."""
        if not self.rulebook.outside:
            return []
        return [row for row in rows if (row.judgement or self._adopt(row)).outside]

    def in_words_of_now(self, row: Row) -> Iterator[AlertRecord]:
        """The alerts of a row as one would tell them now."""
        for name, alert in row.alerts.items():
            rule = self.rulebook.rule(name)
            if rule is None or name in self._broken:
                yield alert.record
            else:
                yield in_words_of_now(rule, row, alert.record)

    def held(self) -> Iterator[AlertRecord]:
        """The alerts without a row."""
        yield from self._rowless.records()

    def remembered(self) -> Iterator[AlertRecord]:
        """Alerts that were resolved not long ago: stored, shown to nobody."""
        yield from self._memory.records()

    def outcome(
        self, steps: Iterable[Step], *, confirm: tuple[str, ...] = (), after: Outcome = NOTHING
    ) -> Outcome:
        """What these steps led to, followed by `after`."""
        steps = tuple(steps)
        if not steps and not confirm:
            return after
        for made in steps:
            self._rowless.hold(made.record)
        return Outcome(
            transitions=(*(s.transition for s in steps if s.transition), *after.transitions),
            records=(*(s.record for s in steps), *after.records),
            confirm=confirm or after.confirm,
        )

    def restore(
        self, records: Iterable[AlertRecord], desk: Desk, now: float, recovery: Recovery = ALL_WELL
    ) -> list[Step]:
        """Take up stored alerts; those of a rule or subject that is no longer watched end."""
        steps = []
        for record in records:
            if self._rowless.restore_own(record):
                continue
            watched = self._watched(record, desk)
            if record.state is AlertState.RESOLVED:
                steps += self._memory.restore(record, watched=watched)
            elif watched:
                self._rowless.restore(record)
            else:
                steps.append(end(record, EndReason.REMOVED_BY_RELOAD, now))
        if recovery.lost:
            self._memory.state_was_lost(now)
        return steps + self._rowless.recover(recovery, self._memory.new_episode, now)

    def time_passed(self, book: Book, now: float) -> list[Step]:
        """What time alone does to alerts without a row."""
        steps = self._rowless.give_up_waiting(book, now)
        return steps + self._rowless.time_passed(now) + self._memory.time_passed(now)

    def acknowledge(self, rows: Iterable[Row], said: AlertAcknowledged, now: float) -> list[Step]:
        """Somebody has seen an alert, or takes that back; nothing when no such alert stands."""
        made = self._rowless.acknowledge(said, now)
        steps = [] if made is None else [made]
        for row in rows if made is None else ():
            if row.subject == said.subject and said.alertname in row.alerts:
                alert = row.alerts[said.alertname]
                seen = acknowledge(self._reworded(row, alert, now, steps), said, now)
                if seen is not None:
                    alert.record = seen.record
                    steps.append(seen)
        return steps

    def _reworded(self, row: Row, alert: Alert, now: float, made: list[Step]) -> AlertRecord:
        """What is told of it now is told in the words of now, whoever gave the occasion."""
        rule = self.rulebook.rule(alert.record.alertname)
        if rule is None or rule.name in self._broken:
            return alert.record
        work = partial(in_words_of_now, rule, row, alert.record)
        return self._guarded(rule, work, now, made) or alert.record

    def replace_rules(
        self, rules: Sequence[Rule], before: Iterable[Row], after: Iterable[Row], now: float
    ) -> list[Step]:
        """Judge by these rules from now on; a rule of the same name keeps its state."""
        former, self.rulebook = self.rulebook, Rulebook(rules)
        self._broken.clear()
        remaining = list(after)
        known = {id(row) for row in remaining}
        steps = []
        for row in before:
            if id(row) not in known:
                steps += end_row(row, EndReason.REMOVED_BY_RELOAD, now)
        for row in remaining:
            row.judgement = None
            row.outside = self.outside
            judgement = self.rulebook.judgement_of(row.subject)
            row.windows.want(judgement.windowed)
            watching = {rule.name for rule in judgement.rules}
            for name in [name for name in row.alerts if name not in watching]:
                alert = row.alerts.pop(name)
                steps.append(end(alert.record, EndReason.REMOVED_BY_RELOAD, now))
            for name, alert in row.alerts.items():
                if _realert(former, name) != _realert(self.rulebook, name):
                    forget_badness(alert)
        return steps

    def replace_desk(self, desk: Desk, now: float) -> list[Step]:
        """End what has no row and that no rule watches any more on this desk."""
        self._rowless.pages = desk.pages
        return self._rowless.forget_unwatched(lambda record: self._watched(record, desk), now)

    def _watched(self, record: AlertRecord, desk: Desk) -> bool:
        """Whether a rule still watches the subject of a stored alert."""
        rule = self.rulebook.rule(record.alertname)
        return rule is not None and rule.watches(record.subject) and _on_desk(record, desk)

    def _adopt(self, row: Row) -> Judgement:
        """Give a new row its rules, and the alerts that waited for it.

        A pool whose positions are not there (yet) did not recover: its alerts go on waiting, and it
        is as new until they have come.
        """
        judgement = self.rulebook.judgement_of(row.subject)
        row.outside = self.outside
        row.windows.want(judgement.windowed)
        bare = isinstance(row, PoolRow) and not row.positions
        keys = {rule.name: (rule.name, row.subject) for rule in judgement.rules}
        for name, key in keys.items():
            record = self._rowless.adopted(key, bare=bare)
            if record is not None:
                row.alerts[name] = Alert(record)
        row.judgement = None if any(map(self._rowless.waits, keys.values())) else judgement
        return judgement

    def retell(self, rows: Iterable[Row], now: float) -> list[Step]:
        """Bring the texts of firing alerts up to date where their cause or their rule changed.

        It is no transition: whoever looks sees the new words, nobody is told again.
        """
        made: list[Step] = []
        for row in rows:
            for rule in filter(None, map(self.rulebook.rule, tuple(row.alerts))):
                retold = self._guarded(rule, partial(retell, rule, row, now), now, made)
                if retold is not None:
                    made.append(retold)
        return made

    def _move(
        self, row: Row, truths: Iterable[tuple[Rule, Truth]], now: float, made: list[Step]
    ) -> None:
        for rule, truth in truths:
            if truth or rule.name in row.alerts or (truth is None and rule.unknown == "fire"):
                self._step(rule, row, truth, now, made)

    def _step(self, rule: Rule, row: Row, truth: Truth, now: float, made: list[Step]) -> None:
        work = partial(step, rule, row, truth, now, partial(self._begin, now))
        moved = self._guarded(rule, work, now, made)
        if moved is not None:
            made.append(self._memory.keep(moved))

    def _begin(self, now: float, rule: Rule, row: Row) -> Begun:
        return self._memory.begin(rule, row, self._rowless.held((rule.name, row.subject)), now)

    def _truth(self, rule: Rule, row: Row, now: float, made: list[Step]) -> Truth:
        return self._guarded(rule, partial(rule.expr.evaluate, row), now, made)

    def _guarded(
        self, rule: Rule, work: Callable[[], Answer | None], now: float, made: list[Step]
    ) -> Answer | None:
        """Do it; one rule that breaks must not stop the others."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001  # see above
            self._break(rule, error, now, made)
            return None

    def _break(self, rule: Rule, error: Exception, now: float, made: list[Step]) -> None:
        """A rule cannot be evaluated: say it once, as an alert of its own; it holds till reload."""
        if rule.name in self._broken:
            return
        self._broken.add(rule.name)
        record = rule_broken(rule.name, error, self._memory.new_episode(), now)
        made.append(self._rowless.tell(record, now))


def _realert(rulebook: Rulebook, name: str) -> Realert | None:
    rule = rulebook.rule(name)
    return None if rule is None else rule.realert


def _on_desk(record: AlertRecord, desk: Desk) -> bool:
    """Whether the account, hedge, signal or calendar of a stored alert is still watched."""
    account, hedge = record.subject.label("account"), record.subject.label("hedge")
    signal, calendar = record.subject.label("signal"), record.subject.label("calendar")
    known = (
        (account, {plan.name for plan in desk.accounts}),
        (hedge, {plan.name for plan in desk.hedges}),
        (signal, {plan.name for plan in desk.signals}),
        (calendar, set(desk.calendars)),
    )
    return all(not name or name in names for name, names in known)
