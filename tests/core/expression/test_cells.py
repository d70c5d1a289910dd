"""A measure of a scenario is a measure: typed, checked at load, judged like any other."""

from dataclasses import dataclass, field

import pytest

from hedgewatch.core.expression import (
    ExpressionError,
    Unit,
    Vocabulary,
    cell,
    compile_condition,
    compile_scope,
    parse_condition,
    parts_of,
    spelt,
)
from hedgewatch.core.model import Known, Truth, Unknown

KNOWN = Vocabulary(
    {"margin_ratio": Unit.RATIO},
    {"stressed_margin_ratio": Unit.RATIO, "stressed_liquidated": Unit.BOOLEAN},
    ("all-20", "all+20", "alts-40", "a.2b-5"),
)
FALL = cell("stressed_margin_ratio", "all-20")


@dataclass
class _Row:
    margin_ratio: Known = 0.5
    stressed: dict[str, Known | bool] = field(default_factory=dict)


def _judged(text: str, **cells: Known | bool) -> Truth:
    expression = parse_condition(text, KNOWN)
    row = _Row(stressed={**dict.fromkeys(expression.names, 0.0), **_named(cells)})
    exact = expression.evaluate(row)
    assert compile_condition(expression)(row) is exact
    return exact


def _named(cells: dict[str, Known | bool]) -> dict[str, Known | bool]:
    names = {"fall": FALL, "rise": cell("stressed_margin_ratio", "all+20")}
    return {names.get(name, name): value for name, value in cells.items()}


@pytest.mark.parametrize(("fall", "truth"), [(0.95, True), (0.5, False), (Unknown("", 0.0), None)])
def test_a_cell_is_compared_like_a_measure_and_may_be_unknown(fall: Known, truth: Truth) -> None:
    assert _judged('stressed_margin_ratio("all-20") > 90%', fall=fall) is truth


def test_a_cell_goes_with_measures_functions_and_other_cells() -> None:
    text = (
        'max(stressed_margin_ratio("all-20"), stressed_margin_ratio("all+20")) > 2 * margin_ratio'
    )
    assert _judged(text, fall=1.1) is True
    assert _judged(text, fall=0.9, rise=0.9) is False


def test_a_liquidated_cell_is_a_condition_by_itself() -> None:
    expression = parse_condition('not stressed_liquidated("alts-40")', KNOWN)
    for held, truth in ((True, False), (False, True), (Unknown("", 0.0), None)):
        row = _Row(stressed={cell("stressed_liquidated", "alts-40"): held})
        assert expression.evaluate(row) is truth
        assert compile_condition(expression)(row) is truth


def test_all_rules_of_a_row_read_cells_whose_names_are_no_words() -> None:
    texts = ['stressed_margin_ratio("all-20") > 1', 'stressed_margin_ratio("a.2b-5") > 1']
    expressions = [parse_condition(text, KNOWN) for text in texts]
    row = _Row(stressed={FALL: 2.0, cell("stressed_margin_ratio", "a.2b-5"): 0.5})
    assert compile_scope(expressions)(row) == (True, False)


@pytest.mark.parametrize("text", ["'all-20'", ' "all-20" ', '\n"all-20"\n'])
def test_however_it_is_written_a_cell_has_one_name(text: str) -> None:
    assert parse_condition(f"stressed_margin_ratio({text}) > 1", KNOWN).names == {FALL}
    assert spelt(f"stressed_margin_ratio ({text})") == FALL
    assert parts_of(FALL) == ("stressed_margin_ratio", "all-20")
    assert spelt("margin_ratio") == "margin_ratio"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            'margin_ratio > 1 or stressed_margin_ratio("alts-4") > 1',
            "1:43: unknown scenario 'alts-4' (did you mean 'alts-40'?)",
        ),
        ('stressed_margin_ration("all-20") > 1', "(did you mean 'stressed_margin_ratio'?)"),
        ("stressed_margin_ratio > 1", "1:1: 'stressed_margin_ratio' is a measure of a scenario"),
        ("stressed_margin_ratio(margin_ratio) > 1", "takes one scenario in quotes"),
        ('stressed_margin_ratio("all-20", "all+20") > 1', "takes one scenario in quotes"),
        ("stressed_margin_ratio() > 1", "missing before ')'"),
        ('stressed_margin_ratio("all-20 > 1', "1:23: a text in quotes is the name of a scenario"),
        ('stressed_margin_ratio("all-20") > 5s', "is a time in seconds"),
        ('stressed_margin_ratio("all-20")', "is a ratio, not a condition"),
        ('stressed_liquidated("all-20") > 1', "is true or false, not a number"),
        ('margin_ratio == "all-20"', "1:17: text in quotes only names a scenario"),
        ('margin_ratio > abs("all-20")', "1:20: text in quotes only names a scenario"),
        ('margin_ratio("all-20") > 1', "'margin_ratio' is a measure, not a function"),
        ('stressed_margin_ratio("all\\x2d20") > 1', "unknown scenario 'all\\x2d20'"),
        ('stressed_margin_ratio("all" "-20") > 1', "an operator (and, or, <, +, …) is missing"),
        ('stressed_margin_ratio(f"all-20") > 1', "1:23: a text in quotes is the name"),
    ],
)
def test_a_mistake_in_a_cell_is_named_with_its_place(text: str, mistake: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_condition(text, KNOWN)
    assert mistake in str(error.value)


@pytest.mark.parametrize("name", ["stresed_margin_ratio", "stressed_loss"])
def test_the_scenario_of_a_measure_that_does_not_exist_is_no_mistake_of_its_own(name: str) -> None:
    with pytest.raises(ExpressionError) as error:
        parse_condition(f'{name}("alts-40") > 90% and {name}("alts-4") < 2', KNOWN)
    (only,) = error.value.problems
    assert f"unknown function '{name}'" in only.message


def test_a_call_of_what_does_not_exist_hides_no_mistake_within_it() -> None:
    with pytest.raises(ExpressionError, match=r"1:29: '2 > 1' is true or false"):
        parse_condition('margin_ratio > mim("alts", (2 > 1))', KNOWN)


def test_a_scenario_that_is_near_to_none_is_told_which_there_are() -> None:
    with pytest.raises(ExpressionError) as error:
        parse_condition('stressed_margin_ratio("x") > 1', KNOWN)
    assert str(error.value) == (
        "1:23: unknown scenario 'x': there are all-20, all+20, alts-40, a.2b-5"
    )


def test_where_no_scenario_is_loaded_every_cell_is_a_mistake() -> None:
    known = Vocabulary({}, {"stressed_margin_ratio": Unit.RATIO})
    with pytest.raises(ExpressionError, match="unknown scenario 'all-20': none is loaded"):
        parse_condition('stressed_margin_ratio("all-20") > 1', known)
