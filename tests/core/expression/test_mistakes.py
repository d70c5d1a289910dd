"""What an operator gets wrong, and what is said about it: all at once, each in its place."""

import pytest

from hedgewatch.core.expression import ExpressionError, Unit, parse, parse_condition

SYMBOLS = {
    "account_blind": Unit.BOOLEAN,
    "blind_seconds": Unit.SECONDS,
    "contracts": Unit.CONTRACTS,
    "equity": Unit.MONEY,
    "margin_ratio": Unit.RATIO,
    "mark_price": Unit.PRICE,
    "shock_down": Unit.RATIO,
}

FUNCTIONS = "abs, average, change, highest, lowest, max, min, rate, zscore"


def mistakes(text: str) -> list[str]:
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text, SYMBOLS)
    return [str(problem) for problem in refused.value.problems]


def test_every_mistake_is_reported_at_once_in_reading_order() -> None:
    text = "margn_ratio > 80% and\n  equity > 5% and margin_ratio\n  or sqrt(equity) > 2"
    named, compared, alone, called = mistakes(text)
    assert named == "1:1: unknown measure 'margn_ratio' (did you mean 'margin_ratio'?)"
    assert compared.startswith("2:12: '5%' is a ratio, 'equity' is an amount of money, they cannot")
    assert alone.startswith("2:19: 'margin_ratio' is a ratio, not a condition: compare it, for")
    assert alone.endswith("for example margin_ratio > 80%")
    assert called == f"3:6: unknown function 'sqrt', there are {FUNCTIONS}"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        # what the units forbid
        ("margin_ratio > 3s", "1:16: '3s' is a time in seconds, 'margin_ratio' is a ratio"),
        ("3s < margin_ratio", "1:1: '3s' is a time in seconds, 'margin_ratio' is a ratio"),
        ("blind_seconds > 5%", "1:17: '5%' is a ratio, 'blind_seconds' is a time in seconds"),
        ("mark_price > 5%", "1:14: '5%' is a ratio, 'mark_price' is a price"),
        ("contracts > 5%", "1:13: '5%' is a ratio, 'contracts' is a number of contracts"),
        ("equity > mark_price", "1:10: 'mark_price' is a price, 'equity' is an amount of money"),
        ("equity + margin_ratio > 1", "1:10: 'margin_ratio' is a ratio, 'equity' is an amount of"),
        ("max(1, 5%, equity) > 1", "1:8: '5%' is a ratio, 'equity' is an amount of money"),
        ("0 < margin_ratio < 3s", "1:20: '3s' is a time in seconds, 'margin_ratio' is a ratio"),
        # true and false are no numbers, numbers are not true or false
        ("account_blind > 1", "1:1: 'account_blind' is true or false, not a number: use it alone"),
        ("account_blind == 1", "1:1: 'account_blind' is true or false, not a number: use it alone"),
        ("-account_blind > 1", "1:2: 'account_blind' is true or false, not a number: use it alone"),
        ("abs(account_blind) > 1", "1:5: 'account_blind' is true or false, not a number"),
        ("account_blind + 1 > 1", "1:1: 'account_blind' is true or false, not a number"),
        ("account_blind < true", "1:17: true and false have no order for '<': use == or !="),
        ("margin_ratio", "1:1: 'margin_ratio' is a ratio, not a condition: compare it"),
        ("not margin_ratio", "1:5: 'margin_ratio' is a ratio, not a condition"),
        ("account_blind or blind_seconds", "1:18: 'blind_seconds' is a time in seconds, not"),
        ("margin_ratio > 80% and 3", "1:24: '3' is a number, not a condition: compare it"),
        # what can never change
        ("1 > 2", "1:1: '1 > 2' can never change"),
        ("true", "1:1: 'true' can never change"),
        ("account_blind or true", "1:18: 'true' can never change"),
        ("margin_ratio / 0 > 1", "1:16: a division by zero is never known"),
        # words
        ("margin_ratio > 80 %", "1:19: '%' belongs right after a number, as in 80%"),
        ("margin_ratio % 2 > 1", "1:14: '%' belongs right after a number"),
        ("margin_ratio > 80%5", "1:16: put a space or an operator after '80%'"),
        ("blind_seconds > 3 s", "1:19: write '3s' without a space"),
        ("blind_seconds > 3min", "1:17: 'min' is not a unit: use % or ms, s, m, h, d"),
        ("equity > 1_000", "1:10: write numbers without '_'"),
        ("equity > 1e999", "1:10: '1e999' is too large for a number"),
        ("blind_seconds > 1e304d", "1:17: '1e304d' is too large for a number"),
        ("account_blind == True", "1:18: write 'true' in small letters"),
        ("account_blind AND account_blind", "1:15: write 'and' in small letters"),
        ("account_blind && account_blind", "1:15: write 'and' instead of '&&'"),
        ("account_blind || account_blind", "1:15: write 'or' instead of '||'"),
        ("!account_blind", "1:1: write 'not' instead of '!'"),
        ("margin_ratio = 1", "1:14: compare with == (equal) or != (not equal)"),
        ("margin_ratio => 1", "1:14: write >= instead of =>"),
        ("margin_ratio <> 1", "1:14: write != instead of <>"),
        ("margin_ratio > 80% # danger", "1:20: an expression holds no comment"),
        # order
        ("", "1:1: the expression is empty: write a condition"),
        (" \n ", "1:1: the expression is empty: write a condition"),
        ("margin_ratio >", "1:14: a measure or number is missing after '>'"),
        ("> margin_ratio", "1:1: a measure or number is missing before '>'"),
        ("margin_ratio shock_down", "1:14: an operator (and, or, <, +, …) is missing before"),
        ("(margin_ratio > 1", "1:1: this '(' is never closed: add its ')'"),
        ("margin_ratio > 1)", "1:17: this ')' closes nothing"),
        ("account_blind) or (account_blind", "1:14: this ')' closes nothing"),
        ("() or account_blind", "1:2: a measure or number is missing before ')'"),
        ("(margin_ratio, 1) > 1", "1:14: a comma only separates the arguments of a function"),
        ("1 + not account_blind", "1:5: put parentheses around 'not …' here"),
        ("+margin_ratio > 1", "1:1: a measure or number is missing before '+'"),
        # functions
        ("min(margin_ratio) > 1", "1:1: min takes two arguments or more, here is one"),
        ("abs(margin_ratio, 1) > 1", "1:1: abs takes one argument, here are 2"),
        ("min() > margin_ratio", "1:5: a measure or number is missing before ')'"),
        ("mim(margin_ratio, 1) > 1", "1:1: unknown function 'mim', there are abs"),
        ("abs > 1", "1:1: 'abs' is a function: write its arguments in parentheses after it"),
        ("margin_ratio(1) > 1", "1:1: 'margin_ratio' is a measure, not a function"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_stands_and_once(text: str, mistake: str) -> None:
    found = mistakes(text)
    assert found[0].startswith(mistake)
    assert len([line for line in found if line.startswith(mistake[:5])]) == 1


def test_a_unit_mistake_shows_how_the_number_should_be_written() -> None:
    assert mistakes("margin_ratio > 3s")[0].endswith("write 80%, for example")
    assert mistakes("blind_seconds > 3%")[0].endswith("write 30s, for example")


def test_an_unknown_name_does_not_raise_doubts_about_its_neighbours() -> None:
    text = "sqrt(equit) + 3s > 80% and not accont_blind and abs(nothing_like_it) * 2 < equity"
    assert mistakes(text) == [
        f"1:1: unknown function 'sqrt', there are {FUNCTIONS}",
        "1:6: unknown measure 'equit' (did you mean 'equity'?)",
        "1:32: unknown measure 'accont_blind' (did you mean 'account_blind'?)",
        "1:53: unknown measure 'nothing_like_it'",
    ]


def test_the_same_unknown_name_is_reported_once() -> None:
    assert len(mistakes("margn_ratio > 80% or margn_ratio < 10%")) == 1


def test_a_constant_quantity_is_refused_as_well() -> None:
    with pytest.raises(ExpressionError, match="can never change"):
        parse("3 * 4", SYMBOLS)


def test_a_wide_literal_does_not_shift_the_columns_behind_it() -> None:
    assert mistakes("margin_ratio > 12.50% and blind_seconds > 1500ms and oops")[0].startswith(
        "1:54: "
    )
    assert mistakes("margin_ratio > 12.50% and\n\tblind_seconds > 1500ms\t> oops")[0].startswith(
        "2:27: "
    )


def test_the_limits_are_said_in_numbers() -> None:
    assert mistakes("account_blind or " * 130 + "account_blind") == [
        "1:1: the expression is 2223 characters long, 2000 are allowed: split the rule"
    ]
    assert mistakes("-1+" * 70 + "equity > 1") == [
        "1:1: the expression has 213 names, numbers and operators, 200 are allowed: split the rule"
    ]
    assert mistakes("equity" + " + 1" * 31 + " > 0") == [
        "1:1: the expression is nested more than 32 deep: split the rule"
    ]
    assert mistakes("(" * 33 + "account_blind" + ")" * 33) == [
        "1:33: parentheses are nested more than 32 deep: split the rule"
    ]


def test_what_stays_within_the_limits_is_read() -> None:
    parse("equity" + " + 1" * 30 + " > 0", SYMBOLS)
    parse("(" * 32 + "account_blind" + ")" * 32, SYMBOLS)
    parse(" or ".join(["account_blind"] * 100), SYMBOLS)
