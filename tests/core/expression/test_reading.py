"""What an operator writes, and what it is taken to mean."""

from types import SimpleNamespace

import pytest

from hedgewatch.core.expression import ExpressionError, Unit, parse, parse_condition

SYMBOLS = {
    "account_blind": Unit.BOOLEAN,
    "feed_up": Unit.BOOLEAN,
    "blind_seconds": Unit.SECONDS,
    "contracts": Unit.CONTRACTS,
    "equity": Unit.MONEY,
    "headroom": Unit.MONEY,
    "hedge_drift": Unit.RATIO,
    "hedge_drift_floor": Unit.RATIO,
    "leverage": Unit.NUMBER,
    "margin_ratio": Unit.RATIO,
    "mark_price": Unit.PRICE,
    "shock_down": Unit.RATIO,
}


def judge(text: str, **measures: object) -> bool | None:
    return parse_condition(text, SYMBOLS).evaluate(SimpleNamespace(**measures))


def test_the_margin_rule_of_the_design_reads_as_its_author_means_it() -> None:
    rule = "margin_ratio > 80% or shock_down > -10%"
    assert judge(rule, margin_ratio=0.81, shock_down=-0.5) is True
    assert judge(rule, margin_ratio=0.79, shock_down=-0.09) is True
    assert judge(rule, margin_ratio=0.8, shock_down=-0.1) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("80%", 0.8),
        ("0.3%", 0.003),
        ("7%", 0.07),
        ("2.5e1%", 0.25),
        (".5%", 0.005),
        ("1.%", 0.01),
    ],
)
def test_a_percentage_is_exactly_the_fraction_one_would_type(text: str, value: float) -> None:
    assert judge(f"margin_ratio == {text}", margin_ratio=value) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500ms", 0.5),
        ("3ms", 0.003),
        ("3s", 3.0),
        ("1.5m", 90.0),
        ("2h", 7_200.0),
        ("1d", 86_400.0),
        ("45", 45.0),
    ],
)
def test_a_duration_is_its_number_of_seconds(text: str, value: float) -> None:
    assert judge(f"blind_seconds == {text}", blind_seconds=value) is True


def test_numbers_may_be_written_as_python_and_yaml_users_write_them() -> None:
    for text in ("1000", "1000.", "1e3", "1E+3", "0.1e4", "01000", "10000e-1"):
        assert judge(f"equity == {text}", equity=1000.0) is True


def test_multiplication_binds_before_addition_and_and_binds_before_or() -> None:
    assert judge("leverage + 2 * 3 == 7", leverage=1) is True
    assert judge("(leverage + 2) * 3 == 9", leverage=1) is True
    assert judge("leverage - 1 - 1 == 3", leverage=5) is True
    assert judge("leverage > 0 or leverage > 1 and leverage > 2", leverage=1) is True
    assert judge("(leverage > 0 or leverage > 1) and leverage > 2", leverage=1) is False


def test_a_chained_comparison_holds_only_between_its_bounds() -> None:
    assert judge("10% < margin_ratio <= 50%", margin_ratio=0.5) is True
    assert judge("10% < margin_ratio <= 50%", margin_ratio=0.51) is False
    assert judge("10% < margin_ratio <= 50%", margin_ratio=0.1) is False


def test_a_boolean_measure_is_a_condition_by_itself() -> None:
    assert judge("account_blind", account_blind=True) is True
    assert judge("not feed_up", feed_up=1) is False
    assert judge("account_blind == false and feed_up != false", account_blind=0, feed_up=1) is True
    assert judge("feed_up == (leverage > 3)", feed_up=True, leverage=5) is True


def test_drift_beyond_the_larger_of_five_percent_and_its_floor() -> None:
    rule = "abs(hedge_drift) > max(5%, hedge_drift_floor)"
    assert judge(rule, hedge_drift=-0.06, hedge_drift_floor=0.0) is True
    assert judge(rule, hedge_drift=-0.06, hedge_drift_floor=0.07) is False


def test_a_rule_may_span_the_lines_of_a_yaml_block() -> None:
    rule = "margin_ratio > 80%\r\n  or (shock_down\n\t> -10%)\n"
    assert judge(rule, margin_ratio=0.1, shock_down=-0.05) is True


def test_an_infinite_measure_is_known_and_compares_as_infinite() -> None:
    assert judge("margin_ratio > 80%", margin_ratio=float("inf")) is True
    assert judge("shock_down > -10%", shock_down=float("-inf")) is False


@pytest.mark.parametrize(
    "text",
    [
        "headroom < 10% * equity",
        "headroom < equity * 10%",
        "headroom / equity < 10%",
        "headroom / 2 < equity - 100",
        "contracts * mark_price > equity",
        "mark_price * 80% > mark_price - 5",
        "margin_ratio / shock_down > 2",
        "leverage > 80%",
        "leverage * margin_ratio > 80%",
        "max(1, blind_seconds) > 3s",
        "1 / leverage < margin_ratio",
        "3m < blind_seconds + 10s",
    ],
)
def test_units_that_belong_together_are_let_through(text: str) -> None:
    assert parse_condition(text, SYMBOLS).is_condition


def test_an_expression_says_which_measures_it_reads() -> None:
    expression = parse_condition(
        "abs(margin_ratio) > 1 or not feed_up and margin_ratio < 9", SYMBOLS
    )
    assert expression.names == {"margin_ratio", "feed_up"}


def test_a_quantity_is_readable_but_judges_nothing() -> None:
    quantity = parse("headroom / equity", SYMBOLS)
    assert not quantity.is_condition
    with pytest.raises(ValueError, match="not a condition"):
        quantity.evaluate(SimpleNamespace(headroom=1.0, equity=2.0))


def test_two_readings_of_the_same_text_are_equal_values() -> None:
    first, second = (parse("margin_ratio > 80%", SYMBOLS) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)


def test_a_row_without_the_measure_is_a_fault_of_the_program_not_unknown() -> None:
    with pytest.raises(AttributeError):
        judge("margin_ratio > 80%")


def test_the_error_reads_as_one_line_for_each_mistake() -> None:
    with pytest.raises(ExpressionError) as refused:
        parse("margn_ratio > 80% or\nblind_seconds > 3sec", SYMBOLS)
    assert str(refused.value) == (
        "1:1: unknown measure 'margn_ratio' (did you mean 'margin_ratio'?)\n"
        "2:17: 'sec' is not a unit: use % or ms, s, m, h, d, as in 80% or 30s"
    )
