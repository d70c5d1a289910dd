"""Why a rule does or does not fire on each of its subjects, as a JSON document."""

from collections.abc import Callable, Iterable, Mapping

from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.explanation import Standing, measures_in_words, rule_in_words, standings
from hedgewatch.core.expression.explanation import Explained
from hedgewatch.core.rules import Rule
from hedgewatch.telemetry import api
from hedgewatch.telemetry.exposition import Row

SilenceOf = Callable[[AlertRecord], Mapping[str, object] | None]


def explanation_document(
    rule: Rule, rows: Iterable[Row], alerts: Iterable[AlertRecord], silence_of: SilenceOf
) -> api.Document:
    """The rule as it was written and in words, and where it stands on every subject."""
    found = standings(rule, rows, alerts)
    return words_document(rule) | {"subjects": [_standing(each, silence_of) for each in found]}


def words_document(rule: Rule) -> api.Document:
    """The rule as it was written, what it means, and what its measures are."""
    return {
        "rule": api.rule(rule),
        "says": list(rule_in_words(rule)),
        "measures": measures_in_words(rule),
    }


def _standing(standing: Standing, silence_of: SilenceOf) -> api.Document:
    record = standing.record
    return {
        "subject": str(standing.subject),
        "labels": dict(standing.subject.labels),
        "alertstate": "inactive" if record is None else record.state.value,
        "why": standing.why,
        "expr": _explained(standing.expr),
        "clear": None if standing.clear is None else _explained(standing.clear),
        "unknown": standing.unknown,
        "alert": None if record is None else api.alert(record, silence_of(record)),
    }


def _explained(part: Explained) -> api.Document:
    return {
        "text": part.text,
        "truth": part.truth,
        "operands": [
            {"text": each.text, "value": api.jsonable(each.value), "shown": each.shown}
            for each in part.operands
        ],
        "distance": part.distance,
        "distance_shown": part.distance_shown,
        "parts": [_explained(each) for each in part.parts],
    }
