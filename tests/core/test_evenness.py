"""What should be moved between pools: conserved, never for the worse, exact, and never done."""

import re
from collections.abc import Sequence
from fractions import Fraction
from math import inf
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.evenness import Leveling, Vessel, level
from hedgewatch.core.evenness.adviser import vessel_of
from hedgewatch.core.evenness.leveling import LEAST_GAIN
from hedgewatch.core.events import CollateralPriced, CollateralReading
from hedgewatch.core.margin import Leg
from hedgewatch.core.model import Known, Scope, Tier, Unknown
from hedgewatch.core.rules import Rule
from tests.support.builders import AIX, balance, desk, held, mark, market, read, rule, tiered, tiers
from tests.support.stories import Story, known

PAGE = (Path(__file__).parents[2] / "daemon" / "NUMBERS.md").read_text(encoding="utf-8")
TWO_TIERS = tiers((0.0, 0.01), (100_000.0, 0.02))


def _vessel(name: str, wallet: float, *legs: Leg, price: float = 1_000.0) -> Vessel:
    def surplus_at(move: float) -> float:
        total = wallet
        for leg in legs:
            intercept, slope = leg.line_at(price * (1.0 + move))
            total += intercept + slope * price * (1.0 + move)
        return total

    equity = wallet + sum(leg.value(price, leg.piece_at(price))[0] for leg in legs)
    asked = equity - surplus_at(0.0)
    movable = max(0.0, min(wallet, equity - 2.0 * asked))
    return Vessel(name=name, surplus_at=surplus_at, equity=equity, movable=movable)


def _short(contracts: float, table: Sequence[Tier] = TWO_TIERS) -> Leg:
    return Leg(-contracts, 1_000.0, table)


def _after(vessel: Vessel, found: Leveling) -> float:
    gained = sum(move.amount for move in found.moves if move.target == vessel.name)
    given_away = sum(move.amount for move in found.moves if move.source == vessel.name)
    return vessel.line(gained - given_away)


@st.composite
def _books(draw: st.DrawFn) -> list[Vessel]:
    """One to five pools with up to three positions each, long and short, some beyond saving."""
    vessels = []
    for name in "abcde"[: draw(st.integers(1, 5))]:
        sizes = draw(st.lists(st.floats(-300.0, 300.0).filter(lambda q: abs(q) > 0.1), max_size=3))
        entries = [draw(st.floats(500.0, 1_500.0)) for _ in sizes]
        legs = [Leg(size, entry, TWO_TIERS) for size, entry in zip(sizes, entries, strict=True)]
        vessels.append(_vessel(name, draw(st.floats(0.0, 500_000.0)), *legs))
    return vessels


def _moved(found: Leveling) -> list[tuple[str, str]]:
    return [(move.source, move.target) for move in found.moves]


@given(_books())
def test_what_one_pool_gives_another_gets_and_the_nearest_line_comes_farther(
    vessels: list[Vessel],
) -> None:
    found = level(vessels)
    lines = [_after(vessel, found) for vessel in vessels]
    assert min(lines) == pytest.approx(found.after, rel=1e-12)
    assert found.before == min(vessel.line() for vessel in vessels)
    assert all(move.amount > 0.0 and move.source != move.target for move in found.moves)
    assert found.after >= found.before + (LEAST_GAIN if found.moves else 0.0)
    for vessel in vessels:
        out = sum(move.amount for move in found.moves if move.source == vessel.name)
        assert out <= vessel.movable * (1.0 + 1e-12)
    sources = {move.source for move in found.moves}
    assert not sources & {move.target for move in found.moves}
    assert len(found.moves) < len(vessels)


@given(_books(), st.randoms(use_true_random=False))
def test_the_order_of_the_pools_makes_no_difference(vessels: list[Vessel], chance: Random) -> None:
    found = level(vessels)
    shuffled = list(vessels)
    chance.shuffle(shuffled)
    again = level(shuffled)
    assert again.before == found.before
    assert again.after == pytest.approx(found.after, rel=1e-9)
    amounts = {(move.source, move.target): move.amount for move in found.moves}
    for move in again.moves:
        assert amounts[move.source, move.target] == pytest.approx(move.amount, rel=1e-6, abs=1e-6)


