"""What venues get wrong about data, and what the core makes of it: rows 16 to 46."""

from dataclasses import replace

import pytest

from hedgewatch.config.rule_files import load_rules
from hedgewatch.config.shipped import shipped_rules
from hedgewatch.core.events import BalanceChanged, LiquidityRead
from hedgewatch.core.model import AccountPlan, EndReason, LegPlan, PricePlan, Scope, Unknown
from hedgewatch.core.rules import Rule
from tests.support.builders import (
    AIX,
    BASKET,
    VENUE,
    accepted,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    paid,
    quote,
    read,
    rule,
    tiered,
    told,
)
from tests.support.stories import ALTS, CALM, Story, danger, known, reason, short_of_aix


def _shipped(*names: str) -> list[Rule]:
    return [each for each in load_rules(shipped_rules()) if each.name in names]


def test_of_two_words_with_one_time_the_one_that_came_last_holds() -> None:
    """Row 20: some venues stamp several messages with one millisecond."""
    story = short_of_aix()
    said = story.now + 1.0
    first, last = held(AIX, -150.0)(said), held(AIX, -120.0)(said)
    story.at(1.0, told(lambda _: first))
    assert list(story.after.confirm) == []
    story.at(0.0, told(lambda _: last))
    assert story.position().contracts == -120.0
    assert list(story.after.confirm) == ["main"], "which of them was the last is read"
    story.at(1.0, told(lambda _: replace(first, venue_time=said - 0.001)))
    assert story.position().contracts == -120.0


def test_one_word_told_in_any_order_and_any_number_of_times_counts_once() -> None:
    """Row 19: neither a break nor a smaller position comes of a repetition."""
    story = short_of_aix(on=desk(BASKET))
    said = story.now + 1.0
    reduced = told(lambda _: held(AIX, -199.0)(said), EndReason.CLOSED)
    story.at(1.0, *[reduced] * 5, CALM, ALTS)
    assert story.position().contracts == -199.0
    assert story.hedge().hedge_broken is False


def test_a_wallet_that_reads_nothing_under_open_positions_is_believed_at_the_second_reading() -> (
    None
):
    """Row 26: in October 2025 balances read 0 while nothing had gone."""
    story = short_of_aix(danger())
    story.at(1.0, read(held(AIX, -200.0), wallet=0.0), CALM)
    assert known(story.pool().equity) == 50_000.0
    assert story.firing() == set()
    story.at(2.0, read(held(AIX, -200.0), wallet=50_000.0), CALM)
    assert story.account().account_blind is False
    story.at(3.0, read(held(AIX, -200.0), wallet=0.0))
    assert story.after.confirm == ("main",)
    story.at(4.0, read(held(AIX, -200.0), wallet=0.0), CALM)
    assert known(story.pool().equity) == 0.0
    assert story.firing() == {"Danger"}


def test_a_wallet_that_a_stream_empties_under_open_positions_waits_for_readings() -> None:
    story = short_of_aix()
    story.at(1.0, paid(balance(0.0)), paid(balance(0.0)), CALM)
    assert known(story.pool().equity) == 50_000.0


def test_an_update_that_tells_amounts_alone_leaves_the_venues_other_numbers_as_they_were() -> None:
    """Row 27."""
    story = short_of_aix()
    own = replace(held(AIX, -200.0)(story.now + 1.0), venue_liquidation_price=1_240.0, adl_rank=3.0)
    story.at(1.0, read(lambda _: own), CALM)
    story.at(2.0, told(held(AIX, -190.0)), CALM)
    assert story.position().adl_rank == 3.0
    assert story.position().venue_liquidation_price == 1_240.0
    assert known(story.position().liquidation_distance) > 0.0


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_mark_that_is_no_price_leaves_the_last_one_until_it_is_stale(price: float) -> None:
    """Row 30."""
    story = short_of_aix()
    story.at(1.0, mark(AIX, price))
    assert story.position().mark_price == 1_000.0
    story.advance(7.0, mark(AIX, price), ALTS)
    assert reason(story.position().mark_price) == f"the price of {AIX} is stale"


