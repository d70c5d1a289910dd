"""Portfolio Margin as Binance answers: both futures venues and the margin wallet are one pool."""

from math import inf
from typing import Any

import ccxt
import pytest

from hedgewatch.core.events import BalanceChanged, PositionChanged, VenueWarned
from hedgewatch.core.model import CollateralSlice, Tier
from hedgewatch.venues.dialect import ReadAgain
from hedgewatch.venues.dialects.binance_portfolio import BinancePortfolio
from hedgewatch.venues.fields import OddReplyError
from tests.support.recorded import reply

BTC, ETH = "BTC/USDT:USDT", "ETH/USD:ETH"
MARKETS = {
    BTC: {"id": "BTCUSDT", "settle": "USDT", "linear": True, "contractSize": 1.0},
    ETH: {"id": "ETHUSD_PERP", "settle": "ETH", "inverse": True, "contractSize": 10.0},
}
UM = {
    "symbol": "BTCUSDT",
    "positionAmt": "0.01",
    "entryPrice": "44525.0",
    "markPrice": "45464.1735922",
    "unRealizedProfit": "9.39173592",
    "liquidationPrice": "38007.16308568",
    "leverage": "100",
    "positionSide": "LONG",
    "updateTime": 1707371879042,
    "maxNotionalValue": "500000.0",
    "notional": "454.64173592",
    "breakEvenPrice": "44542.81",
}
CM = {
    "symbol": "ETHUSD_PERP",
    "positionAmt": "1",
    "entryPrice": "2422.400000007",
    "markPrice": "2424.51267823",
    "unRealizedProfit": "0.0000036",
    "liquidationPrice": "293.57678898",
    "leverage": "100",
    "positionSide": "LONG",
    "updateTime": 1707371941861,
    "maxQty": "15",
    "notionalValue": "0.00412454",
    "breakEvenPrice": "2423.368960034",
}
"""As the venue showed them (ccxt 4.5.90, in comments of `parse_position_risk`)."""

ACCOUNT = {
    "uniMMR": "5167.92171923",
    "accountEquity": "122607.35137903",
    "actualEquity": "142607.35137903",
    "accountInitialMargin": "47.44938412",
    "accountMaintMargin": "23.72469206",
    "accountStatus": "NORMAL",
    "virtualMaxWithdrawAmount": "1627523.32459208",
    "totalAvailableBalance": "",
    "totalMarginOpenLoss": "",
    "updateTime": 1657707212154,
}
"""As Binance documents it."""


class Replies:
    """Answers the requests of the dialect with what a test prepared."""

    def __init__(self, **replies: Any) -> None:
        self.replies = replies
        self.options = {"timeDifference": 500}

    async def papi_get_um_positionrisk(self) -> Any:
        return self.replies.get("um", [])

    async def papi_get_cm_positionrisk(self) -> Any:
        return self.replies.get("cm", [])

    async def papi_get_account(self) -> Any:
        return self.replies.get("account", ACCOUNT)

    async def papi_get_balance(self) -> Any:
        return self.replies.get("balance", [])

    async def papi_get_um_leveragebracket(self) -> Any:
        return self.replies["um_brackets"]

    async def papi_get_cm_leveragebracket(self) -> Any:
        return self.replies["cm_brackets"]

    async def papi_get_um_adlquantile(self) -> Any:
        return self.replies.get("um_ranks")

    async def papi_get_cm_adlquantile(self) -> Any:
        return self.replies.get("cm_ranks")

    async def fapipublic_get_fundinginfo(self) -> Any:
        return [{"symbol": "BTCUSDT", "fundingIntervalHours": 4}]

    async def dapipublic_get_fundinginfo(self) -> Any:
        return []

    async def sapi_get_portfolio_collateralrate(self) -> Any:
        return self.replies.get("rates", [])

    async def sapi_get_portfolio_asset_index_price(self) -> Any:
        if "prices" not in self.replies:
            raise ccxt.ExchangeNotAvailable("404 Not found")
        return self.replies["prices"]

    async def fapipublic_get_assetindex(self) -> Any:
        return self.replies.get("indices", [])

    def milliseconds(self) -> int:
        return 1_700_000_000_500


def dialect() -> BinancePortfolio:
    spoken = BinancePortfolio("whole")
    spoken.list_markets(MARKETS)
    return spoken


