"""OKX's replies as it really gave them, and odd ones that must never pass for a flat account."""

import asyncio
import json
from collections import Counter
from typing import Any

import ccxt
import pytest

from hedgewatch.core.events import AccountRead
from hedgewatch.core.margin.regimes import REGIMES, UNKNOWN
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialects.okx import Okx
from hedgewatch.venues.dialects.okx_account import rights_in
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from hedgewatch.venues.permissions import KeyRefusedError, refuse_powerful_key
from tests.support.recorded import RECORDED
from tests.venues.okx_frames import LISTED, POSITION, USDT, config, funds, okx


class Replies:
    """Answers the requests of the dialect with what a test prepared."""

    def __init__(self, **replies: Any) -> None:
        self.replies = {
            "config": config(),
            "positions": [],
            "balance": [funds()],
            "funding": [],
            "savings": [],
            **replies,
        }
        self.asked: list[object] = []
        self.named: Counter[str] = Counter()

    def milliseconds(self) -> int:
        return 1_800_000_000_000

    nonce = milliseconds

    def _reply(self, name: str) -> Any:
        self.named[name] += 1
        told = self.replies[name]
        if isinstance(told, Exception):
            raise told
        return told if isinstance(told, dict) else {"code": "0", "data": told, "msg": ""}

    async def private_get_account_config(self) -> Any:
        return self._reply("config")

    async def private_get_account_positions(self, named: object = None) -> Any:
        self.asked.append(named)
        return self._reply("positions" if named is None else "named")

    async def private_get_account_balance(self) -> Any:
        return self._reply("balance")

    async def private_get_asset_balances(self) -> Any:
        return self._reply("funding")

    async def private_get_finance_savings_balance(self) -> Any:
        return self._reply("savings")

    async def private_get_account_trade_fee(self, kind: object) -> Any:
        self.asked.append(kind)
        return self._reply("fees")

    async def public_get_public_position_tiers(self, asked: object) -> Any:
        self.asked.append(asked)
        return self._reply("tiers")

    async def public_get_public_funding_rate(self, asked: object) -> Any:
        assert asked == {"instId": "ANY"}
        return self._reply("fundings")

    async def public_get_public_discount_rate_interest_free_quota(self) -> Any:
        return self._reply("discounts")

    async def public_get_market_index_tickers(self, asked: object) -> Any:
        assert asked == {"quoteCcy": "USD"}
        return self._reply("indices")

    async def public_get_market_books(self, _: object) -> Any:
        return self._reply("book")

    async def public_get_market_ticker(self, _: object) -> Any:
        return self._reply("ticker")

    async def public_get_market_mark_price_candles(self, asked: object) -> Any:
        self.asked.append(asked)
        return self._reply("candles")


async def read(**replies: Any) -> AccountRead:
    return await okx().read_account(Replies(**replies))


# what OKX really answered


@pytest.fixture
def recorded() -> Any:
    if not RECORDED.is_dir():
        pytest.skip("the recorded replies of venues lie beside the project")
    return json.loads((RECORDED / "okx.replies.json").read_text())["methods"]


@pytest.fixture
def real() -> Okx:
    """The dialect with the markets as OKX really lists them."""
    if not RECORDED.is_dir():
        pytest.skip("the recorded replies of venues lie beside the project")
    dialect = Okx("main")
    dialect.list_markets(json.loads((RECORDED / "okx.markets.json").read_text()))
    return dialect


