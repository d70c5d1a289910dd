"""COIN-M as Binance really answers: inverse positions, coins, brackets by quantity of the coin."""

from typing import Any

import ccxt
import pytest

from hedgewatch.core.events import MarkPriceChanged, PositionChanged, QuoteChanged, VenueWarned
from hedgewatch.core.model import Tier
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from hedgewatch.venues.fields import OddReplyError
from tests.support.recorded import recorded, reply

BTC, DATED = "BTC/USD:BTC", "BTC/USD:BTC-241227"
MARKETS = {
    BTC: {"id": "BTCUSD_PERP", "contractSize": 100.0, "settle": "BTC"},
    DATED: {
        "id": "BTCUSD_241227",
        "contractSize": 100.0,
        "settle": "BTC",
        "expiry": 1735286400000,
    },
}
ISOLATED = {
    "symbol": "BTCUSD_PERP",
    "positionAmt": "2",
    "entryPrice": "37643.10000021",
    "markPrice": "38103.05510455",
    "unRealizedProfit": "0.00006413",
    "liquidationPrice": "25119.97445760",
    "leverage": "2",
    "maxQty": "1500",
    "marginType": "isolated",
    "isolatedMargin": "0.00274471",
    "isAutoAddMargin": "false",
    "positionSide": "BOTH",
    "notionalValue": "0.00524892",
    "isolatedWallet": "0.00268058",
}
"""As the venue showed it (ccxt 4.5.90, in a comment of `parse_position_risk`)."""

COIN = {
    "asset": "BTC",
    "walletBalance": "0.50000000",
    "crossWalletBalance": "0.49731942",
    "crossUnPnl": "0.00001000",
    "maintMargin": "0.00012100",
    "positionInitialMargin": "0.00262446",
    "updateTime": "1722105622903",
}


class Replies:
    """Answers the requests of the dialect with what a test prepared."""

    def __init__(self, positions: object = (), **others: Any) -> None:
        self.positions = list(positions) if isinstance(positions, tuple) else positions
        self.others = others
        self.now = 1_700_000_000_000
        self.asked_for_ranks = 0

    async def dapiprivate_get_positionrisk(self) -> Any:
        return self.positions

    async def dapiprivate_get_account(self) -> Any:
        return self.others.get("account", {"assets": [COIN]})

    async def dapiprivatev2_get_leveragebracket(self) -> Any:
        return self.others["brackets"]

    async def dapipublic_get_fundinginfo(self) -> Any:
        return self.others.get("funding", [])

    async def dapiprivate_get_adlquantile(self) -> Any:
        self.asked_for_ranks += 1
        if "ranks" not in self.others:
            raise ccxt.ExchangeNotAvailable("404 Not found")
        return self.others["ranks"]

    async def dapipublic_get_depth(self, wanted: dict[str, Any]) -> Any:
        assert wanted == {"symbol": "BTCUSD_PERP", "limit": 500}
        return self.others["depth"]

    async def dapipublic_get_ticker_24hr(self, wanted: dict[str, Any]) -> Any:
        assert wanted == {"symbol": "BTCUSD_PERP"}
        return self.others["day"]

    async def dapipublic_get_openinterest(self, wanted: dict[str, Any]) -> Any:
        assert wanted == {"symbol": "BTCUSD_PERP"}
        return self.others["interest"]

    async def sapi_get_account_info(self) -> Any:
        return {"isPortfolioMarginRetailEnabled": self.others.get("unified", False)}

    def milliseconds(self) -> int:
        return self.now

    def market_id(self, symbol: str) -> str:
        return str(MARKETS[symbol]["id"])


def dialect() -> BinanceCoinm:
    spoken = BinanceCoinm("coins")
    spoken.list_markets(MARKETS)
    return spoken


