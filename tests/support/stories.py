"""A story: an engine with a desk, told what happens and when, which says what it made of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hedgewatch.core.alert_model import AlertRecord, AlertState, Change, Outcome, Transition
from hedgewatch.core.alerts.own import Recovery
from hedgewatch.core.book.rows import (
    AccountRow,
    FeedRow,
    HedgeRow,
    MarketRow,
    PoolRow,
    PositionRow,
)
from hedgewatch.core.engine import Engine
from hedgewatch.core.episodes import Episodes
from hedgewatch.core.events import ClockAdvanced, Event, RulesReplaced
from hedgewatch.core.model import Desk, Scope, Unknown
from hedgewatch.core.rules import Rule
from tests.support.builders import (
    AIX,
    ALT,
    VENUE,
    Said,
    accepted,
    desk,
    held,
    mark,
    market,
    read,
    rule,
    tiered,
)

START = 1_700_000_000.0
TICK = 0.5
"""Seconds between two ticks of a story's clock."""


# Of what `short_of_aix` holds the margin ratio is 6 % at 1000, 38 % at 1200, above 100 % at 1240.
CALM, HOT, BETWEEN = mark(AIX, 1_000.0), mark(AIX, 1_220.0), mark(AIX, 1_190.0)
ALTS = mark(ALT, 0.40)


def danger(hold_for: float = 0.0, keep_firing_for: float = 0.0) -> Rule:
    """Fires when it is HOT, not when it is CALM or BETWEEN."""
    hot = rule("Danger", Scope.POOL, "margin_ratio > 50%", summary="at {margin_ratio:.0%}")
    return replace(hot, hold_for=hold_for, keep_firing_for=keep_firing_for)


class Story:
    """Times are seconds since its start. `after` is the last outcome, `told` every transition.

    `venue_ahead` is how far the venue's clock is ahead of ours.
    """

    def __init__(
        self, *rules: Rule, on: Desk | None = None, venue_ahead: float = 0.0, start: float = START
    ) -> None:
        self.desk = on or desk()
        self.rules = rules
        self.start = self.now = start
        self.venue_ahead = venue_ahead
        self.after = Outcome()
        self.told: list[Transition] = []
        self.stored: dict[tuple[str, str], AlertRecord] = {}
        self.engine = Engine(self.desk, rules, start, Episodes(f"{start:.1f}"))

    def at(self, seconds: float, *events: Event | Said) -> list[str]:
        """Tell the engine of these events; the transitions that they led to."""
        self.now = self.start + seconds
        said: list[str] = []
        for event in events:
            happened = event(self.now + self.venue_ahead) if callable(event) else event
            said += self._take(self.engine.handle(happened, self.now))
        return said

    def advance(self, to: float, *events: Event | Said, every: float = TICK) -> list[str]:
        """Let time pass; the events (say, marks that keep coming) are told before each tick."""
        said: list[str] = []
        seconds = self.now - self.start
        while seconds + every <= to + 1e-6:
            seconds += every
            said += self.at(seconds, *events, ClockAdvanced())
        return said

    def restore(self, *records: AlertRecord) -> list[str]:
        """Take up the alerts of a former run."""
        return self._take(self.engine.restore(records, self.now))

    def recover(self, recovery: Recovery) -> list[str]:
        """Start without any, after a run that ended so."""
        return self._take(self.engine.restore((), self.now, recovery))

    def reload(self, *rules: Rule, on: Desk | None = None) -> list[str]:
        """The operator changed the rules or the desk; it takes no time."""
        return self.at(self.now - self.start, RulesReplaced(rules, on or self.desk))

    def restarted(self, after: float = 0.0, *rules: Rule) -> "Story":
        """Kill the daemon and start it `after` seconds later, with what it had stored."""
        heir = Story(*(rules or self.rules), on=self.desk, start=self.now + after)
        heir.stored = dict(self.stored)
        heir.restore(*self.stored.values())
        return heir

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        return self._in_state(AlertState.FIRING)

    def pending(self) -> set[str]:
        return self._in_state(AlertState.PENDING)

    def record(self, name: str) -> AlertRecord:
        return next(record for record in self.engine.alerts() if record.alertname == name)

    def account(self, name: str = "main") -> AccountRow:
        return self.engine.book.accounts[name]

    def pool(self, name: str = "USDT") -> PoolRow:
        return self.account().pools[name]

    def position(self, symbol: str = AIX, kind: str = "net") -> PositionRow:
        return self.account().positions[symbol, kind]

    def market(self, symbol: str = AIX) -> MarketRow:
        return self.engine.book.markets[VENUE, symbol]

    def hedge(self, name: str = "basket") -> HedgeRow:
        return self.engine.book.hedges[name]

    def feed(self, name: str) -> FeedRow:
        return self.account().feeds[name]

    def open(self) -> Iterator[PositionRow]:
        return self.engine.book.positions()

    def _in_state(self, state: AlertState) -> set[str]:
        return {record.alertname for record in self.engine.alerts() if record.state is state}

    def _take(self, outcome: Outcome) -> list[str]:
        self.after = outcome
        self.told += outcome.transitions
        for record in outcome.records:
            key = (record.alertname, str(record.subject))
            self.stored.pop(key, None)
            if record.state is not AlertState.INACTIVE:
                self.stored[key] = record
        return short(outcome.transitions)


def short(transitions: Iterable[Transition]) -> list[str]:
    """Transitions as a person would name them: "MarginDanger firing", "… ended(closed)", and what
    is no new state by its change: "MarginDanger worse".
    """
    return [
        f"{told.alertname} {told.state if told.change is Change.STATE else told.change}"
        + (f"({told.reason})" if told.state is AlertState.ENDED else "")
        for told in transitions
    ]


def known(value: float | Unknown) -> float:
    """A measure that must be known."""
    assert not isinstance(value, Unknown), value.reason
    return value


def reason(value: float | Unknown) -> str:
    """Why a measure, which must be unknown, is."""
    assert isinstance(value, Unknown), value
    return value.reason


def assert_unknown(story: Story) -> None:
    """Nothing that depends on a doubted account or price may be a number."""
    pool, position, hedge = story.pool(), story.position(), story.hedge()
    for value in (pool.margin_ratio, pool.equity, pool.headroom, pool.shock_up, pool.shock_down):
        assert isinstance(value, Unknown)
    for value in (position.liquidation_price, position.liquidation_distance, position.notional):
        assert isinstance(value, Unknown)
    assert isinstance(position.mark_price, Unknown)
    assert isinstance(hedge.hedge_ratio, Unknown)
    assert isinstance(hedge.contracts_to_target, Unknown)


def short_of_aix(*rules: Rule, on: Desk | None = None, wallet: float = 50_000.0) -> Story:
    """Short 200 AIX from 1000, all of it known: the venue read, both prices fresh, at second 0.

    With the usual tiers and wallet: equity 50,000, requirement 3,000.
    """
    story = Story(*rules, on=on)
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    story.at(0.0, read(held(AIX, -200.0), wallet=wallet), mark(AIX, 1_000.0), mark(ALT, 0.40))
    return story
