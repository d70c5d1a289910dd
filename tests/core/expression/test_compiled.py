"""The fast path answers exactly what the exact evaluation answers, only sooner."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedgewatch.core.expression import (
    Expression,
    ExpressionError,
    Unit,
    compile_condition,
    compile_scope,
    parse,
    parse_condition,
)
from hedgewatch.core.expression.evaluation import silenced
from hedgewatch.core.model import Unknown
from tests.support.chance import examples

STEADY = settings(deadline=None, derandomize=True, max_examples=examples(60))
MEASURES = ("a", "b", "c")
FLAGS = ("p", "q")
SYMBOLS = dict.fromkeys(MEASURES, Unit.NUMBER) | dict.fromkeys(FLAGS, Unit.BOOLEAN)
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
LITERALS = st.sampled_from(["0", "1", "2.5", "80%", "1e308", "1e-320", "500ms"])


def _larger_quantity(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"(-{text})"),
        inner.map(lambda text: f"abs({text})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]})"
        ),
    )


def _larger_condition(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
        inner.map(lambda text: f"(not {text})"),
        st.tuples(inner, st.sampled_from(["==", "!="]), inner).map(lambda t: f"({' '.join(t)})"),
    )


QUANTITIES = st.recursive(st.sampled_from(MEASURES) | LITERALS, _larger_quantity, max_leaves=5)
COMPARISONS = st.one_of(
    st.tuples(QUANTITIES, SIGNS, QUANTITIES).map(" ".join),
    st.tuples(QUANTITIES, SIGNS, QUANTITIES, SIGNS, QUANTITIES).map(" ".join),
).map(lambda text: f"({text})")
TEXTS = st.recursive(st.sampled_from(FLAGS) | COMPARISONS, _larger_condition, max_leaves=5)


def _read(text: str) -> Expression | None:
    """Constant comparisons and divisions by a literal zero are refused, as they should be."""
    try:
        return parse_condition(text, SYMBOLS)
    except ExpressionError:
        return None


CONDITIONS = TEXTS.map(_read).filter(lambda read: read is not None)
VALUES = st.one_of(
    st.sampled_from([0, 0.0, -0.0, 1, True, False, 0.8, float("inf"), float("-inf"), float("nan")]),
    st.sampled_from([1e308, -1e308, 5e-324, 10**400]),
    st.floats(),
    st.integers(-3, 3),
    st.builds(Unknown, st.sampled_from(["no data", "stale"]), st.just(0.0)),
)
ROWS = st.fixed_dictionaries(dict.fromkeys(SYMBOLS, VALUES))
NUMBERS = st.sampled_from([-2, -0.5, 0, 0.8, 1, 3, True, False])
KNOWN_ROWS = st.fixed_dictionaries(dict.fromkeys(SYMBOLS, NUMBERS))


@STEADY
@given(CONDITIONS, ROWS)
def test_the_fast_path_and_the_exact_evaluation_never_differ(
    condition: Expression, values: dict[str, object]
) -> None:
    row = SimpleNamespace(**values)
    assert compile_condition(condition)(row) is condition.evaluate(row)


@STEADY
@given(st.lists(CONDITIONS, max_size=5), ROWS)
def test_a_whole_scope_answers_what_each_rule_answers_alone(
    conditions: list[Expression], values: dict[str, object]
) -> None:
    row = SimpleNamespace(**values)
    assert compile_scope(conditions)(row) == tuple(rule.evaluate(row) for rule in conditions)


@STEADY
@given(
    st.lists(CONDITIONS, max_size=5),
    st.sets(st.sampled_from(sorted(SYMBOLS))),
    st.lists(ROWS, min_size=1, max_size=3),
)
def test_a_scope_that_knows_what_is_always_missing_answers_as_before(
    conditions: list[Expression], missing: set[str], rows: list[dict[str, object]]
) -> None:
    judge = compile_scope(conditions)
    absent = dict.fromkeys(missing, Unknown("never told", 0.0))
    for values in rows * 22:
        row = SimpleNamespace(**{**values, **absent})
        assert judge(row) == tuple(rule.evaluate(row) for rule in conditions)


def test_what_is_missing_on_every_row_costs_the_others_no_look_of_their_own() -> None:
    rules = [parse_condition(text, SYMBOLS) for text in ("a > 1", "b > 1", "a > 2 or c > 1")]
    judge = compile_scope(rules)
    nothing = Unknown("never told", 0.0)
    rows = [CountingRow(a=1.5, b=nothing, c=0.5) for _ in range(30)]
    assert {judge(row) for row in rows} == {(True, None, False)}
    assert sorted(rows[-1].reads) == ["a", "b", "c"]


@STEADY
@given(CONDITIONS, KNOWN_ROWS, st.sets(st.sampled_from(sorted(SYMBOLS))))
def test_what_is_silenced_is_unknown_whatever_else_is_measured(
    condition: Expression, values: dict[str, object], missing: set[str]
) -> None:
    absent = dict.fromkeys(missing, Unknown("never told", 0.0))
    if silenced(condition.root, frozenset(missing)):
        assert condition.evaluate(SimpleNamespace(**{**values, **absent})) is None


@STEADY
@given(CONDITIONS, KNOWN_ROWS)
def test_on_known_values_the_language_means_what_python_means(
    condition: Expression, values: dict[str, float]
) -> None:
    text = condition.text.replace("80%", "0.8").replace("500ms", "0.5")
    flags = {name: bool(values[name] > 0) for name in FLAGS}
    try:
        wanted = eval(text, {"abs": abs, "min": min, "max": max}, {**values, **flags})  # noqa: S307
    except ZeroDivisionError:
        return
    answer = condition.evaluate(SimpleNamespace(**values))
    assert answer is None or answer is wanted


@STEADY
@given(CONDITIONS, ROWS, KNOWN_ROWS)
def test_an_answer_given_despite_an_unknown_holds_whatever_it_turns_out_to_be(
    condition: Expression, values: dict[str, object], learnt: dict[str, object]
) -> None:
    answer = condition.evaluate(SimpleNamespace(**values))
    later = {k: learnt[k] if isinstance(v, Unknown) else v for k, v in values.items()}
    if answer is not None:
        assert condition.evaluate(SimpleNamespace(**later)) in {answer, None}
        assert compile_condition(condition)(SimpleNamespace(**later)) in {answer, None}


class CountingRow:
    """Counts how often each measure is read."""

    def __init__(self, **values: object) -> None:
        self.values = values
        self.reads: list[str] = []

    def __getattr__(self, name: str) -> object:
        self.reads.append(name)
        return self.values[name]


def test_a_scope_reads_each_measure_once_however_many_rules_use_it() -> None:
    rules = [
        parse_condition(text, SYMBOLS) for text in ("a > 1", "a > 2 or b > 1", "a + b > 3 and p")
    ]
    row = CountingRow(a=1.5, b=2.0, p=True)
    assert compile_scope(rules)(row) == (True, True, True)
    assert sorted(row.reads) == ["a", "b", "p"]


def test_one_poisoned_rule_leaves_the_answers_of_the_others_alone() -> None:
    rules = [
        parse_condition(text, SYMBOLS) for text in ("a > 1", "1 / b > 1", "c > 1", "not p", "a > c")
    ]
    row = SimpleNamespace(a=2.0, b=0.0, c=Unknown("no price", 0.0), p=False)
    assert compile_scope(rules)(row) == (True, None, None, True, None)


def test_a_scope_without_rules_answers_nothing() -> None:
    assert compile_scope([])(SimpleNamespace()) == ()


def test_a_measure_may_be_called_as_anything_that_the_generated_code_uses() -> None:
    names = ("row", "t", "exact", "undecided", "judge", "m_t", "TypeError", "ArithmeticError")
    symbols = dict.fromkeys(names, Unit.NUMBER)
    text = " and ".join(f"abs({name} + 0) == {n}" for n, name in enumerate(names))
    row = SimpleNamespace(**{name: float(n) for n, name in enumerate(names)})
    assert compile_condition(parse_condition(text, symbols))(row) is True


def test_the_deepest_expressions_that_are_allowed_compile() -> None:
    nested = "a"
    for _ in range(14):
        nested = f"max(1, {nested} - 1)"
    contrary = "not " * 30 + "p"
    for text in (f"{nested} > 0", contrary, "not (" * 30 + "p" + ")" * 30, "-" * 29 + "a < 1"):
        row = SimpleNamespace(a=1.0, p=True)
        condition = parse_condition(text, SYMBOLS)
        assert compile_condition(condition)(row) is condition.evaluate(row) is not None


def test_a_scope_of_two_hundred_rules_compiles_to_one_function() -> None:
    rules = [parse_condition(f"a > {n} or abs(b - {n}) < 1", SYMBOLS) for n in range(200)]
    answers = compile_scope(rules)(SimpleNamespace(a=99.5, b=150.0))
    assert [n for n, answer in enumerate(answers) if answer] == [*range(100), 150]


def test_a_quantity_cannot_be_compiled_as_a_condition() -> None:
    with pytest.raises(TypeError, match="not a condition: a / b"):
        compile_condition(parse("a / b", SYMBOLS))
