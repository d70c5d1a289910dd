"""What is claimed of a condition is true of every row: no claim that a row refutes."""

from math import inf
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.expression import Unit, parse_condition
from hedgewatch.core.expression.sense import BOTH, Sense
from tests.support.chance import examples

STEADY = settings(deadline=None, derandomize=True, max_examples=examples(50))
RANGES = {"a": (0.0, inf), "b": (-inf, 0.0), "c": (-inf, inf), "d": (-1.0, 1.0)}
SYMBOLS = dict.fromkeys(RANGES, Unit.NUMBER) | {"p": Unit.BOOLEAN}
NUMBERS = st.sampled_from(["0", "1", "2", "0.3", "0.1", "3"])
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"(-{text})"),
        inner.map(lambda text: f"abs({text})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    )


QUANTITIES = st.recursive(st.sampled_from(list(RANGES)) | NUMBERS, _larger, max_leaves=3)
COMPARISONS = st.tuples(QUANTITIES, SIGNS, QUANTITIES | NUMBERS).map(" ".join) | st.just("p")
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"(not ({text}))"),
    ),
    max_leaves=5,
)
VALUES = {
    "a": st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 7.0, 1e9, inf]),
    "b": st.sampled_from([0.0, -0.1, -0.3, -0.7, -1.0, -2.0, -3.0, -8.0, -1e9, -inf]),
    "c": st.sampled_from([0.0, -0.1, 0.3, -0.7, 1.0, -2.0, 3.0, -8.0, 1e9, -inf, inf]),
    "d": st.sampled_from([-1.0, -0.3, -0.1, 0.0, 0.1, 0.3, 0.9, 1.0]),
    "p": st.booleans(),
}
ROWS = st.lists(st.fixed_dictionaries(VALUES), min_size=10, max_size=16)


@STEADY
@given(CONDITIONS, CONDITIONS, ROWS)
def test_no_row_refutes_what_is_claimed(
    first: str, second: str, rows: list[dict[str, float | bool]]
) -> None:
    try:
        expr, clear = (parse_condition(text, SYMBOLS) for text in (first, second))
    except ValueError:
        return
    truths = [expr.evaluate(SimpleNamespace(**row)) for row in rows]
    clears = [clear.evaluate(SimpleNamespace(**row)) for row in rows]
    sense = Sense([expr.root, clear.root], RANGES.__getitem__)
    assert {truth for truth in truths if truth is not None} <= sense.possible(expr.root)
    seen = {one for one, other in zip(clears, truths, strict=True) if other is False} - {None}
    assert seen <= sense.possible(clear.root, while_false=expr.root)


@pytest.mark.parametrize("word", ["and", "or"])
def test_of_a_condition_of_very_many_measures_nothing_is_claimed(word: str) -> None:
    names = [f"m{number}" for number in range(20)]
    text = f" {word} ".join(f"({name} > 1 or {name} < -1)" for name in names)
    root = parse_condition(text, dict.fromkeys(names, Unit.NUMBER)).root
    assert Sense([root], lambda _: (-inf, inf)).possible(root) == BOTH


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_of_a_few_measures_all_is_known(count: int) -> None:
    names = [f"m{number}" for number in range(count)]
    text = " and ".join(f"({name} > 1 or {name} < -1)" for name in names)
    symbols = dict.fromkeys(names, Unit.NUMBER)
    root = parse_condition(f"({text}) and m0 > 0.5 and m0 < 0.9", symbols).root
    assert Sense([root], lambda _: (-inf, inf)).possible(root) == {False}
    root = parse_condition(f"not ({text}) or m0 > 0 or m0 < -1", symbols).root
    assert Sense([root], lambda _: (-inf, inf)).possible(root) == {True}
