"""The tests that a rule has, as far as they lie where the shipped ones do: in tests/ beside it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.yaml_source import Location, Source, read_source

_ASKED = ("alert_rule_test", "notification_test")


def tests_of(name: str, rule_files: Iterable[Path]) -> list[str]:
    """Each test that asks for the rule: its file, its line, what it is called."""
    folders = dict.fromkeys(path.parent / "tests" for path in rule_files)
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    return [told for file in files for told in _in_file(name, file)]


def _in_file(name: str, file: Path) -> Iterator[str]:
    """A file that cannot be read has none: `rules test` says what is wrong with it."""
    try:
        source = read_source(file, [])
    except ConfigurationError:
        return
    held = source.get(("tests",))
    for index in range(len(held) if isinstance(held, list) else 0):
        place: Location = ("tests", index)
        if any(name in _asked(source, (*place, key)) for key in _ASKED):
            where = source.problem(place, "")
            yield f"{file}:{where.line}: {source.get((*place, 'name'))}"


def _asked(source: Source, place: Location) -> Iterator[object]:
    held = source.get(place)
    for index in range(len(held) if isinstance(held, list) else 0):
        yield source.get((*place, index, "alertname"))
