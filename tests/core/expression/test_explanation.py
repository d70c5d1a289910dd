"""An expression, written again, in words, and explained piece by piece on a row."""

from math import inf
from types import SimpleNamespace

import pytest
from hypothesis import given

from hedgewatch.core.expression import Expression, Unit, parse_condition
from hedgewatch.core.expression.explanation import Explained, explained
from hedgewatch.core.expression.saying import in_words
from hedgewatch.core.expression.spelling import shown, text_of
from hedgewatch.core.model import Unknown
from tests.core.expression.test_compiled import CONDITIONS, KNOWN_ROWS, SYMBOLS

UNITS = {
    "margin_ratio": Unit.RATIO,
    "shock_down": Unit.RATIO,
    "floor": Unit.RATIO,
    "blind_seconds": Unit.SECONDS,
    "loss": Unit.MONEY,
    "owned": Unit.MONEY,
    "feed_up": Unit.BOOLEAN,
}


@given(CONDITIONS, KNOWN_ROWS)
def test_an_expression_written_again_means_the_same(
    condition: Expression, values: dict[str, object]
) -> None:
    again = parse_condition(text_of(condition.root, SYMBOLS.get), SYMBOLS)
    row = SimpleNamespace(**values)
    assert again.evaluate(row) is condition.evaluate(row)


@given(CONDITIONS, KNOWN_ROWS)
def test_the_pieces_of_an_explanation_add_up_to_the_whole(
    condition: Expression, values: dict[str, object]
) -> None:
    row = SimpleNamespace(**values)
    whole = explained(condition.root, row, SYMBOLS.get)
    assert whole.truth is condition.evaluate(row)
    assert all(_consistent(part) for part in _parts(whole))


def _parts(whole: Explained) -> list[Explained]:
    return [whole, *(inner for part in whole.parts for inner in _parts(part))]


def _consistent(part: Explained) -> bool:
    if part.distance is None:
        return True
    sides = {"<": part.distance < 0, ">": part.distance > 0, "=": part.distance == 0}
    signs = [sign for sign in ("<=", ">=", "==", "!=", "<", ">") if f" {sign} " in part.text]
    held = any(sides[letter] for letter in signs[0]) if signs[0] != "!=" else not sides["="]
    return part.truth is held


@pytest.mark.parametrize(
    ("text", "again", "words"),
    [
        (
            "margin_ratio>0.8 or shock_down > -10%",
            "margin_ratio > 80% or shock_down > -10%",
            "margin ratio is above 80% or shock down is above -10%",
        ),
        (
            "not feed_up and (blind_seconds >= 90s or blind_seconds < 12h)",
            "not feed_up and (blind_seconds >= 90s or blind_seconds < 12h)",
            "not feed up and (blind is at least 90s or blind is below 12h)",
        ),
        (
            "abs(margin_ratio) > max(5%, floor)",
            "abs(margin_ratio) > max(5%, floor)",
            "margin ratio, its sign aside, is above the largest of 5% and floor",
        ),
        (
            "loss > (10% + floor) * owned",
            "loss > (10% + floor) * owned",
            "loss is above (10% + floor) * owned",
        ),
        (
            "not (10% < margin_ratio < 50%)",
            "not 10% < margin_ratio < 50%",
            "not so that (10% is below margin ratio and margin ratio is below 50%)",
        ),
    ],
)
def test_an_expression_reads_as_one_would_write_it_and_as_one_would_say_it(
    text: str, again: str, words: str
) -> None:
    root = parse_condition(text, UNITS).root
    assert text_of(root, UNITS.get) == again
    assert in_words(root, UNITS.get) == words


def test_a_comparison_says_how_far_it_is_from_turning() -> None:
    row = SimpleNamespace(margin_ratio=0.62, shock_down=-inf)
    expression = parse_condition("margin_ratio > 80% or shock_down > -10%", UNITS)
    ratio, shock = explained(expression.root, row, UNITS.get).parts
    assert (ratio.truth, ratio.distance_shown) == (False, "18.00%")
    assert ratio.distance == pytest.approx(-0.18)
    assert [(each.text, each.shown) for each in ratio.operands] == [("margin_ratio", "62.00%")]
    assert (shock.truth, shock.distance) == (False, None)
    assert [(each.text, each.shown) for each in shock.operands] == [("shock_down", "-∞")]


def test_what_is_unknown_is_said_to_be_so_and_decides_nothing() -> None:
    row = SimpleNamespace(margin_ratio=Unknown("not read yet", 0.0), shock_down=-0.05)
    expression = parse_condition("margin_ratio > 80% and shock_down > -10%", UNITS)
    whole = explained(expression.root, row, UNITS.get)
    assert (whole.truth, [part.truth for part in whole.parts]) == (None, [None, True])
    assert whole.parts[0].operands[0].shown == "unknown"


def test_the_measures_of_a_sum_are_shown_beside_it() -> None:
    row = SimpleNamespace(loss=30_000.0, floor=0.05, owned=25_000.0)
    expression = parse_condition("loss > (10% + floor) * owned", UNITS)
    whole = explained(expression.root, row, UNITS.get)
    assert [(each.text, each.shown) for each in whole.operands] == [
        ("loss", "30,000.00"),
        ("(10% + floor) * owned", "3,750.00"),
        ("floor", "5.00%"),
        ("owned", "25,000.00"),
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.000123, Unit.RATIO, "0.0123%"),
        (0.0, Unit.RATIO, "0.00%"),
        (90.0, Unit.SECONDS, "1.5 m"),
        (0.25, Unit.SECONDS, "0.25 s"),
        (1_234_567.891, Unit.MONEY, "1,234,567.89"),
        (0.00001234, Unit.PRICE, "0.00001234"),
        (1.0, Unit.BOOLEAN, "true"),
        (inf, Unit.RATIO, "∞"),
        (None, Unit.RATIO, "unknown"),
        (float("nan"), Unit.MONEY, "unknown"),
    ],
)
def test_values_read_as_people_read_them(value: object, unit: Unit, text: str) -> None:
    assert shown(value, unit) == text
