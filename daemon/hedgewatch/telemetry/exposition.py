"""The book in the Prometheus text format, read from its rows at scrape time.

No metric object exists between two scrapes: a tick costs nothing here, and the series of a closed
position are gone with its row. Ten thousand series must not hold the event loop for more than
10 ms (the library needs 75), hence the text before each value is kept from scrape to scrape, and
values are written a measure at a time.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Protocol

import orjson

from hedgewatch.core.alert_model import AlertRecord, AlertState, Severity
from hedgewatch.core.measures import CATALOGUE
from hedgewatch.core.model import Known, Scope, Subject, Unknown
from hedgewatch.telemetry.metrics import DaemonMetrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]
Mark = tuple[str, str, Known]
"""Venue, symbol and mark price of one market."""


class Row(Protocol):
    """One watched subject; its measures are attributes named as in the catalogue.

    `exported` are all the labels of its series: its identity and more (side, currency).
    """

    @property
    def subject(self) -> Subject: ...

    @property
    def exported(self) -> Labels: ...


_MARK_PRICE, _ALERTS = "hedgewatch_mark_price", "hedgewatch_alerts"
_ACKNOWLEDGED = "hedgewatch_alerts_acknowledged"

HELP: Mapping[str, str] = {
    **{measure.metric: measure.help for measure in CATALOGUE if measure.metric},
    # Two measures make one metric of each of these: its description must fit both.
    "hedgewatch_shock_ratio": "Common move of all prices that liquidates the pool, infinite: none.",
    "hedgewatch_liquidation_price": "Price at which the pool is liquidated, infinite: none.",
    _MARK_PRICE: "The mark price of the venue.",
    _ALERTS: "1 for every alert that is pending or firing, or ended badly and not acknowledged.",
    _ACKNOWLEDGED: "Whether somebody has seen an alert that fires.",
}
"""Every metric that the book exports, with its description."""


class Exposition:
    """Renders the book, and remembers what precedes each value."""

    def __init__(self) -> None:
        self._scopes = {scope: _Scope(scope) for scope in Scope}

    def render(
        self,
        rows: Iterable[Row],
        marks: Iterable[Mark],
        alerts: Iterable[AlertRecord],
        daemon: DaemonMetrics,
    ) -> bytes:
        """Everything there is to scrape. What is unknown is absent."""
        families: dict[str, list[str]] = {metric: [] for metric in HELP}
        by_scope: dict[Scope, list[Row]] = {scope: [] for scope in Scope}
        for row in rows:
            by_scope[row.subject.scope].append(row)
        for scope, found in by_scope.items():
            self._scopes[scope].write(found, families)
        families[_MARK_PRICE].extend(_mark_lines(marks))
        exported = [alert for alert in alerts if _is_exported(alert)]
        families[_ALERTS].extend(map(_alert_line, exported))
        families[_ACKNOWLEDGED].extend(map(_seen_line, filter(_fires, exported)))
        blocks = (_block(metric, lines) for metric, lines in families.items() if lines)
        return "".join(chain.from_iterable(blocks)).encode() + daemon.render()


class _Scope:
    """The exported measures of one scope, and the prefixes `name{labels} ` of its rows."""

    def __init__(self, scope: Scope) -> None:
        self._measures = tuple(m for m in CATALOGUE if m.scope is scope and m.metric)
        self._values = _reader(tuple(measure.name for measure in self._measures))
        self._prefixes: dict[Labels, tuple[str, ...]] = {}

    def write(self, rows: Iterable[Row], families: Mapping[str, list[str]]) -> None:
        """Add each measure's lines to its family, and forget the rows that are gone."""
        kept: dict[Labels, tuple[str, ...]] = {}
        prefixes, values = [], []
        for row in rows:
            labels = row.exported
            before = self._prefixes.get(labels) or self._prefixes_of(labels)
            kept[labels] = before
            prefixes.append(before)
            values.append(self._values(row))
        self._prefixes = kept
        columns = zip(zip(*prefixes, strict=True), zip(*values, strict=True), strict=True)
        for measure, column in zip(self._measures if values else (), columns, strict=True):
            families[measure.metric] += _lines(*column)

    def _prefixes_of(self, labels: Labels) -> tuple[str, ...]:
        return tuple(prefix_of(m.metric, labels + m.fixed) for m in self._measures)


def _lines(prefixes: Sequence[str], column: Sequence[Known]) -> list[str]:
    """The lines of one measure, without those that are unknown.

    A column of numbers is written in less time than Python takes for a tenth of them; what JSON
    has no number for is written by itself.
    """
    known = [value for value in column if type(value) is not Unknown]
    if not known:
        return []
    if len(known) < len(column):
        pairs = zip(prefixes, column, strict=True)
        prefixes = [prefix for prefix, value in pairs if type(value) is not Unknown]
    texts = orjson.dumps(known)[1:-1].decode().split(",")
    return [
        f"{prefix}{text}\n" if text[0] <= "9" else prefix + text_of(value)
        for prefix, text, value in zip(prefixes, texts, known, strict=True)
    ]


def _reader(names: tuple[str, ...]) -> Callable[[Row], tuple[Known, ...]]:
    """A function that reads these attributes of a row, in order."""
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda row: (one(row),)
    return attrgetter(*names) if names else lambda _: ()


def text_of(value: float) -> str:
    """A value as Prometheus reads it, with the end of its line."""
    if value - value == 0:
        return f"{value:d}\n" if isinstance(value, int) else f"{value!r}\n"
    if math.isnan(value):
        return "NaN\n"
    return "+Inf\n" if value > 0 else "-Inf\n"


def prefix_of(metric: str, labels: Labels) -> str:
    """What precedes the value of a series."""
    if not labels:
        return f"{metric} "
    inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
    return f"{metric}{{{inside}}} "


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _mark_lines(marks: Iterable[Mark]) -> Iterable[str]:
    for venue, symbol, price in marks:
        if not isinstance(price, Unknown):
            yield prefix_of(_MARK_PRICE, (("venue", venue), ("symbol", symbol))) + text_of(price)


def _is_exported(alert: AlertRecord) -> bool:
    match alert.state:
        case AlertState.PENDING | AlertState.FIRING:
            return True
        case AlertState.ENDED:
            return alert.severity is Severity.CRITICAL
        case AlertState.INACTIVE | AlertState.RESOLVED:
            return False


def _alert_line(alert: AlertRecord) -> str:
    own = (
        ("alertname", alert.alertname),
        ("alertstate", alert.state.value),
        ("severity", alert.severity.value),
    )
    return prefix_of(_ALERTS, own + alert.subject.labels) + "1\n"


def _fires(alert: AlertRecord) -> bool:
    return alert.state is AlertState.FIRING


def _seen_line(alert: AlertRecord) -> str:
    own = (("alertname", alert.alertname), ("severity", alert.severity.value))
    seen = int(alert.acknowledged is not None)
    return prefix_of(_ACKNOWLEDGED, own + alert.subject.labels) + f"{seen}\n"


def _block(metric: str, lines: Iterable[str]) -> Iterable[str]:
    return chain((f"# HELP {metric} {HELP[metric]}\n# TYPE {metric} gauge\n",), lines)
