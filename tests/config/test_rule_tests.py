from pathlib import Path

import pytest

from hedgewatch.config.problems import ConfigurationError
from tests.support.rule_tests import run_rule_tests

RULES = """\
groups:
  - name: margin
    rules:
      - alert: MarginDanger
        on: pool
        expr: margin_ratio > 80%
        clear: margin_ratio < 70%
        for: 2s
        keep_firing_for: 3s
        labels: {severity: critical}
        annotations: {summary: "{account}/{pool} {margin_ratio:.0%}"}
"""
STORY = """\
rule_files: [rules.yaml]
tests:
  - name: a pool burns and cools
    on: pool
    input_series:
      - {measure: margin_ratio, values: VALUES}
    alert_rule_test:
      - {eval_time: 5s, alertname: MarginDanger, exp_alerts: EXPECTED}
"""

LABELS = "{account: main, venue: binanceusdm, pool: USDT, currency: USDT, severity: critical}"


def outcome(folder: Path, values: str, expected: str, story: str = STORY) -> list[str]:
    (folder / "rules.yaml").write_text(RULES)
    path = folder / "tests.yaml"
    path.write_text(story.replace("VALUES", values).replace("EXPECTED", expected))
    return [str(failure).replace(f"{folder}/", "") for failure in run_rule_tests(path)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("0.9", "[{}]"),
        ("0.9x1 0.5", "[]"),
        ("0.5x3 0.9", "[{exp_state: pending}]"),
        ("0.5x3 0.9", "[]"),
        ("0.9x2 0.75", "[{}]"),
        ("0.9x2 _", "[{}]"),
        ("_", "[]"),
        ("0.9x2 0.5", "[{}]"),
        ("0.9", f"[{{exp_labels: {LABELS}}}]"),
        ("0.9", '[{exp_annotations: {summary: "main/USDT 90%"}}]'),
    ],
)
def test_a_story_that_goes_as_expected_has_no_failures(
    tmp_path: Path, values: str, expected: str
) -> None:
    assert outcome(tmp_path, values, expected) == []


@pytest.mark.parametrize(
    ("values", "expected", "said"),
    [
        ("0.9", "[]", "expected nothing more, but firing {'account': 'main'"),
        ("0.5", "[{}]", "expected firing, but nothing stands"),
        ("0.5x3 0.9", "[{}]", "expected firing, but nothing stands"),
        ("0.9", "[{exp_state: pending}]", "expected pending, but firing"),
        ("0.9", "[{}, {}]", "expected firing, but nothing stands"),
        ("0.9", "[{exp_labels: {account: main}}]", "expected firing {'account': 'main'}, but"),
        ("0.9", "[{exp_annotations: {summary: no}}]", "{'summary': 'no'}, but firing"),
    ],
)
def test_a_story_that_goes_otherwise_is_told_with_its_place(
    tmp_path: Path, values: str, expected: str, said: str
) -> None:
    (failure,) = outcome(tmp_path, values, expected)
    assert failure.startswith("tests.yaml:8:9: a pool burns and cools: at 5s MarginDanger: ")
    assert said in failure


def test_an_alert_ends_only_on_fresh_observations_kept_long_enough(tmp_path: Path) -> None:
    story = STORY.replace("5s", "9s")
    assert outcome(tmp_path, "0.9x2 0.5", "[]", story) == []
    assert outcome(tmp_path, "0.9x2 0.5 stalex9", "[{}]", story) == []


def test_two_subjects_have_alerts_of_their_own(tmp_path: Path) -> None:
    story = STORY.replace(
        "    alert_rule_test:",
        "      - {measure: margin_ratio, subject: {account: other}, values: '0.5'}\n"
        "    alert_rule_test:",
    )
    assert outcome(tmp_path, "0.9", '[{exp_annotations: {summary: "main/USDT 90%"}}]', story) == []
    both = '[{exp_annotations: {summary: "other/USDT 95%"}}, {}]'
    assert outcome(tmp_path, "0.9", both, story.replace("'0.5'", "'0.95'")) == []


