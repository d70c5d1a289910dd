"""What a story of rules would have told, to whom, when, and in which words."""

import json
from pathlib import Path

import pytest

from hedgewatch.cli import main
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
        labels: {severity: SEVERITY}
        realert: {worse_by: 5%, every: 30s}
        annotations: {summary: "{account}/{pool} {margin_ratio:.0%}"}
      - alert: EquityLow
        on: pool
        expr: equity < 1000
        labels: {severity: info}
        annotations: {summary: "{equity:.0f} left"}
"""
STORY = """\
rule_files: [rules.yaml]
ROUTES
tests:
  - name: a pool burns
    on: pool
    START
    input_series:
      - {measure: margin_ratio, values: "VALUES"}
      - {measure: equity, values: "2000x9 500x9 2000"}
    COMMANDS
    notification_test:
      - {between: [0s, 20m], alertname: ALERT, exp_notifications: [EXPECTED]}
"""
SILENCED = "commands: [{at: 1s, silence: [account=main], for: 1m}]"
TO_PHONE = "routes: [{to: [phone]}]"


def outcome(folder: Path, **changes: str) -> list[str]:
    """The failures of the story, with these parts in their places."""
    parts = {
        "SEVERITY": "warning", "ROUTES": "", "START": "interval: 1s", "COMMANDS": "",
        "ALERT": "MarginDanger", "VALUES": "0.5x4 0.9x9 0.5", "EXPECTED": "",
    } | changes  # fmt: skip
    rules, story = RULES, STORY
    for name, text in parts.items():
        rules, story = rules.replace(name, text), story.replace(name, text)
    (folder / "rules.yaml").write_text(rules)
    path = folder / "tests.yaml"
    path.write_text(story)
    return [str(failure).replace(f"{folder}/", "") for failure in run_rule_tests(path)]


def test_without_routes_everybody_hears_of_the_beginning_and_the_end(tmp_path: Path) -> None:
    expected = (
        "{kind: firing, at: 5s, receiver: everybody, exp_body: 'main/USDT 90%',"
        " exp_title: 'WARNING MarginDanger: main/USDT'}, {kind: resolved, at: 16s}"
    )
    assert outcome(tmp_path, EXPECTED=expected) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (  # what is critical is told again, until somebody has seen it
            {"SEVERITY": "critical", "VALUES": "0.9"},
            "{kind: firing, at: 0s}, " + ", ".join(
                f"{{kind: repeat, at: {seconds}s}}" for seconds in (300, 600, 900, 1200)
            ),
        ),
        (
            {"SEVERITY": "critical", "VALUES": "0.9",
             "COMMANDS": "commands: [{at: 400s, acknowledge: MarginDanger, by: anna}]"},
            "{kind: firing}, {kind: repeat, at: 300s}, {kind: acknowledged, at: 400s}",
        ),
        (  # it gets worse, and an acknowledgement lapses
            {"VALUES": "0.85x99 0.95"},
            "{kind: firing, at: 0s}, {kind: worse, at: 100s}",
        ),
        (  # a silence ends, and what it kept quiet still fires
            {"VALUES": "0.5x9 0.9", "COMMANDS": SILENCED},
            "{kind: digest, at: 31s, exp_title: 'SILENCED: 1 alert fires'}, {kind: firing}",
        ),
        ({"COMMANDS": SILENCED}, ""),
        (
            {"COMMANDS": "commands: [{at: 1s, silence: [account=other], for: 1m}]"},
            "{kind: firing}, {kind: resolved}",
        ),
        (  # nobody acknowledges, the next one is told
            {"VALUES": "0.9",
             "ROUTES": "routes: [{to: [phone], escalate: [{after: 2m, to: [boss]}]}]"},
            "{kind: firing, at: 0s, receiver: phone}, {kind: firing, at: 120s, receiver: boss}",
        ),
        (  # collected
            {"ROUTES": "routes: [{to: [desk], digest: 10m}]", "VALUES": "0.9"},
            "{kind: digest, at: 600s, receiver: desk}",
        ),
        (  # by quiet hours, in the time of the test
            {"ROUTES": "quiet_hours: [{name: night, times: '22:00-07:00'}]", "VALUES": "0.9",
             "START": "start: 2026-12-01T06:55:00Z"},
            "{kind: firing, at: 300s}",
        ),
        (
            {"ROUTES": "quiet_hours: [{name: night, times: '22:00-07:00'}]", "VALUES": "0.9",
             "START": "start: 2026-12-01T07:00:00Z"},
            "{kind: firing, at: 0s}",
        ),
        (
            {"ROUTES": "routes: [{match: {severity: info}, to: [desk]}]", "ALERT": "EquityLow"},
            "{kind: firing, at: 10s, receiver: desk}, {kind: resolved, receiver: desk}",
        ),
        ({"ROUTES": "routes: [{match: {severity: info}, to: [desk]}]"}, ""),
    ],
)  # fmt: skip
def test_what_is_told_is_what_delivery_would_tell(
    tmp_path: Path, changes: dict[str, str], expected: str
) -> None:
    assert outcome(tmp_path, EXPECTED=expected, **changes) == []


def test_what_is_told_otherwise_is_shown_beside_what_was_expected(tmp_path: Path) -> None:
    (failure,) = outcome(tmp_path, EXPECTED="{kind: firing, exp_body: '95%'}", ROUTES=TO_PHONE)
    assert failure.startswith("tests.yaml:12:9: a pool burns: from 0s to 1200s MarginDanger: ")
    for line in (
        "    exp:\n      firing\n",
        "    got:\n      firing at 5s to phone: WARNING MarginDanger: main/USDT\n",
        "      resolved at 16s to phone: RESOLVED MarginDanger: main/USDT\n",
        "    exp_body '95%'\n    got      'main/USDT 90%",
    ):
        assert line in failure


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        outcome(
            tmp_path,
            ROUTES=TO_PHONE,
            ALERT="MarginDangr",
            EXPECTED="{kind: firing, receiver: phoen}",
            COMMANDS="commands: [{at: 1s, acknowledge: Nothing}]",
        )
    said = str(error.value)
    for mistake in (
        "no rule 'MarginDangr' on a pool (did you mean 'MarginDanger'?)",
        "no rule 'Nothing' on a pool",
        "no route names a receiver 'phoen' (did you mean 'phone'?)",
    ):
        assert mistake in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("{at: 1s}", "give either acknowledge: RULE or silence:"),
        ("{at: 1s, silence: [account=main]}", "a silence always ends: give for: 1h"),
        ("{at: 1s, silence: [account], for: 1h}", "account"),
        ("{at: 1s, acknowledge: MarginDanger, until: 1h}", "unknown key 'until'"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(tmp_path: Path, command: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        outcome(tmp_path, COMMANDS=f"commands: [{command}]")
    assert said in str(error.value)


def test_one_test_of_many_is_run_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome(tmp_path)
    file = str(tmp_path / "tests.yaml")
    assert main(["rules", "test", file, "--run", "BURNS", "--json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)[file]
    assert told["name"] == "a pool burns"
    assert "told otherwise than expected" in told["failures"][0]["message"]
    assert main(["rules", "test", file, "--run", "freezes"]) == 2
    assert "no test has 'freezes' in its name" in capsys.readouterr().err
