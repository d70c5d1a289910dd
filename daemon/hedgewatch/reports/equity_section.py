"""Equity in words: per pool and in all, what it did and by what."""

from collections.abc import Iterator, Mapping

from hedgewatch.core.wording import spoken
from hedgewatch.reports.day_figures import DayFigures
from hedgewatch.reports.figures import Figures
from hedgewatch.reports.minute import BOOKED, FUNDING, MARK, TRADES, UNSEEN
from hedgewatch.reports.numbers import UNKNOWN, Wall, money, percent
from hedgewatch.reports.page import MOST_DRAWN, Lines, Part, Plot, Section, table_of
from hedgewatch.reports.pool_figures import PoolFigures
from hedgewatch.reports.total_figures import RATES, TotalFigures

_PARTS = {
    MARK: "mark to market",
    TRADES: "trades",
    FUNDING: "at funding times",
    BOOKED: "other bookings",
    UNSEEN: "while unseen",
    RATES: "exchange rates",
}
_LATE = 90.0
"""Seconds after which an equity is not that of the beginning, or of the end, any more."""

_WHAT_IS_WHAT = (
    "Mark to market: prices moved. Trades: fees, and what was realised beside the mark. At funding "
    "times: booked within 90 s of one. Other bookings: transfers, interest, other fees. While "
    "unseen: it changed while it was not known."
)


def equity_section(told: Figures, wall: Wall) -> Section:
    """A row a pool, and their sum."""
    head = ("pool", "at the beginning", "at the end", "change", *_PARTS.values())
    rows = [_row(pool, told, wall) for pool in told.pools]
    total = told.total
    if total is not None and len(told.pools) > 1:
        rows.append(_total_row(total))
    parts: list[Part] = [table_of(head, rows)] if rows else []
    lines = (*_unknown_total(total), *_owned(told, wall))
    if not rows:
        lines = ("no margin pool was seen", *lines)
    elif any(pool.parts for pool in told.pools):
        lines = (*lines, _WHAT_IS_WHAT)
    return Section(title="Equity", parts=(*parts, Lines(tuple(lines)), *_plots(told)))


def day_section(told: Figures) -> Section:
    """A row a day: a day of which nothing is known says so."""
    head = ("day", "at the end", "change", *_PARTS.values(), "highest ratio", "fired", "blind")
    return Section(title="Days", parts=(table_of(head, [_day(each) for each in told.days]),))


def _day(each: DayFigures) -> tuple[str, ...]:
    total = each.total
    name = f"{each.day:%a} {each.day.day} {each.day:%b}"
    more = (
        "" if each.ratio is None else percent(each.ratio),
        str(each.fired or ""),
        spoken(each.blind) if each.blind >= 1.0 else "",
    )
    if total is None or total.unknown:
        return (name, UNKNOWN, UNKNOWN, *("" for _ in _PARTS), *more)
    ends = money(total.closes, total.currency)
    change = money(total.change, total.currency, signed=True).partition(" ")[0]
    return (name, ends, change, *_cells(total.parts, total.currency), *more)


def in_brief(told: Figures) -> str:
    """`equity 12,345.67 USDT, +12.30 (+0.10%): mark to market +15.00, at funding times -2.70`."""
    total = told.total
    if total is None:
        return "no margin pool was seen"
    if total.unknown:
        return f"equity {UNKNOWN}: {total.unknown}"
    split = _split(total.parts)
    change = f"{money(total.change, signed=True)}{_grew(total.change, total.opens)}"
    return f"equity {money(total.closes, total.currency)}, {change}{split and f': {split}'}"


def _split(parts: Mapping[str, float]) -> str:
    told = ((word, parts.get(part, 0.0)) for part, word in _PARTS.items())
    return ", ".join(f"{word} {money(change, signed=True)}" for word, change in told if change)


def _row(pool: PoolFigures, told: Figures, wall: Wall) -> tuple[str, ...]:
    late = pool.opens is not None and pool.opens_at - told.period.begins > _LATE
    early = pool.closes is not None and told.until - pool.closes_at > _LATE
    opens = money(pool.opens, pool.currency)
    closes = money(pool.closes, pool.currency)
    return (
        pool.name,
        f"{UNKNOWN} ({opens} at {wall.moment(pool.opens_at)})" if late else opens,
        f"{UNKNOWN} ({closes} at {wall.moment(pool.closes_at)})" if early else closes,
        money(pool.change, signed=True),
        *_cells(pool.parts, pool.currency),
    )


def _total_row(total: TotalFigures) -> tuple[str, ...]:
    if total.unknown:
        return ("all pools", UNKNOWN, UNKNOWN, UNKNOWN, *("" for _ in _PARTS))
    ends = (money(total.opens, total.currency), money(total.closes, total.currency))
    change = money(total.change, signed=True)
    return ("all pools", *ends, change, *_cells(total.parts, total.currency))


def _cells(parts: Mapping[str, float], currency: str) -> Iterator[str]:
    """Signed; without the currency, which stands in the row. A part that is none is empty."""
    for part in _PARTS:
        amount = money(parts.get(part, 0.0), currency, signed=True) if part in parts else ""
        yield amount.partition(" ")[0]


def _unknown_total(total: TotalFigures | None) -> Iterator[str]:
    if total is not None and total.unknown:
        yield f"the sum of all pools is {UNKNOWN}: {total.unknown}"


def owned_in_brief(told: Figures) -> Iterator[str]:
    """`all that is owned 60,000.00 USD, +120.00 (+0.20%)`; nothing where it was never known."""
    if told.owned is not None:
        grew = _grew(told.owned.change, told.owned.opens)
        worth = money(told.owned.closes, told.owned.currency)
        yield f"all that is owned {worth}, {money(told.owned.change, signed=True)}{grew}"


def _owned(told: Figures, wall: Wall) -> Iterator[str]:
    owned = told.owned
    if owned is not None:
        first, last = money(owned.opens, owned.currency), money(owned.closes, owned.currency)
        ends = f"{first} at {wall.date(owned.opens_at)}, {last} at {wall.date(owned.closes_at)}"
        yield f"all that is owned, wallets and spot included, was worth {ends}"


def _grew(change: float, before: float) -> str:
    return f" ({percent(change / before, signed=True)})" if before > 0.0 else ""


def _plots(told: Figures) -> Iterator[Plot]:
    """Of the largest."""
    if told.owned is not None:
        yield Plot(
            title=f"all that is owned, {told.owned.currency}",
            begins=told.period.begins,
            ends=told.until,
            lines=(("all that is owned", told.owned.worth),),
            holes=told.unwatched,
        )
    known = [pool for pool in told.pools if any(value is not None for _, value in pool.equity)]
    largest = sorted(known, key=lambda each: -abs(each.closes or 0.0))[:MOST_DRAWN]
    for pool in known:
        if pool in largest:
            yield Plot(
                title=f"equity of {pool.name}, {pool.currency}",
                begins=told.period.begins,
                ends=told.until,
                lines=((pool.name, pool.equity),),
                holes=holes(told, "equity", pool.name),
            )


def holes(told: Figures, what: str, subject: str) -> tuple[tuple[float, float], ...]:
    """When it was unknown, or nobody watched."""
    spans = (s for s in told.spans if s.what == what and s.subject == subject)
    return (*told.unwatched, *((span.begins, span.ends) for span in spans))
