"""Scenario files: what they become, and every mistake in them with its place."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgewatch.cli import main
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.scenario_files import load_scenarios
from hedgewatch.config.shipped import shipped_rules, shipped_scenarios
from hedgewatch.core.scenarios import MONEY, Funding, Scenario
from tests.config.conftest import SOUND
from tests.support.rule_tests import run_rule_tests

FILE = """\
scenarios:
  - {name: all, grid: [-50%, -2.5%, +20%], betas: {BTC: 0.5, "*": 1.5}}
  - name: alts-40
    title: a correlation break
    prices: {btc: -15%, "*": -40%}
    basis: {"*": +5%}
    depeg: {USDT: -5%}
    haircuts: {"*": 20%}
    funding: {rate: 0.1%, intervals: 9, payer: everyone}
    sources: [somewhere]
    scraped: false
"""
RULE = """\
groups:
  - name: stress
    rules:
      - alert: WouldFall
        on: pool
        expr: stressed_margin_ratio("alts-40") > 90%
        labels: {severity: warning}
        annotations: {summary: '{stressed_equity("all+20"):,.0f} left'}
"""

RULE_TEST = """\
rule_files: [rules.yaml]
scenario_files: [mine.yaml]
tests:
  - name: it would fall
    on: pool
    input_series:
      - {measure: stressed_margin_ratio("deep"), values: "0.5 0.95"}
      - {measure: stressed_equity("deep"), values: "1200"}
    alert_rule_test:
      - {eval_time: 0, alertname: WouldFall, exp_alerts: []}
      - eval_time: 1s
        alertname: WouldFall
        exp_alerts: [{exp_annotations: {summary: '1,200 left'}}]
