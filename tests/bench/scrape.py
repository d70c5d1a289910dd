"""How long one scrape of a large book holds the event loop, alone in a process."""

import json
import sys
from time import perf_counter_ns

from hedgewatch.telemetry.exposition import Exposition
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.view import EngineView
from tests.bench.desk import ticks, told

_POOLS = 82
"""Of ten positions: enough for 10,000 series."""


def measure(scrapes: int) -> dict[str, list[float]]:
    """Milliseconds of each scrape, the first one apart: it makes the texts before the values."""
    story = told(_POOLS, 20)
    view, exposition, daemon = EngineView(story.engine, {}), Exposition(), DaemonMetrics("0")
    times, series = [], 0
    for event in ticks(scrapes + 1, since=story.now):
        story.engine.handle(event, event.venue_time)
        before = perf_counter_ns()
        text = exposition.render(view.rows(), view.marks(), view.alerts(), daemon)
        times.append((perf_counter_ns() - before) / 1e6)
        series = sum(not line.startswith(b"#") for line in text.splitlines())
    return {"first": times[:1], "scrapes": times[1:], "series": [float(series)]}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
