"""The exported rules: Prometheus accepts them, and they fire where ours fire."""

import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hedgewatch.cli import main
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_rules, shipped_scenarios
from hedgewatch.core.book.rows import Cells
from hedgewatch.core.expression import Expression
from hedgewatch.core.expression.windowing import windowing_of
from hedgewatch.core.model import Truth, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.telemetry.prometheus.export import exported, rule_of
from hedgewatch.telemetry.prometheus.promql import PromQL
from hedgewatch.telemetry.prometheus.series import CannotMapError, Series, identity_of
from tests.core.expression.test_compiled import CONDITIONS, FLAGS, MEASURES
from tests.support.servers import find_program

COMMITTED = Path(__file__).parents[2] / "deploy" / "prometheus" / "rules.yml"
NOT_KNOWN = Unknown("not read yet", 0.0)
SCRAPED = frozenset(each.name for each in load_scenarios(shipped_scenarios()) if each.scraped)
Values = Mapping[str, float | bool | Unknown]


def promtool(*arguments: str | Path) -> str:
    """What it says when all is well."""
    command = [find_program("promtool"), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def played(folder: Path, test: Mapping[str, Any], rules: object = None, every: str = "1s") -> str:
    """A test of promtool that goes as it expects."""
    document = {"groups": []} if rules is None else rules
    (folder / "rules.yml").write_text(json.dumps(document))
    file = folder / "test.yml"
    whole = {"rule_files": ["rules.yml"], "evaluation_interval": every, "tests": [test]}
    file.write_text(json.dumps(whole))
    return promtool("test", "rules", file)


def sample(value: float) -> str:
    return {inf: "Inf", -inf: "-Inf"}.get(value, repr(float(value)))


def known(values: Values) -> Iterator[tuple[str, float | bool]]:
    for name, value in values.items():
        if not isinstance(value, Unknown):
            yield name, value


# ------------------------------------------------------------------------------------- the file


def test_the_committed_file_is_what_the_shipped_rules_make_today(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rules", "export"]) == 0
    said = capsys.readouterr()
    assert said.out == COMMITTED.read_text(encoding="utf-8"), (
        "make it anew: hedgewatch rules export --out deploy/prometheus/rules.yml"
    )
    assert "AccountBlind: liquidation_distance_worst has no metric" in said.err


def test_promtool_accepts_every_rule_of_it() -> None:
    rules = [
        rule for group in yaml.safe_load(COMMITTED.read_text())["groups"] for rule in group["rules"]
    ]
    assert f"SUCCESS: {len(rules)} rules found" in promtool("check", "rules", COMMITTED)
    left_out = re.findall(r"^# - (\w+): ", COMMITTED.read_text(), re.MULTILINE)
    names = {rule["alert"] for rule in rules} | set(left_out)
    assert names >= {rule.name for rule in load_rules(shipped_rules())}


# --------------------------------------------------------------------------- the same three truths


def truths(
    folder: Path, cases: Sequence[tuple[str, Iterable[str]]], rows: Mapping[str, Values]
) -> None:
    """Each query gives exactly the rows that it should."""
    test = {
        "interval": "1s",
        "input_series": [
            {"series": f'{name}{{row="{row}"}}', "values": sample(value)}
            for row, values in rows.items()
            for name, value in known(values)
        ],
        "promql_expr_test": [
            {
                "expr": f"group by (row) ({query})",
                "eval_time": "0s",
                "exp_samples": [{"labels": f'{{row="{row}"}}', "value": 1} for row in expected],
            }
            for query, expected in cases
        ],
    }
    played(folder, test)


NUMBERS = st.sampled_from([-2.0, -0.5, 0.0, 0.8, 1.0, 3.0, inf, -inf])
ROWS = st.fixed_dictionaries(
    dict.fromkeys(MEASURES, NUMBERS | st.just(NOT_KNOWN))
    | dict.fromkeys(FLAGS, st.booleans() | st.just(NOT_KNOWN))
)


def queries(condition: Expression) -> dict[Truth, str]:
    promql = PromQL(lambda name: name)
    return {True: promql.where_true(condition.root), False: promql.where_false(condition.root)}


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(CONDITIONS, min_size=25, max_size=25), st.lists(ROWS, min_size=20, max_size=20))
def test_any_condition_is_true_false_and_unknown_of_the_same_rows_in_promql(
    tmp_path: Path, conditions: list[Expression], rows: list[Values]
) -> None:
    named = {f"row-{number}": values for number, values in enumerate(rows)}
    cases = []
    for condition in conditions:
        try:
            found = queries(condition)
        except CannotMapError:
            continue
        for truth, query in found.items():
            matching = [
                name
                for name, values in named.items()
                if condition.evaluate(SimpleNamespace(**values)) is truth
            ]
            cases.append((query, matching))
    assert cases
    truths(tmp_path, cases, named)


# ---------------------------------------------------------------------------------- shipped rules


def numbers_of(rule: Rule) -> list[float]:
    """Every number that its expression names."""
    found = re.findall(r"Number\(literal=([-\d.e+]+)\)", repr(rule.expr.root))
    return sorted({float(text) for text in found})


def candidates(rule: Rule, name: str) -> list[float | bool | Unknown]:
    """Values about every number of the rule, the ends of the line, and what is not known."""
    if "Flag(name=" + repr(name) in repr(rule.expr.root):
        return [True, False, NOT_KNOWN]
    near = [
        sign * number * part
        for number in numbers_of(rule)
        for sign in (1, -1)
        for part in (0.9, 1.1)
    ]
    return [*near, 0.0, inf, -inf, NOT_KNOWN]


def rows_of(rule: Rule, most: int = 150) -> list[dict[str, float | bool | Unknown]]:
    names = sorted(rule.expr.names)
    every = list(product(*(candidates(rule, name) for name in names)))
    step = max(1, len(every) // most)
    return [dict(zip(names, values, strict=True)) for values in every[::step]]


def row(values: Values) -> SimpleNamespace:
    cells = Cells({name: held for name, held in values.items() if not name.isidentifier()})
    plain = {name: held for name, held in values.items() if name.isidentifier()}
    return SimpleNamespace(stressed=cells, **plain)


def labels_of(rule: Rule, number: int) -> str:
    """Of a subject that the rule watches."""
    watched = {name: min(values) for name, values in rule.where.items()}
    names = identity_of(rule.scope)
    return ", ".join(f'{name}="{watched.get(name, f"{name}-{number}")}"' for name in names)


SHIPPED = load_rules(shipped_rules())
LEFT_OUT = exported(SHIPPED, SCRAPED).left_out
OF_NOW = [
    rule
    for rule in SHIPPED
    if rule.name not in LEFT_OUT and not any(map(windowing_of, rule.expr.names))
]


@pytest.mark.parametrize("rule", OF_NOW, ids=lambda rule: rule.name)
def test_a_shipped_rule_is_true_of_the_same_subjects_in_prometheus(
    tmp_path: Path, rule: Rule
) -> None:
    rows = rows_of(rule)
    bare = Series(rule, SCRAPED, joined=False)
    fires = [
        number for number, values in enumerate(rows) if rule.expr.evaluate(row(values)) is True
    ]
    assert 0 < len(fires) < len(rows)
    series = [
        {
            "series": _with(bare.of(name), labels_of(rule, number)),
            "values": sample(value),
        }
        for number, values in enumerate(rows)
        for name, value in known(values)
    ]
    ids = ", ".join(identity_of(rule.scope))
    expected = [{"labels": f"{{{labels_of(rule, number)}}}", "value": 1} for number in fires]
    query = f"group by ({ids}) ({rule_of(rule, SCRAPED)['expr']})"
    asked = {"expr": query, "eval_time": "0s", "exp_samples": expected}
    played(tmp_path, {"interval": "1s", "input_series": series, "promql_expr_test": [asked]})


def _with(selector: str, labels: str) -> str:
    """A series that the selector finds; whom the rule watches is in the labels."""
    name, _, inside = selector.partition("{")
    fixed = [each for each in inside.rstrip("}").split(", ") if each and "=~" not in each]
    return f"{name}{{{', '.join((*fixed, labels))}}}"


# ------------------------------------------------------------------------ rules of one's own, texts

EACH = "max by (instance, account, venue, pool)"
OWN = """\
groups:
  - name: own
    rules:
      - alert: Own
        on: pool
        where: WHERE
        expr: EXPR
        for: 1500ms
        unknown: HOLD
        labels: {severity: warning, team: "{{desk}}"}
        annotations:
          summary: >-
            {{x}} {alertname} {account}/{pool}: {margin_ratio:.1%}, {equity:+,.0f} {currency}
"""


def own(folder: Path, expr: str, where: str = "{}", unknown: str = "hold") -> Rule:
    path = folder / "own.yaml"
    path.write_text(OWN.replace("EXPR", expr).replace("WHERE", where).replace("HOLD", unknown))
    (rule,) = load_rules([path])
    return rule


@pytest.mark.parametrize(
    ("expr", "where", "query"),
    [
        (
            "margin_ratio > 80%",
            "{account: main, pool: [USDT, U.S]}",
            'hedgewatch_margin_ratio{account="main", pool=~"U\\\\.S|USDT"} > 0.8',
        ),
        ("not (10% < margin_ratio < 50%)", "{}",
         "0.1 >= hedgewatch_margin_ratio\nor hedgewatch_margin_ratio >= 0.5"),
        ("change(equity, 5m) < -1000", "{}",
         "(hedgewatch_equity - hedgewatch_equity offset 5m) < -1000"),
        ("average(equity, 90s) < 1000", "{}",
         "(avg_over_time(hedgewatch_equity[90s]) and hedgewatch_equity offset 90s) < 1000"),
        ("equity / headroom > 2", "{}",
         f"{EACH} (hedgewatch_equity) / ({EACH} (hedgewatch_headroom) != 0) > 2"),
    ],
)  # fmt: skip
def test_an_expression_is_written_as_one_would_write_it_in_promql(
    tmp_path: Path, expr: str, where: str, query: str
) -> None:
    assert rule_of(own(tmp_path, expr, where), SCRAPED)["expr"] == query


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        ("shock_nearest < 5%", "shock_nearest has no metric on: pool"),
        ("zscore(equity, 1h) < -3", "zscore over a window has no counterpart"),
        ('stressed_equity("oct-2025") < 0', "the scenario oct-2025 is not scraped"),
        ("equity > 1 > 0", "it compares two numbers"),
    ],
)
def test_what_does_not_map_is_left_out_with_its_reason(
    tmp_path: Path, expr: str, reason: str
) -> None:
    export = exported([own(tmp_path, expr)], scraped=[])
    assert export.left_out == {"Own": reason}
    assert [group["name"] for group in export.document["groups"]] == ["hedgewatch-daemon"]


