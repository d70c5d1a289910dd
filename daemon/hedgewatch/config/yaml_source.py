"""A YAML file as plain values, and where in the file each of them stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from hedgewatch.config.problems import ConfigurationError, Problem
from hedgewatch.config.scalar_text import place_within
from hedgewatch.config.yaml_parser import Scalar, parse, place, read_text, scalar

Location = tuple[str | int, ...]
"""The way to a value: keys of mappings and indexes of lists, from the top of the file."""

_MOST_NODES = 50_000
_MERGE = "<<"


@dataclass(frozen=True, slots=True)
class Source:
    """A file's value, and the place of each part of it."""

    file: str
    value: object
    text: str
    values: Mapping[Location, yaml.Node]
    keys: Mapping[Location, yaml.Node]
    wrong: Mapping[yaml.Node, Problem]
    """What the YAML itself says wrongly: nothing else is said about it."""

    @property
    def folder(self) -> Path:
        """Where relative paths of the file start."""
        return Path(self.file).parent.absolute()

    def part(self, value: object) -> "Source":
        """The same file with a part of its value."""
        return replace(self, value=value)

    def get(self, location: Location) -> object:
        """What the file holds at a location, None where it holds nothing."""
        held = self.value
        for part in location:
            if isinstance(held, dict):
                held = held.get(part)
            elif isinstance(held, list) and isinstance(part, int) and part < len(held):
                held = held[part]
            else:
                return None
        return held

    def matching(self, *pattern: str | type[int] | type[str]) -> Iterator[Location]:
        """Every location of that shape: `int` stands for any index, `str` for any key."""
        for location in self.values:
            if len(location) == len(pattern) and all(
                isinstance(part, wanted) if isinstance(wanted, type) else part == wanted
                for part, wanted in zip(location, pattern, strict=True)
            ):
                yield location

    def problem(self, location: Location, message: str) -> Problem:
        """A mistake of a value; of what should hold it where there is no such value."""
        while location and location not in self.values:
            location = location[:-1]
        return self._at(self.values.get(location), message)

    def problem_of_key(self, location: Location, message: str) -> Problem:
        """A mistake of the key itself."""
        if location not in self.keys:
            return self.problem(location, message)
        return self._at(self.keys[location], message)

    def problem_within(self, location: Location, line: int, column: int, message: str) -> Problem:
        """A mistake inside a text, whose own line and column count from 1."""
        node = self.values.get(location)
        if not isinstance(node, yaml.ScalarNode):
            return self.problem(location, message)
        return Problem(self.file, *place_within(self.text, node, line, column), message)

    def _at(self, node: yaml.Node | None, message: str) -> Problem:
        if node is not None and node in self.wrong:
            return self.wrong[node]
        return Problem(self.file, *(place(node) if node else (1, 1)), message)


def read_source(path: Path, problems: list[Problem]) -> Source:
    """The source of a file. ConfigurationError when it cannot be parsed.

    A mistake that leaves the rest readable joins `problems`: of a key that stands twice the first
    counts, a number that is none is null.
    """
    file, text = str(path), read_text(path)
    source = _Builder(file).source(text, parse(file, text))
    problems += source.wrong.values()
    return source


class _Builder:
    """Builds plain values of the parsed nodes, and notes where each stands."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._values: dict[Location, yaml.Node] = {}
        self._keys: dict[Location, yaml.Node] = {}
        self._wrong: dict[yaml.Node, Problem] = {}

    def source(self, text: str, root: yaml.Node | None) -> Source:
        value = None if root is None else self._build(root, ())
        return Source(self._file, value, text, self._values, self._keys, self._wrong)

    def _build(self, node: yaml.Node, location: Location) -> object:
        self._refuse_excess(node, location)
        self._values[location] = node
        if isinstance(node, yaml.MappingNode):
            pairs = self._pairs(node, location)
            return {key: self._build(value, (*location, key)) for key, value in pairs}
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _refuse_excess(self, node: yaml.Node, location: Location) -> None:
        """Aliases may stand for more than the file is long, even for themselves."""
        if len(self._values) >= _MOST_NODES or any(
            self._values[location[:depth]] is node for depth in range(len(location))
        ):
            self._report(
                node,
                f"this is more than {_MOST_NODES:,} values, aliases followed: split the file",
            )
            raise ConfigurationError(self._wrong.values())

    def _pairs(self, node: yaml.MappingNode, location: Location) -> Iterator[tuple[str, yaml.Node]]:
        """The pairs whose key is sound: a text that comes once."""
        for key, value in node.value:
            name = self._scalar(key) if isinstance(key, yaml.ScalarNode) else None
            if not isinstance(name, str):
                self._report(key, "a key must be a text: put it in quotes")
            elif name == _MERGE and not key.style:
                self._report(key, "there are no merge keys (<<) here: write the keys out")
            elif (first := self._keys.get((*location, name))) is not None:
                line, _ = place(first)
                self._report(key, f"the key {name} stands twice, first in line {line}: remove one")
            else:
                self._keys[(*location, name)] = key
                yield name, value

    def _scalar(self, node: yaml.Node) -> Scalar:
        if not isinstance(node, yaml.ScalarNode):
            return None
        try:
            return scalar(node)
        except ValueError as error:
            self._report(node, str(error))
            return None

    def _report(self, node: yaml.Node, message: str) -> None:
        self._wrong[node] = Problem(self._file, *place(node), message)
