"""Known, unknown, and never a guess: Kleene's logic over the values of a row."""

from itertools import product
from types import SimpleNamespace

import pytest

from hedgewatch.core.expression import Truth, Unit, compile_condition, parse_condition
from hedgewatch.core.model import Unknown

SYMBOLS = {"a": Unit.NUMBER, "b": Unit.NUMBER, "p": Unit.BOOLEAN, "q": Unit.BOOLEAN}
SILENT = Unknown("no price yet", 0.0)
INFINITE = float("inf")


def judge(text: str, **measures: object) -> Truth:
    """Judge on both paths, which must agree."""
    expression = parse_condition(text, SYMBOLS)
    row = SimpleNamespace(**measures)
    exact = expression.evaluate(row)
    assert compile_condition(expression)(row) is exact
    return exact


def held(truth: Truth) -> bool | Unknown:
    return SILENT if truth is None else truth


@pytest.mark.parametrize(
    ("p", "q", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, True, False, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, True, None, True),
        (None, False, False, None),
        (None, None, None, None),
    ],
)
def test_and_and_or_follow_the_tables_of_kleene(
    p: Truth, q: Truth, both: Truth, either: Truth
) -> None:
    assert judge("p and q", p=held(p), q=held(q)) is both
    assert judge("p or q", p=held(p), q=held(q)) is either
    assert judge("not (p and q)", p=held(p), q=held(q)) is (None if both is None else not both)


def test_the_contrary_of_unknown_is_unknown() -> None:
    assert judge("not p", p=SILENT) is None


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "==", "!="])
def test_any_comparison_with_an_unknown_is_unknown(sign: str) -> None:
    for a, b in product([SILENT, 1.0], repeat=2):
        if SILENT in {a, b}:
            assert judge(f"a {sign} b", a=a, b=b) is None
    assert judge(f"a {sign} 1", a=SILENT) is None
    assert judge(f"1 {sign} a", a=SILENT) is None


@pytest.mark.parametrize("text", ["p == q", "p != q", "p == true", "false != q", "(p or q) == q"])
def test_comparing_what_is_true_or_false_with_an_unknown_is_unknown(text: str) -> None:
    assert judge(text, p=SILENT, q=SILENT) is None


@pytest.mark.parametrize(
    "text", ["-a", "a + 1", "1 - a", "a * 0", "0 / a", "abs(a)", "min(a, 0)", "max(1, a)"]
)
def test_arithmetic_with_an_unknown_is_unknown_even_times_zero(text: str) -> None:
    for sign in ("<", "==", "!="):
        assert judge(f"{text} {sign} 5", a=SILENT) is None


@pytest.mark.parametrize(
    "text",
    ["a - a", "a + -a", "0 * a", "a / a", "1 / b", "a / b", "b / b", "a * b", "b / (b * 2) - 1"],
)
def test_what_is_no_number_is_unknown_instead_of_false(text: str) -> None:
    for sign in ("<", ">=", "==", "!="):
        assert judge(f"{text} {sign} 5", a=INFINITE, b=0) is None


def test_min_and_max_do_not_swallow_what_is_no_number() -> None:
    assert judge("min(a - a, 1) < 2", a=INFINITE) is None
    assert judge("max(1, a - a) < 2", a=INFINITE) is None
    assert judge("max(1, -abs(a - a)) < 2", a=INFINITE) is None
    assert judge("abs(min(1, a)) < 2", a=float("nan")) is None


def test_a_nan_in_the_row_is_unknown_not_safe() -> None:
    assert judge("a > 1", a=float("nan")) is None
    assert judge("not a > 1", a=float("nan")) is None
    assert judge("a != a", a=float("nan")) is None
    assert judge("p", p=float("nan")) is None


def test_a_chain_is_false_as_soon_as_one_link_is_false() -> None:
    assert judge("a < 1 < b", a=SILENT, b=0) is False
    assert judge("a < 1 < b", a=SILENT, b=2) is None
    assert judge("a < 1 < b", a=2, b=SILENT) is False


def test_numbers_too_large_for_a_float_end_as_unknown_not_as_a_crash() -> None:
    assert judge("a * 0.5 > 1", a=10**400) is None
    assert judge("a > 1", a=10**400) is True


@pytest.mark.parametrize("odd", [None, "0.9", [], object()])
def test_what_is_not_a_number_at_all_is_unknown(odd: object) -> None:
    assert judge("a > 1", a=odd) is None
    assert judge("p or a == 1", p=False, a=odd) is None


def test_an_answer_is_true_false_or_none_and_never_a_mere_number() -> None:
    assert judge("p", p=1) is True
    assert judge("p and q", p=1, q=2.5) is True
    assert judge("p or q", p=0, q=0.0) is False