def test_steps_of_a_tenth_of_a_second_add_up(tmp_path: Path) -> None:
    story = STORY.replace("    on: pool", "    on: pool\n    interval: 100ms").replace("5s", "2.3s")
    assert outcome(tmp_path, "0.5x2 0.9", "[{}]", story) == []
    assert outcome(tmp_path, "0.5x3 0.9", "[]", story) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[rules.yaml]", "[lost.yaml]", "tests.yaml:1:14: no rule file"),
        ("on: pool", "on: pools", "tests.yaml:4:9: on: must be"),
        (
            "measure: margin_ratio",
            "measure: margin_ratoi",
            "tests.yaml:6:19: a pool has no measure",
        ),
        ("values: VALUES", "values: 0.5 half", "tests.yaml:6:45: 'half' is no value"),
        (
            "alertname: MarginDanger",
            "alertname: MarginDangre",
            "tests.yaml:8:36: no rule 'MarginDangre'",
        ),
        ("eval_time: 5s", "eval_time: 300d", "tests.yaml:8:21: more than 100000 intervals away"),
        ("exp_alerts", "exp_alert", "unknown key 'exp_alert' (did you mean 'exp_alerts'?)"),
        ("tests:", "tests: []\ntest:", "unknown key 'test' (did you mean 'tests'?)"),
    ],
)
def test_a_mistake_in_a_test_is_no_silent_success(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in STORY
    with pytest.raises(ConfigurationError) as error:
        outcome(tmp_path, "0.9", "[]", STORY.replace(old, new))
    assert said in str(error.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("80%", "80s", "rules.yaml:6:30: "),
        ("alert:", "alret:", "rules.yaml:4:9: "),
        ("rules.yaml", "lost.yaml", "tests.yaml:1:14: no rule file "),
        ("tests:", "scenario_files: [lost.yaml]\ntests:", "tests.yaml:2:18: no scenario file "),
    ],
)
def test_while_a_file_under_test_is_wrong_that_alone_is_told_and_no_test_is_blamed(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "tests.yaml"
    story = STORY.replace("VALUES", "0").replace("EXPECTED", "[]")
    cell = "      - {measure: stressed_equity(\"mine\"), values: '1'}\n    alert_rule_test:"
    path.write_text(story.replace("    alert_rule_test:", cell).replace(old, new))
    (tmp_path / "rules.yaml").write_text(RULES.replace(old, new))
    with pytest.raises(ConfigurationError) as error:
        run_rule_tests(path)
    lines = str(error.value).replace(f"{tmp_path}/", "").splitlines()
    assert all(line.startswith(said.partition(":")[0]) for line in lines)
    assert any(line.startswith(said) for line in lines)
    assert not any("no rule '" in line or "no measure" in line for line in lines)


def test_while_a_rule_is_wrong_what_a_test_itself_says_wrong_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "tests.yaml"
    path.write_text(STORY.replace("VALUES", "half").replace("EXPECTED", "[]"))
    (tmp_path / "rules.yaml").write_text(RULES.replace("80%", "80s"))
    with pytest.raises(ConfigurationError) as error:
        run_rule_tests(path)
    rule, test = (found.message for found in error.value.problems)
    assert ("seconds" in rule, "'half' is no value" in test) == (True, True)


WINDOWED = """\
rule_files: [rules.yaml]
tests:
  - name: a rise
    on: pool
    interval: {interval}
    input_series:
      - {{measure: margin_ratio, values: "{values}"}}
    alert_rule_test:
      - {{eval_time: {before}, alertname: Rising, exp_alerts: []}}
      - eval_time: {after}
        alertname: Rising
        exp_alerts: [{{exp_annotations: {{summary: "+20.0% now"}}}}]
"""


@pytest.mark.parametrize(
    "story",
    [
        {"interval": "1s", "values": "0.1x299 0.3", "before": "299s", "after": "300s"},
        {"interval": "1m", "values": "0.1x4 0.3", "before": "4m", "after": "5m"},
        {"interval": "500ms", "values": "0.1x599 0.3", "before": "299s", "after": "300s"},
    ],
)
def test_a_window_passes_in_a_test_as_it_would_live(tmp_path: Path, story: dict[str, str]) -> None:
    (tmp_path / "rules.yaml").write_text(
        "groups:\n- name: g\n  rules:\n  - {alert: Rising, on: pool, "
        "expr: 'change(margin_ratio, 5m) > 15%', labels: {severity: info}, "
        "annotations: {summary: '{change(margin_ratio, 5m):+.1%} now'}}\n"
    )
    path = tmp_path / "tests.yaml"
    path.write_text(WINDOWED.format(**story))
    assert run_rule_tests(path) == []