async def test_positions_of_both_venues_are_one_reading_with_the_venues_own_numbers() -> None:
    reading = await dialect().read_account(Replies(um=[UM], cm=[CM]))
    linear, inverse = reading.positions
    assert (linear.symbol, linear.kind, linear.contracts) == (BTC, "long", 0.01)
    assert (linear.entry_price, linear.venue_liquidation_price) == (44525.0, 38007.16308568)
    assert (inverse.symbol, inverse.kind, inverse.contracts) == (ETH, "long", 1.0)
    assert inverse.venue_liquidation_price == 293.57678898
    assert {linear.leverage, inverse.leverage} == {100.0}
    assert (linear.venue_notional, inverse.venue_notional) == (454.64173592, 0.00412454)
    assert (linear.venue_time, inverse.venue_time) == (1707371879.042, 1707371941.861)
    assert {linear.isolated_wallet, inverse.isolated_wallet} == {None}
    assert (reading.equity, reading.maintenance_margin) == (122607.35137903, 23.72469206)
    assert reading.margin_ratio == pytest.approx(1.05 / 5167.92171923)
    assert reading.margin_in_use == 47.44938412
    assert (reading.cross_regime.name, reading.cross_regime.unknown) == (
        "binance-portfolio-margin",
        "",
    )


@pytest.mark.parametrize(
    ("level", "ratio"),
    [("99999999", 0.0), ("1.05", 1.0), ("2.1", 0.5), ("0", inf), ("", None), (None, None)],
)
async def test_the_level_that_is_high_when_safe_becomes_a_ratio_that_is_low(
    level: object, ratio: float | None
) -> None:
    reading = await dialect().read_account(Replies(account={**ACCOUNT, "uniMMR": level}))
    assert reading.margin_ratio == ratio


async def test_recorded_coins_are_owned_net_of_what_is_borrowed_of_them() -> None:
    rows = reply("binance", "fetchBalance", "fetch papi balance")
    spoken = dialect()
    await spoken.read_collateral(Replies(rates=[], prices=priced(USDT="1", USDC="1")))
    reading = await spoken.read_account(Replies(balance=rows))
    owned = {balance.asset: balance for balance in reading.balances}
    assert set(owned) == {"ETH", "USDT", "LTC", "USDC", "ADA"}
    assert owned["ETH"].total == 0.00057786
    assert owned["USDT"].total == pytest.approx(136.03451668 - 0.00011146 - 0.00007902)
    assert owned["LTC"].total == 0.000636
    assert owned["USDC"].total == pytest.approx(-0.00014784 - 0.00002402)
    assert owned["ADA"].total == 10.0325
    assert owned["USDT"].venue_time == 1708064880.778
    assert all(balance.cross_wallet == balance.total for balance in owned.values())
    assert reading.cross_regime.unknown == ""


async def test_recorded_coins_of_the_other_reply_are_the_same_figures() -> None:
    rows = reply("binance", "fetchBalance", "fetch linear papi balance")
    reading = await dialect().read_account(Replies(balance=rows))
    owned = {balance.asset: balance.total for balance in reading.balances}
    assert owned == {
        "ETH": 0.00057786,
        "USDT": pytest.approx(136.03451668 - 0.00011146 - 0.00000197),
        "LTC": 0.000636,
        "ADA": 10.0325,
    }


def coin(asset: str, margin: str, borrowed: str = "0", **others: str) -> dict[str, str]:
    wallets = dict.fromkeys(("umWalletBalance", "cmWalletBalance", "crossMarginInterest"), "0")
    named = {"asset": asset, "crossMarginAsset": margin, "crossMarginBorrowed": borrowed}
    return {**wallets, **named, "crossMarginLocked": "0", "updateTime": "0", **others}


def priced(**prices: str) -> list[dict[str, str]]:
    return [{"asset": asset, "assetIndexPrice": price} for asset, price in prices.items()]