@given(_books())
def test_after_the_moves_there_is_nothing_more_to_move(vessels: list[Vessel]) -> None:
    found = level(vessels)
    moved = []
    for vessel in vessels:
        change = sum(
            m.amount * ((m.target == vessel.name) - (m.source == vessel.name)) for m in found.moves
        )

        def surplus_at(move: float, vessel: Vessel = vessel, change: float = change) -> float:
            return vessel.surplus_at(move) + change

        moved.append(
            Vessel(
                name=vessel.name,
                surplus_at=surplus_at,
                equity=vessel.equity + change,
                movable=max(0.0, vessel.movable + change),
            )
        )
    again = level(moved)
    assert again.after - found.after <= 2.0 * LEAST_GAIN or again.after == inf


@given(st.floats(10.0, 300.0), st.floats(10.0, 300.0), st.floats(5e3, 5e5), st.floats(5e3, 5e5))
def test_two_pools_of_one_tier_are_levelled_exactly_as_fractions_say(
    first: float, second: float, wallet: float, other: float
) -> None:
    flat = (Tier(0.0, 0.01, 0.0),)
    pools = [_vessel("a", wallet, _short(first, flat)), _vessel("b", other, _short(second, flat))]
    found = level(pools)
    rate = Fraction(0.01)
    surplus = [
        Fraction(w) - rate * Fraction(q) * 1000 for w, q in ((wallet, first), (other, second))
    ]
    slopes = [(1 + rate) * Fraction(q) * 1000 for q in (first, second)]
    if not found.moves or float(max(surplus)) <= 0.0:
        return
    level_line = float(sum(surplus) / sum(slopes))
    amount = float(abs(slopes[0] * sum(surplus) / sum(slopes) - surplus[0]))
    movable = next(pool.movable for pool in pools if pool.name == found.moves[0].source)
    if amount <= movable:
        assert found.after == pytest.approx(level_line, rel=1e-12)
        assert found.moves[0].amount == pytest.approx(amount, rel=1e-9)
    else:
        assert found.moves[0].amount == movable


def test_the_page_of_numbers_works_the_two_accounts_right() -> None:
    pools = [_vessel("main", 20_000.0, _short(100.0)), _vessel("second", 60_000.0, _short(50.0))]
    found = level(pools)
    assert _moved(found) == [("second", "main")]
    assert found.moves[0].amount == pytest.approx(33_504.918_032_786_886)
    page = PAGE.partition("### Two accounts, by hand")[2].partition("\n## ")[0]
    assert f"**{found.moves[0].amount:,.2f}**" in page
    rows = [
        [cell.strip() for cell in row.split("|")]
        for row in re.findall(r"^\|(.+)\|$", page, flags=re.MULTILINE)[2:]
    ]
    for pool, row in zip(pools, rows, strict=True):
        assert row[0] == pool.name
        assert row[-2:] == [f"{pool.line():.2%}", f"{_after(pool, found):.2%}"]
    assert f"{100 * found.gain:.2f} points farther" in page


def test_pools_that_are_even_already_are_left_alone() -> None:
    pools = [_vessel(name, 20_000.0, _short(100.0)) for name in "abc"]
    assert level(pools).moves == ()
    assert level(pools[:1]).moves == ()
    assert level([]) == Leveling(inf, inf)


def test_an_idle_wallet_gives_all_that_helps_and_needs_nothing() -> None:
    found = level([_vessel("idle", 10_000.0), _vessel("busy", 20_000.0, _short(100.0))])
    assert _moved(found) == [("idle", "busy")]
    assert found.moves[0].amount == pytest.approx(10_000.0)
    assert found.before == pytest.approx(19_000.0 / 102_000.0)
    assert found.after == pytest.approx(29_000.0 / 102_000.0)


def test_nothing_is_taken_that_stands_for_a_position() -> None:
    rich = _vessel("rich", 5_000.0, _short(100.0), Leg(100.0, 1_000.0, TWO_TIERS))
    poor = _vessel("poor", 9_000.0, _short(100.0))
    found = level([rich, poor])
    assert rich.movable == pytest.approx(5_000.0 - 2 * 2_000.0)
    assert _moved(found) == [("rich", "poor")]
    assert found.moves[0].amount == pytest.approx(1_000.0)