SUBJECT = {"account": "main", "venue": "binanceusdm", "pool": "USDT", "instance": "here"}


def series(metric: str, values: str, **labels: str) -> dict[str, str]:
    inside = ", ".join(f'{name}="{value}"' for name, value in {**SUBJECT, **labels}.items())
    return {"series": f"{metric}{{{inside}}}", "values": values}


def test_an_alert_of_prometheus_shows_the_numbers_that_ours_would(tmp_path: Path) -> None:
    rule = own(tmp_path, "margin_ratio > 80% or shock_up < 10%")
    labels = {"severity": "warning", "team": "{{desk}}", "source": "prometheus"}
    shown = {
        "exp_labels": SUBJECT | labels,
        "exp_annotations": {"summary": "{x} Own main/USDT: 85.0%, +25000 USDT"},
    }
    test = {
        "interval": "1s",
        "input_series": [
            series("hedgewatch_margin_ratio", "0.85x9", currency="USDT"),
            series("hedgewatch_equity", "25000x9", currency="USDT"),
        ],
        "alert_rule_test": [
            {"eval_time": "1s", "alertname": "Own", "exp_alerts": []},
            {"eval_time": "3s", "alertname": "Own", "exp_alerts": [shown]},
        ],
    }
    document = exported([rule], SCRAPED).document
    for group in document["groups"]:
        group["interval"] = "1s"
    played(tmp_path, test, document)