POSITIONS = {
    "fetch position": {
        "symbol": "LTC/USDT:USDT", "kind": "long", "contracts": 2.0, "entry_price": 82.675,
        "isolated_wallet": None, "venue_liquidation_price": None, "leverage": 10.0,
        "venue_maintenance_margin": 0.00131729, "venue_margin_ratio": None, "adl_rank": 0.0,
        "venue_time": 1712390404.547,
    },
    "Inverse swap cross fetch position": {
        "symbol": "BTC/USD:BTC", "contracts": 1.0, "entry_price": 91957.1,
        "venue_liquidation_price": 89.11497615226264, "isolated_wallet": None,
        "venue_maintenance_margin": 0.000004345115113,
    },
    "Inverse swap isolated fetch position": {
        "symbol": "BTC/USD:BTC", "contracts": 1.0, "isolated_wallet": 0.0003611412062116,
        "venue_liquidation_price": 69536.6125000014, "leverage": 3.0,
        "venue_margin_ratio": pytest.approx(1 / 74.32029212310307),
    },
    "fetchPosition linear isolated swap": {
        "symbol": "BTC/USDT:USDT", "contracts": 0.01, "entry_price": 69304.7,
        "isolated_wallet": 0.693047, "venue_liquidation_price": 62656.28282270215,
        "venue_margin_ratio": pytest.approx(1 / 22.66047961637599),
        "venue_maintenance_margin": 0.02778276,
    },
}  # fmt: skip


@pytest.mark.parametrize("description", POSITIONS)
async def test_a_position_of_okxs_own_is_read_figure_by_figure(
    description: str, recorded: Any, real: Okx
) -> None:
    told = next(r for r in recorded["fetchPosition"] if r["description"] == description)
    reading = await real.read_account(Replies(positions=told["reply"]))
    (position,) = reading.positions
    for name, value in POSITIONS[description].items():
        assert getattr(position, name) == value, name


async def test_a_multi_currency_account_of_okxs_own_is_read_figure_by_figure(
    recorded: Any, real: Okx
) -> None:
    told = next(r for r in recorded["fetchBalance"] if r["input"] == [])
    replies = Replies(balance=told["reply"], config=config(acctLv="3"))
    reading = await real.read_account(replies)
    assert reading.cross_regime is REGIMES["okx-multi-currency-cross"]
    assert reading.equity == 152648.60323464675
    assert reading.maintenance_margin == 9.073098173527129
    assert reading.margin_ratio == pytest.approx(1 / 15996.96577491501)
    by_coin = {balance.asset: balance for balance in reading.balances}
    assert len(by_coin) == 13
    bitcoin = by_coin["BTC"]
    assert (bitcoin.total, bitcoin.cross_wallet, bitcoin.locked) == (1.06126645222,) * 2 + (0.4,)
    assert bitcoin.venue_time == 1639596891.483
    assert (bitcoin.equity, bitcoin.maintenance_margin, bitcoin.margin_ratio) == (None,) * 3
    assert by_coin["USDT"].locked == 454.3333333333333
    replies.replies["indices"] = [
        {"instId": "BTC-USD", "idxPx": "117958.0", "ts": "1752243327154"},
        {"instId": "TUSD-USD", "idxPx": "1", "ts": "1752243327154"},
    ]
    replies.replies["discounts"] = [
        {"ccy": coin, "minDiscountRate": "0", "details": [_slice("0", "20", "0.98")]}
        for coin in ("BTC", "TUSD")
    ]
    priced = await real.read_collateral(replies)
    assert priced is not None
    counted = {each.asset: each.slices[0].rate for each in priced.collateral}
    assert len(counted) == 14, "coins without an index have the value that OKX gives them"
    assert {coin for coin, rate in counted.items() if rate} == {"BTC"}, "TUSD is switched off"
    prices = {each.asset: each.price for each in priced.collateral}
    assert (prices["BTC"], prices["TUSD"]) == (117_958.0, 1.0)
    assert prices["LTC"] == pytest.approx(996.8136762 / 10.29979)


def _slice(least: str, most: str, rate: str) -> dict[str, str]:
    return {"minAmt": least, "maxAmt": most, "discountRate": rate, "tier": "1"}


async def test_what_lies_in_the_funding_account_is_owned_and_backs_nothing(
    recorded: Any, real: Okx
) -> None:
    told = next(r for r in recorded["fetchBalance"] if r["input"] == [{"type": "funding"}])
    reading = await real.read_account(Replies(funding=told["reply"]))
    found = {balance.asset: balance for balance in reading.balances}["TUSD"]
    assert (found.total, found.cross_wallet, found.locked) == (100.0, 0.0, 0.0)


