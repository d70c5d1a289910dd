from pathlib import Path

import pytest

from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import load_rules
from hedgewatch.core.alert_model import Severity
from hedgewatch.core.expression import Expression
from hedgewatch.core.model import Scope

FULL = """\
groups:
  - name: margin
    labels: {severity: warning, team: treasury}
    rules:
      - alert: MarginDanger
        on: pool
        where: {venue: binanceusdm, account: [main, hedge]}
        expr: margin_ratio > 80% or shock_down > -10%
        clear: margin_ratio < 70%
        for: 3s
        keep_firing_for: 1m30s
        unknown: fire
        labels: {severity: critical}
        annotations:
          summary: "{account}/{pool} in {currency}: {margin_ratio:.1%} {alertname} {severity}"
"""


def load_text(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"rules{number}.yaml" for number in range(1, len(texts) + 1)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def mistakes(folder: Path, *texts: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        load_rules(load_text(folder, *texts))
    return [str(problem).replace(f"{folder}/rules", "") for problem in error.value.problems]


def test_a_rule_file_becomes_the_rules_that_the_core_judges(tmp_path: Path) -> None:
    (rule,) = load_rules(load_text(tmp_path, FULL))
    assert (rule.name, rule.scope, rule.severity) == ("MarginDanger", Scope.POOL, Severity.CRITICAL)
    assert rule.where == {
        "venue": frozenset({"binanceusdm"}),
        "account": frozenset({"main", "hedge"}),
    }
    assert rule.expr.names == {"margin_ratio", "shock_down"}
    assert isinstance(rule.clear, Expression)
    assert (rule.hold_for, rule.keep_firing_for, rule.unknown) == (3.0, 90.0, "fire")
    assert rule.labels == {"severity": "critical", "team": "treasury"}
    values = {"account": "main", "pool": "USDT", "currency": "USDT", "margin_ratio": 0.5}
    texts = {"alertname": "MarginDanger", "severity": "critical"}
    assert rule.annotations["summary"].render({**values, **texts}.__getitem__) == (
        "main/USDT in USDT: 50.0% MarginDanger critical"
    )


def test_a_group_may_give_the_severity_of_its_rules(tmp_path: Path) -> None:
    (rule,) = load_rules(load_text(tmp_path, FULL.replace("labels: {severity: critical}", "")))
    assert rule.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("groups:", "groupes:", "1.yaml:1:1: unknown key 'groupes' (did you mean 'groups'?)"),
        ("groups:", "tests:", "1.yaml:1:1: this is no file of rules, it is one of tests of rules"),
        ("groups:", "scenarios:", "1.yaml:1:1: this is no file of rules, it is one of scenarios"),
        ("groups:", "accounts:", "1.yaml:1:1: this is no file of rules, it is a configuration"),
        ("name: margin", "nmae: margin", "1.yaml:2:5: unknown key 'nmae'"),
        ("MarginDanger", "margin_danger", "1.yaml:5:16: a rule is named in CamelCase"),
        (
            "on: pool",
            "on: account",
            "1.yaml:8:15: unknown measure 'margin_ratio' (did you mean 'highest_margin_ratio'?)",
        ),
        ("on: pool", "on: pools", "1.yaml:6:13: on: must be 'position', 'pool'"),
        ("on: pool\n", "\n", "1.yaml:5:9: the key 'on' is missing"),
        ("{venue:", "{symbol:", "1.yaml:7:17: a pool has no label 'symbol'"),
        ("[main, hedge]", "[main, 5]", "1.yaml:7:53: account: must be a text"),
        ("shock_down >", "shock_dwon >", "1.yaml:8:37: unknown measure 'shock_dwon'"),
        ("-10%", "10s", "1.yaml:8:50: '10s' is a time in seconds"),
        ("> 80%", "", "1.yaml:8:15: 'margin_ratio' is a ratio, not a condition"),
        ("< 70%", "<", "1.yaml:9:29: a measure or number is missing"),
        (
            "expr: margin_ratio > 80% or shock_down > -10%",
            "expr: true",
            "1.yaml:8:15: expr: must be a text",
        ),
        ("for: 3s", "for: 3", "1.yaml:10:14: a duration must read like"),
        ("unknown: fire", "unknown: ignore", "1.yaml:12:18: unknown: must be 'hold' or 'fire'"),
        (
            "{severity: critical}",
            "{severity: high}",
            "1.yaml:13:28: severity must be info, warning",
        ),
        (
            "{severity: critical}",
            "{account: x}",
            "1.yaml:13:18: the label 'account' is set already",
        ),
        ("{severity: critical}", '{"a b": x}', "1.yaml:13:18: 'a b' is no name"),
        ("{account}/", "{acount}/", "1.yaml:15:21: 'acount' cannot be shown here"),
        (":.1%}", ":.1z}", "1.yaml:15:53: '.1z' is no format for 'margin_ratio'"),
        (
            "        unknown",
            "        interval: 5s\n        unknown",
            "1.yaml:12:9: unknown key 'interval'",
        ),
    ],
)
def test_a_mistake_of_a_rule_is_told_with_its_place_and_its_mend(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in FULL
    lines = mistakes(tmp_path, FULL.replace(old, new, 1))
    assert any(line.startswith(said) for line in lines), lines


def test_a_rule_without_severity_is_refused(tmp_path: Path) -> None:
    text = FULL.replace("labels: {severity: critical}", "").replace("severity: warning, ", "")
    assert mistakes(tmp_path, text) == [
        "1.yaml:5:9: labels: severity is missing: info, warning or critical"
    ]


def test_the_same_name_in_another_file_is_refused_with_the_first_place(tmp_path: Path) -> None:
    assert mistakes(tmp_path, FULL, FULL) == [
        "2.yaml:5:16: MarginDanger stands already in 1.yaml:5: rename one"
    ]


def test_a_mistake_in_one_file_hides_none_in_the_next(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, "groups: [", "- x", FULL.replace("on: pool", "on: pond"))
    assert [line.split(":")[0] for line in lines] == ["1.yaml", "2.yaml", "3.yaml"]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("expr: |\n          margin_ratio > 80%\n            or shock_dwon > 1", "1.yaml:10:16"),
        ("expr: >-\n          margin_ratio > 80%\n\n          or shock_dwon > 1", "1.yaml:11:14"),
        ("expr: 'margin_ratio > 80% or\n            shock_dwon > 1'", "1.yaml:9:13"),
        ('expr: "margin_ratio > 80% or \\\n            shock_dwon > 1"', "1.yaml:9:13"),
        ("expr: margin_ratio > 80% or\n            shock_dwon > 1", "1.yaml:9:13"),
    ],
)
def test_a_mistake_is_found_in_its_line_however_the_expression_is_written(
    tmp_path: Path, written: str, place: str
) -> None:
    text = FULL.replace("expr: margin_ratio > 80% or shock_down > -10%", written)
    assert [line.split(": ")[0] for line in mistakes(tmp_path, text)] == [place]