def test_where_not_knowing_counts_as_true_an_absent_series_fires_too(tmp_path: Path) -> None:
    rule = own(tmp_path, "margin_ratio > 80% and equity < 1000", unknown="fire")
    query = f"group by (account, pool) ({rule_of(rule, SCRAPED)['expr']})"
    values = {"calm": (0.5, None), "unsure": (0.9, None), "sure": (0.9, 10), "rich": (None, 5000)}
    told = [
        series(metric, str(value), account=account)
        for account, pair in values.items()
        for metric, value in zip(
            ("hedgewatch_margin_ratio", "hedgewatch_equity"), pair, strict=True
        )
        if value is not None
    ]
    expected = [
        {"labels": f'{{account="{account}", pool="USDT"}}', "value": 1}
        for account in ("unsure", "sure")
    ]
    asked = {"expr": query, "eval_time": "0s", "exp_samples": expected}
    played(tmp_path, {"interval": "1s", "input_series": told, "promql_expr_test": [asked]})


# ------------------------------------------------------------------------------- the daemon itself

ALIVE = {
    'up{job="hedgewatch"}': "1x300",
    "hedgewatch_build_info": "1x300",
    "hedgewatch_ticks_total": "0+1x300",
    'hedgewatch_account_blind{account="main"}': "0x300",
    'hedgewatch_notifications_total{outcome="dead"}': "0x300",
    'hedgewatch_rule_failures_total{alertname="A"}': "0x300",
    "hedgewatch_outbox_length": "0x300",
    "hedgewatch_config_last_reload_successful": "1x300",
}


