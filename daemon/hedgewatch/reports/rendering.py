"""A page as Markdown, as HTML of one file, as a text for a terminal."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape

from hedgewatch.reports.drawing import svg
from hedgewatch.reports.page import Lines, Page, Part, Plot, Table

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")
_SPARKS = "▁▂▃▄▅▆▇█"
_SPARK_WIDTH = 48

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --pale: #5a6472; --line: #d5dae1;
  --band: #eef1f5; --hole: #b9c0c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --paper: #14181d; --pale: #9aa5b3;
  --line: #333b46; --band: #1c222a; --hole: #4a5360; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 64rem; margin: 0 auto; padding: 1.2rem; }
h1 { font-size: 1.35rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; }
.pale, figcaption { color: var(--pale); } figure { margin: 1rem 0 0; }
ul.brief { background: var(--band); border-radius: .4rem; padding: .7rem 1rem .7rem 2rem; }
ul { margin: .5rem 0; padding-left: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .7rem; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--pale); font-weight: 600; }
svg { width: 100%; height: auto; display: block; }
svg text { font: 11px system-ui, sans-serif; fill: var(--pale); }
.grid { stroke: var(--line); stroke-width: .6; fill: none; }
.hole { fill: var(--hole); opacity: .45; }
.limit { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 5 4; fill: none; }
@media (max-width: 600px) { svg text { font-size: 18px; } }
@media print { body { max-width: none; } figure, tr { break-inside: avoid; } }
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def clean(text: str) -> str:
    """Without control characters, unpaired surrogates, or marks that reorder or hide text."""
    return "".join(sign for sign in text if not unicodedata.category(sign).startswith("C"))


# Markdown


def markdown(page: Page) -> str:
    """Of the CommonMark with tables that every forge and most messengers show."""
    lines = [f"# {_marked(page.title)}", "", f"{_marked(page.subtitle)}", ""]
    lines += [f"- {_marked(line)}" for line in page.brief]
    for section in page.sections:
        lines += ["", f"## {_marked(section.title)}", ""]
        for part in section.parts:
            lines += [*_marked_part(part), ""]
    return "\n".join(lines).rstrip() + "\n"


def _marked(text: str) -> str:
    return _MARKUP.sub(r"\\\1", clean(text))


def _marked_part(part: Part) -> Iterator[str]:
    match part:
        case Lines():
            yield from (f"- {_marked(line)}" for line in part.lines)
        case Table():
            yield f"| {' | '.join(map(_marked, part.head))} |"
            yield f"| :-- |{' --: |' * (len(part.head) - 1)}"
            yield from (f"| {' | '.join(map(_marked, row))} |" for row in part.rows)
        case Plot():
            for name, row in sparks(part):
                yield f"{_marked(_titled(part, name))}: `{row}`  "


def _titled(plot: Plot, name: str) -> str:
    return plot.title if len(plot.lines) == 1 else f"{plot.title}, {name}"


def sparks(plot: Plot) -> Iterator[tuple[str, str]]:
    """Each line of a picture as one of blocks: `▁▂▃`, a gap where nothing was known."""
    width = (plot.ends - plot.begins) / _SPARK_WIDTH
    for name, points in plot.lines:
        cells: list[list[float]] = [[] for _ in range(_SPARK_WIDTH)]
        for at, value in points:
            if value is not None:
                place = int((at - plot.begins) / width) if width > 0.0 else 0
                cells[min(max(place, 0), _SPARK_WIDTH - 1)].append(value)
        worst = [max(cell, key=abs) if cell else None for cell in cells]
        yield name, _row_of(worst)


def _row_of(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = (high - low) or 1.0

    def block(value: float) -> str:
        part = (value - low) / span
        return _SPARKS[int(part * 7.999)] if 0.0 <= part <= 1.0 else _SPARKS[-1]

    return "".join(" " if value is None else block(value) for value in values)


# HTML


def html(page: Page, *, plots: bool = True) -> str:
    """One file: no script, nothing from elsewhere, every text escaped. Without `plots` it is what
    the mail programs show that leave pictures of this kind out.
    """
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            f"<title>{_escaped(page.title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{_escaped(page.title)}</h1>",
            f'<p class="pale">{_escaped(page.subtitle)}</p>',
            f'<ul class="brief">{_items(page.brief)}</ul>',
            *_shown_sections(page, plots=plots),
            "</body></html>\n",
        )
    )


def _shown_sections(page: Page, *, plots: bool) -> Iterator[str]:
    for section in page.sections:
        yield f"<h2>{_escaped(section.title)}</h2>"
        for part in section.parts:
            if plots or not isinstance(part, Plot):
                yield _shown(part, page.timezone)


def _shown(part: Part, timezone: str) -> str:
    match part:
        case Lines():
            return f"<ul>{_items(part.lines)}</ul>" if part.lines else ""
        case Table():
            head = "".join(f'<th scope="col">{_escaped(cell)}</th>' for cell in part.head)
            rows = "".join(f"<tr>{_cells(row)}</tr>" for row in part.rows)
            body = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
            return f'<div class="wide"><table>{body}</table></div>'
        case Plot():
            caption = f"<figcaption>{_escaped(part.title)}</figcaption>"
            return f"<figure>{caption}{svg(_cleaned(part), timezone)}</figure>"


def _cleaned(plot: Plot) -> Plot:
    lines = tuple((clean(name), points) for name, points in plot.lines)
    return Plot(
        title=clean(plot.title),
        begins=plot.begins,
        ends=plot.ends,
        lines=lines,
        holes=plot.holes,
        percent=plot.percent,
        limit=plot.limit,
    )


def _cells(row: Sequence[str]) -> str:
    return "".join(f"<td>{_escaped(cell)}</td>" for cell in row)


def _items(lines: Sequence[str]) -> str:
    return "".join(f"<li>{_escaped(line)}</li>" for line in lines)


def _escaped(text: str) -> str:
    return escape(clean(text), quote=True)


# Text


def text(page: Page) -> str:
    """For a terminal: tables in columns, pictures as a row of blocks."""
    lines = [clean(page.title), clean(page.subtitle), ""]
    lines += [f"- {clean(line)}" for line in page.brief]
    for section in page.sections:
        lines += ["", clean(section.title).upper(), ""]
        for part in section.parts:
            lines += _lined(part)
    return "\n".join(lines).rstrip() + "\n"


def _lined(part: Part) -> Iterator[str]:
    match part:
        case Lines():
            yield from (f"- {clean(line)}" for line in part.lines)
        case Table():
            yield from _in_columns(part)
            yield ""
        case Plot():
            for name, row in sparks(part):
                yield f"{clean(_titled(part, name))}: {row}"


def _in_columns(table: Table) -> Iterator[str]:
    rows = [[clean(cell) for cell in row] for row in (table.head, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join((first.ljust(widths[0]), *cells)).rstrip()
