"""Which positions are liquidated together, and what their wallets say."""

import pytest

from hedgewatch.core.events import AccountRead
from hedgewatch.core.model import EndReason, LegPlan, Scope
from tests.support.builders import (
    AIX,
    ALT,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    paid,
    read,
    rule,
    tiered,
    tiers,
    told,
)
from tests.support.stories import ALTS, CALM, HOT, Story, danger, known, short_of_aix

NEAR = rule("Near", Scope.POSITION, "liquidation_distance < 10%")
VANISHED = rule("Vanished", Scope.POSITION, "position_vanished")
SHORT = held(AIX, -200.0)


def _contracts(story: Story, symbol: str = AIX) -> float:
    return story.position(symbol).contracts


def test_an_isolated_position_leaves_the_cross_pool_beside_it() -> None:
    story = short_of_aix()
    alone = held(ALT, -100_000.0, 0.40, isolated=4_000.0)
    story.at(1.0, read(SHORT, alone), CALM, ALTS)
    assert set(story.account().pools) == {"USDT", ALT}
    assert story.pool().equity == 50_000.0
    assert story.pool(ALT).equity == 4_000.0
    assert story.pool(ALT).margin_ratio == pytest.approx(0.1)
    story.at(2.0, mark(ALT, 0.43))
    assert story.pool(ALT).equity == pytest.approx(1_000.0)
    assert story.pool().margin_ratio == pytest.approx(0.06)


def test_a_position_that_turns_isolated_moves_to_a_pool_of_its_own() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.at(2.0, told(held(AIX, -200.0, isolated=60_000.0)))
    assert set(story.account().pools) == {"USDT", AIX}
    assert story.pool().margin_ratio == 0.0
    assert known(story.pool(AIX).margin_ratio) > 0.0


def test_both_legs_of_hedge_mode_share_one_pair_of_liquidation_prices() -> None:
    story = Story()
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), ALTS)
    long, short = held(AIX, 100.0, kind="long"), held(AIX, -150.0, kind="short")
    story.at(0.0, read(long, short), CALM)
    first, second = story.position(kind="long"), story.position(kind="short")
    assert first.liquidation_price_up == second.liquidation_price_up
    assert first.liquidation_price_down == second.liquidation_price_down
    assert first.liquidation_price == first.liquidation_price_up
    assert story.pool().maintenance_margin == pytest.approx(1_000.0 + 2_000.0)


def test_isolated_legs_of_hedge_mode_are_pools_of_their_own() -> None:
    story = Story()
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), ALTS)
    long = held(AIX, 100.0, kind="long", isolated=10_000.0)
    short = held(AIX, -150.0, kind="short", isolated=20_000.0)
    story.at(0.0, read(long, short), CALM)
    assert set(story.account().pools) == {"USDT", f"{AIX}:long", f"{AIX}:short"}
    below = known(story.position(kind="long").liquidation_price)
    assert below < 1_000.0 < known(story.position(kind="short").liquidation_price)


def test_one_leg_of_hedge_mode_may_close_while_the_other_stays() -> None:
    story = Story()
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), ALTS)
    story.at(0.0, read(held(AIX, 100.0, kind="long"), held(AIX, -150.0, kind="short")), CALM)
    story.at(1.0, told(held(AIX, 0.0, kind="long")))
    assert [position.kind for position in story.open()] == ["short"]
    assert story.pool().maintenance_margin == pytest.approx(2_000.0)


def test_new_tiers_apply_at_once_to_what_is_held() -> None:
    story = short_of_aix(danger())
    assert story.at(1.0, tiered(AIX, tiers((0.0, 0.15)))) == ["Danger firing"]
    assert story.pool().maintenance_margin == pytest.approx(30_000.0)


def test_a_pool_whose_position_was_closed_is_safe_and_says_so_with_numbers() -> None:
    story = short_of_aix()
    story.at(1.0, told(held(AIX, 0.0)))
    pool = story.pool()
    assert (pool.margin_ratio, pool.maintenance_margin, pool.headroom) == (0.0, 0.0, 50_000.0)
    assert (pool.shock_down, pool.shock_up) == (-float("inf"), float("inf"))


def test_the_liquidated_position_ends_with_the_reason_that_the_stream_gave() -> None:
    story = short_of_aix(NEAR)
    story.at(1.0, HOT)
    said = story.at(2.0, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    assert said == ["Near ended(liquidated)"]


# ------------------------------------------------------------------------------------- balances


def test_a_newer_balance_holds_at_once_and_an_older_one_does_not() -> None:
    story = short_of_aix()
    story.at(2.0, paid(balance(60_000.0)))
    assert story.pool().equity == 60_000.0
    story.at(3.0, paid(balance(55_000.0), late=2.0))
    assert story.pool().equity == 60_000.0
    assert story.after.confirm == ("main",)


def test_an_older_balance_that_a_stream_repeats_is_still_older() -> None:
    story = short_of_aix()
    story.at(2.0, paid(balance(60_000.0)))
    stale = paid(balance(55_000.0), late=2.0)(story.now + 1.0)
    for second in (3.0, 3.1, 3.2):
        story.at(second, stale)
    assert story.pool().equity == 60_000.0


def test_a_wallet_that_reads_zero_under_open_positions_is_read_again_first() -> None:
    """2025-10-10: Binance showed balances of 0 under load (reliability row 26)."""
    story = short_of_aix(danger())
    story.at(1.0, CALM)
    assert story.at(2.0, read(SHORT, wallet=0.0)) == []
    assert story.after.confirm == ("main",)
    assert story.pool().equity == 50_000.0
    assert story.at(4.0, read(SHORT, wallet=0.0)) == ["Danger firing"]
    assert story.pool().equity == 0.0


def test_a_wallet_emptied_without_positions_is_believed_at_once() -> None:
    story = short_of_aix()
    story.at(1.0, told(held(AIX, 0.0)))
    story.at(2.0, read(wallet=0.0))
    assert story.account().balances["USDT"].total == 0.0


def test_an_asset_that_is_sold_leaves_the_exposure_of_its_hedge() -> None:
    owned = LegPlan(account="main", asset="ALT")
    story = Story(on=desk(hedge(owned, LegPlan(account="main", symbol=AIX))))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), CALM, ALTS)
    story.at(0.0, read(SHORT, balances=[balance(500_000.0, "ALT", cross=0.0)]), CALM, ALTS)
    assert story.hedge().hedge_ratio == 1.0
    story.at(1.0, paid(balance(0.0, "ALT", cross=0.0)))
    assert story.hedge().hedge_ratio == float("inf")


def test_readings_of_an_account_that_is_not_on_the_desk_are_ignored() -> None:
    story = short_of_aix()
    stranger = AccountRead(account="nobody", positions=(), balances=())
    assert story.at(1.0, stranger) == []
    assert story.after.records == ()
