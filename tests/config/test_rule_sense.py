"""Rules that make no sense: refused where that is certain, warned of where it is odd."""

from pathlib import Path

import pytest

from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import read_rules
from hedgewatch.config.shipped import demo_rules, shipped_rules

RULE = """\
groups:
- name: g
  rules:
  - alert: It
    on: {on}
    expr: {expr}
    clear: {clear}
    labels: {{severity: info}}
"""


def told(folder: Path, expr: str, clear: str = "", on: str = "pool") -> list[str]:
    """What is said of one rule: "error: …" or "warning: …", with line and column."""
    path = folder / "rules.yaml"
    text = RULE.format(on=on, expr=expr, clear=clear)
    path.write_text(text if clear else text.replace("    clear: \n", ""))
    try:
        (placed,) = read_rules([path])
    except ConfigurationError as error:
        return [str(p).replace(f"{path}", "error") for p in error.problems]
    return [str(p).replace(f"{path}", "warning") for p in placed.warnings]


@pytest.mark.parametrize(
    "expr",
    [
        "margin_ratio < 0",
        "margin_ratio < 0%",
        "0% > margin_ratio",
        "-margin_ratio > 5%",
        "margin_ratio > 80% and margin_ratio < 20%",
        "80% < margin_ratio < 20%",
        "not (margin_ratio > 10% or margin_ratio < 20%)",
        "shock_down > 10%",
        "abs(shock_up) < 0",
        "max(margin_ratio, shock_up) < 0",
        "equity > 5 and 2 * equity + 10 < 20",
        "equity == 5 and equity != 5",
        "margin_ratio + shock_up < 0",
        "margin_ratio * shock_up < 0",
        "stressed_liquidated('all-20') and not stressed_liquidated('all-20')",
        "stressed_margin_ratio('all-20') < 0",
        "lowest(margin_ratio, 5m) < 0",
        "average(stressed_liquidated('all-20'), 5m) > 100%",
        "headroom > equity and not (headroom > equity)",
        "headroom < equity and equity < headroom * 1 and headroom >= equity",
    ],
)
def test_what_can_never_fire_is_refused(tmp_path: Path, expr: str) -> None:
    (said,) = told(tmp_path, expr)
    assert said.startswith("error:6:")
    assert said.endswith("this can never be true: the rule would never fire")


@pytest.mark.parametrize(
    "expr",
    [
        "margin_ratio <= 0",
        "margin_ratio > 80% or margin_ratio < 20%",
        "equity >= 5 and 2 * equity + 10 <= 20",
        "equity * 3 >= 0.3 and equity <= 0.1",
        "shock_up - shock_up > 5%",
        "headroom - equity > 5",
        "equity > 5 and headroom < 3",
        "equity > headroom and headroom > 1 and equity < 3",
        "margin_ratio / shock_up > 5",
        "abs(equity) > 5 and equity < 3",
        "min(equity, headroom) < 5 and equity > 7",
        "change(margin_ratio, 5m) < -5%",
        "zscore(margin_ratio, 5m) < -3",
        "rate(margin_ratio, 1h) * 1h < 0",
        "lowest(margin_ratio, 5m) > 50% and highest(margin_ratio, 5m) < 90%",
        "margin_ratio > 80% and not stressed_liquidated('all-20')",
    ],
)
def test_what_may_happen_is_let_be(tmp_path: Path, expr: str) -> None:
    assert told(tmp_path, expr) == []


