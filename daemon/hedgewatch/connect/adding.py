"""Puts items into a YAML file that people wrote, and leaves every other line of it as it is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import yaml

from hedgewatch.config.yaml_parser import parse

_NOTHING: Mapping[str, str] = MappingProxyType({})


class NotAddedError(Exception):
    """The file is written in a way that nothing can be put into; with what to do by hand."""


def added(
    text: str, items: Mapping[str, Sequence[str]], about: Mapping[str, str] = _NOTHING
) -> str:
    """The text with items at the end of its sections, or in sections of their own at its end, each
    below what is to be said `about` it.

    An item is text without indentation, as a section of a new file has it.
    """
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    root = parse("", text)
    if root is not None and (not isinstance(root, yaml.MappingNode) or root.flow_style):
        raise NotAddedError("the file is no list of sections, each on lines of its own")
    places = {} if root is None else dict(_places(root, items))
    for name, (line, indent) in sorted(places.items(), key=lambda one: one[1][0], reverse=True):
        lines[line:line] = _indented(items[name], indent)
    for name in [name for name in items if name not in places]:
        lines += ["\n", about.get(name, ""), f"{name}:\n", *_indented(items[name], 2)]
    return "".join(lines)


def _places(root: yaml.MappingNode, names: Iterable[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    nodes = {key.value: (key, value) for key, value in root.value}
    for name in names:
        if name in nodes:
            yield name, _place(name, *nodes[name])


def _place(name: str, key: yaml.Node, value: yaml.Node) -> tuple[int, int]:
    """Before which line (from 0) the next item of a section belongs, and how far it is indented."""
    if isinstance(value, yaml.CollectionNode) and not value.flow_style:
        return _last_line(value) + 1, value.start_mark.column
    if isinstance(value, yaml.ScalarNode) and value.value in {"", "~", "null"}:
        return key.end_mark.line + 1, 2
    raise NotAddedError(f"{name}: is no list of lines, each with a dash of its own")


def _last_line(node: yaml.Node) -> int:
    """The last line of a node. A block ends for YAML where the next thing begins, comments and all:
    only what has an end of its own tells.
    """
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(node, yaml.MappingNode) else last)
    end = node.end_mark
    at_a_line_start = end.column == 0 and end.line > node.start_mark.line
    return int(end.line) - at_a_line_start


def _indented(items: Sequence[str], indent: int) -> list[str]:
    space = " " * indent
    return [space + line for item in items for line in item.splitlines(keepends=True)]