def test_markets_of_okxs_own_have_its_sizes_steps_and_states(real: Okx) -> None:
    listed = json.loads((RECORDED / "okx.markets.json").read_text())
    ada, coin = real.market(listed["ADA/USDT:USDT"]), real.market(listed["BTC/USD:BTC"])
    assert (ada.contract_size, str(ada.step), str(ada.tick)) == (100.0, "0.1", "0.0001")
    assert (ada.linear, ada.status, ada.expiry, ada.settle) == (True, "trading", None, "USDT")
    assert (coin.contract_size, coin.linear, coin.settle, coin.quote) == (
        100.0,
        False,
        "BTC",
        "USD",
    )
    spot = real.market(listed["BTC/USDT"])
    assert (spot.contract_size, str(spot.step), spot.settle) == (1.0, "1E-8", "")


# modes


@pytest.mark.parametrize(
    ("mode", "regime"),
    [
        ("1", UNKNOWN),
        ("2", REGIMES["okx-single-currency-cross"]),
        ("3", REGIMES["okx-multi-currency-cross"]),
        ("4", REGIMES["okx-portfolio-margin"]),
    ],
)
async def test_the_mode_of_the_account_decides_how_margin_is_computed(
    mode: str, regime: object
) -> None:
    reading = await read(config=config(acctLv=mode))
    assert reading.cross_regime is regime
    assert (reading.isolated_regime is UNKNOWN) == (mode == "1")
    backing = [balance.cross_wallet for balance in reading.balances]
    assert backing == ([0.0] if mode == "1" else [100_000.0])


async def test_a_mode_that_nobody_knows_is_no_reading() -> None:
    with pytest.raises(OddReplyError, match="acctLv is '7'"):
        await read(config=config(acctLv="7"))


async def test_in_futures_mode_each_coin_has_its_own_equity_maintenance_and_ratio() -> None:
    reading = await read(positions=[POSITION])
    (balance,) = reading.balances
    assert (balance.total, balance.cross_wallet) == (100_000.0, 100_000.0)
    assert (balance.equity, balance.maintenance_margin) == (90_000.0, 10_500.0)
    assert balance.margin_ratio == pytest.approx(10_605.0 / 90_000.0)
    assert (reading.equity, reading.maintenance_margin, reading.margin_ratio) == (None,) * 3
    assert reading.margin_in_use == 42_000.0
    assert reading.positions[0].contracts == -2.0


async def test_the_margin_of_isolated_positions_is_owned_and_backs_no_other() -> None:
    coin = {**USDT, "eq": "95000", "isoEq": "5000", "isoUpl": "-1000", "stgyEq": "0"}
    reading = await read(balance=[funds(coin)])
    (balance,) = reading.balances
    assert (balance.total, balance.cross_wallet, balance.equity) == (106_000.0, 100_000.0, 90_000.0)


async def test_borrowed_coins_and_foreign_positions_make_the_cross_pools_unknown_not_wrong() -> (
    None
):
    owing = {**USDT, "ccy": "BTC", "cashBal": "-1", "eq": "-1", "liab": "1"}
    reading = await read(config=config(acctLv="3"), balance=[funds(USDT, owing)])
    assert "borrowed" in reading.cross_regime.unknown
    option = {**POSITION, "instType": "OPTION", "instId": "BTC-USD-241227-60000-P"}
    reading = await read(positions=[POSITION, option])
    assert "options" in reading.cross_regime.unknown
    assert not reading.isolated_regime.unknown
    assert [position.symbol for position in reading.positions] == ["AIX/USDT:USDT"]
    alone = {**option, "mgnMode": "isolated"}
    assert not (await read(positions=[POSITION, alone])).cross_regime.unknown


