"""What alerts say in words of what is known, and of what is not known yet."""

from dataclasses import replace
from math import inf

import pytest

from hedgewatch.core.alert_model import AlertState
from hedgewatch.core.book.rows.nearness import mark_in_words
from hedgewatch.core.events import BarsRead, LiquidityRead
from hedgewatch.core.expression import input_of, parse_condition
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import LegPlan, Scope, Unknown
from hedgewatch.core.rules import MADE_OF, TEXTS
from hedgewatch.core.scenarios import Scenario
from hedgewatch.core.wording import signed
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    IN_COLD,
    PEPE,
    SHORT_AIX,
    VENUE,
    accepted,
    desk,
    heard,
    hedge,
    held,
    mark,
    market,
    read,
    rule,
    tiered,
)
from tests.support.happenings import everything
from tests.support.stories import ALTS, CALM, START, Story, short_of_aix

PACE = replace(
    rule("Pace", Scope.POOL, "margin_ratio > 1%", summary="{pace_in_words}"), keep_firing_for=1.0
)


def _minutes(symbol: str, price: float) -> BarsRead:
    """An hour in which the price went one way and the other by a thousandth."""
    last = START // 60.0
    ups = [price * (1.0 + 0.001 * (minute % 2)) for minute in range(60)]
    bars = tuple((60.0 * (last - 60 + at), told) for at, told in enumerate(ups))
    return BarsRead(VENUE, symbol, bars)


def test_before_the_volatility_is_known_the_first_message_says_that_in_one_clause() -> None:
    story = short_of_aix(PACE)
    assert story.record("Pace").annotations["summary"] == "not known yet (0 of 30 minutes seen)"


def test_how_near_it_is_in_usual_moves_and_what_changed() -> None:
    story = short_of_aix(PACE)
    story.at(0.0, _minutes(AIX, 1_000.0))
    story.advance(301.0, read(held(AIX, -200.0)), CALM, ALTS, every=1.0)
    story.at(301.5, mark(AIX, 1_100.0))
    said = story.record("Pace").annotations["summary"]
    assert said.startswith("3.1 usual daily moves away (70% a year)")
    assert said.endswith("; margin ratio +5.3 points in 5 min")


def test_of_several_markets_the_one_that_is_there_first_is_named() -> None:
    story = short_of_aix(PACE)
    story.at(1.0, read(held(AIX, -200.0), held(ALT, 10_000.0, 0.4)), CALM, ALTS)
    assert story.pool().pace_in_words.startswith(f"{AIX} alone: not known yet")
    story.at(1.0, _minutes(AIX, 1_000.0), _minutes(ALT, 0.4))
    assert story.pool().pace_in_words.startswith(f"{AIX} alone: ")
    assert story.position(ALT).pace_in_words == "no price liquidates"


def test_a_hedge_says_what_to_trade_where_and_what_is_without_cover() -> None:
    story = short_of_aix(on=desk(BASKET))
    row = story.hedge()
    assert row.trade_in_words == "nothing to trade: less than half a contract step is missing"
    assert row.uncovered_in_words == "0.00 USDT are without cover (0 ALT)"
    story.at(1.0, read(held(AIX, -150.0)))
    assert row.trade_in_words == f"sell 50 contracts of {AIX} in main"
    assert row.uncovered_in_words == "50,000.00 USDT are without cover (125,000 ALT)"
    story.at(2.0, read(held(AIX, -250.0)))
    assert row.trade_in_words == f"buy 50 contracts of {AIX} in main"
    assert row.uncovered_in_words == "50,000.00 USDT of cover are too much (125,000 ALT)"


def test_what_of_a_hedge_is_not_known_is_said_with_the_reason() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(60.0)
    row = story.hedge()
    assert row.trade_in_words.startswith("what to trade is unknown: the price of ")
    assert row.uncovered_in_words.startswith("what is without cover is unknown: the price of ")
    assert row.roll_in_words.startswith("what a roll costs is unknown: ")


