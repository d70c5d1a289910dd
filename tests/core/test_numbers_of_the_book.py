"""Whatever kind of pool it is: its lines are where it is liquidated, and nothing lies."""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite, isinf, isnan

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hedgewatch.core.book.rows import PoolRow, PositionRow
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.model import Unknown
from tests.support.builders import mark
from tests.support.chance import examples
from tests.support.desks import (
    CROSS,
    PRICES,
    WHOLE,
    WORTHS,
    Held,
    accounts,
    settle_of,
    story_of,
)
from tests.support.stories import Story, known

ROUNDING = 1e-7

kinds = pytest.mark.parametrize("regime", CROSS + WHOLE)


def _size(pool: PoolRow) -> float:
    """What the money of a pool is measured against: all that moves in it."""
    return (
        abs(known(pool.equity))
        + known(pool.maintenance_margin)
        + sum(known(position.notional) * _worth(pool, position) for position in pool.positions)
    )


def _worth(pool: PoolRow, position: PositionRow) -> float:
    if pool.currency != "USD":
        return 1.0
    return pool.account.collateral[settle_of(position.symbol)].price


def _moved(held: Held, symbols: Mapping[str, float], coins: Mapping[str, float]) -> Story:
    """The account at other prices: so many times those of its marks, and of its coins."""
    story = story_of(held)
    story.at(0.1, lambda now: held.priced(now, coins))
    for symbol, factor in symbols.items():
        story.at(0.1, mark(symbol, held.marks[symbol] * factor))
    return story


def _coins_of(symbol: str) -> list[str]:
    asset = Assets().underlying_of(symbol.partition("/")[0])[0]
    return [coin for coin in WORTHS if coin == asset]


def _at_line(held: Held, position: PositionRow, line: float) -> PoolRow:
    """The pool of a position with its market at a price; the whole of it moves its coin."""
    pool = position.pool
    assert pool is not None
    factor = line / held.marks[position.symbol]
    coins = dict.fromkeys(_coins_of(position.symbol), factor) if pool.name == "account" else {}
    return _moved(held, {position.symbol: factor}, coins).pool(pool.name)


@kinds
@settings(max_examples=examples(8))
@given(st.data())
def test_at_a_line_the_pool_is_worth_what_it_must_be_and_before_it_more(
    regime: str, data: st.DataObject
) -> None:
    held = data.draw(accounts((regime,)))
    for position in story_of(held).open():
        pool = position.pool
        assert pool is not None
        if known(pool.headroom) <= 0.0:
            continue
        price = known(position.mark_price)
        for line in (position.liquidation_price_down, position.liquidation_price_up):
            if isinf(known(line)):
                continue
            there = _at_line(held, position, known(line))
            assert abs(known(there.headroom)) <= ROUNDING * _size(there)
            between = _at_line(held, position, (known(line) + price) / 2.0)
            assert known(between.headroom) > -ROUNDING * _size(between)
            beyond = known(line) * (0.999 if known(line) < price else 1.001)
            assert known(_at_line(held, position, beyond).headroom) < ROUNDING * _size(there)


@kinds
@settings(max_examples=examples(8))
@given(st.data())
def test_at_a_shock_the_pool_is_worth_what_it_must_be_and_before_it_more(
    regime: str, data: st.DataObject
) -> None:
    held = data.draw(accounts((regime,)))
    for pool in story_of(held).engine.book.pools():
        if known(pool.headroom) <= 0.0:
            continue
        for shock in (known(pool.shock_down), known(pool.shock_up)):
            if isinf(shock):
                continue
            there = _shocked(held, shock).pool(pool.name)
            assert abs(known(there.headroom)) <= ROUNDING * _size(there)
            between = _shocked(held, shock / 2.0).pool(pool.name)
            assert known(between.headroom) > -ROUNDING * _size(between)