"""

Said = Callable[[str, str], list[str]]


@pytest.fixture
def said(tmp_path: Path) -> Said:
    """What the reader says once a text of the sound file is replaced."""

    def mistakes(old: str, new: str) -> list[str]:
        assert old in FILE
        path = tmp_path / "mine.yaml"
        path.write_text(FILE.replace(old, new, 1))
        with pytest.raises(ConfigurationError) as error:
            load_scenarios([path])
        return [line.replace(f"{path}:", "") for line in str(error.value).splitlines()]

    return mistakes


def test_a_grid_is_one_scenario_for_each_of_its_moves(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    *grid, last = load_scenarios([path])
    assert [(cell.name, cell.common, cell.grid) for cell in grid] == [
        ("all-50", -0.5, "all"), ("all-2.5", -0.025, "all"), ("all+20", 0.2, "all"),
    ]  # fmt: skip
    assert last == Scenario(
        name="alts-40",
        title="a correlation break",
        prices={"BTC": -0.15, "*": -0.4},
        basis={"*": 0.05},
        depeg={"USDT": -0.05},
        haircuts={"*": 0.2},
        funding=Funding(0.001, 9, "everyone"),
        sources=("somewhere",),
        scraped=False,
    )
    assert last.worth("BTC") == 0.85
    assert last.worth("PEPE") == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("title:", "titel:", "4:5: unknown key 'titel' (did you mean 'title'?)"),
        ("-15%", "-15", "5:19: a move is written with its %"),
        ("-15%", "-115%", "5:19: nothing falls by 100 % or more"),
        ("-15%", "15 %", "a move is written with its %"),
        ('btc: -15%, "*"', "BTC/USDT", "an asset is named without its market"),
        ("-50%", "fast", "2:24: a move is written with its %"),
        ("[-50%, -2.5%, +20%]", "[]", "grid: must not be empty"),
        ("[-50%, -2.5%, +20%]", "-50%", "grid: must be a list"),
        ('"*": 1.5', '"*": 2.5', "2:5: betas: 2.5 × -50% is a fall of 100 % or more"),
        ("betas", "common: -5%, betas", "2:5: common and grid: keep one"),
        ('"*": -40%}', '"*": -40%}\n    common: -5%', "3:5: prices: '*' and a common move both"),
        ("title: a correlation break", "betas: {BTC: 1}", "betas: scale a common move"),
        ("btc: -15%", "usdt: -15%", "3:5: prices: USDT is money: say what it loses under depeg"),
        ("depeg: {USDT", 'depeg: {"*"', "depeg: name the coins that lose their peg"),
        ("USDT: -5%", "USDT: 5%", "7:19: a lost peg is written with its minus, like -5%"),
        ("USDT: -5%", "USDT: +5%", "7:19: a lost peg is written with its minus, like -5%"),
        ('haircuts: {"*": 20%', 'haircuts: {"*": -20%', "a haircut takes 0% to 100%"),
        ("intervals: 9", "intervals: 1.5", "9:38: intervals: must be a whole number"),
        ("payer: everyone", "payer: everybody", "(did you mean 'everyone'?)"),
        ("name: alts-40", "name: alts 40", "3:11: a scenario is named with letters"),
        ("name: alts-40", "name: all+20", "3:11: the scenario all+20 stands already in"),
        ("name: all,", 'name: a"ll,', "a scenario is named with letters"),
    ],
)
def test_every_mistake_in_a_scenario_has_its_place(
    old: str, new: str, mistake: str, said: Said
) -> None:
    assert any(mistake in line for line in said(old, new)), said(old, new)


def test_a_scenario_that_moves_nothing_says_what_it_could_move(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("scenarios: [{name: calm}]\n")
    with pytest.raises(
        ConfigurationError, match="1:13: the scenario calm moves nothing: add common"
    ):
        load_scenarios([path])


def _configured(folder: Path, scenarios: str = "scenarios: [shipped, mine.yaml]\n") -> Path:
    (folder / "mine.yaml").write_text(FILE.replace("name: all,", "name: mine,"))
    (folder / "rules" / "stress.yaml").write_text(RULE)
    path = folder / "hedgewatch.yaml"
    path.write_text(SOUND + scenarios)
    return path


def test_a_configuration_names_its_scenarios_beside_the_shipped_ones(folder: Path) -> None:
    text = (folder / "mine.yaml", _configured(folder))[1]
    (folder / "mine.yaml").write_text(
        FILE.replace("name: all,", "name: mine,").replace("alts-40", "deep")
    )
    configuration = load(text)
    names = [scenario.name for scenario in configuration.scenarios]
    assert {"all-20", "all+20", "oct-2025", "mine-50", "deep"} <= set(names)
    assert configuration.desk().scenarios == configuration.scenarios
    assert any("alts-40" in rule.expr.text for rule in configuration.rules)


def test_without_a_word_about_scenarios_the_shipped_ones_are_there(folder: Path) -> None:
    shipped = load_scenarios(shipped_scenarios())
    assert load(_configured(folder, "")).scenarios == shipped
    assert {scenario.name for scenario in shipped} >= {
        "oct-2025",
        "luna-2022",
        "covid-2020",
        "all+50",
    }


def test_a_rule_on_a_scenario_that_is_not_there_is_told_with_its_place(folder: Path) -> None:
    path = _configured(folder)
    (folder / "mine.yaml").write_text(
        FILE.replace("alts-40", "alts-45").replace("name: all,", "name: mine,")
    )
    path.write_text(SOUND + "scenarios: [mine.yaml]\n")
    with pytest.raises(ConfigurationError) as error:
        load(path)
    first, second = str(error.value).splitlines()
    assert "stress.yaml:6:37: unknown scenario 'alts-40' (did you mean 'alts-45'?)" in first
    assert "stress.yaml:8:33: unknown scenario 'all+20'" in second


def test_an_annotation_on_a_scenario_near_to_none_is_told_which_there_are(tmp_path: Path) -> None:
    (path := tmp_path / "rules.yaml").write_text(RULE.replace("all+20", "x"))
    with pytest.raises(ConfigurationError, match="8:33: unknown scenario 'x': there are alts-40"):
        load_rules([path], ["alts-40"])
    with pytest.raises(ConfigurationError, match="8:33: unknown scenario 'x': none is loaded"):
        load_rules([path], [])


@pytest.mark.parametrize("rules", ["", "rules: [shipped, rules/stress.yaml]\n"])
def test_shipped_rules_without_the_shipped_scenarios_are_told_once_with_the_mend(
    folder: Path, rules: str
) -> None:
    path = _configured(folder)
    (folder / "rules" / "stress.yaml").write_text(RULE.replace("all+20", "no-such"))
    sound = SOUND.replace("rules: [rules/*.yaml]\n", rules)
    path.write_text(sound + "scenarios: [mine.yaml]\n")
    with pytest.raises(ConfigurationError) as error:
        load(path)
    first, *own = str(error.value).splitlines()
    line = sound.count("\n") + 1
    assert first.startswith(f"{path}:{line}:12: shipped rules need scenarios")
    assert first.endswith("name the shipped ones too: scenarios: [shipped, mine.yaml]")
    assert ["unknown scenario 'no-such'" in line for line in own] == [True] * bool(rules)


def test_while_a_scenario_is_wrong_no_rule_is_blamed_for_naming_it(folder: Path) -> None:
    path = _configured(folder, "scenarios: [mine.yaml]\n")
    (folder / "mine.yaml").write_text(FILE.replace("-15%", "-15"))
    with pytest.raises(ConfigurationError) as error:
        load(path)
    (line,) = str(error.value).splitlines()
    assert "mine.yaml:5:19" in line


def test_a_scenario_file_that_does_not_exist_is_told_at_its_line(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no file matches none\.yaml"):
        load(_configured(folder, "scenarios: [none.yaml]\n"))


def test_everything_of_the_shipped_history_has_its_sources() -> None:
    for scenario in load_scenarios(shipped_scenarios()):
        assert scenario.title
        if scenario.title.startswith("modelled on"):
            assert scenario.sources
            assert all(re.match(r"https://\S+$", source) for source in scenario.sources)
        assert not MONEY & scenario.prices.keys()


def test_the_shipped_rules_name_scenarios_that_are_shipped() -> None:
    names = [scenario.name for scenario in load_scenarios(shipped_scenarios())]
    assert load_rules(shipped_rules(), names)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("stressed_", "stresed_", " (did you mean '{name}'?)"),
        ("on: pool", "on: hedge", ": it is a measure of on: pool"),
        ("on: pool", "on: book", ": it is a measure of on: pool"),
    ],
)
def test_a_wrong_measure_of_a_right_scenario_is_told_and_its_scenario_is_not(
    tmp_path: Path, old: str, new: str, hint: str
) -> None:
    (path := tmp_path / "rules.yaml").write_text(RULE.replace(old, new))
    with pytest.raises(ConfigurationError) as error:
        load_rules([path])
    expr, annotation = (found.message for found in error.value.problems)
    assert expr.startswith("unknown function '")
    assert expr.endswith(hint.format(name="stressed_margin_ratio"))
    assert "cannot be shown here" in annotation
    assert annotation.endswith(hint.format(name="stressed_equity"))


def test_rules_can_be_checked_against_other_scenarios_than_the_shipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, mine = tmp_path / "rules.yaml", tmp_path / "mine.yaml"
    rules.write_text(RULE)
    mine.write_text(FILE)
    assert main(["rules", "check", str(rules)]) == 0
    assert main(["rules", "check", "--scenarios", str(mine), str(rules)]) == 0
    mine.write_text(FILE.replace("alts-40", "alts-45"))
    capsys.readouterr()
    assert main(["rules", "check", "--scenarios", str(mine), str(rules)]) == 2
    assert f"{rules}:6:37: unknown scenario 'alts-40'" in capsys.readouterr().err


def test_rules_are_checked_against_the_shipped_scenarios_beside_mine_where_both_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, mine = tmp_path / "rules.yaml", tmp_path / "mine.yaml"
    rules.write_text(RULE.replace("all+20", "mine+20"))
    mine.write_text("scenarios: [{name: mine, grid: [+20%]}]\n")
    named = ["--scenarios", "shipped", "--scenarios", str(mine)]
    assert main(["rules", "check", *named, *named, str(rules)]) == 0
    assert main(["rules", "check", *named[2:], str(rules)]) == 2
    assert f"{rules}:6:37: unknown scenario 'alts-40'" in capsys.readouterr().err


def test_tests_of_rules_name_the_shipped_scenarios_beside_their_own(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULE.replace("all+20", "deep"))
    (tmp_path / "mine.yaml").write_text(FILE.replace("alts-40", "deep").replace("all", "mine"))
    test = tmp_path / "test.yaml"
    story = RULE_TEST.replace('ratio("deep")', 'ratio("alts-40")')
    test.write_text(story.replace("[mine.yaml]", "[shipped, mine.yaml]"))
    assert run_rule_tests(test) == []
    test.write_text(story)
    with pytest.raises(ConfigurationError, match="unknown scenario 'alts-40'"):
        run_rule_tests(test)


def test_tests_of_rules_name_scenarios_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULE.replace("alts-40", "deep").replace("all+20", "deep"))
    (tmp_path / "mine.yaml").write_text(FILE.replace("alts-40", "deep"))
    test = tmp_path / "test.yaml"
    test.write_text(RULE_TEST)
    assert run_rule_tests(test) == []
    test.write_text(RULE_TEST.replace("mine.yaml", "lost.yaml"))
    with pytest.raises(ConfigurationError, match=r"2:18: no scenario file .*lost\.yaml"):
        run_rule_tests(test)
    test.write_text(RULE_TEST.replace('ratio("deep")', 'ratio("deeper")'))
    with pytest.raises(ConfigurationError, match="a pool has no measure 'stressed_margin_ratio"):
        run_rule_tests(test)
