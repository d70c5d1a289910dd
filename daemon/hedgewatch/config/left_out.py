"""Shipped rules name shipped scenarios: a configuration that leaves these out is told so once, not
in a line for each place of each rule.
"""

from collections.abc import Sequence
from pathlib import Path

from hedgewatch.config.draft import Draft
from hedgewatch.config.problems import Problem
from hedgewatch.config.shipped import SHIPPED, shipped_rules

_UNKNOWN = "unknown scenario"


def without_unknown_scenarios(in_rules: Sequence[Problem]) -> list[Problem]:
    """The mistakes of rules that do not depend on the scenarios that there are."""
    return [found for found in in_rules if _UNKNOWN not in found.message]


def told_once(draft: Draft, in_rules: list[Problem]) -> list[Problem]:
    """The mistakes of rules; those of shipped rules that miss scenarios are one, with its mend."""
    patterns = draft.source.get(("scenarios",))
    if not isinstance(patterns, list) or SHIPPED in patterns:
        return in_rules
    shipped = {path.resolve() for path in shipped_rules()}
    blamed = [found for found in in_rules if Path(found.file).resolve() in shipped]
    missing = set(blamed) - set(without_unknown_scenarios(blamed))
    if not missing:
        return in_rules
    mend = f"scenarios: [{', '.join(map(str, (SHIPPED, *patterns)))}]"
    message = f"shipped rules need scenarios that are not here: name the shipped ones too: {mend}"
    told = draft.source.problem(("scenarios",), message)
    return [told, *(found for found in in_rules if found not in missing)]
