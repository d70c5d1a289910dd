"""`change(margin_ratio, 5m)` is a measure of its own: typed, checked at load, judged like any."""

from dataclasses import dataclass, field

import pytest

from hedgewatch.core.expression import (
    ExpressionError,
    Truth,
    Unit,
    Vocabulary,
    compile_condition,
    input_of,
    parse_condition,
    parts_of,
    spelt,
)
from hedgewatch.core.model import Known, Unknown
from hedgewatch.core.templates import TemplateError, parse_template

KNOWN = Vocabulary(
    {
        "account_blind": Unit.BOOLEAN,
        "blind_seconds": Unit.SECONDS,
        "headroom": Unit.MONEY,
        "leverage": Unit.NUMBER,
        "margin_ratio": Unit.RATIO,
        "mark_price": Unit.PRICE,
    },
    {"stressed_equity": Unit.MONEY},
    ("all-20",),
)


@dataclass
class _Row:
    margin_ratio: Known = 0.5
    past: dict[str, Known] = field(default_factory=dict)

    def windowed(self, name: str) -> Known:
        return self.past[name]


def judged(text: str, value: Known) -> Truth:
    expression = parse_condition(text, KNOWN)
    row = _Row(past=dict.fromkeys(expression.names, value))
    exact = expression.evaluate(row)
    assert compile_condition(expression)(row) is exact
    return exact


def mistakes(text: str) -> list[str]:
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text, KNOWN)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize("function", ["change", "average", "lowest", "highest"])
def test_a_windowed_measure_is_compared_like_the_measure_and_may_be_unknown(function: str) -> None:
    text = f"{function}(margin_ratio, 5m) > 5%"
    assert judged(text, 0.06) is True
    assert judged(text, 0.05) is False
    assert judged(text, Unknown("not full", 0.0)) is None


def test_it_has_one_spelling_however_it_is_written() -> None:
    for text in ("change( margin_ratio,300s )", "change(margin_ratio, 5m)"):
        assert parse_condition(f"{text} > 5%", KNOWN).names == {"change(margin_ratio, 5m)"}
        assert spelt(text) == "change(margin_ratio, 5m)"
    name = "change(stressed_equity('all-20'), 24h)"
    assert spelt(name) == 'change(stressed_equity("all-20"), 1d)'
    assert input_of(spelt(name)) == 'stressed_equity("all-20")'
    assert parts_of(spelt(name)) == ("stressed_equity", "all-20")
    assert input_of("margin_ratio") == "margin_ratio"