async def test_a_loan_makes_the_account_unknown_because_what_it_asks_for_is_not_told() -> None:
    spoken = dialect()
    await spoken.read_collateral(Replies(rates=[], prices=priced(USDT="1")))
    dust, loan = coin("USDT", "100", "0.2"), coin("USDT", "100", "20")
    for row, unknown in ((dust, False), (loan, True)):
        reading = await spoken.read_account(Replies(balance=[row]))
        assert bool(reading.cross_regime.unknown) is unknown
        assert reading.cross_regime.told_whole is unknown
        assert reading.equity == 122607.35137903
    unpriced = await dialect().read_account(Replies(balance=[dust]))
    assert "margin loan" in unpriced.cross_regime.unknown


async def test_open_margin_orders_that_count_as_a_loss_are_said() -> None:
    account = {**ACCOUNT, "totalMarginOpenLoss": "5000"}
    reading = await dialect().read_account(Replies(account=account))
    assert "open margin orders" in reading.cross_regime.unknown


@pytest.mark.parametrize(
    "replies",
    [
        {"um": {"code": -2015}},
        {"cm": None},
        {"balance": {}},
        {"account": []},
        {"account": {**ACCOUNT, "accountEquity": ""}},
        {"balance": [coin("USDT", "")]},
        {"um": [{**UM, "symbol": "UNLISTEDUSDT"}]},
    ],
    ids=str,
)
async def test_a_reply_that_makes_no_sense_is_an_error_and_never_an_empty_account(
    replies: dict[str, Any],
) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_account(Replies(**replies))


async def test_funding_and_the_queues_of_adl_are_told_by_both_venues() -> None:
    spoken = dialect()
    ranks = [{"symbol": "BTCUSDT", "adlQuantile": {"LONG": 3, "SHORT": 1}}]
    answers = Replies(um=[UM], cm=[CM], um_ranks=ranks, cm_ranks={"code": -1000})
    await spoken.read_terms(answers)
    reading = await spoken.read_account(answers)
    assert [told.adl_rank for told in reading.positions] == [3.0, None]
    listed = {"base": "BTC", "quote": "USDT", "precision": {"amount": 0.001, "price": 0.1}}
    assert spoken.market({"symbol": BTC, **listed}).funding_interval == 4 * 3600.0
    assert spoken.market({"symbol": ETH, **listed}).funding_interval == 8 * 3600.0


async def test_collateral_is_priced_at_its_rate_for_what_is_owned_and_settled_in() -> None:
    spoken = dialect()
    rates = [{"asset": a, "collateralRate": r} for a, r in (("BTC", "0.9500"), ("ETH", "0.9"))]
    answers = Replies(
        rates=[*rates, {"asset": "USDT", "collateralRate": "0.9999"}],
        prices=priced(BTC="60000.5", ETH="3000", USDT="0.9998", XRP="0.5"),
        cm=[CM],
        balance=[coin("BTC", "1.5"), coin("USDT", "0", umWalletBalance="250")],
    )
    first = await spoken.read_collateral(answers)
    assert first is not None
    assert [one.asset for one in first.collateral] == ["BTC", "ETH", "USDT", "XRP"]
    assert first.venue_time == 1_700_000_000.0
    await spoken.read_account(answers)
    then = await spoken.read_collateral(answers)
    assert then is not None
    assert {one.asset for one in then.collateral} == {"BTC", "ETH", "USDT"}
    bitcoin = then.collateral[0]
    assert (bitcoin.price, bitcoin.liability_rate) == (60000.5, 1.0)
    assert bitcoin.slices == (CollateralSlice(inf, 0.95),)


async def test_a_list_that_leaves_coins_out_takes_no_price_from_what_is_still_there() -> None:
    spoken = dialect()
    answers = Replies(
        rates=[{"asset": "BNB", "collateralRate": "0.95"}],
        prices=priced(BNB="600", USDT="1"),
        balance=[coin("BNB", "3")],
    )
    await spoken.settle_in(answers)
    await spoken.read_account(answers)
    answers.replies["balance"] = []
    await spoken.read_account(answers)
    told = await spoken.read_collateral(answers)
    assert told is not None
    assert [one.asset for one in told.collateral] == ["BNB"]