def test_what_is_beyond_its_line_is_saved_when_that_can_be_and_else_nothing_is_sent_after_it() -> (
    None
):
    sunk = _vessel("sunk", 500.0, _short(100.0))
    assert sunk.line() == 0.0
    saved = level([sunk, _vessel("idle", 20_000.0)])
    assert saved.before == 0.0
    assert saved.after > 0.15
    assert level([sunk, _vessel("idle", 100.0)]).moves == ()


def test_pools_that_no_move_liquidates_are_told_as_such() -> None:
    long = Leg(10.0, 1_000.0, (Tier(0.0, 0.01, 0.0),))
    needs = _vessel("needs", 4_000.0, long)
    found = level([needs, _vessel("idle", 50_000.0)])
    assert found.before == pytest.approx(3_900.0 / 9_900.0)
    assert found.after == inf
    assert _moved(found) == [("idle", "needs")]
    assert found.moves[0].amount == pytest.approx(6_000.0, rel=2e-6)


def test_a_gain_or_a_transfer_too_small_to_bother_with_is_not_advised() -> None:
    almost = [_vessel("a", 20_000.0, _short(100.0)), _vessel("b", 20_400.0, _short(100.0))]
    assert level(almost).moves == ()


# ---- the desk


def _two(*rules: Rule) -> Story:
    plans = desk(accounts=("main", "second"))
    story = Story(*rules, on=plans)
    story.at(0.0, market(AIX), tiered(AIX, TWO_TIERS), tiered(AIX, TWO_TIERS, "second"))
    story.at(0.0, read(held(AIX, -100.0), wallet=20_000.0))
    story.at(0.0, read(held(AIX, -50.0), wallet=60_000.0, account="second"))
    story.at(0.0, mark("ALT/USDT:USDT", 0.40), mark(AIX, 1_000.0))
    return story


def _transfers(story: Story) -> tuple[Known, ...]:
    pools = (story.account(name).pools["USDT"] for name in ("main", "second"))
    return tuple(pool.transfer_to_even for pool in pools)


def test_the_desk_advises_what_the_page_works_out_by_hand() -> None:
    story = _two()
    assert list(_transfers(story)) == pytest.approx([33_504.918, -33_504.918])
    assert story.engine.book.totals.evenness_gain == pytest.approx(0.328_48, abs=1e-5)
    (advice,) = story.engine.adviser.advice()
    assert advice.currency == "USDT"
    assert advice.leveling.before == pytest.approx(known(story.pool().shock_up), rel=1e-12)
    assert advice.left_out == ()


def test_an_isolated_position_is_a_pool_like_any_other() -> None:
    story = Story(on=desk())
    story.at(0.0, market(AIX), tiered(AIX, TWO_TIERS), mark("ALT/USDT:USDT", 0.40))
    story.at(0.0, read(held(AIX, -100.0, isolated=20_000.0), wallet=30_000.0), mark(AIX, 1_000.0))
    assert story.pool().transfer_to_even == pytest.approx(-30_000.0)
    assert story.pool(AIX).transfer_to_even == pytest.approx(30_000.0)


def test_what_nobody_can_vouch_for_is_left_out_and_said() -> None:
    story = _two()
    story.at(5.0, mark("ALT/USDT:USDT", 0.40), mark(AIX, 1_000.0))
    story.at(6.0, read(held(AIX, -50.0), held("NEW/USDT:USDT", 5.0), wallet=6e4, account="second"))
    first, second = _transfers(story)
    assert first == 0.0
    assert isinstance(second, Unknown)
    assert isinstance(story.engine.book.totals.evenness_gain, Unknown)
    (advice,) = story.engine.adviser.advice()
    assert [name for name, _ in advice.left_out] == ["second/USDT"]


def test_an_answer_is_given_again_for_a_second_and_then_worked_out_anew() -> None:
    story = _two()
    before = _transfers(story)
    story.at(0.5, read(held(AIX, -60.0), wallet=60_000.0, account="second"))
    assert _transfers(story) == before
    story.at(1.5, mark(AIX, 1_000.0))
    assert _transfers(story) != before


