"""Whole accounts of venues without a dialect of their own, as their documentation and recorded
replies show them, through the real ccxt: what is held, what is owned, and what the venue says that
both together are worth. The figures were worked out by hand from the raw replies.

`documented_accounts.json`: raw `answers` by a part of their address; `positions`: contracts, entry
price, the venue's liquidation price, leverage, margin of an isolated one; `owned` of each asset;
`worth`: the equity that the venue tells, or that its formula gives, at the `marks` of its reply.
A `source` that names ccxt is a reply of its static tests (MIT licence, © 2024 Igor Kroitor).
"""

import json
import re
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

import ccxt
import pytest

from hedgewatch.core.events import AccountRead
from hedgewatch.core.margin.regimes import PoolOf
from hedgewatch.venues.dialects.generic_reading import GenericReader
from tests.venues.stubbed import rows_of, stubbed

SETTLING = frozenset(
    {"apex", "bullish", "deribit", "gate", "hibachi", "htx", "lighter", "woo", "woofipro"}
)
DOCUMENTED = json.loads(Path(__file__).with_name("documented_accounts.json").read_text())


def markets_of(case: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        named["symbol"]: {**rows_of([named["symbol"]])[named["symbol"]], "info": {}, **named}
        for named in case["markets"]
    }


async def read(case: Mapping[str, Any]) -> AccountRead:
    return await GenericReader("main", case["venue"]).read(venue_of(case))


def venue_of(case: Mapping[str, Any]) -> Any:
    """The venue of a case, without signatures: what would be signed is no matter here."""
    options = {"tradingAccountId": "111", "hf": False, **case.get("options", {})}
    exchange = stubbed(case["venue"], markets_of(case), case["answers"], options)
    exchange.handle_token = exchange.sign_in = nothing
    exchange.sign = as_it_is
    return exchange


def as_it_is(path: str, *more: Any, **_: object) -> dict[str, Any]:
    """Where a request goes, with what it asks for."""
    api = more[0] if isinstance(more[0], str) else "/".join(map(str, more[0]))
    wanted = more[2] if isinstance(more[2], dict) else {}
    asked = "&".join(f"{name}={value}" for name, value in sorted(wanted.items()))
    filled = path.format_map({**dict.fromkeys(re.findall(r"{(\w+)}", path), ""), **wanted})
    return {"url": f"{api}/{filled}?{asked}", "method": more[1], "body": None, "headers": {}}


async def nothing(*_: object) -> None:
    return None


def about(told: float | None) -> object:
    return None if told is None else pytest.approx(told, rel=1e-9)


def profits(reading: AccountRead, case: Mapping[str, Any]) -> dict[str, float]:
    """Of open positions, from their entry prices to the marks of the case, by currency."""
    markets, found = markets_of(case), dict[str, float]()
    for each in reading.positions:
        market, mark = markets[each.symbol], case["marks"].get(each.symbol)
        if mark is not None and each.contracts:
            coins = 1.0 if case.get("in_coins") else market["contractSize"]
            one, other = each.entry_price, mark
            moved = 1.0 / one - 1.0 / other if market["inverse"] else other - one
            settle = market["settle"]
            found[settle] = found.get(settle, 0.0) + each.contracts * coins * moved
    return found


def ids(case: Mapping[str, Any]) -> str:
    return f"{case['venue']} {case['what']}"


@pytest.mark.parametrize("case", DOCUMENTED, ids=ids)
async def test_an_account_is_told_as_its_venue_counts_it(case: dict[str, Any]) -> None:
    reading = await read(case)
    held = {
        f"{each.symbol} {each.kind}": [
            each.contracts,
            each.entry_price,
            each.venue_liquidation_price,
            each.leverage,
            each.isolated_wallet,
        ]
        for each in reading.positions
    }
    assert held.keys() == case["positions"].keys()
    for name, told in case["positions"].items():
        assert held[name] == [about(each) for each in told], name
    owned = {each.asset: each.total for each in reading.balances}
    assert owned == pytest.approx(case["owned"], rel=1e-9)
    worth, profit = case["worth"], profits(reading, case)
    assert {name: owned[name] + profit.get(name, 0.0) for name in worth} == pytest.approx(
        worth, rel=1e-5
    )


