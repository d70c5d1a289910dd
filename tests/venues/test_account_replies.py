"""Replies as Binance really gave them, and the odd ones that must never pass for a flat account."""

from decimal import Decimal
from typing import Any

import ccxt
import pytest

from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialect import ReadAgain
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from hedgewatch.venues.fields import OddReplyError
from tests.support.recorded import recorded

POSITION = {
    "symbol": "BTCUSDT",
    "positionSide": "BOTH",
    "positionAmt": "0.009",
    "entryPrice": "67445.9",
    "liquidationPrice": "64846.98753790",
    "isolatedMargin": "0",
    "isolatedWallet": "0",
    "marginAsset": "USDT",
    "maintMargin": "2.4",
    "updateTime": 1722161166529,
}
SHORT = {**POSITION, "symbol": "ETHUSDT", "positionAmt": "-1.5"}
ASSET = {
    "asset": "USDT",
    "walletBalance": "25.7",
    "crossWalletBalance": "20.0",
    "crossUnPnl": "0.5",
    "marginBalance": "26.2",
    "maintMargin": "3.0",
    "positionInitialMargin": "7.5",
    "updateTime": 1722161166529,
}


class Replies:
    """Answers the requests of a dialect with what a test prepared."""

    def __init__(self, positions: object = (), account: object = None, **others: object) -> None:
        self.positions = list(positions) if isinstance(positions, tuple) else positions
        self.account = {"assets": []} if account is None else account
        self.others = others

    async def fapiprivatev3_get_positionrisk(self) -> Any:
        return self.positions

    async def fapiprivatev3_get_account(self) -> Any:
        return self.account

    async def fapiprivate_get_leveragebracket(self) -> Any:
        return self.others["brackets"]

    async def fapiprivate_get_multiassetsmargin(self) -> Any:
        return self.others["mode"]

    async def sapi_get_account_info(self) -> Any:
        return self.others.get("info", {"isPortfolioMarginRetailEnabled": False})

    async def fapiprivate_get_symbolconfig(self) -> Any:
        return self.others.get("settings", [])

    async def fapipublic_get_fundinginfo(self) -> Any:
        return self.others["funding"]

    async def fapipublic_get_assetindex(self) -> Any:
        return self.others["indices"]

    async def private_get_account(self) -> Any:
        return self.account

    async def sapi_get_simple_earn_flexible_position(self, page: object) -> Any:
        return self.others.get("flexible", {"rows": []}) if page else None

    async def sapi_get_simple_earn_locked_position(self, page: object) -> Any:
        return self.others.get("locked", {"rows": []}) if page else None

    async def sapi_get_asset_wallet_balance(self) -> Any:
        return self.others.get("wallets", [])

    def nonce(self) -> int:
        return 1_700_000_000_000

    def safe_currency_code(self, name: str) -> str:
        return name


def dialect() -> BinanceUsdm:
    spoken = BinanceUsdm("main")
    spoken.list_markets({"BTC/USDT:USDT": {"id": "BTCUSDT"}, "ETH/USDT:USDT": {"id": "ETHUSDT"}})
    return spoken


async def test_a_position_is_read_with_the_liquidation_price_that_the_venue_names() -> None:
    reading = await dialect().read_account(Replies((POSITION,)))
    told = reading.positions[0]
    assert (told.symbol, told.kind, told.contracts) == ("BTC/USDT:USDT", "net", 0.009)
    assert told.venue_liquidation_price == 64846.9875379
    assert told.venue_time == 1722161166.529
    assert told.isolated_wallet is None


@pytest.mark.parametrize("none", ["0", "", None, "0.00000000", "-1"])
async def test_every_way_of_saying_no_liquidation_price_means_none(none: object) -> None:
    row = {**POSITION, "liquidationPrice": none}
    reading = await dialect().read_account(Replies((row,)))
    assert reading.positions[0].venue_liquidation_price is None


async def test_equity_and_maintenance_are_those_of_the_cross_pool_alone() -> None:
    isolated = {**POSITION, "symbol": "ETHUSDT", "isolatedWallet": "5.7", "maintMargin": "0.6"}
    reading = await dialect().read_account(Replies((POSITION, isolated), {"assets": [ASSET]}))
    balance = reading.balances[0]
    assert (balance.total, balance.cross_wallet, balance.equity) == (25.7, 20.0, 20.5)
    assert balance.maintenance_margin == pytest.approx(2.4)
    assert reading.positions[1].isolated_wallet == 5.7
    assert reading.margin_in_use == 7.5


async def test_an_empty_list_while_margin_is_used_says_so_in_the_reading() -> None:
    reading = await dialect().read_account(Replies((), {"assets": [ASSET]}))
    assert reading.positions == ()
    assert reading.margin_in_use == 7.5