async def test_where_a_margin_is_not_computed_what_okx_tells_of_it_is_of_all_of_it() -> None:
    owing = {**USDT, "ccy": "BTC", "cashBal": "-1", "eq": "-1", "liab": "1"}
    option = {**POSITION, "instType": "OPTION", "instId": "BTC-USD-241227-60000-P"}
    loan = await read(config=config(acctLv="3"), balance=[funds(USDT, owing)])
    portfolio = await read(config=config(acctLv="4"), positions=[POSITION, option])
    futures = await read(positions=[POSITION, option])
    for reading in (loan, portfolio, futures):
        assert reading.cross_regime.unknown
        assert reading.cross_regime.told_whole
    assert not (await read(positions=[POSITION])).cross_regime.told_whole
    assert not futures.isolated_regime.told_whole


async def test_a_long_and_a_short_of_one_market_keep_their_signs() -> None:
    pair = [
        {**POSITION, "posSide": "long", "pos": "3"},
        {**POSITION, "posSide": "short", "pos": "2"},
    ]
    found = {each.kind: each.contracts for each in (await read(positions=pair)).positions}
    assert found == {"long": 3.0, "short": -2.0}


ALONE = {**POSITION, "mgnMode": "isolated", "margin": "500", "pos": "3", "mgnRatio": "20"}


async def test_cross_and_isolated_in_one_market_at_once_are_two_positions() -> None:
    for rows in ([POSITION, ALONE], [ALONE, POSITION]):
        found = {each.margin_mode: each for each in (await read(positions=rows)).positions}
        assert (found["cross"].contracts, found["cross"].isolated_wallet) == (-2.0, None)
        assert (found["isolated"].contracts, found["isolated"].isolated_wallet) == (3.0, 500.0)
        assert {each.kind for each in found.values()} == {"net"}


async def test_what_is_listed_twice_in_one_mode_is_refused_and_not_merged() -> None:
    with pytest.raises(OddReplyError, match="AIX/USDT:USDT is listed twice"):
        await read(positions=[POSITION, {**POSITION, "pos": "-3"}])


async def test_one_of_two_modes_that_is_not_listed_any_more_is_told_flat_in_its_own() -> None:
    dialect, replies = okx(), Replies(positions=[POSITION, ALONE])
    await dialect.read_account(replies)
    flat = {**ALONE, "pos": "0", "avgPx": "", "liqPx": "", "mmr": "", "mgnRatio": ""}
    replies.replies |= {"positions": [POSITION], "named": [flat, POSITION]}
    told = (await dialect.read_account(replies)).positions
    assert {each.margin_mode: each.contracts for each in told} == {"cross": -2.0, "isolated": 0.0}
    replies.replies["positions"] = [POSITION, flat]
    (left,) = (await dialect.read_account(replies)).positions
    assert left.margin_mode == "cross"


async def test_tiers_of_a_market_that_is_held_both_ways_are_those_of_both_or_none() -> None:
    row = {"instFamily": "AIX-USDT", "minSz": "0", "mmr": "0.01"}
    dialect, replies = okx(), Replies(positions=[POSITION, ALONE], tiers=[row])
    await dialect.read_account(replies)
    told = await dialect.tiers(replies, ["AIX/USDT:USDT"])
    assert told == {"AIX/USDT:USDT": (Tier(0.0, 0.01, 0.0),)}
    asked = [each["tdMode"] for each in replies.asked if isinstance(each, dict)]
    assert sorted(asked) == ["cross", "isolated"]

    class Apart(Replies):
        async def public_get_public_position_tiers(self, asked: Any) -> Any:
            rate = "0.02" if asked["tdMode"] == "isolated" else "0.01"
            return {"code": "0", "data": [{**row, "mmr": rate}], "msg": ""}

    assert await dialect.tiers(Apart(), ["AIX/USDT:USDT"]) == {"AIX/USDT:USDT": ()}


async def test_margin_that_was_moved_to_where_nothing_is_held_is_no_second_position() -> None:
    empty = {**POSITION, "mgnMode": "isolated", "margin": "500", "pos": "0", "avgPx": ""}
    for rows in ([POSITION, empty], [empty, POSITION]):
        (position,) = (await read(positions=rows)).positions
        assert (position.contracts, position.isolated_wallet) == (-2.0, None)