@pytest.mark.parametrize(
    "case", [each for each in DOCUMENTED if each["venue"] in SETTLING], ids=ids
)
async def test_a_row_of_a_position_that_was_closed_takes_no_entry_from_those_that_are_open(
    case: dict[str, Any],
) -> None:
    """Of it the venue tells less, and nothing that could be in the money."""
    exchange = venue_of(case)
    of_venue = exchange.fetch_positions

    async def with_a_flat_one(*asked: Any) -> list[dict[str, Any]]:
        rows = await of_venue(*asked)
        bare = {"amount": "0", "size": "0", "size_currency": "0"}
        return [*rows, *({**row, "contracts": 0.0, "info": bare} for row in rows[:1])]

    exchange.fetch_positions = with_a_flat_one
    told, usual = await GenericReader("main", case["venue"]).read(exchange), await read(case)
    assert told.balances == usual.balances
    assert [each for each in told.positions if each.contracts] == list(usual.positions)


@pytest.mark.parametrize("case", DOCUMENTED, ids=ids)
async def test_the_margin_of_an_account_is_its_venues_own_or_unknown(case: dict[str, Any]) -> None:
    reading = await read(case)
    account = case.get("account", [None, None])
    assert [reading.equity, reading.maintenance_margin] == account
    assert reading.margin_ratio == about(case.get("ratio"))
    assert "is not known here" in reading.cross_regime.unknown
    assert case.get("unseen", "") in " ".join(reading.unseen)
    pools = {each.asset: [each.equity, each.maintenance_margin] for each in reading.balances}
    for asset, told in case.get("pools", {}).items():
        assert pools[asset] == told, asset


async def test_an_account_that_is_one_pool_is_not_parted_by_one_reply_without_its_sums() -> None:
    """Its alerts would end as regrouped, and begin anew with the next."""
    case = next(each for each in DOCUMENTED if each["what"].startswith("one pool with a loan"))
    exchange, reader = venue_of(case), GenericReader("main", case["venue"])
    pools = []
    for odd in (False, True, False, True, True):
        part = {"total_margin_balance": ""} if odd else {}
        answers = {**case["answers"]}
        answers["unified/accounts"] = {**answers["unified/accounts"], **part}
        exchange.fetch = stubbed(case["venue"], {}, answers).fetch
        reading = await reader.read(exchange)
        pools.append((reading.equity is None, reading.cross_regime.pool))
    one, parts = PoolOf.ACCOUNT, PoolOf.CURRENCY
    assert pools == [(False, one), (True, one), (False, one), (True, one), (True, parts)]


async def test_coins_that_backpack_does_not_tell_of_are_said_to_be_unseen() -> None:
    (case,) = (each for each in DOCUMENTED if each["venue"] == "backpack")
    exchange = stubbed("backpack", markets_of(case), case["answers"])

    async def refused() -> None:
        raise ccxt.ExchangeError("no")

    exchange.sign, exchange.privateGetApiV1CapitalCollateral = as_it_is, refused
    reading = await GenericReader("main", "backpack").read(exchange)
    assert [(each.asset, each.total) for each in reading.balances] == [("USDC", 125.0)]
    assert reading.margin_ratio is None
    assert "lent" in reading.unseen[0]


async def backpack_with(**changed: object) -> AccountRead:
    """The documented account, whose summary tells something else."""
    (case,) = (each for each in DOCUMENTED if each["venue"] == "backpack")
    named = "api/v1/capital/collateral"
    summary = {**case["answers"][named], **changed}
    return await read({**case, "answers": {**case["answers"], named: summary}})


@pytest.mark.parametrize("told", [None, [{"symbol": "USDC"}], [{"lendQuantity": "1000"}]])
async def test_lent_coins_that_are_not_told_are_unseen_and_not_none(told: object) -> None:
    reading = await backpack_with(collateral=told)
    assert [(each.asset, each.total) for each in reading.balances] == [("USDC", 125.0)]
    assert reading.unseen == ("coins that are lent",)
    assert reading.margin_ratio == 0.25


async def test_an_account_of_backpack_that_has_nothing_left_is_beyond_its_liquidation() -> None:
    assert (await backpack_with(marginFraction="-0.001")).margin_ratio == inf
    for told in ("0", None, ""):
        assert (await backpack_with(marginFraction=told)).margin_ratio is None
    assert (await backpack_with(mmf="0")).margin_ratio == 0.0
    assert (await backpack_with(mmf=None)).margin_ratio is None