@pytest.mark.parametrize(
    "positions",
    [
        {"code": -1000, "msg": "An unknown error occurred"},
        None,
        "<html>502</html>",
        [None],
        [{**POSITION, "positionAmt": None}],
        [{**POSITION, "positionAmt": "NaN"}],
        [{**POSITION, "entryPrice": ""}],
        [{**POSITION, "positionSide": "?"}],
        [{**POSITION, "symbol": "UNLISTEDUSDT"}],
    ],
)
async def test_a_reply_that_makes_no_sense_is_an_error_and_never_a_flat_account(
    positions: object,
) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_account(Replies(positions))


@pytest.mark.parametrize(
    "account", [[], {}, {"assets": None}, {"assets": [{**ASSET, "maintMargin": ""}]}]
)
async def test_an_account_without_its_assets_is_an_error_as_well(account: object) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_account(Replies((POSITION,), account))


async def test_an_explicit_zero_is_told_for_what_was_held_and_for_nothing_else() -> None:
    spoken = dialect()
    flat = {**POSITION, "symbol": "ETHUSDT", "positionAmt": "0", "entryPrice": "0.0"}
    first = await spoken.read_account(Replies((POSITION, flat)))
    assert [position.symbol for position in first.positions] == ["BTC/USDT:USDT"]
    then = await spoken.read_account(Replies(({**POSITION, "positionAmt": "0"},)))
    assert [position.contracts for position in then.positions] == [0.0]


async def test_the_regime_of_the_account_comes_with_every_reading() -> None:
    spoken = dialect()
    for multi, regime in ((True, "binance-usdm-multi-assets"), (False, "binance-usdm-cross")):
        await spoken.settle_in(Replies(mode={"multiAssetsMargin": multi}))
        reading = await spoken.read_account(Replies())
        assert (reading.cross_regime.name, reading.cross_regime.unknown) == (regime, "")
        assert reading.isolated_regime.name == "binance-usdm-isolated"


async def test_a_mode_that_is_refused_is_unknown_and_costs_nothing_else_that_is_told() -> None:
    class Refusing(Replies):
        async def fapiprivate_get_multiassetsmargin(self) -> Any:
            raise ccxt.OperationFailed('binanceusdm {"code":-1000,"msg":"An unknown error"}')

    spoken = dialect()
    venue = Refusing((POSITION,), settings=[{"symbol": "BTCUSDT", "leverage": 7}])
    with pytest.raises(ExceptionGroup, match=r"^not told: the margin mode$"):
        await spoken.settle_in(venue)
    reading = await spoken.read_account(venue)
    assert reading.cross_regime is UNKNOWN
    assert reading.positions[0].leverage == 7.0


async def test_a_portfolio_margin_account_is_named_as_one_whose_numbers_would_lie() -> None:
    spoken = dialect()
    info = {"isPortfolioMarginRetailEnabled": True}
    await spoken.settle_in(Replies(mode={"multiAssetsMargin": True}, info=info))
    reading = await spoken.read_account(Replies((POSITION,)))
    for regime in (reading.cross_regime, reading.isolated_regime):
        assert "Portfolio Margin" in regime.unknown


async def test_a_mode_that_the_owner_switches_holds_for_the_next_reading_already() -> None:
    spoken = dialect()
    for multi, regime in ((True, "binance-usdm-multi-assets"), (False, "binance-usdm-cross")):
        (hint,) = spoken.account_news({"e": "ACCOUNT_CONFIG_UPDATE", "ai": {"j": multi}})
        assert isinstance(hint, ReadAgain)
        assert (await spoken.read_account(Replies())).cross_regime.name == regime
    leverage = {"e": "ACCOUNT_CONFIG_UPDATE", "ac": {"s": "BTCUSDT", "l": 25}}
    assert len(spoken.account_news(leverage)) == 1
    assert (await spoken.read_account(Replies())).cross_regime.name == "binance-usdm-cross"


async def test_in_multi_assets_mode_the_totals_in_dollars_are_the_venues_own() -> None:
    spoken = dialect()
    await spoken.settle_in(Replies(mode={"multiAssetsMargin": True}))
    account = recorded("binance.replies.json")["methods"]["fetchPositions"][2]["reply"]
    reading = await spoken.read_account(Replies((), account))
    assert (reading.equity, reading.maintenance_margin) == (26.26840422, 2.43034303)
    await spoken.settle_in(Replies(mode={"multiAssetsMargin": False}))
    reading = await spoken.read_account(Replies((), account))
    assert (reading.equity, reading.maintenance_margin) == (None, None)


