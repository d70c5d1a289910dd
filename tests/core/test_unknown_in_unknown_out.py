"""Of any kind of account: one input that nobody told, and nothing that needs it is a number."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from hedgewatch.core.book.rows import PoolRow
from hedgewatch.core.events import (
    AccountRead,
    CollateralPriced,
    Event,
    MarketDefined,
    MarkPriceChanged,
    TiersChanged,
)
from hedgewatch.core.model import Unknown
from tests.support.builders import desk
from tests.support.desks import PRICES, Held, accounts, contract, settle_of
from tests.support.stories import Story

INPUTS = ("market", "tiers", "mark", "balance", "collateral")


def _told_without(held: Held, missing: str, symbol: str, now: float) -> Iterator[Event]:
    """All that is said of an account, but for one thing about one of its markets."""
    for said in (*map(contract, PRICES), *held.told()):
        event = said(now) if callable(said) else said
        match event:
            case MarketDefined() if missing == "market" and event.market.symbol == symbol:
                continue
            case TiersChanged() if missing == "tiers" and event.symbol == symbol:
                continue
            case MarkPriceChanged() if missing == "mark" and event.symbol == symbol:
                continue
            case AccountRead() if missing == "balance":
                coins = [one for one in event.balances if one.asset != settle_of(symbol)]
                yield replace(event, balances=tuple(coins))
            case CollateralPriced() if missing == "collateral":
                told = [one for one in event.collateral if one.asset != settle_of(symbol)]
                yield replace(event, collateral=tuple(told))
            case _:
                yield event


def _needs(pool: PoolRow, missing: str) -> bool:
    if missing == "balance":
        return not pool.isolated and pool.name != "account"
    if missing == "collateral":
        return pool.name == "account"
    return True


@given(accounts(), st.sampled_from(INPUTS), st.data())
def test_a_pool_of_which_something_was_not_told_has_no_number_at_all(
    held: Held, missing: str, data: st.DataObject
) -> None:
    assume(held.holdings)
    symbol = data.draw(st.sampled_from([one.slot[0] for one in held.holdings]))
    story = Story(on=replace(desk(prices={}, holdings={}), betas=held.betas))
    for event in _told_without(held, missing, symbol, story.now):
        story.at(0.0, event)
    touched = [one.pool for one in story.open() if one.symbol == symbol and one.pool]
    for pool in touched:
        if not _needs(pool, missing):
            continue
        numbers = [pool.equity, pool.headroom, pool.margin_ratio, pool.shock_down, pool.shock_up]
        for position in pool.positions:
            numbers += [position.liquidation_price, position.liquidation_distance]
        assert all(isinstance(number, Unknown) for number in numbers)
        assert story.account().account_blind is True or missing == "mark"