def test_a_rule_about_not_knowing_may_compare_what_never_is(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    text = RULE.format(on="pool", expr="margin_ratio < 0", clear="margin_ratio >= 0")
    path.write_text(text + "    unknown: fire\n")
    read_rules([path])


@pytest.mark.parametrize(
    ("expr", "clear"),
    [
        ("margin_ratio > 80%", "margin_ratio > 90%"),
        ("margin_ratio > 80%", "margin_ratio < 0"),
        ("margin_ratio > 80%", "margin_ratio < 60% and margin_ratio > 70%"),
        ("margin_ratio > 80% or shock_up < 10%", "margin_ratio > 90% and shock_up > 12%"),
        ("abs(equity) > 5", "abs(equity) > 6"),
        ("abs(hedge_drift) > max(5%, hedge_drift_floor)", "abs(hedge_drift) < -1%"),
    ],
)
def test_a_clear_that_can_never_come_is_refused(tmp_path: Path, expr: str, clear: str) -> None:
    (said,) = told(tmp_path, expr, clear, "hedge" if "hedge" in expr else "pool")
    assert said.startswith("error:7:")
    assert "a firing alert would never be resolved" in said


@pytest.mark.parametrize(
    ("expr", "clear"),
    [
        ("margin_ratio > 80%", "margin_ratio < 90%"),
        ("margin_ratio > 80%", "margin_ratio <= 80%"),
        ("margin_ratio > 80%", "not (margin_ratio > 80%)"),
        ("margin_ratio > 80% or shock_up < 10%", "margin_ratio < 90%"),
        ("abs(equity) > 5", "abs(equity) < 6"),
    ],
)
def test_a_clear_that_changes_nothing_is_warned_of(tmp_path: Path, expr: str, clear: str) -> None:
    (said,) = told(tmp_path, expr, clear)
    assert said.startswith("warning:7:")
    assert "it changes nothing" in said


@pytest.mark.parametrize(
    ("expr", "clear"),
    [
        ("margin_ratio > 80%", "margin_ratio < 70%"),
        ("margin_ratio > 80% or shock_up < 10%", "margin_ratio < 70%"),
        ("margin_ratio > 80% and shock_up < 10%", "margin_ratio < 70% or shock_up > 12%"),
        ("abs(equity) > 5", "abs(equity) < 4"),
        ("change(margin_ratio, 5m) > 5%", "change(margin_ratio, 5m) < 2%"),
    ],
)
def test_a_clear_with_a_distance_is_let_be(tmp_path: Path, expr: str, clear: str) -> None:
    assert told(tmp_path, expr, clear) == []


@pytest.mark.parametrize(
    ("expr", "clear"),
    [
        ("margin_ratio > 80%", "margin_ratio > 70%"),
        ("margin_ratio > 80%", "70% <= margin_ratio"),
        ("margin_ratio > 80%", "not margin_ratio < 70%"),
        ("shock_down > -10%", "shock_down > -12%"),
        ("abs(equity) > 5", "abs(equity) > 4"),
        ("margin_ratio > 80% and headroom < 5", "headroom < 9"),
        ("change(margin_ratio, 5m) > 5%", "change(margin_ratio, 5m) > 2%"),
    ],
)
def test_a_clear_in_the_direction_of_the_danger_is_warned_of(
    tmp_path: Path, expr: str, clear: str
) -> None:
    (said,) = told(tmp_path, expr, clear)
    assert said.startswith("warning:7:")
    assert said.endswith("is never resolved; turn this comparison around")


@pytest.mark.parametrize(
    ("expr", "clear"),
    [
        ("equity > 5 or equity < -5", "equity < 4 and equity > -4"),
        ("30% < margin_ratio < 60%", "margin_ratio < 25% or margin_ratio > 65%"),
        ("30% < margin_ratio < 60%", "margin_ratio < 25%"),
        ("margin_ratio > 80% and headroom < 5", "margin_ratio < 70% or headroom > 9"),
        ("margin_ratio > headroom / equity", "margin_ratio > 2%"),
    ],
)
def test_a_clear_on_either_side_of_a_band_is_let_be(tmp_path: Path, expr: str, clear: str) -> None:
    assert told(tmp_path, expr, clear) == []


@pytest.mark.parametrize(
    ("expr", "warning"),
    [
        (
            "margin_ratio >= 0",
            "warning:6:27: this is true whatever is measured: the rule fires for",
        ),
        ("equity > 5 or equity < 9", "warning:6:20: this is true whatever is measured"),
        (
            "margin_ratio > 80% or shock_down > 10%",
            "warning:6:46: this part can never be true: leave it out, or mend it",
        ),
        (
            "headroom < 5 and margin_ratio >= 0%",
            "warning:6:44: this part is always true: leave it out, or mend it",
        ),
        ("margin_ratio > 80", "warning:6:26: 80 is 8,000% of a ratio: did you mean 80%?"),
        ("5 < margin_ratio < 600%", "warning:6:11: 5 is 500% of a ratio: did you mean 5%?"),
        ("abs(shock_down) > 10", "warning:6:29: 10 is 1,000% of a ratio: did you mean 10%?"),
        ("shock_down > -10", "warning:6:25: -10 is -1,000% of a ratio: did you mean -10%?"),
        ("margin_ratio > 8000%", "warning:6:26: 8,000% is 80 times: did you mean 80%?"),
        ("change(margin_ratio, 5m) > 5", "warning:6:38: 5 is 500% of a ratio: did you mean 5%?"),
        (
            "rate(margin_ratio, 1h) > 0.05",
            "warning:6:36: this is 5.000% every second: did you mean 0.05 / 1h?",
        ),
    ],
)
def test_what_is_odd_is_warned_of_and_never_refused(
    tmp_path: Path, expr: str, warning: str
) -> None:
    (said,) = told(tmp_path, expr)
    assert said.startswith(warning)


@pytest.mark.parametrize("expr", ["effective_leverage > 3", "margin_ratio > 1.5", "equity > 80"])
def test_plain_numbers_that_are_none_too_odd_are_let_be(tmp_path: Path, expr: str) -> None:
    assert told(tmp_path, expr) == []


DESK = """\
accounts:
  - name: main
    venue: binanceusdm
    credentials: {api_key: {env: KEY}, secret: {env: KEY}}
hedges: []
rules: [rules.yaml]
receivers: [{name: screen, console: {}}]
routes:
  - {match: {severity: critical}, to: [screen]}
  - {match: {team: [treasury, risk], account: main}, to: [screen]}
store: state.db
"""
RULES = """\
groups:
- name: g
  where: {venue: binance}
  rules:
  - {alert: Heard, on: pool, expr: margin_ratio > 80%, labels: {severity: critical}}
  - {alert: Elsewhere, on: pool, where: {account: [main, mian]}, expr: margin_ratio > 80%,
     labels: {severity: critical}}
- name: h
  labels: {severity: warning}
  rules:
  - {alert: Team, on: pool, expr: margin_ratio > 80%, labels: {team: risk}}
  - {alert: OtherTeam, on: pool, expr: margin_ratio > 80%, labels: {team: sales}}
  - {alert: NoTeam, on: pool, expr: margin_ratio > 80%}
  - {alert: OtherAccount, on: account, where: {account: main}, expr: blind_seconds > 5s}
  - {alert: Teams, on: feed, where: {feed: makr}, expr: not feed_up, labels: {team: risk}}
"""


def test_subjects_and_routes_that_are_not_there_are_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "0123456789")
    (tmp_path / "hedgewatch.yaml").write_text(DESK)
    (tmp_path / "rules.yaml").write_text(RULES)
    configuration = load(tmp_path / "hedgewatch.yaml")
    said = [str(p).replace(f"{tmp_path}/rules.yaml:", "") for p in configuration.warnings]
    assert said == [
        "3:18: no venue is called 'binance' (did you mean 'binanceusdm'?)",
        "6:58: no account is called 'mian' (did you mean 'main'?)",
        "12:13: no route takes OtherTeam: nobody would hear of it; add a route",
        "13:13: no route takes NoTeam: nobody would hear of it; add a route",
        "14:13: no route takes OtherAccount: nobody would hear of it; add a route",
        "15:44: no feed is called 'makr' (did you mean 'mark'?)",
    ]