async def test_a_position_brings_the_maintenance_margin_that_the_venue_asks_for_it() -> None:
    reading = await dialect().read_account(Replies((POSITION, {**SHORT, "maintMargin": ""})))
    told = [position.venue_maintenance_margin for position in reading.positions]
    assert told == [2.4, None]


async def test_tiers_come_ordered_with_the_deductions_of_the_venue() -> None:
    rows = [
        {"notionalFloor": 50000, "notionalCap": 250000, "maintMarginRatio": 0.005, "cum": 50.0},
        {"notionalFloor": 0, "notionalCap": 50000, "maintMarginRatio": 0.004, "cum": 0.0},
    ]
    brackets = [{"symbol": "BTCUSDT", "brackets": rows}, {"symbol": "GONEUSDT", "brackets": rows}]
    tiers = await dialect().tiers(Replies(brackets=brackets), ())
    assert tiers == {"BTC/USDT:USDT": (Tier(0.0, 0.004, 0.0), Tier(50000.0, 0.005, 50.0))}


async def test_recorded_positions_and_margins_of_the_real_venue_are_understood() -> None:
    replies = recorded("binance.replies.json")["methods"]["fetchPositions"]
    rows, account = replies[0]["reply"], replies[2]["reply"]
    reading = await dialect().read_account(Replies(rows, account))
    assert [(p.symbol, p.contracts) for p in reading.positions] == [("BTC/USDT:USDT", 0.009)]
    usdt = next(balance for balance in reading.balances if balance.asset == "USDT")
    assert usdt.total == pytest.approx(3.72964781)
    assert usdt.equity == pytest.approx(4.27203287)
    assert usdt.maintenance_margin == pytest.approx(2.43022194)
    assert reading.margin_in_use == pytest.approx(7.59482199)


def test_recorded_markets_of_the_real_venue_keep_their_exact_steps() -> None:
    listed = recorded("binance.markets.json")
    market = dialect().market(listed["BTC/USDT:USDT"])
    assert (market.step, market.tick) == (Decimal("0.001"), Decimal("0.1"))
    assert (market.base, market.settle, market.linear, market.expiry) == ("BTC", "USDT", True, None)
    dated = dialect().market({**listed["BTC/USDT:USDT"], "expiry": 1703836800000})
    assert dated.expiry == 1703836800.0


async def test_recorded_spot_balances_count_what_is_locked_too() -> None:
    reply = recorded("binance.replies.json")["methods"]["fetchBalance"][0]["reply"]
    reply["balances"][1]["locked"] = "1.0"
    reading = await BinanceSpot("spot").read_account(Replies(account=reply))
    owned = {balance.asset: (balance.total, balance.locked) for balance in reading.balances}
    assert owned == {"LTC": (pytest.approx(1.91974100), 1.0), "ETH": (0.02229833, 0.0)}
    assert reading.positions == ()
    assert reading.margin_in_use is None


INDICES = [
    {"symbol": f"{asset}USD", "time": 1, "index": index, "bidRate": bid, "askRate": ask}
    for asset, index, bid, ask in (
        ("USDT", "0.9999", "0.9998", "1.0"),
        ("BTC", "60000", "57000", "63000"),
    )
]


def with_bfusd(total: str, *more: str) -> Replies:
    """1 BTC, a debt of 2,000 USDT, and 10,000 BFUSD, which is in no list of prices."""
    held = (("BTC", "1"), ("USDT", "-2000"), *((asset, "10000") for asset in ("BFUSD", *more)))
    assets = [{**ASSET, "asset": asset, "marginBalance": amount} for asset, amount in held]
    account = {"assets": assets, "totalMarginBalance": total}
    return Replies((POSITION,), account, mode={"multiAssetsMargin": True}, indices=INDICES)


async def collateral_in(replies: Replies) -> dict[str, float]:
    spoken = dialect()
    await spoken.settle_in(replies)
    await spoken.read_account(replies)
    priced = await spoken.read_collateral(replies)
    assert priced is not None
    return {reading.asset: reading.price for reading in priced.collateral}


async def test_a_coin_behind_everything_that_no_list_prices_follows_from_the_sum_of_all() -> None:
    """57,000 − 2,000 × 1.0 + 10,000 × 0.999 = 64,990."""
    assert (await collateral_in(with_bfusd("64990")))["BFUSD"] == pytest.approx(0.999)


@pytest.mark.parametrize("total", ["55000", "75000", "", "NaN", "0"])
async def test_a_rest_that_is_no_dollar_is_no_price(total: str) -> None:
    assert "BFUSD" not in await collateral_in(with_bfusd(total))


async def test_of_two_coins_that_no_list_prices_neither_has_a_price() -> None:
    assert {"BFUSD", "RWUSD"}.isdisjoint(await collateral_in(with_bfusd("74980", "RWUSD")))
