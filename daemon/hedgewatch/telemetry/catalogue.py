"""The page of metrics: `python -m hedgewatch.telemetry.catalogue` writes deploy/METRICS.md."""

import sys
from collections.abc import Iterable, Iterator

from hedgewatch.core.measures import CATALOGUE, STRESS_MEASURES
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope
from hedgewatch.core.rules import IDENTITY
from hedgewatch.telemetry.exposition import HELP
from hedgewatch.telemetry.metrics import DaemonMetrics

_MORE = {Scope.POOL: ("currency",), Scope.POSITION: ("side",)}
_OWN = {
    "hedgewatch_mark_price": "venue, symbol",
    "hedgewatch_alerts": "alertname, alertstate, severity, and those of its subject",
    "hedgewatch_alerts_acknowledged": "alertname, severity, and those of its subject",
}
_HEAD = """# Metrics

Everything that `/metrics` of the daemon shows. What is unknown is absent, never 0; ±Inf is one.
How each is made: [NUMBERS.md](../daemon/NUMBERS.md). This page is generated: `make fix`.

## The book

| metric | labels | what it says |
|---|---|---|
"""


def page() -> str:
    """All of it."""
    lines = [_HEAD]
    lines += (
        f"| `{name}` | {labels} | {text} |\n" for name, labels, text in sorted(_of_the_book())
    )
    lines.append("\n## The daemon\n\n| metric | type | what it says |\n|---|---|---|\n")
    lines += (f"| `{name}` | {kind} | {text} |\n" for name, kind, text in _of_the_daemon())
    return "".join(lines)


def _of_the_book() -> Iterator[tuple[str, str, str]]:
    named: dict[str, Measure] = {}
    for measure in (*CATALOGUE, *STRESS_MEASURES):
        named.setdefault(measure.metric, measure)
    for name, measure in named.items():
        if name:
            yield name, ", ".join(_labels(measure)), HELP.get(name, measure.help)
    for name, labels in _OWN.items():
        yield name, labels, HELP[name]


def _labels(measure: Measure) -> Iterable[str]:
    yield from IDENTITY[measure.scope]
    yield from _MORE.get(measure.scope, ())
    yield from (name for name, _ in measure.fixed)
    if measure in STRESS_MEASURES:
        yield "scenario"


def _of_the_daemon() -> Iterator[tuple[str, str, str]]:
    """As the text itself says it."""
    metrics = DaemonMetrics("")
    metrics.recorded(on=True, size=0, lost=0)
    help_texts: dict[str, str] = {}
    for line in metrics.render().decode().splitlines():
        _, word, name, text, *_ = (*line.split(" ", 3), "", "")
        if word == "HELP":
            help_texts[name] = text
        elif word == "TYPE" and name in help_texts:
            yield name, text, help_texts[name]


if __name__ == "__main__":
    sys.stdout.write(page())