async def test_a_coin_that_is_no_collateral_backs_nothing_and_is_owed_in_full() -> None:
    spoken = dialect()
    rates = [{"asset": "USDT", "collateralRate": "1"}]
    answers = Replies(
        rates=rates,
        prices=priced(USDT="1", DUST="0.5", LENT="2"),
        balance=[coin("USDT", "9"), coin("DUST", "7"), coin("NEW", "7"), coin("LENT", "0", "0.01")],
    )
    await spoken.settle_in(answers)
    reading = await spoken.read_account(answers)
    told = {one.asset: (one.total, one.cross_wallet) for one in reading.balances}
    assert told["DUST"] == told["NEW"] == (7.0, 0.0)
    assert told["LENT"] == (-0.01, -0.01)
    collateral = await spoken.read_collateral(answers)
    assert collateral is not None
    counted = {one.asset: (one.slices[0].rate, one.liability_rate) for one in collateral.collateral}
    assert counted == {"USDT": (1.0, 1.0), "LENT": (0.0, 1.0)}


async def test_prices_that_are_refused_are_those_of_the_futures_venue() -> None:
    spoken = dialect()
    indices = [{"symbol": "BTCUSD", "index": "59000"}, {"symbol": "ADAUSDT", "index": "1"}]
    answers = Replies(rates=[{"asset": "BTC", "collateralRate": "0.95"}], indices=indices)
    told = await spoken.read_collateral(answers)
    assert told is not None
    assert [(one.asset, one.price) for one in told.collateral] == [("BTC", 59000.0)]


@pytest.mark.parametrize("rate", ["1.2", "-0.1", "", "NaN"])
async def test_a_rate_that_is_no_fraction_is_refused(rate: str) -> None:
    with pytest.raises(OddReplyError):
        await dialect().settle_in(Replies(rates=[{"asset": "BTC", "collateralRate": rate}]))


async def test_brackets_of_both_venues_are_read_each_in_its_own_units() -> None:
    um = {"notionalFloor": 0, "notionalCap": 50000, "maintMarginRatio": 0.004, "cum": 0.0}
    cm = {"qtyFloor": 0, "qtyCap": 5, "maintMarginRatio": 0.005, "cum": 0.0}
    tiers = await dialect().tiers(
        Replies(
            um_brackets=[{"symbol": "BTCUSDT", "notionalCoef": "4.0", "brackets": [um]}],
            cm_brackets=[{"symbol": "ETHUSD_PERP", "brackets": [cm]}],
        ),
        (),
    )
    assert tiers == {BTC: (Tier(0.0, 0.004, 0.0),), ETH: (Tier(0.0, 0.005, 0.0),)}


def test_a_frame_tells_of_positions_and_never_of_one_wallet_of_three() -> None:
    leg = {"s": "BTCUSDT", "pa": "0.02", "ep": "44500.0", "up": "0", "ps": "LONG", "bep": "0"}
    wallet = {"a": "USDT", "wb": "122624.12345678", "cw": "100.12345678", "bc": "50.12345678"}
    frame = {"e": "ACCOUNT_UPDATE", "fs": "UM", "E": 1, "T": 1_700_000_000_000, "i": ""}
    news = dialect().account_news(frame | {"a": {"m": "ORDER", "B": [wallet], "P": [leg]}})
    told = [item.position for item in news if isinstance(item, PositionChanged)]
    assert [(one.symbol, one.kind, one.contracts) for one in told] == [(BTC, "long", 0.02)]
    assert not [item for item in news if isinstance(item, BalanceChanged)]
    assert [type(item) for item in news][-1] is ReadAgain


@pytest.mark.parametrize(
    ("level", "kind"),
    [
        ("MARGIN_CALL", "margin_call"),
        ("REDUCE_ONLY", "margin_call"),
        ("FORCE_LIQUIDATION", "liquidation"),
    ],
)
def test_a_risk_level_is_the_venues_warning_about_the_whole_account(level: str, kind: str) -> None:
    frame = {"e": "riskLevelChange", "E": 1587727187525, "u": "1.99999999", "s": level}
    warned, again = dialect().account_news(frame)
    text = f"{level}, uniMMR 2"
    assert warned == VenueWarned("whole", kind, "", 1587727187.525, text)
    assert isinstance(again, ReadAgain)


@pytest.mark.parametrize("kind", ["balanceUpdate", "liabilityChange", "outboundAccountPosition"])
def test_what_happens_to_the_margin_wallet_asks_for_a_reading(kind: str) -> None:
    (hint,) = dialect().account_news({"e": kind, "E": 1})
    assert isinstance(hint, ReadAgain)