# what is gone


async def test_a_position_that_is_not_listed_any_more_is_asked_for_by_its_name() -> None:
    dialect, replies = okx(), Replies(positions=[POSITION])
    await dialect.read_account(replies)
    flat = {**POSITION, "pos": "0", "avgPx": "", "liqPx": "", "mmr": "", "mgnRatio": ""}
    replies.replies |= {"positions": [], "named": [flat]}
    (position,) = (await dialect.read_account(replies)).positions
    assert (position.symbol, position.contracts) == ("AIX/USDT:USDT", 0.0)
    assert replies.asked == [None, None, {"instId": "AIX-USDT-SWAP"}]
    replies.replies["named"] = []
    assert (await dialect.read_account(replies)).positions == ()
    assert replies.asked[-1] is None, "what is known to be flat is not asked for again"


async def test_of_both_margin_modes_its_name_tells_that_of_what_was_held_is_taken() -> None:
    dialect = okx()
    pair = [{**POSITION, "posSide": side, "pos": "2"} for side in ("long", "short")]
    replies = Replies(positions=pair)
    await dialect.read_account(replies)
    flat = {**pair[0], "pos": "0", "avgPx": ""}
    later = {**flat, "mgnMode": "isolated", "uTime": "1743609700000"}
    replies.replies |= {"positions": [pair[1]], "named": [flat, later, pair[1]]}
    found = (await dialect.read_account(replies)).positions
    assert {each.kind: each.contracts for each in found} == {"long": 0.0, "short": -2.0}
    assert {each.margin_mode for each in found} == {"cross"}


async def test_a_position_that_even_its_name_does_not_show_is_absent_and_not_flat() -> None:
    dialect, replies = okx(), Replies(positions=[POSITION])
    await dialect.read_account(replies)
    replies.replies |= {"positions": [], "named": []}
    reading = await dialect.read_account(replies)
    assert reading.positions == ()
    assert reading.margin_in_use == 42_000.0, "the core sees that margin is still used"


# replies that say nothing


@pytest.mark.parametrize(
    "broken",
    [
        {"positions": {"code": "0", "msg": ""}},
        {"positions": {"code": "0", "data": {}, "msg": ""}},
        {"positions": [{**POSITION, "pos": ""}]},
        {"positions": [{**POSITION, "pos": "NaN"}]},
        {"positions": [{**POSITION, "posSide": "both"}]},
        {"positions": [{**POSITION, "mgnMode": ""}]},
        {"positions": [{**POSITION, "avgPx": ""}]},
        {"positions": [{**POSITION, "uTime": None}]},
        {"balance": []},
        {"balance": [{"totalEq": "1"}]},
        {"balance": [funds({**USDT, "cashBal": None})]},
        {"config": {"code": "0", "data": [], "msg": ""}},
    ],
    ids=str,
)
async def test_a_reply_that_does_not_say_what_it_must_is_no_flat_account(
    broken: dict[str, Any],
) -> None:
    with pytest.raises(OddReplyError):
        await read(**broken)


async def test_a_position_in_a_market_that_came_up_since_asks_for_the_listing_anew() -> None:
    with pytest.raises(UnlistedMarketError):
        await read(positions=[{**POSITION, "instId": "NEW-USDT-SWAP"}])


async def test_a_family_that_okx_does_not_know_takes_its_neighbours_tiers_from_nobody() -> None:
    row = {"instFamily": "BTC-USDT", "tier": "1", "minSz": "0", "maxSz": "9", "mmr": "0.004"}

    class Choosy(Replies):
        async def public_get_public_position_tiers(self, asked: Any) -> Any:
            if "AIX-USDT" in asked["instFamily"]:
                raise ccxt.BadRequest("51000 Parameter instFamily error")
            return {"code": "0", "data": [row], "msg": ""}

    told = await okx().tiers(Choosy(), ["AIX/USDT:USDT", "BTC/USDT:USDT"])
    assert told == {"BTC/USDT:USDT": (Tier(0.0, 0.004, 0.0),)}


