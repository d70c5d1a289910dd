"""Replies as Bybit really gave them, figure by figure."""

import json
from decimal import Decimal
from typing import Any

import pytest

from hedgewatch.core.events import PositionReading
from hedgewatch.core.margin.bybit import Leveraged
from hedgewatch.core.margin.regime import Basis
from hedgewatch.venues.dialects import bybit_terms
from hedgewatch.venues.dialects.bybit import Bybit
from hedgewatch.venues.dialects.bybit_coins import balance, price_of
from hedgewatch.venues.dialects.bybit_replies import Mode, leg_of, mode_of, position
from tests.support.published.bybit import margins
from tests.support.recorded import RECORDED

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="recorded replies lie beside the project, and are absent here"
)


@pytest.fixture(scope="module")
def replies() -> dict[str, Any]:
    text = (RECORDED / "bybit.replies.json").read_text(encoding="utf-8")
    methods: dict[str, Any] = json.loads(text)["methods"]
    return {case["description"]: case["reply"] for cases in methods.values() for case in cases}


@pytest.fixture(scope="module")
def markets() -> dict[str, Any]:
    listed: dict[str, Any] = json.loads((RECORDED / "bybit.markets.json").read_text("utf-8"))
    return listed


def row_of(reply: Any) -> dict[str, Any]:
    (row,) = reply["result"]["list"]
    return dict(row)


def read(reply: Any, *, isolated: bool = False) -> PositionReading:
    row = row_of(reply)
    return position(row, leg_of(row, row["symbol"]), isolated=isolated, taker=None)


def test_a_short_in_cross_mode(replies: dict[str, Any]) -> None:
    assert read(replies["positions with realisedPNL"]) == PositionReading(
        symbol="TRIAUSDT",
        kind="net",
        contracts=-11_710.0,
        entry_price=0.01961459,
        venue_time=1770811200.032,
        venue_liquidation_price=0.04102339,
        venue_maintenance_margin=4.4079259,
        leverage=2.0,
        adl_rank=4.0,
    )


def test_the_short_side_of_a_hedge_without_a_price_of_liquidation(replies: dict[str, Any]) -> None:
    assert read(replies["fetch positions with hedged mode in the response"]) == PositionReading(
        symbol="DOGEUSDT",
        kind="short",
        contracts=-30.0,
        entry_price=0.14075,
        venue_time=1768320000.039,
        venue_maintenance_margin=0.03458336,
        leverage=10.0,
        adl_rank=1.0,
    )


def test_a_long_of_2023(replies: dict[str, Any]) -> None:
    told = read(replies["Fetch linear position"], isolated=True)
    assert (told.contracts, told.entry_price, told.adl_rank) == (1.2, 64.59947917, 1.0)
    assert told.isolated_wallet == 11.699649  # positionBalance, which the venue still told then
    assert told.venue_time == 1699948800.031


def test_a_flat_position_is_zero_and_has_no_entry(replies: dict[str, Any]) -> None:
    told = read(replies["linear position"])
    assert (told.contracts, told.entry_price, told.venue_time) == (0.0, 0.0, 1701294996.731)
    assert (told.venue_liquidation_price, told.adl_rank) == (None, None)


def test_an_inverse_position_whose_maintenance_has_a_floor(replies: dict[str, Any]) -> None:
    told = read(replies["inverse swap fetch position"], isolated=True)
    assert (told.contracts, told.entry_price, told.leverage) == (1.0, 92_850.51067781, 10.0)
    assert told.venue_maintenance_margin == 0.00005  # of a notional of 0.00001077
    assert told.venue_liquidation_price == 100.0
    assert told.isolated_wallet == 0.00000109


def test_in_portfolio_margin_leverage_and_margins_are_empty_and_stay_unknown(
    replies: dict[str, Any],
) -> None:
    told = read(replies["linear swap fetch position ADL rank"])
    assert (told.contracts, told.entry_price) == (0.01, 177_489.6)
    assert (told.leverage, told.venue_maintenance_margin) == (None, None)
    assert (told.isolated_wallet, told.adl_rank) == (None, 1.0)


