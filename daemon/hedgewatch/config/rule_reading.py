"""One rule of a file, read to a rule of the core: its expressions, labels and templates checked."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from hedgewatch.config.mistakes import validated
from hedgewatch.config.problems import Problem, did_you_mean, nearest
from hedgewatch.config.realert_reading import realert
from hedgewatch.config.rule_group import Group
from hedgewatch.config.rule_schema import RuleSettings
from hedgewatch.config.rule_sense import remarks
from hedgewatch.config.yaml_source import Location
from hedgewatch.core.alert_model import Severity
from hedgewatch.core.expression import (
    Expression,
    ExpressionError,
    Unit,
    input_of,
    parse_condition,
)
from hedgewatch.core.expression import Problem as InText
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY, TEXTS, VITAL, Rule
from hedgewatch.core.templates import TEXT, Template, TemplateError, parse_template

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_WORD = re.compile(r"\w+")
_OURS = ("alertname", "alertstate")


_KEPT = 4_096
"""What many rules have in common is read once: their conditions, and their texts."""


def shown_names(scope: Scope, scenarios: Collection[str]) -> Mapping[str, Unit | None]:
    """What an annotation may show: measures, identity labels, and the texts of the scope."""
    return _shown_names(scope, tuple(scenarios))


@lru_cache(maxsize=64)
def _shown_names(scope: Scope, scenarios: tuple[str, ...]) -> Mapping[str, Unit | None]:
    texts = ("alertname", "severity", *IDENTITY[scope], *TEXTS.get(scope, ()))
    return {**symbols(scope, scenarios), **dict.fromkeys(texts, TEXT)}


@lru_cache(maxsize=_KEPT)
def _condition(text: str, scope: Scope, scenarios: tuple[str, ...]) -> Expression:
    return parse_condition(text, symbols(scope, scenarios))


@lru_cache(maxsize=_KEPT)
def _text(text: str, scope: Scope, scenarios: tuple[str, ...]) -> Template:
    return parse_template(text, shown_names(scope, scenarios), symbols(scope).of_scenario)


class RuleReading:
    """Reads what stands at one location; a part that is wrong does not hide another.

    `scenarios` are those that there are.
    """

    def __init__(
        self,
        group: Group,
        location: Location,
        scenarios: Collection[str],
        problems: list[Problem],
    ) -> None:
        self._group = group
        self._source = source = group.source
        self._at = location
        self._scenarios = tuple(scenarios)
        self._problems = problems
        self._found = len(problems)
        self.warnings: list[Problem] = []
        own = validated(RuleSettings, source, location, problems)
        self._settings = own and group.defaulted(own)
        self._labels = {name: text for name, text, _ in self._texts("labels")}
        on = source.get((*location, "on"))
        self._scope = next((scope for scope in Scope if scope.value == on), None)

    def rule(self) -> Rule | None:
        """The rule, None when anything in it is wrong."""
        severity = self._severity()
        expr, clear = self._expression("expr"), self._expression("clear")
        annotations = self._annotations()
        self._check_labels()
        self._check_where()
        settings = self._settings
        if settings is None or expr is None:
            return None
        known = symbols(settings.on, self._scenarios)
        place = self._source, self._group.place(self._at, "realert"), self._problems
        again = realert(settings.realert, expr, known, place)
        if len(self._problems) > self._found:
            return None
        silenceable = settings.silenceable
        if silenceable is None:
            vital = not VITAL.isdisjoint(map(input_of, expr.names))
            silenceable = severity is not Severity.CRITICAL or not vital
        rule = Rule(
            name=settings.alert,
            scope=settings.on,
            expr=expr,
            clear=clear,
            where={name: frozenset(values) for name, values in settings.where.items()},
            hold_for=settings.hold_for,
            keep_firing_for=settings.keep_firing_for,
            settle=settings.settle,
            unknown=settings.unknown,
            severity=severity,
            labels=self._labels,
            annotations=annotations,
            silenceable=silenceable,
            realert=again,
        )
        self._judge(rule)
        return rule if len(self._problems) == self._found else None

    def _judge(self, rule: Rule) -> None:
        """What makes no sense for sure is a mistake, what is odd a warning."""
        for remark in remarks(rule.scope, rule.expr, rule.clear, rule.unknown):
            place = (*self._at, remark.key)
            told = self._source.problem_within(place, remark.line, remark.column, remark.message)
            (self._problems if remark.fatal else self.warnings).append(told)

    def _texts(self, key: str) -> Iterator[tuple[str, str, Location]]:
        """The texts under a key, of the rule and of its group, and where each stands."""
        for name, text, place in self._group.named(self._at, key):
            if isinstance(text, str):
                yield name, text, place

    def _severity(self) -> Severity:
        found = {name: (text, place) for name, text, place in self._texts("labels")}
        severity, place = found.get("severity", (None, (*self._at, "labels", "severity")))
        known = [severity.value for severity in Severity]
        if severity in known:
            return Severity(severity)
        if severity is None and place not in self._source.values:
            self._report(place, "labels: severity is missing: info, warning or critical")
        elif severity is not None:
            hint = nearest(severity, known)
            self._report(place, f"severity must be info, warning or critical{hint}")
        return Severity.WARNING

    def _expression(self, key: str) -> Expression | None:
        location = (*self._at, key)
        text = self._source.get(location)
        if self._scope is None or not isinstance(text, str):
            return None
        try:
            return _condition(text, self._scope, self._scenarios)
        except ExpressionError as error:
            for problem in error.problems:
                message = problem.message + _scope_of_word(text, problem, self._scope)
                self._report_within(location, replace(problem, message=message))
            return None

    def _annotations(self) -> dict[str, Template]:
        templates: dict[str, Template] = {}
        if self._scope is None:
            return templates
        for name, text, location in self._texts("annotations"):
            self._check_label(name, location)
            try:
                templates[name] = _text(text, self._scope, self._scenarios)
            except TemplateError as error:
                for problem in error.problems:
                    message = problem.message + _scope_of_field(text, problem, self._scope)
                    self._report_within(location, replace(problem, message=message))
        return templates

    def _check_labels(self) -> None:
        """A label that repeats one of the subject's would change who the alert is."""
        for name, _, location in self._texts("labels"):
            self._check_label(name, location)
            if name in (*_OURS, *self._subject_labels()):
                self._report_key(location, f"the label '{name}' is set already: rename it")

    def _subject_labels(self) -> tuple[str, ...]:
        scope = self._scope
        return (*IDENTITY[scope], *TEXTS.get(scope, ())) if scope else ()

    def _check_label(self, name: str, location: Location) -> None:
        if not _LABEL.fullmatch(name):
            message = f"'{name}' is no name: letters, digits and _ only, no digit first"
            self._report_key(location, message)

    def _check_where(self) -> None:
        if self._scope is None:
            return
        for name, _, location in self._group.named(self._at, "where"):
            if name not in IDENTITY[self._scope]:
                hint = did_you_mean(name, IDENTITY[self._scope])
                self._report_key(location, f"a {self._scope} has no label '{name}'{hint}")

    def _report(self, location: Location, message: str) -> None:
        self._problems.append(self._source.problem(location, message))

    def _report_key(self, location: Location, message: str) -> None:
        self._problems.append(self._source.problem_of_key(location, message))

    def _report_within(self, location: Location, found: InText) -> None:
        self._problems.append(
            self._source.problem_within(location, found.line, found.column, found.message)
        )


def _scope_of_word(text: str, problem: InText, scope: Scope) -> str:
    """Where the word at fault is a measure, when it is none of the rule's own scope."""
    line = text.split("\n")[problem.line - 1] if text else ""
    word = _WORD.match(line, problem.column - 1)
    if word is None or word.group() in _measures(scope):
        return ""
    scopes = [other.value for other in Scope if word.group() in _measures(other)]
    return f": it is a measure of on: {' or '.join(scopes)}" if scopes else ""


def _scope_of_field(text: str, problem: InText, scope: Scope) -> str:
    """The same hint of a name in an annotation, which stands behind its brace."""
    if "cannot be shown" not in problem.message:
        return ""
    return _scope_of_word(text, replace(problem, column=problem.column + 1), scope)


def _measures(scope: Scope) -> set[str]:
    """Plain ones, and those of scenarios."""
    known = symbols(scope)
    return {*known, *known.of_scenario}
