"""`hedgewatch rules test`: whether the rules fire when they should."""

from argparse import Namespace

from hedgewatch.cli.answers import FAILED, WELL, tell
from hedgewatch.cli.paths import files_of
from hedgewatch.config.rule_tests import run_rule_tests


def perform(options: Namespace) -> int:
    """Play every story of every file; each failure with its place."""
    failures = {str(path): run_rule_tests(path) for path in files_of(options.paths)}
    lines = [
        *(failure for found in failures.values() for failure in map(str, found)),
        *(f"{path}: {'FAILED' if found else 'passed'}" for path, found in failures.items()),
    ]
    tell(
        options, {path: list(map(str, found)) for path, found in failures.items()}, "\n".join(lines)
    )
    return FAILED if any(failures.values()) else WELL
