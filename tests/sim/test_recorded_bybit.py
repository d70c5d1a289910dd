"""The paper exchange's Bybit replies carry what real ones carry: compared with recorded replies."""

import json
from typing import Any

import pytest

from hedgewatch.sim.wire import bybit_account, bybit_listings, bybit_market, bybit_positions
from hedgewatch.sim.wire.bybit_positions import Sequence
from hedgewatch.sim.world import World
from tests.support.recorded import RECORDED

MAIN = "bybit-main"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="recorded replies lie beside the project, and are absent here"
)


@pytest.fixture(scope="module")
def replies() -> dict[str, Any]:
    text = (RECORDED / "bybit.replies.json").read_text(encoding="utf-8")
    methods: dict[str, Any] = json.loads(text)["methods"]
    return {
        case["description"]: case["reply"]["result"] for cases in methods.values() for case in cases
    }


@pytest.fixture
def world() -> World:
    world = World()
    world.set_position("AIXUSDT", -200, 1000, account=MAIN)
    return world


@pytest.mark.parametrize(
    "case",
    ["fetch positions with hedged mode in the response", "linear swap fetch position ADL rank"],
)
def test_a_position_has_every_field_of_a_recorded_one(
    case: str, replies: dict[str, Any], world: World
) -> None:
    account, recorded = world.accounts[MAIN], replies[case]["list"][0]
    (held,) = account.held()
    row = bybit_positions.position(world, account, held, Sequence().of(account, held))
    assert set(recorded) - {"nextPageCursor"} <= set(row)


def test_a_wallet_has_every_field_of_a_recorded_one(replies: dict[str, Any], world: World) -> None:
    recorded = replies["balance after availableToWithdraw update"]["list"][0]
    row = bybit_account.wallet(world, world.accounts[MAIN])
    assert set(recorded) <= set(row)
    assert set(recorded["coin"][0]) <= set(row["coin"][0])


def test_the_mode_of_an_account_has_the_fields_of_a_recorded_one(
    replies: dict[str, Any], world: World
) -> None:
    assert set(bybit_account.account_info(world.accounts[MAIN])) == set(
        replies["fetch margin mode"]
    )


def test_a_ticker_has_the_fields_of_a_recorded_one_that_decide_anything(
    replies: dict[str, Any], world: World
) -> None:
    recorded = set(replies["fetchFundingRate"]["list"][0])
    of_dated_ones = {"predictedDeliveryPrice", "basisRate", "basis", "deliveryFeeRate"}
    (row,) = bybit_market.tickers(world, {"category": "linear", "symbol": "BTCUSDT"})
    assert recorded - of_dated_ones - {"deliveryTime", "timestamp"} <= set(row)


@pytest.mark.parametrize(
    ("market", "category"),
    [("BTC/USDT", "spot"), ("BTC/USDT:USDT", "linear"), ("BTC/USD:BTC", "inverse")],
)
def test_a_listing_has_the_fields_of_a_recorded_one(
    market: str, category: str, world: World
) -> None:
    markets = json.loads((RECORDED / "bybit.markets.json").read_text(encoding="utf-8"))
    recorded = markets[market]["info"]
    rows = bybit_listings.instruments(world, {"category": category, "symbol": recorded["symbol"]})
    assert set(recorded) == set(rows[0])
    for part in ("lotSizeFilter", "priceFilter", "riskParameters"):
        assert set(recorded[part]) == set(rows[0][part])