GROUP = """\
groups:
  - name: margin
    where: {venue: binanceusdm, account: main}
    for: 10s
    keep_firing_for: 1m
    unknown: fire
    realert: {worse_by: 5%, every: 10m}
    silenceable: true
    labels: {severity: warning, team: treasury}
    annotations: {runbook_url: "https://desk.example/{alertname}", summary: "{account}"}
    rules:
      - {alert: AsTheGroup, on: pool, expr: margin_ratio > 80%}
      - alert: AsItself
        on: pool
        where: {account: second}
        expr: margin_ratio > 90%
        for: 0
        keep_firing_for: 2m
        unknown: hold
        realert: {worse_by: 1%}
        silenceable: false
        labels: {severity: critical}
        annotations: {summary: "now"}
"""


def test_a_rule_has_what_its_group_says_unless_it_says_it_itself(tmp_path: Path) -> None:
    first, second = load_rules(load_text(tmp_path, GROUP))
    assert first.where == {"venue": {"binanceusdm"}, "account": {"main"}}
    assert (first.hold_for, first.keep_firing_for, first.unknown) == (10.0, 60.0, "fire")
    assert first.realert is not None
    assert (first.realert.worse_by, first.realert.every) == (0.05, 600.0)
    assert (first.severity, first.silenceable) == (Severity.WARNING, True)
    assert first.annotations.keys() == {"runbook_url", "summary"}
    assert second.where == {"venue": {"binanceusdm"}, "account": {"second"}}
    assert (second.hold_for, second.keep_firing_for, second.unknown) == (0.0, 120.0, "hold")
    assert second.realert is not None
    assert (second.realert.worse_by, second.realert.every) == (0.01, 300.0)
    assert (second.severity, second.silenceable) == (Severity.CRITICAL, False)
    assert second.labels == {"severity": "critical", "team": "treasury"}
    assert second.annotations["summary"].text == "now"
    assert second.annotations["runbook_url"].text == "https://desk.example/{alertname}"


@pytest.mark.parametrize(
    ("was", "wrong", "mistake"),
    [
        ("venue: binanceusdm", "vnue: x", "1.yaml:3:13: a pool has no label 'vnue'"),
        ("for: 10s", "for: 10", "1.yaml:4:10: a duration must read like 500ms, 30s"),
        ("unknown: fire", "unknown: fir", "1.yaml:6:14: unknown: must be 'hold' or 'fire' (did"),
        ("worse_by: 5%", "worse_by: 5s", "1.yaml:7:25: worse_by: '5s' is a time in seconds"),
        ("severity: warning", "severity: hot", "1.yaml:9:24: severity must be info, warning or"),
        ("team:", "account:", "1.yaml:9:33: the label 'account' is set already: rename it"),
        ("{alertname}", "{alert}", "1.yaml:10:54: 'alert' cannot be shown here (did you mean 'a"),
        ("keep_firing_for: 1m", "keep_firing: 1m", "1.yaml:5:5: unknown key 'keep_firing' (did"),
    ],
)
def test_a_mistake_of_a_group_is_told_once_where_it_stands(
    tmp_path: Path, was: str, wrong: str, mistake: str
) -> None:
    (said,) = mistakes(tmp_path, GROUP.replace(was, wrong, 1))
    assert said.startswith(mistake)