async def test_one_market_that_stays_unlisted_blinds_nobody_to_the_others_and_is_named() -> None:
    dialect = okx()
    strange = {**POSITION, "instId": "OLD-USDT-SWAP"}
    flat = {**strange, "instId": "GONE-USDT-SWAP", "pos": "0", "avgPx": ""}
    replies = Replies(positions=[POSITION, strange, flat])
    with pytest.raises(UnlistedMarketError, match="OLD-USDT-SWAP"):
        await dialect.read_account(replies)  # whoever reads has the markets listed anew
    reading = await dialect.read_account(replies)
    assert [(each.symbol, each.contracts) for each in reading.positions] == [
        ("AIX/USDT:USDT", -2.0)
    ]
    assert reading.cross_regime.unknown == (
        "OLD-USDT-SWAP is held, which the venue does not list: look at it there"
    )
    assert reading.isolated_regime == REGIMES["okx-isolated"]
    assert reading.unseen == ("-2 of OLD-USDT-SWAP (SWAP): it is not counted",)
    replies.replies["positions"] = [POSITION, {**strange, "mgnMode": "isolated", "margin": "5"}]
    reading = await dialect.read_account(replies)
    assert "OLD-USDT-SWAP" in reading.isolated_regime.unknown
    assert reading.cross_regime == REGIMES["okx-single-currency-cross"]
    replies.replies["positions"] = [strange]
    with pytest.raises(UnlistedMarketError):
        await dialect.read_account(replies)  # nothing else would be seen


async def test_a_market_that_ended_and_is_not_known_by_its_name_is_absent_and_no_error() -> None:
    dialect, replies = okx(), Replies(positions=[POSITION])
    await dialect.read_account(replies)
    replies.replies |= {"positions": [], "named": ccxt.BadSymbol("51001 doesn't exist")}
    for _ in range(2):
        assert (await dialect.read_account(replies)).positions == ()
    assert replies.named["named"] == 1


async def test_savings_that_may_not_be_read_blind_nobody_and_are_not_asked_for_each_time() -> None:
    dialect = okx()
    replies = Replies(savings=ccxt.PermissionDenied("50120"), funding=ccxt.NetworkError("a moment"))
    reading = await dialect.read_account(replies)
    assert [balance.total for balance in reading.balances] == [100_000.0]
    assert reading.unseen == (
        "what lies in the funding account is not counted: the venue does not tell",
        "what lies in savings is not counted: the venue does not tell",
    )
    replies.replies |= {
        "savings": [{"ccy": "USDT", "amt": "1"}],
        "funding": [{"ccy": "USDT", "bal": "7", "availBal": "5", "frozenBal": "2"}],
    }
    (balance,) = (await dialect.read_account(replies)).balances
    assert (balance.total, balance.cross_wallet, balance.locked) == (100_007.0, 100_000.0, 2.0)


# rights


def test_a_key_that_only_reads_is_accepted_and_every_other_right_is_named() -> None:
    rights = rights_in(config(perm="read_only", ip="1.2.3.4"))
    refuse_powerful_key(rights)
    assert (rights.bound_to_address, rights.account, rights.may_read) == (True, "44705", True)
    for perm in ("read_only,trade", "trade", "read_only,withdraw", "read_only,invented"):
        with pytest.raises(KeyRefusedError, match=perm.rpartition(",")[2]):
            refuse_powerful_key(rights_in(config(perm=perm)))
    assert rights_in(config(perm="read_only")).bound_to_address is False
    with pytest.raises(OddReplyError):
        rights_in(config(perm=""))


# terms


