"""`hedgewatch rules check`: whether the rule files are sound."""

from argparse import Namespace

from hedgewatch.cli.answers import WELL, tell
from hedgewatch.cli.paths import files_of, scenario_files
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED


def perform(options: Namespace) -> int:
    """Every mistake of every file, or the names of the rules."""
    scenarios = load_scenarios(scenario_files(options.scenarios or [SHIPPED]))
    rules = load_rules(files_of(options.paths), [scenario.name for scenario in scenarios])
    names = [rule.name for rule in rules]
    tell(options, {"rules": names}, f"{len(names)} rules: {', '.join(names)}")
    return WELL