@pytest.mark.parametrize(("contracts", "verb"), [(-100.0, "sell"), (-180.0, "buy")])
def test_of_a_cover_of_several_markets_it_says_how_much_and_leaves_open_which(
    contracts: float, verb: str
) -> None:
    both = hedge(IN_COLD, (SHORT_AIX, LegPlan(account="main", symbol=PEPE)))
    story = Story(on=desk(both))
    story.at(0.0, market(AIX), market(ALT), market(PEPE), tiered(AIX), tiered(PEPE))
    legs = held(AIX, contracts), held(PEPE, -5_000_000.0, 0.01)
    story.at(0.0, read(*legs), CALM, ALTS, mark(PEPE, 0.01))
    worth = 200_000.0 + 1_000.0 * contracts - 50_000.0
    assert story.hedge().trade_in_words == (
        f"{verb} cover worth {abs(worth):,.2f} USDT, in whichever of its 2 markets"
    )


def test_the_scenarios_that_would_liquidate_a_pool_are_named() -> None:
    told = {"up": 0.5, "far": 0.9, "down": -0.1}
    scenarios = tuple(Scenario(name=name, prices={"*": by}) for name, by in told.items())
    known_here = symbols(Scope.POOL, told)
    asked = " or ".join(f'stressed_liquidated("{name}")' for name in told)
    reads = replace(PACE, expr=parse_condition(asked, known_here), annotations={})
    story = short_of_aix(reads, on=replace(desk(), scenarios=scenarios))
    assert story.firing() == {"Pace"}
    assert story.pool().liquidating_scenarios == "up, far"


def test_a_mark_says_what_stands_beside_it() -> None:
    assert mark_in_words(0.0000123, 0.002) == "mark price 0.0000123, +0.2% off what others say"
    nobody = Unknown("nothing stands beside it", 0.0)
    assert mark_in_words(1_130.0, nobody) == "mark price 1,130, which nothing else confirms"
    assert mark_in_words(Unknown("stale", 0.0), 0.0) == "the mark price is unknown: stale"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.25, "+1.25 s"), (-3.5, "-3.5 s"), (3_725.0, "+1 h 02 min"), (-28_800.0, "-8 h 00 min")],
)
def test_a_duration_with_a_sign_is_exact_where_it_is_short(seconds: float, words: str) -> None:
    assert signed(seconds) == words
    assert signed(inf) == "+∞"


def test_what_the_visible_book_does_not_take_is_not_said_to_cost_something() -> None:
    story = short_of_aix()
    assert story.position().closing_in_words == (
        "what closing it costs is unknown: the order book was not read"
    )
    for size, said in (
        (300.0, "to close it at once would lose 200.00 (0.10%) against the middle"),
        (50.0, "the visible order book takes 25% of it"),
        (199.9, "the visible order book takes 99% of it"),
    ):
        book = LiquidityRead(VENUE, AIX, ((999.0, size),), ((1_001.0, size),), story.now, 1e6)
        story.at(1.0, book)
        assert story.position().closing_in_words == said


def test_the_first_messages_after_a_start_fit_a_push_and_say_no_unknown() -> None:
    watched, rules = everything()
    shipped = [each for each in rules if "runbook_url" in each.annotations]
    story = Story(*shipped, on=watched)
    story.at(0.0, accepted(), accepted("other"), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    story.at(0.0, read(account="other"), read(held(AIX, -250.0)), mark(AIX, 1_130.0), ALTS)
    both = read(account="other"), read(held(AIX, -250.0))
    story.advance(40.0, heard(), heard("other"), mark(AIX, 1_130.0), ALTS, *both)
    told = [each for each in story.told if each.state is AlertState.FIRING]
    assert {each.alertname for each in told} == {
        *("MarginWarning", "MarginDanger", "LiquidationNear"),
        *("HedgeDrift", "ResidualDelta", "StressLiquidates"),
    }
    for each in told:
        assert len(each.annotations["summary"]) <= 120
        assert "unknown" not in "".join(each.annotations.values())


def test_what_texts_are_made_of_are_measures_of_what_they_are_about() -> None:
    for (scope, text), names in MADE_OF.items():
        assert text in TEXTS[scope]
        assert {input_of(name) for name in names} <= set(symbols(scope))
