from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.expression import Unit, parse_condition
from hedgewatch.core.model import Scope, Subject, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.templates import TEXT, TemplateError, parse_template

NAMES = {"margin_ratio": Unit.RATIO, "account_blind": Unit.BOOLEAN, "account": TEXT}


def shown(text: str, **values: object) -> str:
    return parse_template(text, NAMES).render(values.__getitem__)


def mistakes(text: str) -> list[str]:
    with pytest.raises(TemplateError) as error:
        parse_template(text, NAMES)
    return [str(problem) for problem in error.value.problems]


def test_a_template_shows_names_and_formats_and_leaves_the_rest() -> None:
    text = "{account}: {margin_ratio:.1%} of 100 %, {{not this}}"
    assert shown(text, account="main", margin_ratio=0.8123) == "main: 81.2% of 100 %, {not this}"
    assert parse_template(text, NAMES).names == {"account", "margin_ratio"}


@pytest.mark.parametrize("value", [None, nan, Unknown("stale", 0.0)])
def test_what_is_not_known_reads_unknown_and_never_a_number(value: object) -> None:
    assert shown("{margin_ratio:.1%} {margin_ratio}", margin_ratio=value) == "unknown unknown"


def test_values_without_a_format_read_plainly() -> None:
    assert shown("{margin_ratio}", margin_ratio=0.1 + 0.2) == "0.3"
    assert shown("{account_blind}", account_blind=True) == "true"
    assert shown("{margin_ratio:.1%} {margin_ratio}", margin_ratio=-inf) == "-∞ -∞"
    assert shown("{margin_ratio:+.1%}", margin_ratio=inf) == "+∞"


@pytest.mark.parametrize(
    ("value", "spec", "read"),
    [
        (1.1e-05, ",.8g", "0.000011"),
        (1.23456789e-05, ",.3g", "0.0000123"),
        (-1.1e-05, "+,.8g", "-0.000011"),
        (1_234_567_891.4, ",.8g", "1,234,567,891"),
        (-8.6e8, "+,.8g", "-860,000,000"),
        (1e21, "g", "1000000000000000000000"),
        (1_427.272727, ",.8g", "1,427.2727"),
        (-0.0001, "+.1%", "+0.0%"),
        (-0.001, ",.2f", "0.00"),
        (0.0, ",.8g", "0"),
        (1.1e-05, ".2e", "1.10e-05"),
    ],
)
def test_figures_are_written_out_and_what_rounds_to_nothing_has_no_sign(
    value: float, spec: str, read: str
) -> None:
    assert parse_template(f"{{x:{spec}}}", {"x": Unit.NUMBER}).render({"x": value}.get) == read


def test_a_value_that_looks_like_a_template_is_not_evaluated() -> None:
    assert shown("{account}", account="{margin_ratio} {account.__class__}") == (
        "{margin_ratio} {account.__class__}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{margin_ratoi}",
            "1:1: 'margin_ratoi' cannot be shown here (did you mean 'margin_ratio'?)",
        ),
        ("a\nb {mars}", "2:3: 'mars' cannot be shown here"),
        ("{margin_ratio:.1q}", "1:1: '.1q' is no format for 'margin_ratio'"),
        ("{margin_ratio:d}", "1:1: 'd' is no format"),
        ("{margin_ratio:999999999}", "1:1: '999999999' is no format"),
        ("{margin_ratio:{account}}", "1:1: a lone '{': write {{ to show it"),
        ("{account:.1%}", "1:1: '.1%' is no format for 'account': write it like {name:>10}"),
        ("{account_blind:.1f}", "1:1: 'account_blind' is true or false and takes no format"),
        ("{account.name}", "1:1: 'account.name' cannot be shown here"),
        ("{account[0]}", "1:1: 'account[0]' cannot be shown here"),
        ("{account!r}", "1:1: 'account!r' cannot be shown here"),
        ("{}", "1:1: '' cannot be shown here"),
        ("100 } sure", "1:5: a lone '}': write }} to show it"),
    ],
)
def test_what_a_template_may_not_say_is_refused_at_its_place(text: str, said: str) -> None:
    assert mistakes(text)[0].startswith(said)


def test_every_mistake_of_a_template_is_told_at_once() -> None:
    assert [line.split(":")[1] for line in mistakes("{a} {margin_ratio:x} {{ok}} } {b}")] == [
        "1",
        "5",
        "29",
        "31",
    ]


@given(st.text(alphabet="{}:.!%aé1"))
def test_any_text_reads_as_written_once_its_braces_are_doubled(text: str) -> None:
    assert shown(text.replace("{", "{{").replace("}", "}}")) == text


def test_a_rule_watches_only_the_subjects_that_its_where_names() -> None:
    rule = Rule(
        name="MarginDanger",
        scope=Scope.POOL,
        expr=parse_condition("margin_ratio > 80%", {"margin_ratio": Unit.RATIO}),
        where={"account": frozenset({"main", "hedge"})},
        labels={},
        annotations={},
    )
    assert rule.watches(Subject(Scope.POOL, (("account", "main"), ("pool", "USDT"))))
    assert not rule.watches(Subject(Scope.POOL, (("account", "spot"), ("pool", "USDT"))))
    assert not rule.watches(Subject(Scope.ACCOUNT, (("account", "main"),)))
