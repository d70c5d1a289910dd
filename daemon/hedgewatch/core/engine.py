"""One event in, one outcome out: apply it to the book, recompute what it touches, judge that.

The same engine runs live, in rule tests, in replay and in simulation; nothing in it knows which.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from math import inf

from hedgewatch.core import events
from hedgewatch.core.alert_model import NOTHING, AlertRecord, Outcome, Transition
from hedgewatch.core.alerts.memory import clamped
from hedgewatch.core.alerts.own import ALL_WELL, Recovery
from hedgewatch.core.alerts.telling import transition_of
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.doubt import judge_sight
from hedgewatch.core.book.legs import build_leg
from hedgewatch.core.book.lines import hear_clock
from hedgewatch.core.book.prices import VenueClock, is_crossed, take_price
from hedgewatch.core.book.rows import AccountRow, MarketRow, PositionRow, Row
from hedgewatch.core.book.taking import take
from hedgewatch.core.book.terms import market_changes
from hedgewatch.core.breaks import note_moves, recall
from hedgewatch.core.comparison import compare
from hedgewatch.core.evenness import Adviser
from hedgewatch.core.judge import Judge
from hedgewatch.core.model import Desk, Unknown
from hedgewatch.core.outside import hear_outside, outside_ages, watch_outside
from hedgewatch.core.recompute import account_changed, price_moved, time_passed
from hedgewatch.core.rules import Rule
from hedgewatch.core.sampling import remember
from hedgewatch.core.stress import watchers


class Engine:
    """Judges every event. `new_episode` makes the random ids of alerts' episodes."""

    def __init__(
        self, desk: Desk, rules: Sequence[Rule], now: float, new_episode: Callable[[], str]
    ) -> None:
        self.book = Book(desk, now)
        self.book.watchers = watchers(rules, desk)
        self.adviser = self.book.totals.adviser = Adviser(self.book)
        watch_outside(self.book.outside, desk)
        self.judge = Judge(rules, new_episode, self.book.outside.cells, desk.pages)
        self._clocks: dict[str, VenueClock] = {}

    def handle(self, event: events.Event, now: float) -> Outcome:
        """What this event, at `now` (epoch seconds), leads to."""
        self.book.now = now
        self.adviser.judging = True
        match event:
            case events.MarkPriceChanged():
                outcome = self._price(event, event.price, now)
            case events.QuoteChanged() | events.LiquidityRead() | events.BarsRead():
                outcome = self._around_the_mark(event, now)
            case events.ClockAdvanced():
                outcome = self._clock(now)
            case events.ClockStepped() | events.DaemonObserved():
                outcome = self._about_us(event, now)
            case events.RulesReplaced() | events.AlertAcknowledged():
                outcome = self._operator(event, now)
            case events.MarketDefined() | events.VenueClockRead():
                outcome = self._venue(event, now)
            case events.SignalHeard() | events.SignalFailed() | events.CalendarRead():
                outcome = self._outside(event, now)
            case _:
                outcome = self._account(event, now)
        self.adviser.judging = False
        return outcome

    def restore(
        self, records: Iterable[AlertRecord], now: float, recovery: Recovery = ALL_WELL
    ) -> Outcome:
        """Take up the alerts of the last run: firing ones fire on until there is evidence."""
        restored = [clamped(record, now) for record in records]
        steps = self.judge.restore(restored, self.book.desk, now, recovery)
        recall(self.book.hedges, restored)
        steps += self.judge.judge(self.book.rows(), now, ())
        return self.judge.outcome(steps)

    def alerts(self) -> Iterator[AlertRecord]:
        """Every alert that is pending or firing, in the words of now, and those that ended in a
        way that somebody must see.
        """
        for row in self.book.rows():
            if row.alerts:
                yield from self.judge.in_words_of_now(row)
        yield from self.judge.held()

    def alerts_as_told(self) -> Iterator[AlertRecord]:
        """The same as they were last told, for who only counts them."""
        for row in self.book.rows():
            for alert in row.alerts.values():
                yield alert.record
        yield from self.judge.held()

    def told_again(self, transition: Transition) -> Transition | None:
        """An alert as one would tell it now, for who repeats it; None when it does not stand."""
        wanted = transition.alertname, transition.subject
        rows = (row for row in self.book.rows() if transition.alertname in row.alerts)
        told = (self.judge.in_words_of_now(row) for row in rows if row.subject == wanted[1])
        for record in chain(chain.from_iterable(told), self.judge.held()):
            if (record.alertname, record.subject) == wanted:
                return replace(transition_of(record, transition.at), reason=transition.reason)
        return None

    def _about_us(self, event: events.ClockStepped | events.DaemonObserved, now: float) -> Outcome:
        """What is about the daemon is judged with the next tick of the clock."""
        if isinstance(event, events.ClockStepped):
            self.book.totals.stepped = event.seconds, now
        else:
            self.book.totals.daemon = event
        return NOTHING

    def _price(self, event: events.PriceEvent, price: float, now: float) -> Outcome:
        market = self.book.markets.get((event.venue, event.symbol))
        if market is None or not 0.0 < price < inf:
            return NOTHING
        clock = self._clocks.get(event.venue) or self._clock_of(event.venue)
        seen_at = clock.seen_at(event.venue_time, now)
        if not take_price(market, price, event.venue_time, seen_at):
            return NOTHING
        if isinstance(event, events.MarkPriceChanged):
            market.index_price = event.index_price
            market.funding_rate = event.funding_rate
            market.open_interest = event.open_interest
        if market.doubt is not None and self._look(market, now):
            return self._everything(now)
        if not market.touched:
            return NOTHING
        price_moved(market)
        return self.judge.outcome(self.judge.judge(market.touched, now))

    def _venue(self, event: events.MarketDefined | events.VenueClockRead, now: float) -> Outcome:
        if isinstance(event, events.MarketDefined):
            return self._market_defined(event, now)
        stepped = self._clock_of(event.venue).read(event.lead, now)
        for account in self.book.accounts.values():
            if account.venue == event.venue:
                hear_clock(account, event.lead, stepped=stepped)
        return NOTHING

    def _clock_of(self, venue: str) -> VenueClock:
        clock = self._clocks.get(venue)
        if clock is None:
            clock = self._clocks[venue] = VenueClock()
        return clock

    def _around_the_mark(
        self, event: events.QuoteChanged | events.LiquidityRead | events.BarsRead, now: float
    ) -> Outcome:
        """What could be traded at, and what was: the middle of a spot pair's quote is its price;
        of the past nothing is judged.
        """
        market = self.book.markets.get((event.venue, event.symbol))
        if market is None or is_crossed(event):
            return NOTHING
        if isinstance(event, events.BarsRead):
            remember(self.book, market, event.bars, self._clock_of(event.venue).lag)
            return NOTHING
        if isinstance(event, events.LiquidityRead):
            market.liquidity = event
            return self.judge.outcome(self.judge.judge(market.touched, now))
        market.quote = event
        if not market.is_spot:
            return NOTHING
        return self._price(event, (event.bid + event.ask) / 2.0, now)

    def _look(self, market: MarketRow, now: float) -> bool:
        """A doubted price came: bring sight up to date; whether that changed anything."""
        watching = [a for a in self.book.accounts.values() if market in a.watched]
        turned = [account for account in watching if judge_sight(account, now)]
        return bool(turned) or market.doubt is None

    def _everything(self, now: float) -> Outcome:
        for account in self.book.accounts.values():
            judge_sight(account, now)
        for account in self.book.accounts.values():
            account_changed(self.book, account)
        return self.judge.outcome(self.judge.judge(self.book.rows(), now))

    def _clock(self, now: float) -> Outcome:
        turned = time_passed(self.book, now)
        outside_ages(self.book, now)
        steps = self.judge.time_passed(self.book, now)
        sampled = self.judge.sample(self.book.rows(), now)
        looking = self.judge.looking_outside(self.book.rows())
        some = dict.fromkeys((*self._time_bound(), *sampled, *looking))
        rows = self.book.rows() if turned else some
        return self.judge.outcome(steps + self.judge.judge(rows, now))

    def _time_bound(self) -> Iterator[Row]:
        """What time alone can change: sight, feeds, totals, alerts that wait, and how bad it may
        have become for a position in the dark.
        """
        for account in self.book.accounts.values():
            yield account
            yield from account.feeds.values()
        yield self.book.totals
        yield from self.book.outside.rows()
        yield from self.book.holdings.values()
        for position in self.book.positions():
            if position.alerts or position.account.doubt is not None:
                yield position
        for row in (*self.book.pools(), *self.book.hedges.values()):
            if row.alerts:
                yield row

    def _operator(
        self, event: events.RulesReplaced | events.AlertAcknowledged, now: float
    ) -> Outcome:
        if isinstance(event, events.RulesReplaced):
            return self._reload(event, now)
        return self.judge.outcome(self.judge.acknowledge(self.book.rows(), event, now))

    def _reload(self, event: events.RulesReplaced, now: float) -> Outcome:
        before = list(self.book.rows())
        self.book.watchers = watchers(event.rules, event.desk)
        self.book.replace_desk(event.desk, now)
        watch_outside(self.book.outside, event.desk)
        steps = self.judge.replace_rules(event.rules, before, self.book.rows(), now)
        steps += self.judge.replace_desk(event.desk, now)
        steps += self.judge.retell(self.book.rows(), now)
        return self.judge.outcome(steps, after=self._everything(now))

    def _account(self, event: events.AccountEvent, now: float) -> Outcome:
        account = self.book.accounts.get(event.account)
        if account is None:
            return NOTHING
        read_before = account.read_at is not None
        change = take(event, self.book, account, now)
        if change.structure:
            before = list(self.book.rows())
            self.book.reindex()
            gone = self.judge.endings.of_missing(before, self.book.rows(), change.ended, now)
        else:
            gone = []
        gone += self.judge.endings.explain(change.explained, now)
        hedges = self.book.hedges.values()
        retold: list[Row] = []
        if read_before:
            retold += note_moves(hedges, account, change.moved, now)
        judge_sight(account, now)
        account_changed(self.book, account)
        if isinstance(event, events.AccountRead) and change.agrees:
            compare(account, now)
        steps = gone + self.judge.judge(self._rows_of(account), now)
        if isinstance(event, events.AccountRefused):
            retold.append(account)
        steps += self.judge.retell(retold, now)
        confirm = (account.name,) if change.confirm else ()
        return self.judge.outcome(steps, confirm=confirm)

    def _rows_of(self, account: AccountRow) -> Iterator[Row]:
        yield account
        yield from account.feeds.values()
        for pool in account.pools.values():
            yield from (pool, *pool.positions)
        yield from self.book.hedges.values()

    def _outside(self, event: events.OutsideEvent, now: float) -> Outcome:
        hear_outside(self.book.outside, event, now)
        looking = self.judge.looking_outside(self.book.rows())
        rows = dict.fromkeys((*self.book.outside.rows(), *looking))
        return self.judge.outcome(self.judge.judge(rows, now))

    def _market_defined(self, event: events.MarketDefined, now: float) -> Outcome:
        market = self.book.market(event.market.venue, event.market.symbol)
        known, market.market = market.market, event.market
        resized = known is not None and known.contract_size != event.market.contract_size
        confirm = list[str]()
        for account, position in self._of_market(market):
            if known is not None and position.contracts:
                position.change_terms(market_changes(known, event.market), now)
                if resized:  # of how many they are is known when the account was read again
                    account.resized = Unknown(f"the size of {position.symbol} changed", now)
                    confirm.append(account.name)
            build_leg(account, position)
        before = list(self.book.rows())
        self.book.reindex()
        gone = self.judge.endings.of_missing(before, self.book.rows(), (), now)
        return self.judge.outcome(gone, confirm=tuple(confirm), after=self._everything(now))

    def _of_market(self, market: MarketRow) -> Iterator[tuple[AccountRow, PositionRow]]:
        for account in self.book.accounts.values():
            for position in account.positions.values():
                if position.market is market:
                    yield account, position