@pytest.mark.parametrize(
    ("changed", "fires"),
    [
        ({}, ""),
        ({'up{job="hedgewatch"}': "0x300"}, "HedgewatchDown"),
        ({'up{job="hedgewatch"}': "0x300", "hedgewatch_build_info": "_"}, "HedgewatchDown"),
        ({"hedgewatch_build_info": "_"}, "HedgewatchDown"),
        ({"hedgewatch_ticks_total": "7x300"}, "HedgewatchStuck"),
        ({'hedgewatch_account_blind{account="main"}': "1x300"}, "HedgewatchBlind"),
        ({'hedgewatch_notifications_total{outcome="dead"}': "0x30 1x270"}, "HedgewatchUnheard"),
        ({"hedgewatch_outbox_length": "3x300"}, "HedgewatchUndelivered"),
        ({'hedgewatch_rule_failures_total{alertname="A"}': "0x30 1x270"}, "HedgewatchRuleBroken"),
        (
            {'hedgewatch_job_longest_run_seconds{task="reconcile"}': "1801x300"},
            "HedgewatchJobHangs",
        ),
        ({'hedgewatch_job_longest_run_seconds{task="check_key"}': "1801x300"}, ""),
        (
            {'hedgewatch_job_runs_total{task="a",outcome="failed"}': "0x30 9x270"},
            "HedgewatchJobFails",
        ),
        ({"hedgewatch_config_last_reload_successful": "0x300"}, "HedgewatchReloadRefused"),
    ],
)
def test_prometheus_notices_what_the_daemon_cannot_say_itself(
    tmp_path: Path, changed: dict[str, str], fires: str
) -> None:
    document = exported([], []).document
    names = [rule["alert"] for group in document["groups"] for rule in group["rules"]]
    for group in document["groups"]:
        for rule in group["rules"]:
            rule["annotations"], rule["labels"] = {}, {}
    asked = [
        {
            "expr": f'count by (alertname) (ALERTS{{alertname="{name}", alertstate="firing"}})',
            "eval_time": "250s",
            "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1}]
            if name in ("Watchdog", fires)
            else [],
        }
        for name in names
    ]
    told = [{"series": name, "values": values} for name, values in {**ALIVE, **changed}.items()]
    test = {"interval": "1s", "input_series": told, "promql_expr_test": asked}
    played(tmp_path, test, document, every="5s")


def test_a_scrape_that_a_token_refuses_is_not_told_as_a_death() -> None:
    """It says `up` 0 as well, and the daemon watches all the same."""
    texts = {
        rule["alert"]: rule["annotations"]["summary"]
        for group in exported([], []).document["groups"]
        for rule in group["rules"]
    }
    for name in (ALONE, ANOTHER):
        assert "does not answer the scrape: dead, unreachable, or it wants a token" in texts[
            name
        ].replace(", and no replica of it does", "")
        assert "nobody watches" not in texts[name]


