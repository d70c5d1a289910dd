"""A report as a page: headings, lines, tables and pictures, which each rendering shows its way."""

from collections.abc import Sequence
from dataclasses import dataclass

from hedgewatch.reports.pool_figures import Points


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences, each a line."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Cells as texts; the first column names what the row is about."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Lines over the time of the period, with times that were unknown or unwatched (`holes`).
    `percent`: values are fractions. `limit` is a value that a line is drawn at.
    """

    title: str
    begins: float
    ends: float
    lines: tuple[tuple[str, Points], ...]
    holes: tuple[tuple[float, float], ...] = ()
    percent: bool = False
    limit: float | None = None


MOST_DRAWN = 6
"""So many pools, and hedges, are drawn, those that matter most: a mail has an end."""

Part = Lines | Table | Plot


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`brief` is the whole in some lines, the gravest first, for who reads it on a phone. Times on
    it are of `timezone`.
    """

    title: str
    subtitle: str
    brief: tuple[str, ...]
    sections: tuple[Section, ...]
    timezone: str


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Columns that are empty in every row say nothing, and are left out."""
    used = [i for i, _ in enumerate(head) if i == 0 or any(row[i] for row in rows)]
    return Table(
        head=tuple(head[i] for i in used),
        rows=tuple(tuple(row[i] for i in used) for row in rows),
    )
