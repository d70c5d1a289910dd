"""The venue's own numbers stand beside ours, and what is apart is said."""

from dataclasses import replace
from math import inf

import pytest

from hedgewatch.core.model import Unknown
from tests.support.builders import (
    AIX,
    balance,
    desk,
    held,
    mark,
    market,
    read,
    refused,
    tiered,
    told,
    with_its_own,
)
from tests.support.stories import ALTS, CALM, Story, known

WALLET = 50_000.0


def _story(*, equity: float | None, maintenance: float | None, price: float | None = None) -> Story:
    """Short 200 AIX at 1,000: equity 50,000, maintenance 3,000, liquidated near 1,240 (6 %)."""
    story = Story()
    story.at(0.0, market(AIX), tiered(AIX), ALTS)
    funds = balance(WALLET, equity=equity, maintenance=maintenance)
    short = with_its_own(held(AIX, -200.0), price=price)
    story.at(0.0, read(short, wallet=None), CALM)
    story.at(1.0, read(short, wallet=None, balances=[funds]), CALM)
    story.at(2.0, read(short, wallet=None, balances=[funds]))
    return story


def test_a_venue_that_agrees_leaves_no_disagreement() -> None:
    pool = _story(equity=WALLET, maintenance=3_000.0).pool()
    assert known(pool.venue_margin_ratio) == pytest.approx(0.06)
    assert known(pool.margin_ratio_disagreement) == pytest.approx(0.0, abs=1e-12)
    assert pool.equity_disagreement == 0.0
    assert known(pool.maintenance_disagreement) == pytest.approx(0.0, abs=1e-12)


def test_a_maintenance_that_the_venue_sees_double_is_half_ours_and_three_points_of_ratio() -> None:
    pool = _story(equity=WALLET, maintenance=6_000.0).pool()
    assert known(pool.maintenance_disagreement) == pytest.approx(-0.5)
    assert known(pool.margin_ratio_disagreement) == pytest.approx(-0.06)


def test_what_the_venue_does_not_tell_is_unknown_and_never_agreement() -> None:
    pool = _story(equity=None, maintenance=3_000.0).pool()
    assert isinstance(pool.venue_equity, Unknown)
    assert isinstance(pool.venue_margin_ratio, Unknown)
    assert isinstance(pool.margin_ratio_disagreement, Unknown)
    assert known(pool.maintenance_disagreement) == pytest.approx(0.0, abs=1e-12)


def test_what_is_farthest_apart_is_what_is_said() -> None:
    said = _story(equity=WALLET, maintenance=6_000.0).pool().disagreement_in_words
    assert said == "maintenance margin 3,000.00 USDT here, 6,000.00 at binanceusdm"
    said = _story(equity=40_000.0, maintenance=None).pool().disagreement_in_words
    assert said == "equity 50,000.00 USDT here, 40,000.00 at binanceusdm"
    said = _story(equity=30_000.0, maintenance=20_000.0).pool().disagreement_in_words
    assert said == "margin ratio 6.0% here, 66.7% at binanceusdm"
    said = _story(equity=None, maintenance=None).pool().disagreement_in_words
    assert said == "nothing of it is known twice"


def test_what_is_apart_of_a_pool_of_coins_is_told_to_more_than_its_hundredths() -> None:
    story, coin = Story(on=desk(prices={}, holdings={})), "BTC/USD:BTC"
    story.at(0.0, market(coin, contract_size=100.0), tiered(coin), mark(coin, 50_000.0))
    funds = balance(0.0123, "BTC", equity=0.0119)
    story.at(0.0, read(held(coin, -1.0, 50_000.0), wallet=None, balances=[funds]))
    story.at(1.0, read(held(coin, -1.0, 50_000.0), wallet=None, balances=[funds]))
    said = story.pool("BTC").disagreement_in_words
    assert said == "equity 0.0123 BTC here, 0.0119 at binanceusdm"