def test_a_rule_may_read_the_advice_of_the_desk() -> None:
    story = _two(rule("Uneven", Scope.BOOK, "evenness_gain > 20%"))
    story.advance(2.0, mark("ALT/USDT:USDT", 0.40), mark(AIX, 1_000.0))
    assert story.firing() == {"Uneven"}


@given(
    st.lists(st.floats(-300.0, 300.0).filter(lambda q: abs(q) > 0.1), min_size=3, max_size=3),
    st.floats(1_000.0, 400_000.0),
)
def test_the_surplus_of_a_pool_of_the_desk_has_its_line_where_the_solver_says(
    contracts: list[float], wallet: float
) -> None:
    story = Story(on=desk(prices={}, holdings={}))
    symbols = [AIX, "ALT/USDT:USDT", "NEW/USDT:USDT"]
    for symbol in symbols:
        story.at(0.0, market(symbol), tiered(symbol), mark(symbol, 1_000.0))
    legs = [held(symbol, size) for symbol, size in zip(symbols, contracts, strict=True)]
    story.at(0.0, read(*legs, wallet=wallet), *(mark(symbol, 1_000.0) for symbol in symbols))
    vessel = vessel_of(story.pool())
    assert vessel.surplus_at(0.0) == pytest.approx(known(story.pool().headroom), abs=1e-6)
    nearest = abs(known(story.pool().shock_nearest))
    if nearest < 100.0:
        assert vessel.line() == pytest.approx(nearest, rel=1e-9, abs=1e-9)


# ---- pools of other kinds

COIN = "BTC/USD:BTC"
FLAT = (Tier(0.0, 0.01, 0.0),)


def test_coins_are_moved_between_coin_margined_pools_as_exactly() -> None:
    """Two longs of 500 and 250 contracts of 100 dollars at 50,000: in coins at y = 1 + m,
    0.5 + 1 - 1.01 / y and 2 + 0.5 - 0.505 / y. Together 4 - 1.515 / y, which is 0 at y = 0.37875.
    """
    story = Story(on=desk(prices={}, holdings={}, accounts=("main", "second")))
    regime = "binance-coinm-cross"
    story.at(0.0, market(COIN, contract_size=100.0))
    for name, contracts, wallet in (("main", 500.0, 0.5), ("second", 250.0, 2.0)):
        funds = [balance(wallet, "BTC")]
        position = held(COIN, contracts, 50_000.0)
        story.at(0.0, tiered(COIN, FLAT, name))
        story.at(0.0, read(position, wallet=None, balances=funds, regime=regime, account=name))
    story.at(0.0, mark(COIN, 50_000.0))
    (advice,) = story.engine.adviser.advice()
    assert advice.currency == "BTC"
    assert advice.leveling.before == pytest.approx(1.0 - 1.01 / 1.5)
    assert advice.leveling.after == pytest.approx(1.0 - 0.37875)
    (move,) = advice.leveling.moves
    assert (move.source, move.target) == ("second/BTC", "main/BTC")
    assert move.amount == pytest.approx(1.01 / 0.37875 - 1.5)


def test_whole_accounts_are_evened_among_themselves_and_not_with_single_currencies() -> None:
    story = Story(on=desk(prices={}, holdings={}, accounts=("main", "second", "third")))
    multi = "binance-usdm-multi-assets"
    story.at(0.0, market(AIX), mark(AIX, 1_000.0))
    for name, wallet in (("main", 20_000.0), ("second", 60_000.0)):
        position = held(AIX, -100.0)
        story.at(0.0, tiered(AIX, FLAT, name))
        story.at(0.0, read(position, wallet=wallet, regime=multi, account=name))
        priced = (CollateralReading(asset="USDT", price=1.0),)
        story.at(0.0, CollateralPriced(name, priced, story.now))
    story.at(0.0, read(wallet=500_000.0, account="third"), mark(AIX, 1_000.0))
    whole, single = sorted(story.engine.adviser.advice(), key=lambda each: len(each.currency))[::-1]
    assert (whole.currency, single.currency) == ("USD (whole accounts)", "USDT")
    (move,) = whole.leveling.moves
    assert (move.source, move.target) == ("second/account", "main/account")
    assert move.amount == pytest.approx(20_000.0)
    assert single.leveling.moves == ()