@pytest.mark.parametrize(
    ("expr", "unwatched"),
    [
        ("margin_ratio > 80%", "whether an account is blind"),
        ("equity < 5", "how near liquidation is or whether an account is blind"),
    ],
)
def test_a_desk_that_left_the_shipped_rules_out_is_told_what_nothing_looks_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expr: str, unwatched: str
) -> None:
    monkeypatch.setenv("KEY", "0123456789")
    path, rules = tmp_path / "hedgewatch.yaml", tmp_path / "rules.yaml"
    rule = f"{{alert: Mine, on: pool, expr: {expr}, labels: {{severity: critical}}}}"
    rules.write_text(f"groups: [{{name: g, rules: [{rule}]}}]")
    path.write_text(DESK)
    mend = "with the shipped ones it is rules: [shipped, rules.yaml]"
    assert [str(p).replace(f"{path}:", "") for p in load(path).warnings] == [
        f"6:8: no rule looks at {unwatched}: {mend}"
    ]
    path.write_text(DESK.replace("[rules.yaml]", "[shipped, rules.yaml]"))
    assert not [p for p in load(path).warnings if "no rule looks" in p.message]


def test_nothing_is_odd_about_the_shipped_rules() -> None:
    for paths in (shipped_rules(), demo_rules()):
        assert [str(w) for placed in read_rules(paths) for w in placed.warnings] == []
