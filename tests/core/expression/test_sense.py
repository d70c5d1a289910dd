"""What is claimed of a condition is true of every row: no claim that a row refutes."""

from itertools import pairwise
from math import inf
from time import process_time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.expression import Unit, parse_condition
from hedgewatch.core.expression.sense import can_be, while_false

STEADY = settings(deadline=None, derandomize=True, max_examples=400)
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
ROWS = st.lists(st.fixed_dictionaries(VALUES), min_size=20, max_size=40)


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
    for truth in (True, False):
        assert truth not in truths or can_be(expr.root, truth, RANGES.__getitem__)
        while_not = [one for one, other in zip(clears, truths, strict=True) if other is False]
        assert truth not in while_not or while_false(
            expr.root, clear.root, truth, RANGES.__getitem__
        )


@pytest.mark.parametrize("word", ["and", "or"])
@pytest.mark.parametrize("truth", [True, False])
def test_a_condition_of_many_measures_is_looked_through(word: str, truth: bool) -> None:  # noqa: FBT001
    names = [f"m{number}" for number in range(20)]
    text = f" {word} ".join(f"({name} > 1 or {name} < -1)" for name in names)
    root = parse_condition(text, dict.fromkeys(names, Unit.NUMBER)).root
    assert can_be(root, truth, lambda _: (-inf, inf))


def test_a_condition_too_large_to_look_through_is_given_up_soon() -> None:
    names = [f"m{number}" for number in range(30)]
    text = " and ".join(f"{one} != {other}" for one, other in pairwise(names))
    text += " and (m0 * m1 > 1 or m0 * m2 > 1) and m0 * m1 < 1 and m0 * m2 < 1"
    root = parse_condition(text, dict.fromkeys(names, Unit.NUMBER)).root
    began = process_time()
    can_be(root, truth=True, ranges=lambda _: (-inf, inf))
    assert process_time() - began < 1.0
