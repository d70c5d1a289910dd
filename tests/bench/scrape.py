"""How long one scrape of a large book holds the event loop, alone in a process."""

import json
import sys
from collections.abc import Callable
from time import perf_counter_ns

from hedgewatch.telemetry.exposition import Exposition
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.stress import StressSeries
from hedgewatch.view import EngineView
from tests.bench.desk import ticks, told
from tests.bench.whole import Whole
from tests.support.stories import Story

_POOLS, _WHOLE_POOLS = 82, 22
"""Of ten positions: enough for 10,000 series."""

Found = dict[str, list[float]]


def measure(scrapes: int) -> dict[str, Found]:
    """Of a book of which the venue told positions and marks, and of one of which it told all."""
    return {"plain": _plain(scrapes), "whole": _whole(scrapes)}


def _plain(scrapes: int) -> Found:
    """One price moves in between, and no scenario is there."""
    story = told(_POOLS, 20)
    events = iter(ticks(scrapes + 1, since=story.now))

    def tick() -> None:
        event = next(events)
        story.engine.handle(event, event.venue_time)

    return _timed(story, scrapes, tick)


def _whole(scrapes: int) -> Found:
    """Fifteen seconds pass in between, all is told anew, and every shipped scenario is there."""
    whole = Whole(_WHOLE_POOLS, 20)
    return _timed(whole.story, scrapes, whole.scraped_again)


def _timed(story: Story, scrapes: int, between: Callable[[], None]) -> Found:
    """Milliseconds of each scrape, the first one apart: it makes the texts before the values. All
    that the handler of `/metrics` does, the table of scenarios within, in one go.
    """
    view, daemon = EngineView(story.engine, {}), DaemonMetrics("0")
    exposition, stressed = Exposition(), StressSeries()
    times, series = [], 0
    for _ in range(scrapes + 1):
        between()
        before = perf_counter_ns()
        text = stressed.render(view.stress())
        text += exposition.render(view.rows(), view.marks(), view.alerts_as_told(), daemon)
        times.append((perf_counter_ns() - before) / 1e6)
        series = sum(not line.startswith(b"#") for line in text.splitlines())
    return {"first": times[:1], "scrapes": times[1:], "series": [float(series)]}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
