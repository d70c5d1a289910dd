"""Texts of rules as templates of Prometheus: labels from the alert, measures by a query."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from hedgewatch.core.expression import Unit, spelt
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY, Rule
from hedgewatch.telemetry.prometheus.series import CannotMapError, identity_of, series_of

NOT_HERE = "…"
"""Stands for what is not in Prometheus: reasons, and measures without a metric."""

_CURRENCY = "{its currency}"
"""Stands for the label of a pool's equity that says what it is counted in."""

IN_NUMBERS: Mapping[Scope, Mapping[str, str]] = MappingProxyType(
    {
        Scope.POSITION: {
            "{liquidation_in_words}": "is {liquidation_distance:.1%} away",
            "{pace_in_words}": (
                "{liquidation_distance_sigmas:.1f} usual daily moves away ({volatility:.0%} a year)"
            ),
            "{closing_in_words}": (
                "to close it at once would lose {unwind_cost:,.2f} ({unwind_slippage:.2%})"
            ),
            ", {mark_in_words}": ", the mark {mark_disagreement:+.1%} off what others say",
        },
        Scope.POOL: {
            "{liquidation_in_words}": (
                "a move of {shock_down:+.1%} or {shock_up:+.1%} liquidates (Inf: none)"
            ),
            "{pace_in_words}": (
                "margin ratio {change(margin_ratio, 5m):+.1%} in 5 min (+ is nearer)"
            ),
            "{disagreement_in_words}": (
                "margin ratio {margin_ratio:.1%} here, {venue_margin_ratio:.1%} at the venue"
            ),
            "{liquidating_scenarios}": "a scenario that is watched",
            "{currency}": _CURRENCY,
        },
        Scope.HEDGE: {
            "{trade_in_words}": (
                "trade {contracts_to_target:+,.8g} contracts of the cover (+ is buy, - is sell)"
            ),
            "{uncovered_in_words}": (
                "{uncovered_value:+,.2f} are without cover (- is too much cover)"
            ),
            "{roll_in_words}": "rolling all of it costs {roll_cost:+,.2f} (- is earned)",
            " {currency}": "",
        },
        Scope.ASSET: {" {currency}": ""},
    }
)
"""Texts that the program makes of measures, as well as Prometheus can say them."""

_SENTENCE_ENDS = re.compile(r"(?<=[^.]\.)\s+(?=[A-Z{`])")
_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}:]*)(?::(?P<format>[^{}]*))?\}")
_FORMAT = re.compile(r"(?P<sign>\+?),?(?P<digits>\.\d+)?(?P<kind>[feg%])")
_BRACE = '{{ "{" }}'
_PERCENT = 100


def description_of(rule: Rule, text: str, scraped: frozenset[str]) -> str:
    """A description in the language of Prometheus, without the sentences that cannot be said."""
    said = [template_of(rule, sentence, scraped) for sentence in _SENTENCE_ENDS.split(text)]
    return " ".join(sentence for sentence in said if NOT_HERE not in sentence) or " ".join(said)


def template_of(rule: Rule, text: str, scraped: frozenset[str]) -> str:
    """A text in the language of Prometheus."""
    for words, numbers in IN_NUMBERS.get(rule.scope, {}).items():
        text = text.replace(words, numbers)
    return _TOKEN.sub(lambda token: _told(rule, token, scraped), text)


def _told(rule: Rule, token: re.Match[str], scraped: frozenset[str]) -> str:
    """One field of a text, or a brace that was written twice."""
    if token["name"] is None:
        return _BRACE if token.group() == "{{" else "}"
    name = spelt(token["name"])
    known = {"alertname": rule.name, "severity": rule.severity.value}
    if name in known or name in IDENTITY[rule.scope]:
        return known.get(name, f"{{{{ $labels.{name} }}}}")
    try:
        if token.group() == _CURRENCY:
            return _asked(rule, "equity", 'label "currency"', scraped)
        return _measured(rule, name, token["format"] or "", scraped)
    except CannotMapError:
        return NOT_HERE


def _measured(rule: Rule, name: str, spec: str, scraped: frozenset[str]) -> str:
    """What the measure is when the alert is told."""
    if spec in ("", "+") and symbols(rule.scope).get(name) is Unit.SECONDS:
        return _asked(rule, name, "value | humanizeDuration", scraped)
    shown, scale = _format(spec)
    return _asked(rule, name, f"value | printf `{shown}`", scraped, scale)


def _asked(rule: Rule, name: str, shown: str, scraped: frozenset[str], scale: int = 1) -> str:
    """A query of a measure, so many times what it is, and what of the answer is shown."""
    labels = identity_of(rule.scope)
    matchers = tuple(f"{label}=%q" for label in labels)
    series = series_of(rule.scope, name, scraped, matchers)
    query = f"{scale:d} * {series}" if scale != 1 else series
    asked = series.count("%q") // len(matchers)
    given = " ".join(f"$labels.{label}" for label in labels * asked)
    return (
        f"{{{{ with printf `{query}` {given} | query }}}}{{{{ . | first | {shown} }}}}"
        "{{ else }}unknown{{ end }}"
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