async def test_tiers_go_by_contracts_and_are_asked_for_five_families_at_a_time() -> None:
    rows = [
        _tier("AIX-USDT", "2", "2.6", "10", "0.1"),
        _tier("AIX-USDT", "1", "0", "2.5", "0.05"),
        _tier("BTC-USD", "1", "0", "50", "0.004"),
    ]
    replies = Replies(tiers=rows)
    found = await okx().tiers(replies, [*LISTED, "no such"])
    assert found["AIX/USDT:USDT"] == (Tier(0.0, 0.05, 0.0), Tier(2.6, 0.1, 0.0))
    assert found["BTC/USD:BTC"] == (Tier(0.0, 0.004, 0.0),)
    assert "ALT/USDT" not in found
    assert {"instType": "FUTURES", "tdMode": "cross", "instFamily": "BTC-USDT"} in replies.asked


def _tier(family: str, number: str, least: str, most: str, rate: str) -> dict[str, str]:
    return {"instFamily": family, "tier": number, "minSz": least, "maxSz": most, "mmr": rate}


async def test_tiers_are_those_of_the_margin_mode_that_is_held() -> None:
    dialect, replies = okx(), Replies(tiers=[], positions=[])
    replies.replies["positions"] = [{**POSITION, "mgnMode": "isolated", "margin": "500"}]
    await dialect.read_account(replies)
    await dialect.tiers(replies, ["AIX/USDT:USDT"])
    assert replies.asked[-1] == {
        "instType": "SWAP", "tdMode": "isolated", "instFamily": "AIX-USDT",
    }  # fmt: skip


async def test_what_closing_costs_is_the_fee_of_the_group_else_that_of_the_settle_coin() -> None:
    dialect = okx()
    fees = {
        "feeGroup": [{"groupId": "4", "taker": "-0.00045", "maker": "0"}],
        "taker": "-0.0005", "takerU": "-0.0006", "takerUSDC": "",
    }  # fmt: skip
    replies = Replies(fees=[fees], positions=[POSITION])
    await dialect.settle_in(replies)
    assert replies.asked == [{"instType": "FUTURES"}, {"instType": "SWAP"}]
    assert (await dialect.read_account(replies)).positions[0].taker_fee == 0.00045
    fees["feeGroup"] = []
    await dialect.settle_in(replies)
    assert (await dialect.read_account(replies)).positions[0].taker_fee == 0.0006


async def test_the_interval_of_funding_is_what_lies_between_two_payments() -> None:
    dialect = okx()
    assert dialect.market(LISTED["AIX/USDT:USDT"]).funding_interval is None
    rows = [
        {
            "instId": "AIX-USDT-SWAP",
            "fundingTime": "1743609600000",
            "nextFundingTime": "1743624000000",
        },
        {"instId": "XXX-USDT-SWAP", "fundingTime": "1", "nextFundingTime": "2"},
        {"instId": "BTC-USD-SWAP", "fundingTime": "1743609600000", "nextFundingTime": ""},
    ]
    await dialect.read_terms(Replies(fundings=rows))
    assert dialect.market(LISTED["AIX/USDT:USDT"]).funding_interval == 4 * 3600.0
    assert dialect.market(LISTED["BTC/USD:BTC"]).funding_interval is None


async def test_collateral_counts_in_slices_of_coins_and_nothing_beyond_them() -> None:
    dialect = okx()
    assert await dialect.read_collateral(Replies()) is None, "no mode is known yet"
    replies = Replies(
        config=config(acctLv="3"),
        indices=[
            {"instId": "BTC-USD", "idxPx": "60000", "ts": "1743609600000"},
            {"instId": "USDT-USD", "idxPx": "0.9996", "ts": "1743609599000"},
            {"instId": "BTC-EUR", "idxPx": "50000", "ts": "1"},
        ],
        discounts=[
            {
                "ccy": "BTC",
                "minDiscountRate": "0.5",
                "details": [_slice("20", "25", "0.9775"), _slice("0", "20", "0.98")],
            },
            {"ccy": "USDT", "minDiscountRate": "", "details": [_slice("0", "", "1")]},
        ],
    )
    await dialect.read_account(replies)
    priced = await dialect.read_collateral(replies)
    assert priced is not None
    assert priced.venue_time == 1743609599.0
    found = {each.asset: each for each in priced.collateral}
    assert [(s.ceiling, s.rate) for s in found["BTC"].slices] == [
        (1_200_000.0, 0.98), (1_500_000.0, 0.9775), (float("inf"), 0.5),
    ]  # fmt: skip
    assert found["USDT"].price == 0.9996
    assert [(s.ceiling, s.rate) for s in found["USDT"].slices] == [(float("inf"), 1.0)]


