"""Order books, funding terms and collateral, figure by figure as Binance documents its replies."""

from math import inf
from typing import Any

import pytest

from hedgewatch.core.events import CollateralPriced, CollateralReading, LiquidityRead
from hedgewatch.core.model import CollateralSlice
from hedgewatch.venues.dialects.binance_common import Funding, Listing
from hedgewatch.venues.dialects.binance_terms import collateral, funding, liquidity
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from hedgewatch.venues.fields import OddReplyError

DEPTH = {
    "lastUpdateId": 1027024,
    "E": 1589436922972,
    "T": 1589436922959,
    "bids": [["4.00000000", "431.00000000"], ["3.90000000", "10"]],
    "asks": [["4.00000200", "12.00000000"]],
}
DAY = {"symbol": "BTCUSDT", "volume": "8913.30000000", "quoteVolume": "15.30000000"}
ADA = {
    "symbol": "ADAUSD",
    "time": 1635740268004,
    "index": "1.92957370",
    "bidBuffer": "0.10000000",
    "askBuffer": "0.10000000",
    "bidRate": "1.73661633",
    "askRate": "2.12253107",
    "autoExchangeBidBuffer": "0.05000000",
    "autoExchangeAskBuffer": "0.05000000",
    "autoExchangeBidRate": "1.83309501",
    "autoExchangeAskRate": "2.02605238",
}
FAQ_USDT = {
    "symbol": "USDTUSD",
    "time": 1635740268000,
    "index": "0.99",
    "bidRate": "0.9801",
    "askRate": "0.99495",
}
FAQ_BUSD = {**FAQ_USDT, "symbol": "BUSDUSD", "index": "1", "bidRate": "1", "askRate": "1"}
"""Binance FAQ c983a9268cfa4e70a4916c276bb3b7bc: the margin ratio in the Multi-Assets Mode."""


def test_an_order_book_is_read_best_first_in_base_units_with_what_a_day_trades() -> None:
    assert liquidity("binanceusdm", "BTC/USDT:USDT", DEPTH, DAY) == LiquidityRead(
        "binanceusdm",
        "BTC/USDT:USDT",
        bids=((4.0, 431.0), (3.9, 10.0)),
        asks=((4.000002, 12.0),),
        venue_time=1589436922.972,
        day_volume=8913.3,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"bids": None},
        {"bids": [["4.0"]]},
        {"bids": ["4.0", "1"]},
        {"asks": [["4.1", "0"]]},
        {"asks": [["NaN", "1"]]},
        {"bids": [["3.9", "1"], ["4.0", "1"]]},
        {"asks": [["4.2", "1"], ["4.1", "1"]]},
        {"asks": [["3.99", "1"]]},
        {"E": None},
    ],
)
def test_an_order_book_that_cannot_be_is_odd_and_never_half_believed(
    change: dict[str, Any],
) -> None:
    with pytest.raises(OddReplyError):
        liquidity("binanceusdm", "BTC/USDT:USDT", {**DEPTH, **change}, DAY)


def test_an_empty_book_is_told_as_it_is_and_a_day_without_volume_as_not_told() -> None:
    book = liquidity("binanceusdm", "BTC/USDT:USDT", {**DEPTH, "bids": [], "asks": []}, {})
    assert (book.bids, book.asks, book.day_volume) == ((), (), None)


def test_only_adjusted_perpetuals_are_listed_and_the_others_pay_every_eight_hours() -> None:
    listing = Listing()
    listing.learn(
        {
            "BTC/USDT:USDT": {"id": "BTCUSDT"},
            "BLZ/USDT:USDT": {"id": "BLZUSDT"},
            "BTC/USDT:USDT-260327": {"id": "BTCUSDT_260327", "expiry": 1774598400000},
        }
    )
    bounds = {"adjustedFundingRateCap": "0.02000000", "adjustedFundingRateFloor": "-0.01"}
    reply = [{"symbol": "BLZUSDT", "fundingIntervalHours": 4, **bounds}, {"symbol": "GONEUSDT"}]
    assert funding(reply, listing) == {
        "BTC/USDT:USDT": Funding(interval=28800.0),
        "BLZ/USDT:USDT": Funding(interval=14400.0, cap=0.02, floor=-0.01),
    }


