"""What is to come, as it is known now: expiries, funding, ends of keys, appointments."""

from collections.abc import Iterable, Iterator
from math import isfinite

from hedgewatch.core.book.rows import AccountRow, PositionRow, Row
from hedgewatch.core.book.rows.outside import CalendarRow

_HOUR = 3_600.0
_FAR = 45 * 86_400.0
_MOST = 40

Coming = tuple[float, str]
"""When (epoch seconds), and what."""


def ahead(rows: Iterable[Row], now: float) -> tuple[Coming, ...]:
    """The next of each kind within 45 days, the earliest first."""
    found = {each for row in rows for each in _of(row, now)}
    return tuple(sorted(each for each in found if each[0] - now < _FAR)[:_MOST])


def _of(row: Row, now: float) -> Iterator[Coming]:
    if isinstance(row, PositionRow) and row.contracts:
        yield from _of_position(row, now)
    elif isinstance(row, AccountRow):
        if (left := _known(row.key_expires_seconds)) is not None:
            yield _minute(now + left), f"the key of {row.name} ends"
    elif isinstance(row, CalendarRow) and (left := _known(row.event_in_seconds)) is not None:
        yield _minute(now + left), row.event


def _of_position(row: PositionRow, now: float) -> Iterator[Coming]:
    market = row.market.market
    if market is None:
        return
    of = f"{row.account.name}: {row.symbol}"
    if market.expiry is not None and market.expiry > now:
        yield market.expiry, f"{of} ends"
    interval, paid = market.funding_interval, _known(row.funding_per_day)
    if interval and paid is not None:
        word = "receives" if paid > 0.0 else "pays"
        amount = abs(paid) * interval / (24 * _HOUR)
        said = f"{of} {word} funding, {amount:,.2f} {market.settle} at the rate of now"
        yield (now // interval + 1) * interval, said


def _known(value: object) -> float | None:
    return value if isinstance(value, float) and isfinite(value) else None


def _minute(at: float) -> float:
    """So that what is counted down anew each time is one thing."""
    return round(at / 60.0) * 60.0
