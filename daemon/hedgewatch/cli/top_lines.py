"""Lines of a terminal: wide where there is room, else on several, and no figure is ever cut.

A line is made of fields. They stand side by side where all of them fit, in columns where somebody
made some; else they are laid out one after the other, and what follows is indented.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

_NARROWEST = 16
"""Columns, below which nothing is indented."""
_GAP, _DEEPER = "  ", 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Fields, indented by so many columns; `wide` is the same in columns. `is_heading` is said of
    where a part begins.
    """

    fields: Sequence[Text]
    indent: int = 0
    wide: Text | None = None
    is_heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is seen of the lines from `top`; `parts` are those at which parts begin, `most` is the
    last that may be the first.
    """

    lines: list[Text]
    top: int = 0
    most: int = 0
    page: int = 1
    parts: Sequence[int] = ()


def laid(line: Line, width: int) -> list[Text]:
    """The line in as many as it takes."""
    if line.wide is not None and line.wide.cell_len <= width:
        return [line.wide]
    pen = _Pen(width, line.indent)
    for field in line.fields:
        pen.put_field(field)
    return pen.lines


def window(head: Sequence[Line], body: Sequence[Line], width: int, height: int, top: int) -> Window:
    """The head, and of the body what fits below it from line `top`. When not all does, the last
    line says what is seen of how much.
    """
    above = [each for line in head for each in laid(line, width)]
    below: list[Text] = []
    parts = []
    for line in body:
        if line.is_heading:
            parts.append(len(below))
        below += laid(line, width)
    if len(above) + len(below) <= height:
        return Window(lines=_cut([*above, *below], width), parts=parts)
    above = above[: max(0, height - 2)]
    page = max(1, height - len(above) - 1)
    most = max(0, len(below) - page)
    first = min(max(0, top), most)
    shown = [*above, *below[first : first + page], _place(first, page, len(below), width)]
    return Window(lines=_cut(shown, width), top=first, most=most, page=page, parts=parts)


def _place(first: int, page: int, many: int, width: int) -> Text:
    """As much of it as there is room for."""
    rest = many - first - page
    more = f"{rest} more lines below" if rest else "the end"
    seen = f"{more} ({first + 1}-{min(first + page, many)} of {many})"
    said = (f"{seen}: space, b, arrows, Tab, q to leave", seen, more)
    return Text(next((text for text in said if len(text) <= width), more), style="dim")


def _cut(lines: Iterable[Text], width: int) -> list[Text]:
    """At the width: only what has no room even alone, in the narrowest of windows."""
    found = list(lines)
    for line in found:
        line.no_wrap = True
        line.truncate(width, overflow="crop")
    return found


class _Pen:
    """Writes fields side by side as long as they fit, then on the next line."""

    def __init__(self, width: int, indent: int) -> None:
        self._width = width
        self._deeper = " " * (indent + _DEEPER) if width > _NARROWEST else ""
        self.lines = [Text(" " * indent if width > _NARROWEST else "")]
        self._is_begun = False

    def put_field(self, field: Text) -> None:
        """Whole on this line, or whole on the next, or word by word."""
        if field.cell_len <= self._width - len(self._deeper) or self._fits(field, _GAP):
            self._put(field, _GAP)
            return
        gap = _GAP
        for word in field.split(" "):
            for piece in _pieces(word, self._width - len(self._deeper)):
                self._put(piece, gap)
                gap = ""
            gap = " "

    def _put(self, part: Text, gap: str) -> None:
        if self._is_begun and not self._fits(part, gap):
            self.lines.append(Text(self._deeper))
            self._is_begun = False
        if self._is_begun:
            self.lines[-1].append(gap)
        self.lines[-1].append_text(part)
        self._is_begun = True

    def _fits(self, part: Text, gap: str) -> bool:
        room = self._width - self.lines[-1].cell_len
        return part.cell_len + (len(gap) if self._is_begun else 0) <= room


def _pieces(word: Text, width: int) -> Iterable[Text]:
    """A word that is longer than a line, in parts that are not."""
    most = max(1, width)
    if word.cell_len <= most:
        return [word]
    return word.divide(range(most, len(word), most))
