"""A file of tests of rules, played as `hedgewatch rules test` plays it."""

from pathlib import Path

from hedgewatch.config.problems import Problem
from hedgewatch.config.rule_tests import check_rules


def run_rule_tests(path: Path) -> list[Problem]:
    """What is not as the file expects, in its order; empty when all is."""
    return [failure for checked in check_rules(path) for failure in checked.failures]
