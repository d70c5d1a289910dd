"""The keys of a rule that say when it is told again, and whether it may be silenced."""

from pathlib import Path

import pytest

from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import load_rules
from hedgewatch.core.rules import Rule

FILE = """\
groups:
  - name: one
    labels: {{severity: {severity}}}
    rules:
      - alert: Watched
        on: {on}
        expr: {expr}
        {more}
"""


def loaded(
    folder: Path, more: str, expr: str = "margin_ratio > 80%", severity: str = "critical"
) -> Rule:
    path = folder / "rules.yaml"
    on = "position" if "distance" in expr else "pool" if "margin" in expr else "account"
    path.write_text(FILE.format(more=more, expr=expr, severity=severity, on=on))
    (rule,) = load_rules([path])
    return rule


def refused(folder: Path, more: str, expr: str = "margin_ratio > 80%") -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        loaded(folder, more, expr)
    return [str(problem).partition(".yaml:")[2] for problem in error.value.problems]


class _Row:
    margin_ratio, liquidation_distance, shock_down = 0.9, 0.04, -0.3


def test_what_gets_worse_is_what_the_expression_compares_when_nothing_is_said(
    tmp_path: Path,
) -> None:
    rule = loaded(tmp_path, "realert: {worse_by: 5%}")
    assert rule.realert is not None
    assert (rule.realert.worse_by, rule.realert.every) == (0.05, 300.0)
    assert rule.realert.of.root.value(_Row()) == pytest.approx(0.1)


def test_of_a_distance_it_is_its_shrinking_that_is_worse(tmp_path: Path) -> None:
    rule = loaded(tmp_path, "realert: {worse_by: 2%, every: 1m}", "liquidation_distance < 10%")
    assert rule.realert is not None
    assert rule.realert.of.root.value(_Row()) == pytest.approx(0.06)


def test_what_gets_worse_may_be_said(tmp_path: Path) -> None:
    rule = loaded(tmp_path, "realert: {worse_by: 5%, of: '-shock_down'}")
    assert rule.realert is not None
    assert rule.realert.of.root.value(_Row()) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("more", "expr", "told"),
    [
        ("realert: {worse_by: 5%}", "margin_ratio > 80% or shock_down > -10%", "8:18: realert: "),
        ("realert: {worse_by: 30s}", "margin_ratio > 80%", "8:29: worse_by: '30s' is a time"),
        ("realert: {worse_by: -5%}", "margin_ratio > 80%", "8:29: worse_by: must be a number abo"),
        ("realert: {worse_by: 0}", "margin_ratio > 80%", "8:29: worse_by: must be a number above"),
        ("realert: {worse_by: 5%, of: margin_ration}", "margin_ratio > 80%", "8:37: "),
        ("realert: {worse_by: 5%, of: margin_ratio > 1}", "margin_ratio > 80%", "8:37: of: must b"),
        ("realert: {worse_by: 5%, by: 1}", "margin_ratio > 80%", "8:33: unknown key 'by'"),
        ("silenceable: sometimes", "margin_ratio > 80%", "8:22: silenceable: must be true or fal"),
    ],
)
def test_a_mistake_in_them_is_told_with_its_place(
    tmp_path: Path, more: str, expr: str, told: str
) -> None:
    assert refused(tmp_path, more, expr)[0].startswith(told)


@pytest.mark.parametrize(
    ("expr", "severity", "more", "silenceable"),
    [
        ("margin_ratio > 80%", "critical", "", False),
        ("liquidation_distance < 10%", "critical", "", False),
        ("account_blind", "critical", "", False),
        ("maintenance_margin > 1", "critical", "", True),
        ("margin_ratio > 60%", "warning", "", True),
        ("margin_ratio > 80%", "critical", "silenceable: true", True),
        ("venue_margin_ratio > 80%", "critical", "", False),
        ("margin_ratio > 60%", "warning", "silenceable: false", False),
    ],
)
def test_a_critical_rule_of_blindness_or_liquidation_is_not_silenced_unless_it_says_so(
    tmp_path: Path, expr: str, severity: str, more: str, *, silenceable: bool
) -> None:
    assert loaded(tmp_path, more, expr, severity).silenceable is silenceable
