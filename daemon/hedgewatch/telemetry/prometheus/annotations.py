"""Texts of rules as templates of Prometheus: labels from the alert, measures by a query."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from hedgewatch.core.expression import spelt
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY, Rule
from hedgewatch.telemetry.prometheus.series import CannotMapError, identity_of, selector

NOT_HERE = "…"
"""Stands for what is not in Prometheus: reasons, and measures without a metric."""

IN_NUMBERS: Mapping[Scope, Mapping[str, str]] = MappingProxyType(
    {
        Scope.POSITION: {"{liquidation_in_words}": "is {liquidation_distance:.1%} away"},
        Scope.POOL: {"{liquidation_in_words}": "a move of {shock_nearest:+.1%} liquidates"},
    }
)
"""Texts that the program makes of measures, as well as Prometheus can say them."""

_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}:]*)(?::(?P<format>[^{}]*))?\}")
_FORMAT = re.compile(r"(?P<sign>\+?),?(?P<digits>\.\d+)?(?P<kind>[feg%])")
_BRACE = '{{ "{" }}'
_PERCENT = 100


def template_of(rule: Rule, text: str, scraped: frozenset[str]) -> str:
    """The text in the language of Prometheus."""
    known = {"alertname": rule.name, "severity": rule.severity.value}

    def field(token: re.Match[str]) -> str:
        if token["name"] is None:
            return _BRACE if token.group() == "{{" else "}"
        name = spelt(token["name"])
        if name in known:
            return known[name]
        if name in IDENTITY[rule.scope]:
            return f"{{{{ $labels.{name} }}}}"
        try:
            return _measured(rule, name, token["format"] or "", scraped)
        except CannotMapError:
            return NOT_HERE

    for words, numbers in IN_NUMBERS.get(rule.scope, {}).items():
        text = text.replace(words, numbers)
    return _TOKEN.sub(field, text)


def _measured(rule: Rule, name: str, spec: str, scraped: frozenset[str]) -> str:
    """A query of what the measure is when the alert is told."""
    labels = identity_of(rule.scope)
    matchers = tuple(f"{label}=%q" for label in labels)
    series = selector(rule.scope, name, scraped, matchers)
    shown, scale = _format(spec)
    query = f"{scale:d} * {series}" if scale != 1 else series
    given = " ".join(f"$labels.{label}" for label in labels)
    return (
        f"{{{{ with printf `{query}` {given} | query }}}}{{{{ . | first | value | "
        f"printf `{shown}` }}}}{{{{ else }}}}unknown{{{{ end }}}}"
    )


def _format(spec: str) -> tuple[str, int]:
    """The format as Go writes it, and what the value is multiplied by before."""
    found = _FORMAT.fullmatch(spec)
    if found is None:
        return "%.8g", 1
    plain = f"%{found['sign']}{found['digits'] or ''}"
    if found["kind"] == "%":
        return f"{plain}f%%", _PERCENT
    return plain + found["kind"], 1
