"""The rules that only somebody outside can judge: whether the daemon lives, sees and delivers."""

from typing import Any

RuleDocument = dict[str, Any]

_HERE, _ACCOUNT = "{{ $labels.instance }}", "{{ $labels.account }}"
_TASK = "{{ $labels.task }}"


_HANDBOOK = "What to do: deploy/README.md, When the daemon is unwell."
"""In words: the daemon, whose page shows the runbooks, may be what is down."""
_LOOK = (
    "Look at the venue itself until you know that it watches. On its machine: systemctl "
    "status hedgewatch; journalctl --unit hedgewatch."
)


def defence(job: str) -> list[RuleDocument]:
    """What Prometheus watches of the daemon that it scrapes as `job`."""
    return [*_does_it_live(job), *_does_it_work(), *_is_it_kept_up()]


def _does_it_live(job: str) -> list[RuleDocument]:
    up = f'up{{job="{job}"}}'
    another_watches = (
        'on (job, instance) (last_over_time(hedgewatch_desk_info{replica!=""}[1d])'
        " and on (job, desk) hedgewatch_desk_info)"
    )  # a day after it died a replica is forgotten, and missed like a daemon that was alone
    no_target = f"absent(hedgewatch_build_info) unless on () {up} == 0"
    return [
        _rule(
            "Watchdog",
            "vector(1)",
            severity="none",
            summary="Always fires: where it is missing, no alert of Prometheus arrives.",
        ),
        _rule(
            "HedgewatchDown",
            f"({up} == 0 unless {another_watches}) or ({no_target})",
            wait="15s",
            first=_LOOK,
            summary="hedgewatch{{ with $labels.instance }} at {{ . }}{{ end }} does not answer the "
            "scrape, and no replica of it does: dead, unreachable, or it wants a token or TLS that "
            "Prometheus does not have",
        ),
        _rule(
            "HedgewatchReplicaDown",
            f"{up} == 0 and {another_watches}",
            wait="15s",
            severity="warning",
            summary=f"hedgewatch at {_HERE} does not answer the scrape: dead, unreachable, or it "
            "wants a token or TLS that Prometheus does not have. Another replica of its desk "
            "answers",
        ),
        _rule(
            "HedgewatchStuck",
            "rate(hedgewatch_ticks_total[1m]) == 0",
            wait="30s",
            first=_LOOK,
            summary=f"hedgewatch at {_HERE} has judged nothing for a minute: it watches nothing",
        ),
    ]


def _does_it_work() -> list[RuleDocument]:
    return [
        _rule(
            "HedgewatchBlind",
            "hedgewatch_account_blind == 1",
            wait="15s",
            summary=f"{_ACCOUNT}: hedgewatch at {_HERE} cannot vouch for it: "
            "watch it at the venue itself",
        ),
        _rule(
            "HedgewatchUnheard",
            'increase(hedgewatch_notifications_total{outcome="dead"}[10m]) > 0',
            summary=f"hedgewatch at {_HERE} gave a message up: "
            "{{ $labels.receiver }} has not heard of it",
        ),
        _rule(
            "HedgewatchUndelivered",
            "hedgewatch_outbox_length > 0",
            wait="2m",
            summary=f"messages of hedgewatch at {_HERE} have waited for two minutes",
        ),
        _rule(
            "HedgewatchRuleBroken",
            "sum by (instance) (increase(hedgewatch_rule_failures_total[10m])) > 0",
            summary=f"a rule of hedgewatch at {_HERE} cannot be evaluated: look for RuleBroken",
        ),
    ]


def _is_it_kept_up() -> list[RuleDocument]:
    return [
        _rule(
            "HedgewatchJobHangs",
            'hedgewatch_job_longest_run_seconds{task!="check_key"} > 1800',
            severity="warning",
            summary=f"{_TASK} of hedgewatch at {_HERE} hangs for half an hour: see its log",
        ),
        _rule(
            "HedgewatchJobFails",
            _fails_often("3h"),
            severity="warning",
            summary=f"{_TASK} of hedgewatch at {_HERE} fails again and again: see its log",
        ),
        _rule(
            "HedgewatchReloadRefused",
            "hedgewatch_config_last_reload_successful == 0",
            wait="1m",
            severity="warning",
            summary=f"hedgewatch at {_HERE} goes on with its old configuration",
        ),
    ]


def _fails_often(window: str) -> str:
    """More than once, and more than one run in thirty: a network that was gone for five minutes
    is no news, one account of twenty that always fails is.
    """
    ended = "sum without (outcome) (increase(hedgewatch_job_runs_total{{outcome=~{}}}[{}]))"
    failed, all_of_them = ended.format('"failed"', window), ended.format('"done|failed"', window)
    return f"{failed} > 1 and {failed} > {all_of_them} / 30"


def _rule(
    name: str,
    expr: str,
    *,
    summary: str,
    first: str = "",
    wait: str = "",
    severity: str = "critical",
) -> RuleDocument:
    return {
        "alert": name,
        "expr": expr,
        **({"for": wait} if wait else {}),
        "labels": {"severity": severity, "source": "prometheus"},
        "annotations": {"summary": summary, "description": f"{first} {_HANDBOOK}".lstrip()},
    }
