"""The book in the Prometheus text format, read from its rows at scrape time.

No metric object exists between two scrapes: a tick costs nothing here, and the series of a closed
position are gone with its row. Ten thousand series must not hold the event loop for more than
10 ms (the library needs 75), hence the text before each value is kept from scrape to scrape, and
values are written a measure at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress
from math import inf
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

_NULL, _NAN = b"null\n", b"NaN\n"
_INFINITE: Mapping[object, bytes] = {inf: b"+Inf\n", -inf: b"-Inf\n"}
"""JSON has no number for these, and says null."""


class Exposition:
    """Renders the book, and remembers what precedes each value."""

    def __init__(self) -> None:
        self._scopes = {scope: _Scope(scope) for scope in Scope}
        self._markets = WrittenLabels()

    def render(
        self,
        rows: Iterable[Row],
        marks: Iterable[Mark],
        alerts: Iterable[AlertRecord],
        daemon: DaemonMetrics,
    ) -> bytes:
        """Everything there is to scrape. What is unknown is absent."""
        families: dict[str, list[bytes]] = {metric: [] for metric in HELP}
        by_scope: dict[Scope, list[Row]] = {scope: [] for scope in Scope}
        for row in rows:
            by_scope[row.subject.scope].append(row)
        for scope, found in by_scope.items():
            self._scopes[scope].write(found, families)
        families[_MARK_PRICE].append(_mark_lines(marks, self._markets))
        exported = [alert for alert in alerts if _is_exported(alert)]
        families[_ALERTS].extend(map(_alert_line, exported))
        families[_ACKNOWLEDGED].extend(map(_seen_line, filter(_fires, exported)))
        blocks = (_block(metric, lines) for metric, lines in families.items() if any(lines))
        return b"".join((*chain.from_iterable(blocks), daemon.render()))


class _Scope:
    """The exported measures of one scope. Those that share a metric tell themselves apart by fixed
    labels of their own.
    """

    def __init__(self, scope: Scope) -> None:
        measures = [m for m in CATALOGUE if m.scope is scope and m.metric]
        self._measures = [(m.metric, m.fixed, attrgetter(m.name)) for m in measures]
        self._written = {measure.fixed: WrittenLabels(measure.fixed) for measure in measures}

    def write(self, rows: Sequence[Row], families: Mapping[str, list[bytes]]) -> None:
        """Add each measure's lines to its family."""
        labels = [row.exported for row in rows]
        texts = {fixed: written.of(labels) for fixed, written in self._written.items()}
        for metric, fixed, read in self._measures:
            families[metric].append(lines_of(metric, texts[fixed], list(map(read, rows))))


class WrittenLabels:
    """Labels of rows, with the same few at the end, as they are written; they are kept until other
    rows come or their labels change.
    """

    def __init__(self, fixed: Labels = ()) -> None:
        self._fixed = fixed
        self._labels: list[Labels] = []
        self._texts: list[bytes] = []

    def of(self, labels: list[Labels]) -> list[bytes]:
        """What stands between the name of a metric and a value, for each row."""
        if labels != self._labels:
            known = dict(zip(self._labels, self._texts, strict=True))
            self._texts = [known.get(each) or self._text_of(each) for each in labels]
            self._labels = labels
        return self._texts

    def _text_of(self, labels: Labels) -> bytes:
        return _braced(labels + self._fixed).encode()


def lines_of(metric: str, labels: Sequence[bytes], column: Sequence[Known]) -> bytes:
    """The lines of one measure, without those that are unknown; `labels` as they are written.

    Many are the same for all rows: unknown for one reason, never, not vanished.
    """
    if not column:
        return b""
    first = column[0]
    alike = first is column[-1] and column.count(first) == len(column)
    if alike and type(first) is Unknown:
        return b""
    try:
        values = _values([first]) * len(column) if alike else _values(column)
    except TypeError:
        known = [type(value) is not Unknown for value in column]
        if all(known):
            raise
        return lines_of(metric, [*compress(labels, known)], [*compress(column, known)])
    lines = [metric.encode()] * (3 * len(values))
    lines[1::3], lines[2::3] = labels, values
    return b"".join(lines)


def _values(column: Sequence[Known]) -> list[bytes]:
    """Each as Prometheus reads it, with the end of its line.

    A column of numbers is written, and taken apart, in less time than Python takes for a tenth of
    them. JSON has no number for what is infinite.
    TypeError: it has nothing at all for what is unknown.
    """
    written = orjson.dumps(column, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    written = written.replace(b"true", b"1").replace(b"false", b"0")
    values = written[1:-1].replace(b",", b"\n,").split(b",")
    values[-1] += b"\n"
    if b"null" not in written:
        return values
    pairs = zip(values, column, strict=True)
    return [_INFINITE.get(value, _NAN) if text == _NULL else text for text, value in pairs]


def header_of(metric: str, description: str) -> bytes:
    """What stands before the lines of a metric."""
    return f"# HELP {metric} {description}\n# TYPE {metric} gauge\n".encode()


def _braced(labels: Labels) -> str:
    """Labels as they stand between the name of a metric and a value."""
    if not labels:
        return " "
    inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
    return f"{{{inside}}} "


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _mark_lines(marks: Iterable[Mark], written: WrittenLabels) -> bytes:
    told = list(marks)
    labels = written.of([(("venue", venue), ("symbol", symbol)) for venue, symbol, _ in told])
    return lines_of(_MARK_PRICE, labels, [price for _, _, price in told])


def _is_exported(alert: AlertRecord) -> bool:
    match alert.state:
        case AlertState.PENDING | AlertState.FIRING:
            return True
        case AlertState.ENDED:
            return alert.severity is Severity.CRITICAL
        case AlertState.INACTIVE | AlertState.RESOLVED:
            return False


def _alert_line(alert: AlertRecord) -> bytes:
    own = (
        ("alertname", alert.alertname),
        ("alertstate", alert.state.value),
        ("severity", alert.severity.value),
    )
    return f"{_ALERTS}{_braced(own + alert.subject.labels)}1\n".encode()


def _fires(alert: AlertRecord) -> bool:
    return alert.state is AlertState.FIRING


def _seen_line(alert: AlertRecord) -> bytes:
    own = (("alertname", alert.alertname), ("severity", alert.severity.value))
    seen = int(alert.acknowledged is not None)
    return f"{_ACKNOWLEDGED}{_braced(own + alert.subject.labels)}{seen}\n".encode()


def _block(metric: str, lines: Iterable[bytes]) -> Iterable[bytes]:
    return chain((header_of(metric, HELP[metric]),), lines)
