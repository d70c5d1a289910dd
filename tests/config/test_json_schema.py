"""The schemas that editors complete rule files by: committed, fresh, and true of the files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from hedgewatch.config.json_schema import rule_schema, rule_test_schema
from hedgewatch.config.yaml_source import read_source

RULES = Path(__file__).parents[2] / "rules"
RULE_FILES = [*sorted(RULES.glob("*.yaml")), *sorted(RULES.glob("demo/*.yaml"))]
TEST_FILES = sorted(RULES.glob("tests/*.yaml"))


@pytest.mark.parametrize(
    ("path", "made"),
    [("rules.schema.json", rule_schema), ("tests/tests.schema.json", rule_test_schema)],
)
def test_a_committed_schema_is_what_the_models_say(
    path: str, made: Callable[[], dict[str, Any]]
) -> None:
    """`make fix` writes them anew."""
    committed = json.loads((RULES / path).read_text(encoding="utf-8"))
    assert committed == made()
    Draft202012Validator.check_schema(committed)


@pytest.mark.parametrize(
    "path", [*RULE_FILES, *TEST_FILES], ids=lambda path: str(path.relative_to(RULES))
)
def test_a_shipped_file_is_as_the_schema_in_its_first_line_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = text.split("\n")[0].removeprefix("# yaml-language-server: $schema=")
    schema = json.loads((path.parent / named).read_text(encoding="utf-8"))
    held = read_source(path, []).value
    assert [error.message for error in Draft202012Validator(schema).iter_errors(held)] == []


SOUND = {
    "alert": "It",
    "on": "pool",
    "expr": "margin_ratio > 80%",
    "labels": {"severity": "info"},
    "where": {"account": "main", "pool": ["USDT"]},
    "for": "1h30m",
    "keep_firing_for": 0,
    "realert": {"worse_by": 5},
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"alert": "it"},
        {"alert": "RuleBroken"},
        {"alert": "Watchdog"},
        {"on": "pol"},
        {"expr": 5},
        {"for": "5"},
        {"for": 5},
        {"for": "5 m"},
        {"unknown": "held"},
        {"labels": {"severity": "high"}},
        {"labels": {"team": 5}},
        {"annotations": ["summary"]},
        {"where": {"hedge": "basket"}},
        {"where": {"account": []}},
        {"realert": {"every": "5m"}},
        {"silenceable": "no"},
        {"exp": "margin_ratio > 80%"},
    ],
    ids=str,
)
def test_an_editor_underlines_what_is_wrong(wrong: dict[str, object]) -> None:
    validator = Draft202012Validator(rule_schema())

    def errors(rule: dict[str, object]) -> list[str]:
        file = {"groups": [{"name": "g", "rules": [rule]}]}
        return [error.message for error in validator.iter_errors(file)]

    assert errors(SOUND) == []
    assert errors({**SOUND, **wrong}) != []


def test_an_editor_completes_kinds_of_subject_with_their_measures() -> None:
    on = rule_schema()["$defs"]["Rule"]["properties"]["on"]
    told = dict(zip(on["enum"], on["enumDescriptions"], strict=True))
    assert "margin_ratio, equity" in told["pool"]
    assert 'stressed_margin_ratio("…")' in told["pool"]
    assert "feed_up" in told["feed"]


def test_every_key_says_what_it_is_for() -> None:
    defined = rule_schema()["$defs"]
    for name in ("Rule", "Group"):
        for key, held in defined[name]["properties"].items():
            assert held.get("description"), f"{name}.{key}"
