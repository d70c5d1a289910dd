"""Where a character of a YAML text stands in its file, through quotes, escapes and folded lines.

What every style of YAML keeps is the order of the characters that are not white space: the n-th
of the value is the n-th of the file's text, once escapes count as what they stand for.
"""

import re
from collections.abc import Iterator

import yaml

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.|\n)", re.DOTALL)
_WHITE_ESCAPES = frozenset("tnvfr N_LP\n\t")


def place_within(text: str, node: yaml.ScalarNode, line: int, column: int) -> tuple[int, int]:
    """Line and column in the file of what has `line` and `column` in a scalar, all from 1."""
    lines = str(node.value).split("\n")
    before = "".join(lines[: line - 1]) + lines[min(line, len(lines)) - 1][: column - 1]
    index = sum(not character.isspace() for character in before)
    offsets = list(_visible(text, node))
    if index < len(offsets):
        return _place(text, node, offsets[index])
    last = offsets[-1] + 1 if offsets else _span(node)[0]
    return _place(text, node, last)


def _place(text: str, node: yaml.ScalarNode, offset: int) -> tuple[int, int]:
    """Counted from the scalar on: a file may have thousands of mistakes."""
    first = node.start_mark.line + 1 if node.start_mark else 1
    start = text.rfind("\n", 0, offset) + 1
    return first + text.count("\n", _span(node)[0], offset), offset - start + 1


def _visible(text: str, node: yaml.ScalarNode) -> Iterator[int]:
    """The offsets in the file of the characters of a scalar that are not white space."""
    start, end = _span(node)
    match node.style:
        case '"':
            yield from _double_quoted(text, start + 1, end - 1)
        case "'":
            yield from _single_quoted(text, start + 1, end - 1)
        case "|" | ">":
            header = text[start:end].partition("\n")[0]
            yield from _as_written(text, start + len(header), end)
        case _:
            yield from _as_written(text, start, end)


def _span(node: yaml.ScalarNode) -> tuple[int, int]:
    start, end = node.start_mark, node.end_mark
    return (start.index, end.index) if start and end else (0, 0)


def _as_written(text: str, start: int, end: int) -> Iterator[int]:
    return (offset for offset in range(start, end) if not text[offset].isspace())


def _single_quoted(text: str, start: int, end: int) -> Iterator[int]:
    """Of two single quotes, which stand for one, the first."""
    first = -1
    for offset in _as_written(text, start, end):
        if text[offset] == "'" and first == offset - 1:
            first = -1
            continue
        if text[offset] == "'":
            first = offset
        yield offset


def _double_quoted(text: str, start: int, end: int) -> Iterator[int]:
    offset = start
    while offset < end:
        escape = _ESCAPE.match(text, offset)
        if escape is None:
            if not text[offset].isspace():
                yield offset
            offset += 1
            continue
        if escape.group()[1] not in _WHITE_ESCAPES:
            yield offset
        offset = escape.end()
