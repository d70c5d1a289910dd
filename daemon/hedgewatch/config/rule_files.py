"""Rule files, read to rules: every mistake of every file at once, at its line and column."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem, collecting
from hedgewatch.config.rule_group import Group
from hedgewatch.config.rule_reading import RuleReading
from hedgewatch.config.rule_schema import GroupSettings, RuleFileSettings
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_scenarios
from hedgewatch.config.yaml_source import Location, Source, read_source
from hedgewatch.core.rules import Rule


@dataclass(frozen=True, slots=True)
class _Placed:
    name: object
    rule: Rule | None
    group: Group
    location: Location
    warnings: Sequence[Problem]

    @property
    def source(self) -> Source:
        return self.group.source


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A sound rule, and where it stands; `warnings` are what is odd about it in itself."""

    rule: Rule
    group: Group
    location: Location
    warnings: Sequence[Problem]


def load_rules(paths: Iterable[Path], scenarios: Collection[str] | None = None) -> tuple[Rule, ...]:
    """The rules of all files, which may name these scenarios (None: the shipped ones), or every
    mistake in them.
    """
    return tuple(placed.rule for placed in read_rules(paths, scenarios))


def read_rules(
    paths: Iterable[Path], scenarios: Collection[str] | None = None
) -> tuple[PlacedRule, ...]:
    """The same with their places, and what is odd about each."""
    problems: list[Problem] = []
    if scenarios is None:
        scenarios = [scenario.name for scenario in load_scenarios(shipped_scenarios())]
    placed: list[_Placed] = []
    for path in paths:
        with collecting(problems):
            source = read_source(path, problems)
            placed += _rules_of(source, scenarios, problems)
    problems += _twice(placed)
    if problems:
        raise ConfigurationError(problems)
    return tuple(
        PlacedRule(found.rule, found.group, found.location, found.warnings)
        for found in placed
        if found.rule is not None
    )


_OTHER_FILES = {
    "tests": "one of tests of rules: `hedgewatch rules test` plays it",
    "scenarios": "one of scenarios: name it in the configuration, scenarios: [shipped, FILE]",
    "accounts": "a configuration: `hedgewatch check -c` looks it over",
}
"""What else a file may be, by a key that it has."""


def _rules_of(
    source: Source, scenarios: Collection[str], problems: list[Problem]
) -> Iterator[_Placed]:
    if not isinstance(source.value, dict):
        problems.append(source.problem((), "a rule file is a mapping: groups: [ … ]"))
        return
    other = next((said for key, said in _OTHER_FILES.items() if key in source.value), None)
    if other is not None and "groups" not in source.value:
        problems.append(source.problem((), f"this is no file of rules, it is {other}"))
        return
    validated(RuleFileSettings, source, (), problems)
    for location in _items(source, ("groups",)):
        group = Group(source, location, validated(GroupSettings, source, location, problems))
        for place in _items(source, (*location, "rules")):
            reading = RuleReading(group, place, scenarios, problems)
            name = source.get((*place, "alert"))
            yield _Placed(name, reading.rule(), group, place, reading.warnings)


def _items(source: Source, location: Location) -> Iterator[Location]:
    held = source.get(location)
    if isinstance(held, list):
        yield from ((*location, index) for index in range(len(held)))


def _twice(placed: Iterable[_Placed]) -> Iterator[Problem]:
    """Alerts are told apart by the name of their rule, over all files."""
    first: dict[object, Problem] = {}
    for found in placed:
        place = (*found.location, "alert")
        if found.name in first:
            seen = first[found.name]
            there = f"{seen.file}:{seen.line}"
            yield found.source.problem(place, f"{found.name} stands already in {there}: rename one")
        elif isinstance(found.name, str):
            first[found.name] = found.source.problem(place, "")
