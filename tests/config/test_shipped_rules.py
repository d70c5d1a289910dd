import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import demo_rules, shipped_rules
from tests.support.rule_tests import run_rule_tests

RULES = Path(__file__).parents[2] / "rules"
TESTS = sorted((RULES / "tests").glob("*.yaml"))


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_shipped_rules_do_what_their_tests_say(path: Path) -> None:
    assert run_rule_tests(path) == []


def test_every_shipped_rule_is_shown_firing_and_silent() -> None:
    fires: set[str] = set()
    silent: set[str] = set()
    for path in TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for check in test["alert_rule_test"]:
                states = [alert.get("exp_state", "firing") for alert in check["exp_alerts"]]
                fires |= {check["alertname"]} if "firing" in states else set()
                silent |= set() if states else {check["alertname"]}
    names = {rule.name for rule in load_rules(shipped_rules())}
    assert len(names) >= 9
    assert names == fires == silent


def test_the_rules_of_the_demo_are_the_shipped_ones_in_a_hurry() -> None:
    demo = {rule.name: rule for rule in load_rules(demo_rules())}
    shipped = {rule.name: rule for rule in load_rules(shipped_rules())}
    assert len(demo) >= 7
    assert demo.keys() <= shipped.keys()
    for name, rule in demo.items():
        assert rule.hold_for <= 1 >= rule.keep_firing_for
        for field in ("scope", "expr", "clear", "where", "unknown", "severity", "labels"):
            assert getattr(rule, field) == getattr(shipped[name], field)
        texts = {key: template.text for key, template in rule.annotations.items()}
        assert texts == {k: template.text for k, template in shipped[name].annotations.items()}


def test_every_shipped_rule_says_what_to_do_and_has_its_page() -> None:
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", (RULES / "README.md").read_text(), re.MULTILINE)
    }
    for rule in load_rules(shipped_rules()):
        assert rule.annotations.keys() >= {"summary", "description", "resolved", "runbook_url"}
        page, _, anchor = rule.annotations["runbook_url"].text.partition("#")
        assert (page, anchor) == ("rules/README.md", rule.name.lower())
        assert anchor in anchors


def test_the_examples_of_the_rules_page_are_rules(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.+?)```", (RULES / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 5
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(block)
        if "rule_files" in block:
            path.write_text(block.replace("../margin.yaml", str(RULES / "margin.yaml")))
            assert run_rule_tests(path) == []
        elif "scenarios:" in block:
            assert load_scenarios([path])
        else:
            assert load_rules([path])


def test_a_shipped_rule_with_another_threshold_is_caught_by_its_tests(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for path in (*shipped_rules(), *TESTS):
        target = tmp_path / path.relative_to(RULES)
        target.write_text(re.sub(r"10%$", "12%", path.read_text(), flags=re.MULTILINE))
    assert run_rule_tests(tmp_path / "tests" / "liquidation.yaml")


def test_rules_are_values_that_can_be_compared_over_a_reload() -> None:
    first, second = load_rules(shipped_rules()), load_rules(shipped_rules())
    assert [replace(rule, annotations={}) for rule in first] == [
        replace(rule, annotations={}) for rule in second
    ]
