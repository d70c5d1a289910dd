"""What signals and calendars tell, how old it is, and how signals move with what is held.

A signal is as good as its age: a number that is too old is unknown, whatever it was. A correlation
is that of its changes with the returns of an asset over the same stretches, on a grid of moments,
RiskMetrics' way (`statistics/moments`). A signal that did not change over a stretch is a change of
0; one that is unknown at either end gives no sample.
"""

from math import floor, isfinite

from hedgewatch.core.book.book import Book
from hedgewatch.core.book.prices import pair_of
from hedgewatch.core.book.rows import MarketRow
from hedgewatch.core.book.rows.outside import CalendarRow, CorrelationRow, Outside, SignalRow
from hedgewatch.core.events import CalendarRead, OutsideEvent, SignalFailed, SignalHeard
from hedgewatch.core.model import Desk, Unknown

_EARLIEST = 300.0
"""Seconds by which what a signal says of the future is a clock that runs ahead; more is no time."""


def watch_outside(outside: Outside, desk: Desk) -> None:
    """Know the signals and calendars of the desk, and keep what is known of those that stay."""
    outside.signals = {plan.name: _signal(outside, plan.name, desk) for plan in desk.signals}
    known = outside.calendars
    outside.calendars = {name: known.get(name) or CalendarRow(name) for name in desk.calendars}
    for pair in [pair for pair in outside.correlations if pair[0] not in outside.signals]:
        del outside.correlations[pair]
    outside.cells.clear()
    outside.show()


def _signal(outside: Outside, name: str, desk: Desk) -> SignalRow:
    plan = next(plan for plan in desk.signals if plan.name == name)
    row = outside.signals.get(name) or SignalRow(plan)
    row.plan, row.signal_unit = plan, plan.unit
    return row


def hear_outside(outside: Outside, event: OutsideEvent, now: float) -> None:
    """Take what was told, unless it is older than what is known, or nobody asked for it."""
    match event:
        case SignalHeard(name, value, at):
            signal = outside.signals.get(name)
            if signal is not None:
                _hear(signal, value, min(at, now) if at - now < _EARLIEST else -1.0, now)
        case SignalFailed(name, reason):
            signal = outside.signals.get(name)
            if signal is not None:
                signal.signal_reason = reason
        case CalendarRead():
            _read(outside, event, now)
    outside.show()


def _hear(signal: SignalRow, value: float, at: float, now: float) -> None:
    if not isfinite(value) or at < (signal.heard_at or 0.0):
        return
    signal.told, signal.heard_at, signal.signal_reason = value, at, ""
    signal.observed += 1
    _age(signal, now)


def _read(outside: Outside, event: CalendarRead, now: float) -> None:
    calendar = outside.calendars.get(event.calendar)
    if calendar is None:
        return
    calendar.calendar_reason = event.reason
    if not event.reason:
        calendar.appointments = tuple(sorted(event.appointments))
        calendar.look(now)


def outside_ages(book: Book, now: float) -> None:
    """What time alone does to it; at the moments of the grid, samples are taken."""
    outside = book.outside
    for signal in outside.signals.values():
        _age(signal, now)
        _sample(book, signal, now)
    for calendar in outside.calendars.values():
        calendar.look(now)
    outside.show()


def _age(signal: SignalRow, now: float) -> None:
    if signal.heard_at is None:
        return
    age = max(0.0, now - signal.heard_at)
    signal.signal_age_seconds = age
    signal.signal_up = age <= signal.plan.stale_after
    if signal.signal_up:
        signal.signal_value = signal.told
    elif not isinstance(signal.signal_value, Unknown):
        signal.signal_reason = signal.signal_reason or "nothing newer was heard"
        signal.signal_value = Unknown(f"the signal is too old: {signal.signal_reason}", now)


def _sample(book: Book, signal: SignalRow, now: float) -> None:
    every = signal.plan.correlate
    if every is None:
        return
    moment, (last, before) = floor(now / every), signal.sampled
    if moment == last:
        return
    value = signal.signal_value
    signal.sampled = moment, value
    change = None
    if moment == last + 1 and not isinstance(value, Unknown) and not isinstance(before, Unknown):
        change = value - before
    for asset, market in _priced(book).items():
        pair = signal.plan.name, asset
        row = book.outside.correlations.get(pair)
        if row is None:
            row = book.outside.correlations[pair] = CorrelationRow(*pair)
        _take(row, market, change)


def _take(row: CorrelationRow, market: MarketRow, change: float | None) -> None:
    before, row.price = row.price, None if market.doubt is not None else market.price or None
    if change is not None and before is not None and row.price is not None:
        row.add(change, row.price / before - 1.0)


def _priced(book: Book) -> dict[str, MarketRow]:
    """A market of each asset that is held or hedged."""
    held = (market for market in book.markets.values() if market.positions or market.hedges)
    assets = book.assets
    return {assets.underlying_of(pair_of(each.symbol)[0])[0]: each for each in held}
