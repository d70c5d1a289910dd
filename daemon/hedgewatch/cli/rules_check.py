"""`hedgewatch rules check`: whether the rule files are sound."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import groupby

from hedgewatch.cli.answers import WELL, counted, tell, warn
from hedgewatch.cli.paths import files_of, scenario_files
from hedgewatch.config.rule_files import PlacedRule, read_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED
from hedgewatch.telemetry import api


def perform(options: Namespace) -> int:
    """Every mistake of every file, or what is odd about the rules, and their names."""
    scenarios = load_scenarios(scenario_files(options.scenarios or [SHIPPED]))
    rules = read_rules(files_of(options.paths), [scenario.name for scenario in scenarios])
    names = [placed.rule.name for placed in rules]
    warnings = [warning for placed in rules for warning in placed.warnings]
    warn(options, warnings)
    seen = {
        "rules": names,
        "warnings": [asdict(warning) for warning in warnings],
        "loaded": [_document(placed) for placed in rules],
    }
    tell(options, seen, "\n".join((*_by_file(rules), counted(len(names), "rule"))))
    return WELL


def _by_file(rules: Iterable[PlacedRule]) -> Iterator[str]:
    """A line a file, in the order of reading."""
    for file, placed in groupby(rules, key=lambda each: each.group.source.file):
        yield f"{file}: {', '.join(each.rule.name for each in placed)}"


def _document(placed: PlacedRule) -> dict[str, object]:
    """What is loaded, and from where."""
    place = placed.group.source.problem(placed.location, "")
    return {"file": place.file, "line": place.line} | api.rule(placed.rule)
