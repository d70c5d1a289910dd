"""How the periodic jobs do, as metrics. Each is a `task`: Prometheus calls its scrapes `job`."""

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

DONE, FAILED, SKIPPED, MISSED = "done", "failed", "skipped", "missed"
_OUTCOMES = (DONE, FAILED, SKIPPED, MISSED)


class JobRuns(Collector):
    """Counts how runs of jobs end, and knows which are under way and since when.

    A run is one job for one thing watched: `done` it came to its end, `failed` it did not,
    `skipped` because the last one was still at work, `missed` because nobody was there to begin it.
    """

    def __init__(self) -> None:
        self.clock: Callable[[], float] = lambda: 0.0  # that of the daemon, once jobs are planned
        self._jobs: dict[str, float] = {}
        self._ended: Counter[tuple[str, str]] = Counter()
        self._under_way: dict[tuple[str, object], float] = {}

    def expect(self, job: str) -> None:
        """Show this job from now on: it has done nothing yet."""
        self._jobs.setdefault(job, 0.0)

    def began(self, job: str, watch: object) -> None:
        self._under_way[job, watch] = self.clock()

    def ended(self, job: str, watch: object, outcome: str) -> None:
        """It came to its end, in whichever way."""
        self._under_way.pop((job, watch), None)
        self.counted(job, outcome)
        if outcome == DONE:
            self._jobs[job] = self.clock()

    def counted(self, job: str, outcome: str) -> None:
        self._ended[job, outcome] += 1

    def at_work(self, job: str, watch: object) -> bool:
        """Whether the last run has not come to its end."""
        return (job, watch) in self._under_way

    def collect(self) -> Iterable[Metric]:
        runs = CounterMetricFamily(
            "hedgewatch_job_runs", "Runs of periodic jobs.", labels=["task", "outcome"]
        )
        for job in self._jobs:
            for outcome in _OUTCOMES:
                runs.add_metric([job, outcome], self._ended[job, outcome])
        yield runs
        yield self._gauge(
            "hedgewatch_job_last_done_timestamp_seconds",
            "When a run of the job last came to its end, 0 before the first.",
            self._jobs,
        )
        yield self._gauge(
            "hedgewatch_job_longest_run_seconds",
            "For how long the oldest run of the job that has not ended is at work, 0: none is.",
            {job: self._longest(job) for job in self._jobs},
        )

    def _longest(self, job: str) -> float:
        begun = [since for (name, _), since in self._under_way.items() if name == job]
        return max(0.0, self.clock() - min(begun)) if begun else 0.0

    @staticmethod
    def _gauge(name: str, description: str, values: dict[str, float]) -> Metric:
        family = GaugeMetricFamily(name, description, labels=["task"])
        for job, value in values.items():
            family.add_metric([job], value)
        return family
