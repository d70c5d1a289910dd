"""A report from its figures: which sections, in which order, and what of them is the brief."""

from collections.abc import Iterator

from hedgewatch.core.wording import spoken
from hedgewatch.reports.alert_sections import (
    ahead_section,
    alert_section,
    alerts_in_brief,
    delivery_section,
    is_weekly,
    rule_section,
    sight_in_brief,
    sight_section,
)
from hedgewatch.reports.danger_sections import danger_in_brief, danger_section, hedge_section
from hedgewatch.reports.equity_section import day_section, equity_section, in_brief, owned_in_brief
from hedgewatch.reports.figures import Figures
from hedgewatch.reports.numbers import Wall
from hedgewatch.reports.page import Page, Section
from hedgewatch.reports.periods import Kind

_KINDS = {Kind.DAILY: "daily report", Kind.WEEKLY: "weekly review"}


def page_of(told: Figures) -> Page:
    """The page; its times are of the wall in the timezone of the period."""
    period = told.period
    wall = Wall(period.timezone, days=is_weekly(told))
    begun = told.instance or "hedgewatch"
    so_far = f", so far until {wall.moment(told.until)}" if told.until < period.ends else ""
    return Page(
        title=f"{begun}: {_KINDS[period.kind]}, {period.name}",
        subtitle=f"times are {period.timezone}{so_far}",
        brief=tuple(_brief(told, wall)),
        sections=tuple(_sections(told, wall)),
        timezone=period.timezone,
    )


def _brief(told: Figures, wall: Wall) -> Iterator[str]:
    if not told.minutes:
        yield "nothing was kept of this time: the daemon did not run, or its store is another one"
        yield from alerts_in_brief(told)
        return
    yield from alerts_in_brief(told)
    yield in_brief(told)
    yield from owned_in_brief(told)
    yield from danger_in_brief(told, wall)
    yield from sight_in_brief(told)
    if told.ahead:
        at, what = told.ahead[0]
        yield f"next: {what}, {wall.date(at)} (in {spoken(at - told.until)})"


def _sections(told: Figures, wall: Wall) -> Iterator[Section]:
    yield alert_section(told, wall)
    if is_weekly(told):
        yield rule_section(told)
        yield day_section(told)
    yield equity_section(told, wall)
    yield danger_section(told, wall)
    yield hedge_section(told, wall)
    yield sight_section(told, wall)
    yield delivery_section(told)
    yield ahead_section(told, wall)