def test_a_crossed_or_one_sided_book_makes_no_price_and_no_costs() -> None:
    """Row 33."""
    spot = AccountPlan(name="spot", venue="binance")
    owned = LegPlan(account="spot", asset="ALT")
    prices = {"ALT": PricePlan(account="spot", symbol="ALT/USDT")}
    on = replace(desk(hedge(owned, owned)), accounts=(*desk().accounts, spot), prices=prices)
    story = Story(on=on)
    story.at(0.0, accepted("spot"), market("ALT/USDT"), market(AIX), quote("ALT/USDT", 0.39, 0.41))
    row = story.engine.book.markets["binance", "ALT/USDT"]
    for bid, ask in ((0.50, 0.41), (0.0, 0.41), (0.39, float("inf")), (float("nan"), 0.41)):
        story.at(1.0, quote("ALT/USDT", bid, ask))
        assert row.price == pytest.approx(0.40)
    crossed = ((1_001.0, 1.0),), ((1_000.0, 1.0),)
    story.at(1.0, lambda now: LiquidityRead(VENUE, AIX, *crossed, now))
    assert story.engine.book.market(VENUE, AIX).liquidity is None


def test_a_glitch_of_one_tick_is_told_by_the_gravest_alert_alone() -> None:
    """Row 34: what only looks like a crash for a second waits, what may be one does not."""
    names = ("MarginDanger", "MarginCritical", "LiquidationNear", "HedgeDrift", "ResidualDelta")
    story = short_of_aix(*_shipped(*names), on=desk(BASKET))
    story.at(0.1, mark(AIX, 1_220.0))
    assert story.firing() == {"MarginCritical"}
    assert story.pending() == {"MarginDanger", "LiquidationNear", "HedgeDrift"}
    story.at(0.3, CALM)
    assert story.pending() == set()
    assert story.firing() == {"MarginCritical"}


def test_a_real_jump_in_one_tick_fires_at_once_and_everything_else_a_second_later() -> None:
    """Row 34: −30 % in a tick is no glitch when the next tick says the same."""
    names = ("MarginDanger", "MarginCritical", "LiquidationNear")
    story = short_of_aix(*_shipped(*names), on=desk(BASKET))
    story.at(0.1, mark(AIX, 1_300.0))
    assert story.firing() == {"MarginCritical"}
    story.at(1.2, mark(AIX, 1_300.0))
    assert story.firing() == set(names)


def test_a_funding_settlement_is_judged_the_moment_that_the_balance_is_told() -> None:
    """Row 38: −2 % of the notional, out of the wallet."""
    story = short_of_aix(danger(), wallet=8_000.0)
    ratio = known(story.pool().margin_ratio)
    assert story.at(1.0, paid(balance(4_000.0))) == ["Danger firing"]
    assert known(story.pool().margin_ratio) == pytest.approx(2.0 * ratio)


def test_a_partial_liquidation_is_said_even_though_the_margin_is_better_afterwards() -> None:
    """Row 39."""
    broken = rule("HedgeBroken", Scope.HEDGE, "break_forced", summary="{break_reason}")
    story = short_of_aix(broken, on=desk(BASKET))
    ratio = known(story.pool().margin_ratio)
    assert story.at(1.0, told(held(AIX, -120.0), EndReason.LIQUIDATED)) == ["HedgeBroken firing"]
    assert known(story.pool().margin_ratio) < ratio
    assert "liquidated" in story.told[0].annotations["summary"]


def test_a_held_symbol_that_nobody_lists_makes_its_account_blind_and_is_not_skipped() -> None:
    """Row 41: renamed or swapped, it is still held."""
    story = short_of_aix()
    story.at(1.0, read(held(AIX, -200.0), held("POL/USDT:USDT", 1_000.0, 0.5)), CALM)
    story.advance(2.0, CALM)
    assert story.account().account_blind is True
    assert isinstance(story.pool().margin_ratio, Unknown)
    story.at(3.0, market("POL/USDT:USDT"), tiered("POL/USDT:USDT"))
    story.at(3.0, mark("POL/USDT:USDT", 0.5), CALM)
    assert story.account().account_blind is False
    assert known(story.pool().margin_ratio) > 0.0


def test_a_balance_that_is_no_number_changes_nothing_and_is_asked_for_again() -> None:
    """Row 29."""
    story = short_of_aix()
    strange = replace(balance(50_000.0)(story.now), total=float("nan"))
    story.at(1.0, BalanceChanged("main", strange))
    assert known(story.pool().equity) == 50_000.0
    assert story.after.confirm == ("main",)