async def test_a_recorded_short_is_read_figure_by_figure_and_flat_markets_are_not() -> None:
    rows = reply("binance", "fetchPositions", "inverse positions")
    (told,) = (await dialect().read_account(Replies(rows))).positions
    assert (told.symbol, told.kind, told.contracts) == (BTC, "net", -3.0)
    assert told.entry_price == 68911.00000037
    assert told.venue_liquidation_price == 72491.16879818
    assert (told.leverage, told.venue_notional) == (20.0, 0.00439662)
    assert told.venue_time == 1722105622.903
    assert told.isolated_wallet is None
    assert told.venue_maintenance_margin is None


async def test_a_recorded_account_of_coins_without_any_is_owned_by_nobody() -> None:
    account = reply("binance", "fetchMarginMode", "inverse swap fetch margin mode")
    reading = await dialect().read_account(Replies(account=account))
    assert (reading.positions, reading.balances, reading.margin_in_use) == ((), (), 0.0)


async def test_an_isolated_position_has_its_wallet_and_takes_its_margin_out_of_the_coin() -> None:
    needed = {"symbol": "BTCUSD_PERP", "positionSide": "BOTH", "maintMargin": "0.00002100"}
    account = {"assets": [COIN], "positions": [needed]}
    reading = await dialect().read_account(Replies((ISOLATED,), account=account))
    (told,) = reading.positions
    assert told.isolated_wallet == 0.00268058
    assert told.venue_maintenance_margin == 0.000021
    (coin,) = reading.balances
    assert (coin.asset, coin.total, coin.cross_wallet) == ("BTC", 0.5, 0.49731942)
    assert coin.equity == pytest.approx(0.49732942)
    assert coin.maintenance_margin == pytest.approx(0.0001)
    assert reading.margin_in_use == 0.00262446
    assert reading.cross_regime.name == "binance-coinm-cross"
    assert reading.isolated_regime.name == "binance-coinm-isolated"


@pytest.mark.parametrize(
    "account", [None, {}, {"assets": None}, {"assets": [{**COIN, "maintMargin": ""}]}]
)
async def test_an_account_that_makes_no_sense_is_an_error_and_never_a_flat_one(
    account: object,
) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_account(Replies((), account=account))


@pytest.mark.parametrize("floor", ["qtylFloor", "qtyFloor"])
async def test_brackets_go_by_quantities_of_the_coin_however_their_floor_is_spelt(
    floor: str,
) -> None:
    rows = [
        {floor: 5, "qtyCap": 10, "maintMarginRatio": 0.005, "cum": 0.005},
        {floor: 0, "qtyCap": 5, "maintMarginRatio": 0.004, "cum": 0.0},
    ]
    brackets = [{"symbol": "BTCUSD_PERP", "brackets": rows}]
    tiers = await dialect().tiers(Replies(brackets=brackets), ())
    assert tiers == {BTC: (Tier(0.0, 0.004, 0.0), Tier(5.0, 0.005, 0.005))}


async def test_the_place_in_the_queue_of_adl_is_asked_once_a_minute() -> None:
    spoken, ranks = dialect(), {"LONG": 0, "SHORT": 0, "BOTH": 3}
    answers = Replies((ISOLATED,), ranks=[{"symbol": "BTCUSD_PERP", "adlQuantile": ranks}])
    for after, rank, told in ((0, 3, 3.0), (59_000, 4, 3.0), (60_000, 4, 4.0)):
        answers.now, ranks["BOTH"] = 1_700_000_000_000 + after, rank
        (position,) = (await spoken.read_account(answers)).positions
        assert position.adl_rank == told
    assert answers.asked_for_ranks == 2
    await dialect().read_account(flat := Replies(()))
    assert flat.asked_for_ranks == 0


async def test_a_venue_that_refuses_the_queue_of_adl_still_tells_funding_and_positions() -> None:
    spoken = dialect()
    await spoken.read_terms(Replies(funding=[{"symbol": "BTCUSD_PERP", "fundingIntervalHours": 4}]))
    unified = recorded("binance.markets.json")[BTC]
    assert spoken.market(unified).funding_interval == 4 * 3600.0
    (told,) = (await spoken.read_account(Replies((ISOLATED,)))).positions
    assert told.adl_rank is None


