"""`hedgewatch rules check`: whether the rule files are sound."""

from argparse import Namespace
from dataclasses import asdict

from hedgewatch.cli.answers import WELL, tell, warn
from hedgewatch.cli.paths import files_of, scenario_files
from hedgewatch.config.rule_files import read_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED


def perform(options: Namespace) -> int:
    """Every mistake of every file, or what is odd about the rules, and their names."""
    scenarios = load_scenarios(scenario_files(options.scenarios or [SHIPPED]))
    rules = read_rules(files_of(options.paths), [scenario.name for scenario in scenarios])
    names = [placed.rule.name for placed in rules]
    warnings = [warning for placed in rules for warning in placed.warnings]
    warn(options, warnings)
    seen = {"rules": names, "warnings": [asdict(warning) for warning in warnings]}
    tell(options, seen, f"{len(names)} rules: {', '.join(names)}")
    return WELL
