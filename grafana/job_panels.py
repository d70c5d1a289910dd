"""The periodic jobs of the daemon: which came to their ends, which do not."""

from grafana.builder import MERGED, REFERENCES, Panel, Target, columns, override
from grafana.looks import LINES, TABLE
from grafana.terms import HERE

_BY = "instance, task"


def _ended(outcome: str) -> str:
    runs = f'hedgewatch_job_runs_total{HERE[:-1]}, outcome="{outcome}"}}'
    return f"sum by ({_BY}) (increase({runs}[1h]))"


_LAST_DONE = f"hedgewatch_job_last_done_timestamp_seconds{HERE}"
_COLUMNS = (
    (f"max by ({_BY}) (time() - ({_LAST_DONE} > 0))", "Last done, ago"),
    (f"max by ({_BY}) (hedgewatch_job_longest_run_seconds{HERE})", "At work for"),
    (_ended("failed"), "Failed in an hour"),
    (_ended("missed"), "Missed in an hour"),
    (_ended("skipped"), "Skipped in an hour"),
)
_NAMES = {f"Value #{REFERENCES[at]}": title for at, (_, title) in enumerate(_COLUMNS)}
_SECONDS = tuple(title for _, title in _COLUMNS[:2])

JOBS = Panel(
    look=TABLE,
    title="Jobs",
    description="When each last came to its end (empty: not since the start), for how long it has "
    "been at work, and how often it failed, was missed (nobody was there to begin it) or was "
    "skipped (the last run was still at work).",
    unit="short",
    targets=[Target(expr, instant=True, table=True) for expr, _ in _COLUMNS],
    width=24,
    height=10,
    defaults={"decimals": 0, "noValue": "never"},
    overrides=[override(title, unit="s") for title in _SECONDS],
    transformations=columns({"instance": "Daemon", "task": "Job"} | _NAMES, MERGED),
)

JOBS_IN_TROUBLE = Panel(
    look=LINES,
    title="Jobs that failed, were missed or skipped",
    description="In five minutes. One that keeps failing fires HedgewatchJobFails, one that hangs "
    "for half an hour HedgewatchJobHangs.",
    unit="short",
    targets=[
        Target(
            "sum by (instance, task, outcome) (increase("
            f'hedgewatch_job_runs_total{HERE[:-1]}, outcome!="done"}}[5m])) > 0',
            "{{instance}} {{task}} {{outcome}}",
        )
    ],
    width=24,
    height=6,
    defaults={"min": 0, "decimals": 0, "noValue": "none"},
)