@pytest.mark.parametrize(
    ("case", "rate", "taker"),
    [
        ("positions with realisedPNL", 0.02, 0.0011),
        ("fetch positions with hedged mode in the response", 0.0075, 0.00055),
    ],
)
def test_margins_are_those_of_the_regime_at_the_mark(
    replies: dict[str, Any], case: str, rate: float, taker: float
) -> None:
    """The rate and the fee that the two margins of a row imply are round numbers."""
    row = row_of(replies[case])
    told = read(replies[case])
    held = Leveraged(
        quantity=told.contracts,
        entry=told.entry_price,
        leverage=float(row["leverage"]),
        rate=rate,
        taker=taker,
    )
    computed = margins(held, float(row["markPrice"]), Basis.MARK)
    assert computed.initial == pytest.approx(float(row["positionIM"]), abs=1e-8)
    assert computed.maintenance == pytest.approx(float(row["positionMM"]), abs=1e-8)


def test_the_wallet_of_seven_coins(replies: dict[str, Any]) -> None:
    account = row_of(replies["balance after availableToWithdraw update"])
    coins = {row["coin"]: row for row in account["coin"]}
    read = {coin: balance(row, 1.0, isolated=False, staked=0.0) for coin, row in coins.items()}
    assert {coin: each.total for coin, each in read.items()} == {
        "USDC": 5848.20013918,
        "BTC": 0.85581394,
        "ETH": 0.09174816,
        "ADA": 38.68128,
        "XRP": 40.05245888,
        "USDT": 3322.25896609,
        "LTC": 0.02101953,
    }
    assert {coin for coin, each in read.items() if each.locked} == {"USDT"}
    assert read["USDT"].locked == 42.0
    assert all(each.cross_wallet == each.total for each in read.values())
    prices = {coin: price_of(row) or 0.0 for coin, row in coins.items()}
    assert prices["USDT"] == pytest.approx(0.999926, abs=1e-6)
    assert prices["BTC"] == pytest.approx(96_597.22, abs=0.01)
    worth = sum(float(row["equity"]) * prices[coin] for coin, row in coins.items())
    assert worth == pytest.approx(float(account["totalEquity"]), abs=1e-6)


def test_the_mode_of_a_unified_account(replies: dict[str, Any]) -> None:
    mode = mode_of(replies["fetch margin mode"]["result"])
    assert mode == Mode("REGULAR_MARGIN", 5)
    assert (mode.is_classic, mode.inverse_is_apart, mode.is_isolated) == (False, False, False)


def test_tickers_before_they_told_the_interval(replies: dict[str, Any]) -> None:
    assert bybit_terms.funding_intervals(replies["fetchFundingRates"]) == {}
    (row,) = replies["fetchFundingRate"]["result"]["list"]
    frame = {"topic": "tickers.BTCUSDT", "type": "snapshot", "ts": row["timestamp"], "data": row}
    spoken = Bybit("main")
    spoken.list_markets({"BTC/USDT:USDT": {"id": "BTCUSDT", "linear": True}})
    told = spoken.price(frame, 0.0)
    assert told is not None
    assert str(told) == (
        "MarkPriceChanged(venue='bybit', symbol='BTC/USDT:USDT', price=68591.46, "
        "venue_time=1730730080.834, index_price=68599.9, funding_rate=0.0001, "
        "open_interest=69604.924)"
    )


def test_markets_of_every_kind(markets: dict[str, Any]) -> None:
    spoken = Bybit("main")
    told = {
        symbol: spoken.market(market)
        for symbol, market in markets.items()
        if market["spot"] or market["swap"] or market["future"]
    }
    linear, inverse, pair = told["BTC/USDT:USDT"], told["BTC/USD:BTC"], told["BTC/USDT"]
    assert (linear.step, linear.tick) == (Decimal("0.001"), Decimal("0.1"))
    assert (inverse.step, inverse.tick, inverse.linear) == (Decimal(1), Decimal("0.1"), False)
    assert (pair.step, pair.tick, pair.settle) == (Decimal("0.000001"), Decimal("0.1"), "")
    assert (pair.funding_interval, linear.funding_interval) == (None, 28_800.0)
    assert {each.contract_size for each in told.values()} == {1.0}
    assert {each.status for each in told.values()} == {"trading"}
    assert {each.expiry for each in told.values()} == {None}
    assert told["TRIA/USDT:USDT"].funding_interval == 14_400.0
