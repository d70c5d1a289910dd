"""Rule files that want to break something, or to keep the machine busy: refused soon, in words."""

from pathlib import Path
from time import process_time

import pytest

from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import load_rules

HEAD = "groups:\n- name: g\n  rules:\n"
PATIENCE = 20.0
"""CPU seconds of a bomb that goes off; a refusal takes a part of one."""


def rule(expr: str = "margin_ratio > 80%", more: str = "", name: str = "It") -> str:
    return f"  - {{alert: {name}, on: pool, expr: {expr}, labels: {{severity: info}}{more}}}\n"


def mistakes(folder: Path, text: str) -> list[str]:
    path = folder / "rules.yaml"
    path.write_bytes(text.encode())
    began = process_time()
    try:
        with pytest.raises(ConfigurationError) as refused:
            load_rules([path])
    finally:
        assert process_time() - began < PATIENCE
    return [str(problem).removeprefix(f"{path}:") for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (rule("margin_ratio > .nan"), "4:48: '.nan' is not part of the language"),
        (rule("margin_ratio > 1e999"), "4:48: '1e999' is too large for a number"),
        (rule(".nan"), "4:33: a number must be finite"),
        (rule("1e999"), "4:33: a number must be finite"),
        (rule(more=", for: .nan"), "4:84: a number must be finite"),
        (rule(more=", for: 999999999999999d"), "4:84: a duration is at most a year: 365d"),
        (rule(more=", realert: {worse_by: 1e999}"), "4:99: a number must be finite"),
        (rule(more=", realert: {worse_by: '1e999'}"), "4:99: worse_by: must be a number above 0"),
        (rule("'change(margin_ratio, 9e99d) > 5%'"), "4:55: a window takes 5s to 30d, not 9e99d"),
        (rule("(" * 500 + "equity" + ")" * 500 + " > 1"), "4:65: parentheses are nested more than"),
        (rule("not " * 150 + "(equity > 1)"), "4:161: the expression is nested more than 32 deep"),
        (rule("equity > 1" + " and equity > 1" * 200), "4:33: the expression is 3010 characters"),
        (rule("'" + "''" * 100_000 + "'"), "4:34: the expression is 100000 characters long"),
        (rule("equity.__class__ > 1"), "4:39: '.__class__' is not part of the language"),
        (
            rule("'equity > 1 \u0430nd x > 1'"),
            "4:45: U+0430 (CYRILLIC SMALL LETTER A) is not a plain",
        ),
        (rule(more=", annotations: {a: '{equity.real}'}"), "4:97: 'equity.real' cannot be shown"),
        (rule(more=", annotations: {a: '{equity:9999f}'}"), "4:97: '9999f' is no format for"),
        (rule(more=", alert: That"), "4:79: the key alert stands twice, first in line 4: remove"),
        (rule(more=", <<: {on: pool}"), "4:79: there are no merge keys (<<) here: write the keys"),
        ("\t- alert: It\n", "4:1: this is not YAML"),
        ("  - !!python/name:os.system It\n", "4:5: tags (!…) are not known here"),
        (rule() + "---\n", "5:1: this is not YAML: expected a single document"),
        ("  - &a [*a]\n", "4:5: this is more than 50,000 values, aliases followed"),
        ("  - " + "[" * 100 + "]" * 100, "4:31: this nests too deeply: write it flatter"),
    ],
)
def test_one_attempt_is_one_mistake_in_its_place(tmp_path: Path, text: str, mistake: str) -> None:
    said = mistakes(tmp_path, HEAD + text)
    assert any(line.startswith(mistake) for line in said), said


def test_aliases_that_stand_for_millions_of_values_are_not_followed(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (said,) = mistakes(tmp_path, "\n".join([*lines, "groups: [*a8]"]))
    assert "more than 50,000 values" in said


def test_an_alias_of_labels_is_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    second = "  - {alert: That, on: pool, expr: equity < 5, labels: *l}\n"
    path.write_text(HEAD + rule().replace("labels: {", "labels: &l {") + second)
    assert [found.severity.value for found in load_rules([path])] == ["info", "info"]


@pytest.mark.parametrize("text", ["\ufeff" + HEAD + rule(), (HEAD + rule()).replace("\n", "\r\n")])
def test_a_byte_order_mark_and_line_ends_of_windows_are_no_mistakes(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "rules.yaml").write_bytes(text.encode())
    assert len(load_rules([tmp_path / "rules.yaml"])) == 1


def test_what_is_no_text_is_said_for_each_key_at_once(tmp_path: Path) -> None:
    wrong = (
        "  - {alert: 5, on: [pool], expr: {a: b}, clear: 1, labels: [x], annotations: {a: 5}, "
        "where: 7, for: true, unknown: yes}\n"
    )
    said = mistakes(tmp_path, HEAD + wrong)
    keys = ("alert", "on", "expr", "clear", "labels", "annotations", "where", "unknown")
    assert {line.split(": ")[1] for line in said} >= {*keys} - {"annotations"}


def test_thousands_of_rules_of_one_name_are_each_told(tmp_path: Path) -> None:
    said = mistakes(tmp_path, HEAD + rule() * 2_000)
    assert len(said) == 1_999
    assert said[0] == "5:13: It stands already in " + f"{tmp_path}/rules.yaml:4: rename one"


def test_ten_thousand_rules_in_one_file_are_to_be_split(tmp_path: Path) -> None:
    many = "".join(rule("equity<1", name=f"R{number}") for number in range(10_000))
    (said,) = mistakes(tmp_path, HEAD + many)
    assert said.endswith("more than 50,000 values, aliases followed: split the file")


def test_thousands_of_braces_are_fifty_mistakes(tmp_path: Path) -> None:
    said = mistakes(tmp_path, HEAD + rule(more=", annotations: {a: '" + "{x" * 20_000 + "'}"))
    assert 0 < len(said) <= 50
