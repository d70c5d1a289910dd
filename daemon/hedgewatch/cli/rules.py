"""`hedgewatch rules`: the rule files and their tests."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from hedgewatch.cli.answers import FAILED, WELL, tell
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.rule_tests import run_rule_tests
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED, shipped_scenarios


def perform(options: Namespace) -> int:
    """Check or test them; a ConfigurationError says what is wrong."""
    return _test(options) if options.action == "test" else _check(options)


def _check(options: Namespace) -> int:
    scenarios = load_scenarios(_scenarios(options.scenarios or [SHIPPED]))
    rules = load_rules(_files(options.paths), [scenario.name for scenario in scenarios])
    names = [rule.name for rule in rules]
    tell(options, {"rules": names}, f"{len(names)} rules: {', '.join(names)}")
    return WELL


def _test(options: Namespace) -> int:
    failures = {str(path): run_rule_tests(path) for path in _files(options.paths)}
    lines = [
        *(failure for found in failures.values() for failure in map(str, found)),
        *(f"{path}: {'FAILED' if found else 'passed'}" for path, found in failures.items()),
    ]
    tell(
        options, {path: list(map(str, found)) for path, found in failures.items()}, "\n".join(lines)
    )
    return FAILED if any(failures.values()) else WELL


def _scenarios(names: Sequence[str]) -> list[Path]:
    """Each file once, those that come with the program where they are named."""
    return list(
        dict.fromkeys(
            file
            for name in names
            for file in (shipped_scenarios() if name == SHIPPED else _files([Path(name)]))
        )
    )


def _files(paths: Sequence[Path]) -> list[Path]:
    """Folders stand for the YAML files in them."""
    return [
        file
        for path in paths
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]
