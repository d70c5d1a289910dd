"""`hedgewatch rules export`: the rules as a Prometheus rule file, a second line of defence."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from hedgewatch.cli.answers import FAILED, WELL, failed, print_json
from hedgewatch.cli.paths import files_of, scenario_files
from hedgewatch.config.loader import load_judgement
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED, shipped_rules
from hedgewatch.core.rules import Rule
from hedgewatch.core.scenarios import Scenario
from hedgewatch.telemetry.prometheus import Export, exported

_WIDTH = 100
_HEAD = """\
A second line of defence, made by `hedgewatch rules export`: change the rules, not this file.
It fires where hedgewatch would, and where hedgewatch itself is down, stuck, blind or unheard.
Its alerts are labelled source="prometheus": where one Alertmanager gets both, inhibit these by
those of hedgewatch (deploy/README.md).

What differs: an alert ends when its condition does (there is no `clear`), after keep_firing_for.
What is unknown is absent, and fires nothing. "…" stands for what is not scraped; a description is
without the sentences that say it.
"""


def perform(options: Namespace) -> int:
    """Write it to a file, or print it; say on standard error which rules are left out, and why."""
    rules, scenarios = _loaded(options)
    scraped = [scenario.name for scenario in scenarios if scenario.scraped]
    export = exported(rules, scraped, options.job)
    for line in _left_out(export):
        print(f"hedgewatch: {line}", file=sys.stderr)
    if options.json:
        print_json({"rules": export.document, "left_out": export.left_out})
        return WELL
    return _write(options, text_of(export))


def _write(options: Namespace, text: str) -> int:
    if options.out is None:
        print(text, end="")
        return WELL
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        failed(error)
        return FAILED
    return WELL


def _loaded(options: Namespace) -> tuple[Sequence[Rule], Sequence[Scenario]]:
    if options.configuration is not None:
        judgement = load_judgement(options.configuration)
        return judgement.rules, judgement.scenarios
    scenarios = load_scenarios(scenario_files(options.scenarios or [SHIPPED]))
    paths = files_of(options.paths) if options.paths else shipped_rules()
    return load_rules(paths, [scenario.name for scenario in scenarios]), scenarios


def text_of(export: Export) -> str:
    """The file as it is written: what it is, what it lacks, and the rules."""
    head = [*_HEAD.splitlines(), *(["", "Left out:"] if export.left_out else [])]
    head += [f"- {line}" for line in _left_out(export)]
    comments = "".join(f"# {line}".rstrip() + "\n" for line in head)
    return comments + yaml.dump(
        export.document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )


def _left_out(export: Export) -> Iterator[str]:
    yield from (f"{name}: {reason}" for name, reason in export.left_out.items())


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
