"""A report, made: one thing in the shapes that its readers take."""

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from typing import Any

from hedgewatch.reports import rendering
from hedgewatch.reports.content import page_of
from hedgewatch.reports.figures import Figures, Kept, figures
from hedgewatch.reports.minute import Minute, decode
from hedgewatch.reports.periods import Period

BEFORE = 40 * 86_400.0
"""Seconds before a period in which an alert that still fires in it may have fired first: as long as
anything is kept.
"""


def report_of(period: Period, kept: Kept, now: float) -> dict[str, Any]:
    """As JSON can hold it: `title`, `brief` (lines), `text`, `markdown`, `html`, `mail` (the same
    without pictures, which mail programs leave out) and the `figures`.
    """
    told = figures(period, kept, now)
    page = page_of(told)
    return {
        "kind": period.kind.value,
        "begins": period.begins,
        "ends": told.until,
        "timezone": period.timezone,
        "title": rendering.clean(page.title),
        "brief": [rendering.clean(line) for line in page.brief],
        "text": rendering.text(page),
        "markdown": rendering.markdown(page),
        "html": rendering.html(page),
        "mail": rendering.html(page, plots=False),
        "figures": document(told),
    }


def kept_of(minutes: tuple[str, ...], transitions: tuple[str, ...], latest: str | None) -> Kept:
    """What a store kept, understood; a minute that cannot be is one that nobody watched."""
    found = (_understood(minute) for minute in minutes)
    return Kept(
        minutes=tuple(minute for minute in found if minute is not None),
        told=transitions,
        latest=None if latest is None else _understood(latest),
    )


def document(told: Figures) -> dict[str, object]:
    """The figures without their series; infinities are the strings `inf` and `-inf`."""
    plain = asdict(told)
    plain["period"] = {
        "kind": told.period.kind.value,
        "first": told.period.first.isoformat(),
        "last": told.period.last.isoformat(),
        "timezone": told.period.timezone,
    }
    for pool, figured in zip(plain["pools"], told.pools, strict=True):
        del pool["equity"], pool["ratios"]
        pool["change"] = figured.change
    for hedge in plain["hedges"]:
        del hedge["drifts"]
    if plain["owned"] is not None:
        del plain["owned"]["worth"]
    for day in plain["days"]:
        day["day"] = day["day"].isoformat()
    held: dict[str, object] = _jsonable(plain)
    return held


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _jsonable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value


def _understood(text: str) -> Minute | None:
    try:
        return decode(text)
    except (KeyError, TypeError, ValueError):
        return None
