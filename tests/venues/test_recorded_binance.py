"""Every figure of Binance's recorded replies that tells of positions, balances, margin, leverage or
the queue of ADL, through the dialects that read them.
"""

from typing import Any

import pytest

from hedgewatch.core.events import AccountRead, PositionReading
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from tests.support.recorded import recorded, reply
from tests.venues.test_account_replies import Replies
from tests.venues.test_coinm_replies import Replies as CoinReplies

BTC = "BTC/USDT:USDT"
WITHOUT = "Fetch linear positions without symbols"
WITH = "Fetch linear positions with symbols"
ACCOUNT = "Fetch linear positions using account endnpoint"


def dialect() -> BinanceUsdm:
    spoken = BinanceUsdm("main")
    markets = recorded("binance.markets.json")
    spoken.list_markets({name: one for name, one in markets.items() if one.get("linear")})
    return spoken


async def read(positions: Any, account: Any = None, **others: Any) -> AccountRead:
    spoken = dialect()
    if others:
        await spoken.settle_in(Replies(mode={"multiAssetsMargin": False}, **others))
    return await spoken.read_account(Replies(positions, account))


@pytest.mark.parametrize(
    ("description", "line", "maintenance", "notional"),
    [
        (WITHOUT, 64846.98753790, 2.43009666, 607.52416678),
        (WITH, 64846.78939917, 2.43295920, 608.23980000),
    ],
)
async def test_a_position_of_usdm(
    description: str, line: float, maintenance: float, notional: float
) -> None:
    (told,) = (await read(reply("binance", "fetchPositions", description))).positions
    assert told == PositionReading(
        symbol=BTC,
        kind="net",
        contracts=0.009,
        entry_price=67445.9,
        venue_time=1722161166.529,
        isolated_wallet=None,
        venue_liquidation_price=line,
        venue_maintenance_margin=maintenance,
        venue_notional=notional,
        adl_rank=2.0,
    )


async def test_the_assets_and_totals_of_a_usdm_account() -> None:
    account = reply("binance", "fetchPositions", ACCOUNT)
    reading = await read([], account)
    told = {balance.asset: balance for balance in reading.balances}
    rows = {row["asset"]: row for row in account["assets"]}
    assert set(told) == {asset for asset, row in rows.items() if float(row["walletBalance"])}
    for asset, balance in told.items():
        row = rows[asset]
        assert balance.total == float(row["walletBalance"])
        assert balance.cross_wallet == float(row["crossWalletBalance"])
        assert balance.equity == pytest.approx(
            float(row["crossWalletBalance"]) + float(row["crossUnPnl"])
        )
        assert balance.maintenance_margin == float(row["maintMargin"])
        assert balance.venue_time == float(row["updateTime"]) / 1000.0
    assert told["USDT"].equity == pytest.approx(4.27203287)
    assert told["USDT"].maintenance_margin == 2.43022194
    assert reading.margin_in_use == 7.59482199
    assert reading.cross_regime == REGIMES["binance-usdm-cross"] or reading.cross_regime.unknown


async def test_the_assets_of_an_older_usdm_account() -> None:
    account = reply("binance", "fetchBalance", "Linear swap balance")
    reading = await read([], account)
    (usdt,) = reading.balances
    assert (usdt.asset, usdt.total, usdt.cross_wallet) == ("USDT", 31.02261200, 31.02261200)
    assert (usdt.equity, usdt.maintenance_margin) == (31.02261200, 0.0)
    assert (usdt.venue_time, reading.margin_in_use) == (1701270042.059, 0.0)


async def test_an_account_row_of_a_delisted_market_tells_of_nothing() -> None:
    description = (
        "account endpoint delisted market with zero leverage and zero notional does not crash"
        " (issue #29244)"
    )
    account = reply("binance", "fetchPositions", description)
    reading = await read(account["positions"], {"assets": []})
    assert reading.positions == ()


async def test_the_leverage_that_is_set_comes_with_the_position() -> None:
    settings = reply("binance", "fetchMarginMode", "linear swap fetch margin mode")
    positions = reply("binance", "fetchPositions", WITHOUT)
    (told,) = (await read(positions, settings=settings)).positions
    assert told.leverage == 20.0


async def test_a_leverage_that_is_changed_holds_for_the_next_reading() -> None:
    spoken = dialect()
    spoken.account_news({"e": "ACCOUNT_CONFIG_UPDATE", "ac": {"s": "BTCUSDT", "l": 25}})
    positions = reply("binance", "fetchPositions", WITHOUT)
    (told,) = (await spoken.read_account(Replies(positions))).positions
    assert told.leverage == 25.0


async def test_the_queue_of_adl_is_told_side_by_side() -> None:
    ranks = reply("binance", "fetchPositionADLRank", "linear swap fetchPositionADLRank")
    spoken = BinanceCoinm("coins")
    spoken.list_markets({"X": {"id": "BTCUSDT", "contractSize": 1.0}})
    position = reply("binance", "fetchPositions", WITHOUT)[0]
    del position["adl"]
    (told,) = (await spoken.read_account(CoinReplies((position,), ranks=ranks))).positions
    assert told.adl_rank == 1.0


async def test_the_balances_of_a_spot_account() -> None:
    account = reply("binance", "fetchBalance", "Spot balance")
    reading = await BinanceSpot("spot").read_account(Replies(account=account))
    told = {balance.asset: balance for balance in reading.balances}
    assert {asset: one.total for asset, one in told.items()} == {
        "LTC": 0.91974100,
        "ETH": 0.02229833,
    }
    assert {one.locked for one in told.values()} == {0.0}
    assert {one.venue_time for one in told.values()} == {1701856395.927}


def test_every_recorded_contract_has_its_size_steps_end_and_status() -> None:
    markets = recorded("binance.markets.json")
    contracts = {name: one for name, one in markets.items() if one.get("info") and one["contract"]}
    assert len(contracts) == 10
    for name, unified in contracts.items():
        info = unified["info"]
        spoken = BinanceUsdm("main") if unified["linear"] else BinanceCoinm("coins")
        market = spoken.market(unified)
        filters = {row["filterType"]: row for row in info["filters"]}
        assert market.symbol == name
        assert (market.base, market.quote) == (info["baseAsset"], info["quoteAsset"])
        assert market.settle == info["marginAsset"]
        assert market.linear is unified["linear"]
        assert market.contract_size == float(info.get("contractSize", 1.0))
        assert float(market.tick) == float(filters["PRICE_FILTER"]["tickSize"])
        assert float(market.step) == float(filters["LOT_SIZE"]["stepSize"])
        ended = name == "SNT/USDT:USDT"
        assert market.status == ("settling" if ended else "trading")
        assert market.expiry == (1715590800.0 if ended else None)
