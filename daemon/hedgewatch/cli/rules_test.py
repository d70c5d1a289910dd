"""`hedgewatch rules test`: whether the rules fire, and tell, when they should."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from hedgewatch.cli.answers import FAILED, WELL, WRONG, tell
from hedgewatch.cli.paths import files_of
from hedgewatch.config.rule_story import Checked
from hedgewatch.config.rule_tests import check_rules

Found = Mapping[Path, Sequence[Checked]]


def perform(options: Namespace) -> int:
    """Play every story of every file, or those of a name; each failure with its place."""
    found = {path: check_rules(path, options.run) for path in files_of(options.paths)}
    if not any(found.values()):
        print(f"hedgewatch: no test has '{options.run}' in its name", file=sys.stderr)
        return WRONG
    tell(options, _document(found), "\n".join(_lines(found)))
    return FAILED if any(each.failures for tests in found.values() for each in tests) else WELL


def _lines(found: Found) -> Iterator[str]:
    for tests in found.values():
        yield from (str(failure) for each in tests for failure in each.failures)
    for path, tests in found.items():
        failed = sum(bool(each.failures) for each in tests)
        yield f"{path}: {f'FAILED, {failed} of {len(tests)}' if failed else 'passed'}"


def _document(found: Found) -> dict[str, object]:
    return {
        str(path): [
            {"name": each.name, "failures": [asdict(failure) for failure in each.failures]}
            for each in tests
        ]
        for path, tests in found.items()
    }