def _shocked(held: Held, shock: float) -> Story:
    def factor(asset: str) -> float:
        asset = Assets().underlying_of(asset)[0]
        return 1.0 + held.betas.get(asset, 0.0 if asset == "USDT" else 1.0) * shock

    symbols = {symbol: factor(symbol.partition("/")[0]) for symbol in PRICES}
    return _moved(held, symbols, {coin: factor(coin) for coin in WORTHS})


@given(accounts())
def test_ratio_headroom_distance_and_shock_never_contradict_each_other(held: Held) -> None:
    for pool in story_of(held).engine.book.pools():
        headroom, ratio = known(pool.headroom), known(pool.margin_ratio)
        if not pool.positions:
            assert ratio == 0.0
            continue
        assert (ratio >= 1.0) is (headroom <= 0.0)
        assert isinf(ratio) is (known(pool.equity) <= 0.0)
        if abs(headroom) <= ROUNDING * _size(pool):
            continue
        assert (known(pool.shock_nearest) == 0.0) is (headroom <= 0.0)
        assert known(pool.shock_down) <= 0.0 <= known(pool.shock_up)
        for position in pool.positions:
            assert (known(position.liquidation_distance) <= 0.0) is (headroom <= 0.0)


@given(accounts(), st.sampled_from(["USDT", "BTC", "ETH"]), st.sampled_from([100.0, 1e5]))
def test_more_of_any_coin_never_brings_a_line_or_a_shock_nearer(
    held: Held, coin: str, more: float
) -> None:
    before = story_of(held)
    richer = replace(held, coins={**held.coins, coin: held.coins[coin] + more})
    assume(all(richer.coins.values()))
    after = story_of(richer)
    for position in before.open():
        other = after.position(position.symbol, position.kind)
        _no_less(other.liquidation_distance, position.liquidation_distance)
    for name, pool in before.account().pools.items():
        _no_less(after.pool(name).headroom, pool.headroom)
        _no_less(after.pool(name).shock_up, pool.shock_up)
        _no_less(pool.shock_down, after.pool(name).shock_down)


def _no_less(greater: float | Unknown, less: float | Unknown) -> None:
    assert known(greater) >= known(less) - ROUNDING * max(1.0, abs(known(less))) or known(
        greater
    ) == known(less)


@given(accounts(), st.sampled_from([0.01, 7.0, 1000.0]))
def test_scaling_all_money_scales_no_ratio_and_no_price(held: Held, scale: float) -> None:
    once, scaled = story_of(held), story_of(replace(held, scale=scale))
    for pool in once.engine.book.pools():
        other = scaled.pool(pool.name)
        _same(other.margin_ratio, pool.margin_ratio)
        _same(other.shock_down, pool.shock_down)
        _same(other.shock_up, pool.shock_up)
        assert known(other.equity) == pytest.approx(scale * known(pool.equity), rel=1e-9)
        for position in pool.positions:
            twin = scaled.position(position.symbol, position.kind)
            _same(twin.liquidation_distance, position.liquidation_distance)
            if abs(known(pool.equity)) > ROUNDING * _size(pool):
                _same(twin.leverage, position.leverage)


def _same(got: float | Unknown, wanted: float | Unknown) -> None:
    if isfinite(known(wanted)):
        assert known(got) == pytest.approx(known(wanted), rel=1e-6, abs=1e-9)
    else:
        assert known(got) == known(wanted)


@given(accounts())
def test_no_number_of_a_pool_is_nan_and_equity_is_what_was_put_in_and_won(held: Held) -> None:
    story = story_of(held)
    for pool in story.engine.book.pools():
        for number in (pool.equity, pool.headroom, pool.maintenance_margin, pool.shock_nearest):
            assert not isnan(known(number))
        if pool.currency == "USD":
            continue
        wallet = held.coins[pool.currency] / WORTHS[pool.currency]
        if pool.isolated:
            wallet = known(pool.positions[0].isolated_wallet or 0.0)
        won = sum(known(position.unrealized_pnl) for position in pool.positions)
        assert known(pool.equity) == pytest.approx(wallet + won)
