"""Statistics where one leg, one currency and one kind of contract are not enough."""

from dataclasses import replace

import pytest

from hedgewatch.core.events import (
    ClockAdvanced,
    CollateralPriced,
    CollateralReading,
    LiquidityRead,
    MarketDefined,
    MarkPriceChanged,
)
from hedgewatch.core.model import LegPlan
from tests.core.statistics.series import noise
from tests.support.builders import (
    AIX,
    ALT,
    VENUE,
    balance,
    desk,
    heard,
    hedge,
    held,
    mark,
    market,
    read,
    tiered,
)
from tests.support.stories import Story, known, reason

BTC_COIN, BTC, ETH = "BTC/USD:BTC", "BTC/USDT:USDT", "ETH/USDT:USDT"


def _proxy(bars: int) -> Story:
    """Two coins, 100,000 each, against two futures short of 100,000 each.

    ALT is what AIX does and as much of its own; ETH is what BTC does.
    """
    legs = [LegPlan(account="main", symbol=symbol) for symbol in (AIX, BTC)]
    owned = [LegPlan(wallet="cold", asset=asset) for asset in ("ALT", "ETH")]
    prices = {"ALT": ALT, "ETH": ETH}
    story = Story(
        on=desk(hedge(owned, legs), holdings={"ALT": 100_000.0, "ETH": 50.0}, prices=prices)
    )
    story.at(0.0, *map(market, (AIX, ALT, BTC, ETH)), *map(tiered, (AIX, ALT, BTC, ETH)))
    story.at(0.0, read(held(AIX, -100.0), held(BTC, -2.0, 50_000.0), wallet=100_000.0))
    at = {AIX: 1_000.0, ALT: 1.0, BTC: 50_000.0, ETH: 2_000.0}
    moves = zip(*(noise(bars + 1, seed=seed) for seed in (1, 2, 3)), strict=True)
    for bar, (ours, own, theirs) in enumerate(moves):
        for symbol, move in ((AIX, ours), (ALT, ours + own), (BTC, theirs), (ETH, theirs)):
            at[symbol] *= 1.0 + move
        marks = [mark(symbol, price) for symbol, price in at.items()]
        story.at(40.0 + 60.0 * bar, heard(), *marks, ClockAdvanced())
    story.at(story.now - story.start, *(mark(symbol, price) for symbol, price in at.items()))
    return story


def test_two_coins_against_two_futures_leave_the_part_that_is_one_coins_own() -> None:
    """Of three equal variances of the exposure the cover takes two away."""
    row = _proxy(1_500).hedge()
    assert known(row.residual_share) == pytest.approx(1.0 / 3.0, abs=0.04)
    assert known(row.hedge_effectiveness) == pytest.approx(2.0 / 3.0, abs=0.04)
    assert known(row.minimum_variance_ratio) == pytest.approx(1.0, abs=0.06)
    assert reason(row.required_contracts) == "the cover is not one market"


def test_one_silent_leg_of_four_leaves_its_bar_out_and_not_the_others_weights() -> None:
    story = _proxy(60)
    before = story.hedge().hedge_beta
    at = 40.0 + 60.0 * 61
    story.at(at, heard(), mark(AIX, 2_000.0), mark(BTC, 90_000.0), mark(ETH, 4_000.0))
    story.at(at, ClockAdvanced())
    assert story.hedge().hedge_beta == before


def test_the_coins_of_an_inverse_position_are_counted_at_the_middle_of_its_book() -> None:
    """1,000 contracts of 100 dollars are 2 bitcoin at 50,000."""
    story = Story(on=desk(prices={}, holdings={}))
    story.at(0.0, market(BTC_COIN, contract_size=100.0), tiered(BTC_COIN))
    position = held(BTC_COIN, -1_000.0, 50_000.0)
    funds = [balance(4.0, "BTC")]
    story.at(0.0, read(position, wallet=None, balances=funds, regime="binance-coinm-cross"))
    story.at(0.0, mark(BTC_COIN, 50_000.0))
    bids, asks = ((49_990.0, 5.0),), ((50_010.0, 1.0), (50_030.0, 5.0))
    story.at(0.0, lambda now: LiquidityRead(VENUE, BTC_COIN, bids, asks, now, 40.0))
    row = story.position(BTC_COIN)
    assert row.unwind_cost == pytest.approx(10.0 + 30.0)
    assert row.unwind_seconds == pytest.approx(86_400.0 / 2.0)
    assert story.pool("BTC").net_leverage == pytest.approx(-0.5)
    assert reason(row.risk_sized_contracts) == "only positions of linear markets are sized by risk"


def test_a_whole_account_adds_its_contracts_up_in_its_own_currency() -> None:
    """A position of 100,000 USDT at 0.99 dollars a USDT, behind it 99,000 dollars."""
    story = Story(on=desk(prices={}, holdings={}))
    eight_hourly = replace(market(BTC).market, funding_interval=8.0 * 3_600.0)
    story.at(0.0, MarketDefined(eight_hourly), tiered(BTC))
    multi = "binance-usdm-multi-assets"
    story.at(0.0, read(held(BTC, -2.0, 50_000.0), regime=multi, wallet=100_000.0))
    priced = (CollateralReading(asset="USDT", price=0.99),)
    story.at(0.0, lambda now: CollateralPriced("main", priced, now))
    story.at(0.0, lambda now: MarkPriceChanged(VENUE, BTC, 50_000.0, now, None, 0.0001))
    pool = story.pool("account")
    assert pool.equity == pytest.approx(99_000.0)
    assert pool.effective_leverage == pytest.approx(1.0)
    assert pool.net_leverage == pytest.approx(-1.0)
    assert story.position(BTC).funding_per_day == pytest.approx(30.0)
    assert pool.funding_per_day == pytest.approx(29.7)
