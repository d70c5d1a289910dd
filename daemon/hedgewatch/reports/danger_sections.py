"""How near pools came to liquidation, and how hedges fitted, in words."""

from collections.abc import Iterator
from math import isfinite

from hedgewatch.reports.equity_section import holes
from hedgewatch.reports.figures import Figures, HedgeFigures
from hedgewatch.reports.numbers import UNKNOWN, Wall, money, percent
from hedgewatch.reports.page import MOST_DRAWN, Lines, Plot, Section, table_of
from hedgewatch.reports.pool_figures import PoolFigures, Worst

_NONE = "no position"
_ODD = 0.01
"""Where our margin ratio and the venue's are farther apart, it is said in brief."""


def danger_section(told: Figures, wall: Wall) -> Section:
    """A row a pool: the worst of the period."""
    head = (
        *("pool", "highest margin ratio", "lowest liquidation distance"),
        "farthest from the venue's ratio",
    )
    rows = [
        (pool.name, _at(pool.ratio, wall), _distance(pool, wall), _apart(pool, wall))
        for pool in told.pools
    ]
    known = [pool for pool in told.pools if any(value for _, value in pool.ratios)]
    worst = sorted(known, key=lambda each: -each.ratio.value if each.ratio else 0.0)
    pools = [pool for pool in known if pool in worst[:MOST_DRAWN]]
    plot = Plot(
        title="margin ratio, the worst of each moment; liquidation at 100%",
        begins=told.period.begins,
        ends=told.until,
        lines=tuple((pool.name, pool.ratios) for pool in pools),
        holes=told.unwatched,
        percent=True,
        limit=1.0,
    )
    if not rows:
        return Section(title="Margin and liquidation", parts=(Lines(("no pool was seen",)),))
    parts = (table_of(head, rows), *((plot,) if pools else ()))
    return Section(title="Margin and liquidation", parts=parts)


def hedge_section(told: Figures, wall: Wall) -> Section:
    """A row a hedge: as it was last, and its worst drift."""
    head = ("hedge", "exposure", "cover", "residual", "ratio", "target", "drift", "worst drift")
    rows = [_hedge(hedge, wall) for hedge in told.hedges]
    worst = sorted(told.hedges, key=lambda each: -abs(each.worst.value) if each.worst else 0.0)
    plots = tuple(
        Plot(
            title=f"drift of {hedge.name}, the worst of each moment",
            begins=told.period.begins,
            ends=told.until,
            lines=((hedge.name, hedge.drifts),),
            holes=holes(told, "drift", hedge.name),
            percent=True,
            limit=0.0,
        )
        for hedge in told.hedges
        if hedge.worst is not None and hedge in worst[:MOST_DRAWN]
    )
    if not rows:
        return Section(title="Hedges", parts=(Lines(("no hedge was seen",)),))
    return Section(title="Hedges", parts=(table_of(head, rows), *plots))


def danger_in_brief(told: Figures, wall: Wall) -> Iterator[str]:
    """The nearest liquidation, the highest ratio, the worst drift."""
    near = [pool for pool in told.pools if pool.distance is not None]
    finite = [p for p in near if p.distance is not None and isfinite(p.distance.value)]
    if finite:
        pool = min(finite, key=lambda each: each.distance.value if each.distance else 0.0)
        yield f"nearest liquidation {_distance(pool, wall)} in {pool.name}"
    high = [(pool.ratio, pool) for pool in told.pools if pool.ratio is not None]
    if high and (worst := max(high, key=lambda each: each[0].value))[0].value > 0.0:
        yield f"highest margin ratio {_at(worst[0], wall)} in {worst[1].name}"
    drifted = [(hedge.worst, hedge) for hedge in told.hedges if hedge.worst is not None]
    for drift, hedge in sorted(drifted, key=lambda each: -abs(each[0].value))[:3]:
        now = percent(hedge.last.drift, signed=True)
        yield f"hedge {hedge.name}: worst drift {_at(drift, wall, signed=True)}, last {now}"
    yield from _disagreements(told)


def _disagreements(told: Figures) -> Iterator[str]:
    apart = [
        f"{pool.name} {percent(pool.disagreement.value, signed=True)}"
        for pool in told.pools
        if pool.disagreement is not None and abs(pool.disagreement.value) > _ODD
    ]
    if apart:
        yield f"margin ratio beside the venue's own: {', '.join(apart)}"


def _at(worst: Worst | None, wall: Wall, *, signed: bool = False) -> str:
    if worst is None:
        return UNKNOWN
    return f"{percent(worst.value, signed=signed)} at {wall.moment(worst.at)}"


def _distance(pool: PoolFigures, wall: Wall) -> str:
    if pool.distance is None:
        return UNKNOWN if pool.ratio is None else _NONE
    if not isfinite(pool.distance.value):
        return "no price liquidates" if pool.distance.value > 0.0 else "no price is safe"
    return f"{_at(pool.distance, wall)} ({pool.distance.of})"


def _apart(pool: PoolFigures, wall: Wall) -> str:
    return "" if pool.disagreement is None else _at(pool.disagreement, wall, signed=True)


def _hedge(hedge: HedgeFigures, wall: Wall) -> tuple[str, ...]:
    last = hedge.last
    return (
        hedge.name,
        money(last.exposure, last.money),
        money(last.cover, last.money),
        money(last.residual, last.money, signed=True),
        percent(last.ratio),
        percent(last.target),
        percent(last.drift, signed=True),
        _at(hedge.worst, wall, signed=True),
    )