async def test_a_perpetual_has_its_funding_interval_and_a_dated_future_its_end_instead() -> None:
    dialect = BinanceUsdm("main")
    perpetual, dated = (
        unified("BTC/USDT:USDT", None),
        unified("BTC/USDT:USDT-260327", 1774598400000),
    )
    assert dialect.market(perpetual).funding_interval is None
    dialect.list_markets({"BTC/USDT:USDT": perpetual, "BTC/USDT:USDT-260327": dated})
    await dialect.read_terms(Terms(funding=[]))
    assert (dialect.market(perpetual).funding_interval, dialect.market(perpetual).expiry) == (
        28800.0,
        None,
    )
    assert (dialect.market(dated).funding_interval, dialect.market(dated).expiry) == (
        None,
        1774598400.0,
    )


async def test_collateral_counts_at_the_bid_rate_when_owned_and_at_the_ask_rate_when_owed() -> None:
    readings, told = collateral([ADA, FAQ_USDT])
    assert told == 1635740268.0
    assert readings[0] == CollateralReading(
        asset="ADA",
        price=1.9295737,
        slices=(CollateralSlice(inf, 1.73661633 / 1.9295737),),
        liability_rate=2.12253107 / 1.9295737,
    )
    assert readings[0].slices[0].rate == pytest.approx(0.9, rel=1e-8)
    assert readings[0].liability_rate == pytest.approx(1.1, rel=1e-8)


def test_the_equity_that_binance_publishes_for_two_assets_follows_from_the_readings() -> None:
    """200 USDT and 220 BUSD are worth 416.02; 200 USDT owed would cost 198.99."""
    (usdt, busd), _ = collateral([FAQ_USDT, FAQ_BUSD])
    owned = 200 * usdt.price * usdt.slices[0].rate + 220 * busd.price * busd.slices[0].rate
    assert owned == pytest.approx(416.02)
    assert 200 * usdt.price * usdt.liability_rate == pytest.approx(198.99)


def test_the_margin_that_binance_publishes_for_two_contracts_follows_from_the_readings() -> None:
    """0.5 BTC at 20,000 USDT and 0.8 %, 20 ETH at 600 BUSD and 1 %: 199.596 of 416.02, 47.98 %."""
    (usdt, busd), _ = collateral([FAQ_USDT, FAQ_BUSD], {"USDT", "BUSD"})
    asked = 10_000 * 0.008 * usdt.price + 12_000 * 0.01 * busd.price
    owned = 200 * usdt.price * usdt.slices[0].rate + 220 * busd.price * busd.slices[0].rate
    assert asked == pytest.approx(199.596)
    assert owned == pytest.approx(416.02)
    assert asked / owned == pytest.approx(0.47977, abs=1e-5)
    assert 200 * usdt.price * usdt.liability_rate == pytest.approx(198.99)


@pytest.mark.parametrize(
    "reply",
    [[], {}, None, [{**ADA, "index": "0"}], [{**ADA, "askRate": None}], [{**ADA, "time": ""}]],
)
def test_a_reply_that_prices_no_collateral_is_odd_and_leaves_the_old_prices(reply: object) -> None:
    with pytest.raises(OddReplyError):
        collateral(reply)


async def test_collateral_is_asked_for_in_multi_assets_mode_alone() -> None:
    dialect, venue = BinanceUsdm("main"), Terms(indices=[ADA], mode={"multiAssetsMargin": False})
    await dialect.settle_in(venue)
    assert await dialect.read_collateral(venue) is None
    await dialect.settle_in(Terms(mode={"multiAssetsMargin": True}))
    priced = await dialect.read_collateral(venue)
    assert isinstance(priced, CollateralPriced)
    assert (priced.account, priced.venue_time) == ("main", 1635740268.004)


def unified(symbol: str, expiry: int | None) -> dict[str, Any]:
    filters = [
        {"filterType": "LOT_SIZE", "stepSize": "0.001"},
        {"filterType": "PRICE_FILTER", "tickSize": "0.10"},
    ]
    return {
        "id": symbol.replace("/", "").replace(":USDT", "").replace("-", "_"),
        "symbol": symbol,
        "base": "BTC",
        "quote": "USDT",
        "settle": "USDT",
        "contractSize": 1.0,
        "linear": True,
        "expiry": expiry,
        "info": {"filters": filters},
    }


class Terms:
    """Answers the requests about terms with what a test prepared."""

    def __init__(self, **replies: Any) -> None:
        self.replies = replies

    async def fapipublic_get_fundinginfo(self) -> Any:
        return self.replies["funding"]

    async def fapipublic_get_assetindex(self) -> Any:
        return self.replies["indices"]

    async def fapiprivate_get_multiassetsmargin(self) -> Any:
        return self.replies["mode"]

    async def fapiprivate_get_symbolconfig(self) -> Any:
        return []

    async def sapi_get_account_info(self) -> Any:
        return {"isPortfolioMarginRetailEnabled": False}