@pytest.mark.parametrize(
    "text",
    [
        "rate(margin_ratio, 1h) * 1h > 5%",
        "1h * rate(margin_ratio, 1h) > 5%",
        "rate(margin_ratio, 1h) > 5% / 1h",
        "-rate(headroom, 1h) > 1000 / 1h",
        "headroom / -rate(headroom, 1h) < 2h",
        "(1 - margin_ratio) / rate(margin_ratio, 10m) < 30m",
        "rate(blind_seconds, 1m) > 0.5",
        "rate(leverage, 1h) * 1h > 2",
        "abs(zscore(mark_price, 1d)) > 4",
        "average(account_blind, 1h) > 10%",
        "highest(account_blind, 5m) and not lowest(account_blind, 30s)",
        "margin_ratio > 2 * average(margin_ratio, 1d)",
        "change(stressed_equity('all-20'), 5m) < -1000",
        "max(change(margin_ratio, 5m), change(margin_ratio, 1h)) > 5%",
    ],
)
def test_units_of_the_past_go_together_as_those_of_now_do(text: str) -> None:
    parse_condition(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("rate(margin_ratio, 1h) * 1h > 5s", "1:31: '5s' is a time in seconds, 'rate(margin_ra"),
        ("rate(margin_ratio, 1h) > 5%", "1:26: '5%' is a ratio, 'rate(margin_ratio, 1h)' is a ra"),
        ("rate(headroom, 1h) > margin_ratio", "1:22: 'margin_ratio' is a ratio, 'rate(headroom"),
        ("headroom / -rate(headroom, 1h) < 5%", "1:34: '5%' is a ratio, 'headroom / -rate(hea"),
        ("change(margin_ratio, 5m) > 5m", "1:28: '5m' is a time in seconds, 'change(margin_ra"),
        ("zscore(mark_price, 1d) > 5%", None),
        ("change(margin_ratio) > 5%", "1:1: change takes a measure and a time: change(margin"),
        ("change(margin_ratio, 5m, 3) > 5%", "1:1: change takes a measure and a time: change("),
        ("change(margin_ratio, 5) > 5%", "1:22: a window takes a time, written like 30s, 5m or"),
        ("change(margin_ratio, 5%) > 5%", "1:22: a window takes a time, written like 30s, 5m"),
        ("change(margin_ratio, headroom) > 5%", "1:22: a window takes a time, written like"),
        ("change(margin_ratio, -5m) > 5%", "1:22: a window takes a time, written like"),
        ("change(margin_ratio, 4s) > 5%", "1:22: a window takes 5s to 30d, not 4s"),
        ("change(margin_ratio, 31d) > 5%", "1:22: a window takes 5s to 30d, not 31d"),
        ("change(margin_ratio, 1e9d) > 5%", "1:22: a window takes 5s to 30d, not 1e9d"),
        ("change(margin_ratio, 7.5s) > 5%", "1:22: a window takes whole seconds: it is sampled"),
        ("change(margin_ratio * 2, 5m) > 5%", "1:8: 'margin_ratio * 2' is no single measure: c"),
        ("change(3, 5m) > 5%", "1:8: '3' is no single measure: change takes one, like"),
        ("change(change(margin_ratio, 5m), 5m) > 5%", "1:8: 'change(margin_ratio, 5m)' is no si"),
        ("change(margn_ratio, 5m) > 5%", "1:8: unknown measure 'margn_ratio' (did you mean 'mar"),
        ("chnge(margin_ratio, 5m) > 5%", "1:1: unknown function 'chnge', there are abs, average"),
        ("change > 5%", "1:1: 'change' is a function: write its arguments in parentheses after"),
        ("change(account_blind, 5m) > 1", "1:8: 'account_blind' is true or false, change takes"),
        ("average(account_blind, 5m)", "1:1: 'average(account_blind, 5m)' is a ratio, not a con"),
        ("change('all-20', 5m) > 5%", "1:8: text in quotes only names a scenario or a sign"),
    ],
)
def test_what_makes_no_window_is_said_in_its_place(text: str, mistake: str | None) -> None:
    if mistake is None:
        parse_condition("zscore(mark_price, 1d) > 5", KNOWN)
        return
    (said,) = mistakes(text)
    assert said.startswith(mistake)


def test_an_annotation_shows_it_with_a_format() -> None:
    template = parse_template(
        "{change( margin_ratio,5m):+.1%} of {account}", {**KNOWN, "account": None}
    )
    assert template.names == {"change(margin_ratio, 5m)", "account"}
    held = {"change(margin_ratio, 5m)": 0.051, "account": "main"}
    assert template.render(held.__getitem__) == "+5.1% of main"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("{change(margn_ratio, 5m)}", "1:1: 'margn_ratio' cannot be shown here (did you mean 'm"),
        ("{change(account, 5m)}", "1:1: 'account' cannot be shown here"),
        ("{change(margin_ratio, 1s)}", "1:1: a window takes 5s to 30d"),
        ("{change(account_blind, 1m)}", "1:1: 'account_blind' is true or false, change takes a"),
        ("{highest(account_blind, 1m):.1%}", "1:1: 'highest(account_blind, 1m)' is true or false"),
        ("{median(margin_ratio, 1m)}", "1:1: 'median(margin_ratio, 1m)' cannot be shown here"),
    ],
)
def test_an_annotation_that_shows_no_window_is_refused(text: str, mistake: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parse_template(text, {**KNOWN, "account": None}, KNOWN.of_scenario)
    assert str(refused.value).startswith(mistake)
