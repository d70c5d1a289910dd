"""Runs tests of rules (`hedgewatch rules test`) through the same judge that runs live."""

from collections.abc import Iterator
from pathlib import Path

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import ConfigurationError, Problem, collecting
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.rule_story import Checked, Loaded, RuleStory
from hedgewatch.config.rule_test_schema import RuleTestFileSettings
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED, shipped_scenarios
from hedgewatch.config.yaml_source import Location, Source, read_source


def check_rules(path: Path, wanted: str = "") -> list[Checked]:
    """Every test of a file, or those whose names contain what is wanted. ConfigurationError names
    every mistake of the file itself, and of the rules it tests.
    """
    problems: list[Problem] = []
    source = read_source(path, problems)
    file = validated(RuleTestFileSettings, source, (), problems)
    known = _known(source, problems)
    around = (known, file)
    stories = [RuleStory(source, location, around, problems) for location in _tests(source)]
    if problems or file is None:
        raise ConfigurationError(problems)
    return [story.checked() for story in stories if wanted.lower() in story.name.lower()]


def _known(source: Source, problems: list[Problem]) -> Loaded | None:
    """What the tests may name; None while a file of it is wrong, so that no test is blamed."""
    found = len(problems)
    known: Loaded | None = None
    with collecting(problems):
        scenarios = [scenario.name for scenario in load_scenarios(_scenarios(source, problems))]
        rules = load_rules(_rules(source, problems), scenarios)
        known = (rules, scenarios)
    return known if len(problems) == found else None


def _rules(source: Source, problems: list[Problem]) -> list[Path]:
    held = source.get(("rule_files",))
    names = enumerate(held if isinstance(held, list) else ())
    paths = (_path(source, ("rule_files", index), str(name), problems) for index, name in names)
    return [path for path in paths if path is not None]


def _scenarios(source: Source, problems: list[Problem]) -> list[Path]:
    """The shipped ones when the file names none, or names them."""
    held = source.get(("scenario_files",))
    paths: list[Path | None] = []
    for index, name in enumerate(held if isinstance(held, list) else (SHIPPED,)):
        if name == SHIPPED:
            paths += shipped_scenarios()
        else:
            paths.append(_path(source, ("scenario_files", index), str(name), problems))
    return [path for path in paths if path is not None]


def _path(source: Source, place: Location, name: str, problems: list[Problem]) -> Path | None:
    path = Path(source.file).parent / name
    if path.is_file():
        return path
    kind = str(place[0]).removesuffix("_files")
    problems.append(source.problem(place, f"no {kind} file {path}"))
    return None


def _tests(source: Source) -> Iterator[Location]:
    held = source.get(("tests",))
    yield from (("tests", index) for index in range(len(held) if isinstance(held, list) else 0))