async def test_contracts_in_the_book_and_open_interest_become_coins_at_their_price() -> None:
    spoken = dialect()
    depth = {
        "E": 1_722_105_622_903,
        "bids": [["50000.0", "1000"]],
        "asks": [["50100.0", "501"]],
    }
    day = [{"symbol": "BTCUSD_PERP", "volume": "9000000", "baseVolume": "17963.5"}]
    answers = Replies(depth=depth, day=day, interest={"openInterest": "15004"})
    book = await spoken.read_liquidity(answers, BTC)
    assert book is not None
    assert book.bids == ((50000.0, 2.0),)
    assert book.asks == ((50100.0, 1.0),)
    assert book.day_volume == 17963.5
    frame = {"e": "markPriceUpdate", "E": 1_722_105_623_000, "s": "BTCUSD_PERP", "p": "50050"}
    mark = spoken.price(frame, 0.0)
    assert isinstance(mark, MarkPriceChanged)
    assert mark.open_interest == pytest.approx(15004 * 100 / 50050)


def test_the_mark_of_a_dated_contract_has_an_index_and_no_funding() -> None:
    frame = {
        "e": "markPriceUpdate",
        "E": 1596095725000,
        "s": "BTCUSD_241227",
        "p": "10934.62615417",
        "P": "10962.17178236",
        "i": "10933.62615417",
        "r": "",
        "T": 0,
    }
    assert dialect().price(frame, 0.0) == MarkPriceChanged(
        "binancecoinm", DATED, 10934.62615417, 1596095725.0, 10933.62615417, None
    )


def test_a_quote_comes_with_the_time_of_the_venue() -> None:
    frame = {"e": "bookTicker", "u": 1, "s": "BTCUSD_PERP", "ps": "BTCUSD", "b": "50000.1"}
    frame |= {"B": "28", "a": "50000.2", "A": "7", "T": 1591268628155, "E": 1591268628166}
    assert dialect().price(frame, 0.0) == QuoteChanged(
        "binancecoinm", BTC, 50000.1, 50000.2, 1591268628.166
    )


def test_a_private_frame_tells_of_contracts_and_a_margin_call_names_its_position() -> None:
    spoken = dialect()
    leg = {"s": "BTCUSD_PERP", "pa": "-7", "ep": "50000.0", "mt": "cross", "iw": "0", "ps": "BOTH"}
    frame = {"e": "ACCOUNT_UPDATE", "T": 1_700_000_000_000, "a": {"m": "ORDER", "P": [leg]}}
    told = [item for item in spoken.account_news(frame) if isinstance(item, PositionChanged)]
    assert [(item.position.symbol, item.position.contracts) for item in told] == [(BTC, -7.0)]
    called = {"s": "BTCUSD_PERP", "ps": "BOTH", "pa": "-7", "mm": "0.003", "up": "-0.02"}
    call = {"e": "MARGIN_CALL", "E": 1_700_000_000_000, "i": "SfsR", "cw": "0.1", "p": [called]}
    warned = [item for item in spoken.account_news(call) if isinstance(item, VenueWarned)]
    text = "maintenance margin 0.003, unrealized profit -0.02"
    assert warned == [VenueWarned("coins", "margin_call", BTC, 1_700_000_000.0, text)]


async def test_coins_under_portfolio_margin_are_unknown_and_the_reason_says_what_to_write() -> None:
    spoken = dialect()
    await spoken.settle_in(Replies(unified=True))
    reading = await spoken.read_account(Replies((ISOLATED,)))
    for regime in (reading.cross_regime, reading.isolated_regime):
        assert "{venue: binance, portfolio_margin: true}" in regime.unknown


def test_recorded_markets_have_their_face_value_their_coin_and_no_end() -> None:
    market = dialect().market(recorded("binance.markets.json")[BTC])
    assert (market.contract_size, market.linear, market.expiry) == (100.0, False, None)
    assert (market.base, market.quote, market.settle) == ("BTC", "USD", "BTC")
    assert (str(market.step), str(market.tick), market.status) == ("1", "0.1", "trading")
    ether = recorded("binance.markets.json")["ETH/USD:ETH"]
    assert dialect().market(ether).contract_size == 10.0
