"""Every rule that means the same in Prometheus as a rule of it, and why the others are left out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from hedgewatch.core.expression.windowing import in_units
from hedgewatch.core.rules import Rule
from hedgewatch.telemetry.prometheus.annotations import description_of, template_of
from hedgewatch.telemetry.prometheus.defence import RuleDocument, defence
from hedgewatch.telemetry.prometheus.promql import PromQL
from hedgewatch.telemetry.prometheus.series import CannotMapError, Series

INTERVAL = "5s"
"""How often Prometheus judges them."""

_TOLD = {
    "summary": template_of,
    "description": description_of,
    "runbook_url": template_of,
}


@dataclass(slots=True)
class Export:
    """A rule file as a document, and the rules that are not in it, with the reason."""

    document: RuleDocument
    left_out: dict[str, str] = field(default_factory=dict)


def exported(rules: Iterable[Rule], scraped: Collection[str], job: str = "hedgewatch") -> Export:
    """The rules of Prometheus; `scraped` are the scenarios that have series there."""
    mapped: list[RuleDocument] = []
    export = Export({})
    for rule in rules:
        try:
            mapped.append(rule_of(rule, frozenset(scraped)))
        except CannotMapError as error:
            export.left_out[rule.name] = str(error)
    groups = [
        {"name": "hedgewatch-daemon", "interval": INTERVAL, "rules": defence(job)},
        {"name": "hedgewatch-rules", "interval": INTERVAL, "rules": mapped},
    ]
    export.document = {"groups": [group for group in groups if group["rules"]]}
    return export


def rule_of(rule: Rule, scraped: frozenset[str]) -> RuleDocument:
    """One rule; CannotMapError says why there is none that means the same."""
    series = Series(rule, scraped, joined=len(rule.expr.names) > 1)
    document: RuleDocument = {"alert": rule.name, "expr": _expression(rule, PromQL(series.of))}
    if rule.hold_for:
        document["for"] = _time(rule.hold_for)
    if rule.keep_firing_for:
        document["keep_firing_for"] = _time(rule.keep_firing_for)
    labels = {"severity": rule.severity.value, **rule.labels, "source": "prometheus"}
    document["labels"] = {name: _literally(text) for name, text in labels.items()}
    document["annotations"] = {
        name: _TOLD[name](rule, template.text, scraped)
        for name, template in rule.annotations.items()
        if name in _TOLD
    }
    return document


def _expression(rule: Rule, promql: PromQL) -> str:
    """What is not known counts as true where the rule says so, of every subject that is known."""
    root = rule.expr.root
    if rule.unknown == "fire":
        return f"({promql.known(root)}) unless ({promql.where_false(root)})"
    return promql.where_true(root)


def _time(seconds: float) -> str:
    """Prometheus takes whole numbers, of milliseconds at least."""
    return in_units(seconds) if seconds % 1.0 == 0.0 else f"{max(1, round(seconds * 1000))}ms"


def _literally(text: str) -> str:
    """A label is a template in Prometheus, and a plain text here."""
    return text.replace("{{", '{{ "{{" }}')