async def test_a_start_asks_once_how_an_account_is_configured_and_a_daily_look_asks_anew() -> None:
    dialect, replies = okx(), Replies(fees=[{"taker": "-0.0005", "feeGroup": []}])
    await dialect.rights(replies)
    await dialect.settle_in(replies)
    await dialect.read_account(replies)
    assert replies.named["config"] == 1
    await dialect.rights(replies)
    assert replies.named["config"] == 2


async def test_three_accounts_of_one_place_ask_once_for_the_discounts_of_all() -> None:
    """OKX allows two of these requests in two seconds from one address."""
    public = okx()
    replies = Replies(
        config=config(acctLv="3"),
        indices=[{"instId": "BTC-USD", "idxPx": "60000", "ts": "1743609600000"}],
        discounts=[
            {"ccy": "BTC", "minDiscountRate": "0.5", "details": [_slice("0", "20", "0.98")]}
        ],
    )
    accounts = [okx() for _ in range(3)]
    for each in accounts:
        each.borrow_tables(public)
        await each.read_account(replies)
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(each.read_collateral(replies)) for each in accounts]
    assert replies.named["discounts"] == 1
    told = [each.result() for each in asked]
    btc = [one for each in told if each for one in each.collateral if one.asset == "BTC"]
    assert [each.slices[0].rate for each in btc] == [0.98] * 3


async def test_an_order_book_is_counted_in_coins() -> None:
    book = {
        "bids": [["999.9", "3", "0", "1"]],
        "asks": [["1000.1", "2", "0", "1"]],
        "ts": "1743609600000",
    }
    replies = Replies(book=[book], ticker=[{"volCcy24h": "25000"}])
    read_book = await okx().read_liquidity(replies, "AIX/USDT:USDT")
    assert read_book is not None
    assert (read_book.bids, read_book.asks) == (((999.9, 300.0),), ((1000.1, 200.0),))
    assert read_book.day_volume == 25_000.0
    inverse = await okx().read_liquidity(replies, "BTC/USD:BTC")
    assert inverse is not None
    assert inverse.asks[0][1] == pytest.approx(200.0 / 1000.1)
    assert await okx().read_liquidity(replies, "ALT/USDT") is None
    book["bids"] = [["1000.2", "1", "0", "1"]]
    with pytest.raises(OddReplyError, match="cross"):
        await okx().read_liquidity(replies, "AIX/USDT:USDT")


async def test_the_past_is_read_page_by_page_without_the_minute_that_runs() -> None:
    page = [
        ["1743609660000", "1", "1", "1", "1005", "0"],
        ["1743609600000", "1", "1", "1", "1004", "1"],
    ]
    replies = Replies(candles=page)
    bars = await okx().read_bars(replies, "AIX/USDT:USDT", 102, 1743609670.0)
    assert bars.bars == ((1743609660.0, 1004.0),)
    assert replies.asked == [{"instId": "AIX-USDT-SWAP", "bar": "1m", "limit": "100"}]


async def test_quotes_are_read_of_pairs_only() -> None:
    row = {"instId": "ALT-USDT", "bidPx": "0.39999", "askPx": "0.40001", "ts": "1743609600000"}
    (quote,) = await okx().read_quotes(Replies(ticker=[row]), ["ALT/USDT", "AIX/USDT:USDT"], 0.0)
    assert (quote.symbol, quote.bid, quote.ask) == ("ALT/USDT", 0.39999, 0.40001)
