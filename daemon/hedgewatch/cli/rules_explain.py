"""`hedgewatch rules explain NAME`: what a rule means, and why it does or does not fire."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from hedgewatch.cli.answers import WELL, WRONG, failed, tell
from hedgewatch.cli.asking import NoAnswerError, ask
from hedgewatch.cli.explanation_text import explanation_lines
from hedgewatch.cli.paths import files_of, scenario_files
from hedgewatch.cli.rule_tests_of import tests_of
from hedgewatch.config.loader import load_judgement
from hedgewatch.config.problems import nearest
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import SHIPPED, shipped_rules
from hedgewatch.core.rules import Rule
from hedgewatch.notify.routing import RouteSettings
from hedgewatch.notify.rule_routes import told_to
from hedgewatch.telemetry.explanation import words_document

Document = dict[str, Any]

_FEW = 10
_NOT_LOADED = "it is not loaded by the configuration; for a file of rules: --rules my-rules.yaml"


class UnknownRuleError(Exception):
    """No rule goes by that name."""


def perform(options: Namespace) -> int:
    """By the running daemon where one answers, else by the files: then in words alone."""
    try:
        document = _explained(options)
    except NoAnswerError as error:
        return failed(error)
    except UnknownRuleError as error:
        failed(error)
        return WRONG
    tell(options, document, "\n".join(explanation_lines(document)))
    return WELL


def _explained(options: Namespace) -> Document:
    if options.rules:
        return _read(options)
    try:
        document = _asked(options)
    except NoAnswerError as error:
        if options.url is not None:
            raise
        return _read(options) | {"note": str(error)}
    if options.configuration is None:
        return document
    judged = load_judgement(options.configuration)
    written = _routed(judged.rules, judged.routes, options.name).get("told", [])
    routed = {"told_after_a_restart": written} if written != document.get("told") else {}
    return document | routed | {"tests": tests_of(options.name, judged.rule_files)}


def _asked(options: Namespace) -> Document:
    """What the daemon says of the rule as it has loaded it."""
    names = [rule["alert"] for rule in ask(options, "/api/v1/rules")["rules"]]
    _known(options.name, names, _NOT_LOADED)
    return ask(options, f"/api/v1/explain?rule={quote(options.name)}")


def _read(options: Namespace) -> Document:
    """What the files say of it: those that are named, of the configuration, or the shipped ones."""
    routes: Sequence[RouteSettings] = ()
    if options.rules or options.configuration is None:
        scenarios = load_scenarios(scenario_files(options.scenarios or [SHIPPED]))
        paths = files_of(options.rules) if options.rules else shipped_rules()
        rules: Sequence[Rule] = load_rules(paths, [scenario.name for scenario in scenarios])
    else:
        judged = load_judgement(options.configuration)
        rules, routes, paths = judged.rules, judged.routes, list(judged.rule_files)
    where = "it is not in these files" if options.rules else _NOT_LOADED
    _known(options.name, [rule.name for rule in rules], where)
    found = next(rule for rule in rules if rule.name == options.name)
    routed = _routed(rules, routes, options.name)
    return words_document(found) | routed | {"tests": tests_of(options.name, paths)}


def _routed(rules: Iterable[Rule], routes: Sequence[RouteSettings], name: str) -> Document:
    found = [told_to(rule, routes) for rule in rules if rule.name == name and routes]
    return {"told": found[0]} if found else {}


def _known(name: str, names: Sequence[str], where: str) -> None:
    """UnknownRuleError with the nearest name, `where` it was looked for, and what is there, where
    that is not too much to read.
    """
    if name in names:
        return
    there = ", ".join(sorted(names)) or "no rule"
    listed = f" (there: {there})" if len(names) <= _FEW else ""
    raise UnknownRuleError(f"no rule '{name}'{nearest(name, names)}: {where}{listed}")