def scraped(metric: str, values: str, host: str, **labels: str) -> dict[str, str]:
    """A series as a scrape of that host has it."""
    own = {"job": "hedgewatch", "instance": host, **labels}
    inside = ", ".join(f'{name}="{value}"' for name, value in own.items())
    return {"series": f"{metric}{{{inside}}}", "values": values}


LIVES, DIES = ("1x200",) * 2, ("1x100 0x100", "1x100 stale")
"""What `up` says, and the series of the daemon itself, which end with it."""
ALONE, ANOTHER = "HedgewatchDown", "HedgewatchReplicaDown"


@pytest.mark.parametrize(
    ("daemons", "told"),
    [
        ({("one:1", "desk", "a"): LIVES, ("two:1", "desk", "b"): LIVES}, {}),
        ({("one:1", "desk", "a"): LIVES, ("two:1", "desk", "b"): DIES}, {"two:1": ANOTHER}),
        (
            {("one:1", "desk", "a"): DIES, ("two:1", "desk", "b"): DIES},
            {"one:1": ALONE, "two:1": ALONE},
        ),
        ({("one:1", "desk", "a"): LIVES, ("two:1", "second", "b"): DIES}, {"two:1": ALONE}),
        ({("one:1", "desk", ""): LIVES, ("two:1", "desk", ""): DIES}, {"two:1": ALONE}),
    ],
    ids=["all live", "one of two", "both", "of another desk", "not named as a replica"],
)
def test_a_replica_that_dies_is_no_desk_that_nobody_watches(
    tmp_path: Path, daemons: dict[tuple[str, str, str], tuple[str, str]], told: dict[str, str]
) -> None:
    document = exported([], []).document
    rules = {rule["alert"]: rule for group in document["groups"] for rule in group["rules"]}
    asked = [
        {
            "expr": f'count by (instance) (ALERTS{{alertname="{name}", alertstate="firing"}})',
            "eval_time": "150s",
            "exp_samples": [
                {"labels": f'{{instance="{host}"}}', "value": 1}
                for host, alertname in told.items()
                if alertname == name
            ],
        }
        for name in (ALONE, ANOTHER)
    ]
    series = [
        each
        for (host, desk, replica), (up, own) in daemons.items()
        for each in (
            scraped("up", up, host),
            scraped("hedgewatch_build_info", own, host),
            scraped("hedgewatch_desk_info", own, host, desk=desk, replica=replica),
        )
    ]
    test = {"interval": "1s", "input_series": series, "promql_expr_test": asked}
    played(tmp_path, test, document, every="5s")
    assert rules[ALONE]["labels"]["severity"] == "critical"
    assert rules[ANOTHER]["labels"]["severity"] == "warning"


@pytest.mark.parametrize(
    ("failed", "done", "fires"),
    [("0+1x180", "0+19x180", True), ("0+1x4 4x176", "0+19x180", False), ("0+1x180", "0x180", True)],
    ids=["one account of twenty, always", "a network that was gone for four minutes", "all"],
)
def test_a_job_that_keeps_failing_is_told_and_a_passing_trouble_is_not(
    tmp_path: Path, failed: str, done: str, *, fires: bool
) -> None:
    runs = "hedgewatch_job_runs_total"
    asked = {
        "expr": 'ALERTS{alertname="HedgewatchJobFails"}',
        "eval_time": "3h",
        "exp_samples": [
            {
                "labels": 'ALERTS{alertname="HedgewatchJobFails", alertstate="firing", '
                'instance="one:1", job="hedgewatch", severity="warning", source="prometheus", '
                'task="read_clock"}',
                "value": 1,
            }
        ]
        if fires
        else [],
    }
    series = [
        scraped(runs, failed, "one:1", task="read_clock", outcome="failed"),
        scraped(runs, done, "one:1", task="read_clock", outcome="done"),
    ]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": [asked]}
    document = exported([], []).document
    for group in document["groups"]:
        group["interval"] = "1m"
    played(tmp_path, test, document, every="1m")