def test_a_price_that_moves_after_the_reading_is_no_disagreement_and_the_age_is_told() -> None:
    story = _story(equity=WALLET, maintenance=3_000.0)
    story.advance(5.0, mark(AIX, 1_200.0))
    pool = story.pool()
    assert known(pool.margin_ratio) == pytest.approx(0.38)
    assert known(pool.margin_ratio_disagreement) == pytest.approx(0.0, abs=1e-12)
    assert pool.venue_numbers_age_seconds == pytest.approx(3.0)


def test_the_venues_liquidation_price_is_compared_with_the_nearer_of_ours() -> None:
    story = _story(equity=WALLET, maintenance=3_000.0, price=1_100.0)
    position = story.position()
    ours = known(position.liquidation_price_up)
    assert position.venue_liquidation_price == 1_100.0
    assert position.liquidation_price_disagreement == pytest.approx((ours - 1_100.0) / 1_000.0)


def test_a_price_that_only_the_venue_names_is_as_far_apart_as_can_be() -> None:
    story = Story()
    story.at(0.0, market(AIX), tiered(AIX), ALTS)
    rich = with_its_own(held(AIX, 10.0), price=300.0)
    story.at(0.0, read(rich), CALM)
    story.at(1.0, read(rich))
    assert story.position().liquidation_price == inf
    assert story.position().liquidation_price_disagreement == inf


def test_a_position_event_without_the_venues_price_does_not_forget_it() -> None:
    story = _story(equity=WALLET, maintenance=3_000.0, price=1_240.0)
    story.at(3.0, told(held(AIX, -200.0)))
    assert story.position().venue_liquidation_price == 1_240.0


def test_an_isolated_position_is_compared_by_its_own_maintenance_margin() -> None:
    story = Story()
    story.at(0.0, market(AIX), tiered(AIX), ALTS)
    alone = with_its_own(held(AIX, -200.0, isolated=20_000.0), maintenance=3_000.0)
    story.at(0.0, read(alone), CALM)
    story.at(1.0, read(alone))
    pool = story.pool(AIX)
    assert known(pool.maintenance_disagreement) == pytest.approx(0.0, abs=1e-12)
    assert isinstance(pool.venue_equity, Unknown)


def test_nothing_is_compared_with_numbers_of_an_account_that_cannot_be_seen() -> None:
    story = _story(equity=WALLET, maintenance=3_000.0)
    funds = balance(WALLET, equity=WALLET, maintenance=3_000.0)
    story.at(3.0, refused("the key was withdrawn"))
    story.at(4.0, read(held(AIX, -200.0), wallet=None, balances=[funds]))
    assert isinstance(story.pool().margin_ratio_disagreement, Unknown)


def test_a_ratio_that_the_venue_tells_itself_counts_more_than_one_of_its_parts() -> None:
    """With the fee to close in it: 3,000 of maintenance and 100 of fee on 50,000 are 6.2 %."""
    story = _story(equity=WALLET, maintenance=3_000.0)
    funds = balance(WALLET, equity=WALLET, maintenance=3_000.0)
    story.at(
        3.0,
        read(
            held(AIX, -200.0),
            wallet=None,
            balances=[lambda said: replace(funds(said), margin_ratio=0.062)],
        ),
    )
    pool = story.pool()
    assert pool.venue_margin_ratio == 0.062
    assert known(pool.margin_ratio_disagreement) == pytest.approx(-0.002)
    assert known(pool.maintenance_disagreement) == pytest.approx(0.0, abs=1e-12)


def test_an_isolated_position_may_have_a_ratio_of_its_own() -> None:
    story = Story()
    story.at(0.0, market(AIX), tiered(AIX), ALTS)
    alone = held(AIX, -200.0, isolated=20_000.0)
    telling = read(lambda said: replace(alone(said), venue_margin_ratio=0.15))
    story.at(0.0, telling, CALM)
    story.at(1.0, telling)
    pool = story.pool(AIX)
    assert pool.venue_margin_ratio == 0.15
    assert known(pool.margin_ratio_disagreement) == pytest.approx(0.0, abs=1e-12)
