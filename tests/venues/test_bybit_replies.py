"""Bybit's replies: each number means what the venue says, and none is ever a guess."""

from collections.abc import Mapping
from typing import Any

import pytest
from yarl import URL

from hedgewatch.core.events import AccountRead, BalanceReading
from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import CollateralSlice, EndReason, Tier
from hedgewatch.venues.dialects.bybit import CLASSIC, Bybit
from hedgewatch.venues.dialects.bybit_replies import Mode
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from tests.venues.bybit_replies import (
    COIN,
    FLAT,
    INFO,
    MARKETS,
    NOW,
    POSITION,
    Replies,
    dialect,
    enveloped,
)

INF = float("inf")
LINEAR, COINED, PERP = "BTC/USDT:USDT", "BTC/USD:BTC", "BTC/USDC:USDC"


async def read(*positions: Mapping[str, Any], **others: Any) -> AccountRead:
    spoken, venue = dialect(), Replies(*positions, **others)
    await spoken.settle_in(venue)
    return await spoken.read_account(venue)


# positions


async def test_a_position_is_read_with_its_sign_its_time_and_what_its_account_pays() -> None:
    (told,) = (await read(POSITION)).positions
    assert (told.symbol, told.kind, told.contracts) == (LINEAR, "net", -0.5)
    assert (told.entry_price, told.leverage, told.taker_fee) == (60_000.0, 10.0, 0.0004)
    assert told.venue_time == 1697673600.012  # updatedTime, not createdTime
    assert (told.venue_maintenance_margin, told.isolated_wallet) == (170.5, None)
    assert told.adl_rank == 1.0  # the second of five


async def test_linear_inverse_and_usdc_contracts_are_of_one_account() -> None:
    usdc = {**POSITION, "symbol": "BTCPERP", "side": "Buy", "sessionAvgPrice": "60500"}
    inverse = {**POSITION, "symbol": "BTCUSD", "size": "300"}
    told = {each.symbol: each for each in (await read(POSITION, usdc, inverse)).positions}
    assert {symbol: each.contracts for symbol, each in told.items()} == {
        LINEAR: -0.5, PERP: 0.5, COINED: -300.0,
    }  # fmt: skip
    assert told[PERP].entry_price == 60_500.0  # of the session: what came before is in the wallet


async def test_contracts_that_settle_in_a_new_coin_are_asked_for_once_they_are_listed() -> None:
    spoken, venue = dialect(), Replies()
    new = {"BTC/USD1:USD1": {"id": "BTCUSD1", "linear": True, "settle": "USD1"}}
    spoken.list_markets({**MARKETS, **new})
    await spoken.read_account(venue)
    asked = [each.get("settleCoin") for each in venue.asked if each["category"] == "linear"]
    assert asked == ["USD1", "USDC", "USDT"]


@pytest.mark.parametrize(
    ("index", "side", "kind"), [(0, "Sell", "net"), ("1", "Buy", "long"), (2, "Sell", "short")]
)
async def test_the_three_places_of_a_position_are_told_apart(
    index: object, side: str, kind: str
) -> None:
    (told,) = (await read({**POSITION, "positionIdx": index, "side": side})).positions
    assert (told.kind, told.contracts) == (kind, 0.5 if side == "Buy" else -0.5)


@pytest.mark.parametrize("none", ["", "0", None, "60999.9", "NaN"])
async def test_no_price_of_liquidation_and_one_on_the_wrong_side_mean_none(none: object) -> None:
    (told,) = (await read({**POSITION, "liqPrice": none})).positions
    assert told.venue_liquidation_price is None


async def test_a_price_of_liquidation_on_the_right_side_is_told() -> None:
    (told,) = (await read({**POSITION, "liqPrice": "70123.4"})).positions
    assert told.venue_liquidation_price == 70_123.4


async def test_empty_texts_are_unknown_and_never_nothing() -> None:
    row = {**POSITION, "leverage": "", "positionMM": "", "adlRankIndicator": "", "markPrice": ""}
    (told,) = (await read(row)).positions
    assert (told.leverage, told.venue_maintenance_margin, told.adl_rank) == (None, None, None)


@pytest.mark.parametrize(
    "broken",
    [
        {"size": ""},
        {"size": "NaN"},
        {"size": "-0.5"},
        {"side": ""},
        {"side": "Buy", "positionIdx": 2},
        {"positionIdx": 3},
        {"avgPrice": ""},
        {"updatedTime": ""},
    ],
    ids=str,
)
async def test_a_row_that_makes_no_sense_is_an_error_and_never_a_flat_account(
    broken: dict[str, Any],
) -> None:
    with pytest.raises(OddReplyError):
        await read({**POSITION, **broken})


async def test_a_market_that_is_not_listed_is_not_skipped() -> None:
    def page(_: Mapping[str, Any]) -> Any:
        return enveloped({"list": [{**POSITION, "symbol": "NEWUSDT"}], "nextPageCursor": ""})

    with pytest.raises(UnlistedMarketError, match="NEWUSDT"):
        await read(page=page)


async def test_all_pages_are_read_and_a_missing_one_is_no_shorter_list() -> None:
    names = [{**POSITION, "symbol": "BTCUSDT", "size": str(n + 1)} for n in range(200)]
    cursors: list[str] = []

    def page(asked: Mapping[str, Any]) -> Any:
        first = asked.get("settleCoin") == "USDT" and "cursor" not in asked
        cursors.append(str(asked.get("cursor")))
        if "cursor" in asked:
            if asked["cursor"] == "broken":
                raise OddReplyError("a page is missing")
            return enveloped({"list": [{**POSITION, "size": "7"}], "nextPageCursor": "more"})
        return enveloped({"list": names if first else [], "nextPageCursor": cursor})

    cursor = "BTCUSDT%2C1%2C0"
    (told,) = (await read(page=page)).positions
    assert (told.contracts, cursor in cursors) == (-7.0, True)
    cursor = "broken"
    with pytest.raises(OddReplyError):
        await read(page=page)


async def test_what_was_held_and_is_listed_no_more_is_asked_for_by_its_name() -> None:
    spoken = dialect()
    assert (await spoken.read_account(Replies(POSITION))).positions[0].contracts == -0.5
    gone = Replies(by_name=[FLAT])
    (told,) = (await spoken.read_account(gone)).positions
    assert (told.contracts, told.entry_price, told.venue_time) == (0.0, 0.0, 1697673600.012)
    assert {"category": "linear", "symbol": "BTCUSDT", "limit": "200"} in gone.asked
    later = Replies()
    assert (await spoken.read_account(later)).positions == ()
    assert not [asked for asked in later.asked if "symbol" in asked]


async def test_a_list_that_lacks_an_open_position_is_mended_by_asking_for_it() -> None:
    spoken = dialect()
    await spoken.read_account(Replies(POSITION))
    partial = Replies(by_name=[POSITION])
    assert (await spoken.read_account(partial)).positions[0].contracts == -0.5


async def test_a_name_that_tells_nothing_stays_missing_until_the_venue_tells() -> None:
    """An empty list is no zero: the core waits for more, and it is asked for again."""
    spoken = dialect()
    await spoken.read_account(Replies(POSITION))
    for _ in range(2):
        empty = Replies()
        reading = await spoken.read_account(empty)
        assert (reading.positions, reading.margin_in_use) == ((), 3050.5)
        assert [asked for asked in empty.asked if "symbol" in asked]


async def test_a_position_that_was_regrouped_into_two_sides_is_asked_for_once() -> None:
    spoken = dialect()
    await spoken.read_account(Replies(POSITION))
    sides = [{**FLAT, "positionIdx": 1}, {**POSITION, "positionIdx": 2}]
    (told,) = (await spoken.read_account(Replies(by_name=sides))).positions
    assert (told.kind, told.contracts) == ("short", -0.5)
    later = Replies({**POSITION, "positionIdx": 2})
    await spoken.read_account(later)
    assert not [asked for asked in later.asked if "symbol" in asked]


# the account


async def test_equity_and_maintenance_are_those_of_the_whole_account() -> None:
    reading = await read(POSITION)
    assert (reading.equity, reading.maintenance_margin) == (998.5, 170.5)
    assert reading.cross_regime.name == "bybit-uta-cross"
    assert reading.balances == (
        BalanceReading(
            asset="USDT", total=1000.0, cross_wallet=1000.0, locked=10.0, venue_time=NOW
        ),
    )


async def test_what_was_borrowed_is_not_owned() -> None:
    """`walletBalance` is with `spotBorrow`, since coins may be borrowed by hand."""
    reading = await read(coins=[{**COIN, "spotBorrow": "1200.5"}])
    assert (reading.balances[0].total, reading.balances[0].cross_wallet) == (-200.5, -200.5)


@pytest.mark.parametrize("switch", ["marginCollateral", "collateralSwitch"])
async def test_what_is_no_collateral_backs_nothing_but_a_debt_in_it_does(switch: str) -> None:
    idle = {**COIN, "coin": "ALT", switch: False}
    owed = {**idle, "coin": "XYZ", "walletBalance": "-5"}
    told = (await read(coins=[idle, owed])).balances
    assert [(each.asset, each.total, each.cross_wallet) for each in told] == [
        ("ALT", 1000.0, 0.0), ("XYZ", -5.0, -5.0),
    ]  # fmt: skip


@pytest.mark.parametrize("amount", ["0.00000001", "-0.00000001"])
async def test_dust_backs_nothing_so_that_its_missing_price_hides_no_number(amount: str) -> None:
    dust = {**COIN, "walletBalance": amount, "usdValue": "0.0006", "equity": amount}
    for row, backing in (
        (dust, 0.0),
        ({**dust, "unrealisedPnl": "3"}, float(amount)),  # a position pays in it
        ({**dust, "usdValue": ""}, float(amount)),  # of a value that is not told
    ):
        (told,) = (await read(coins=[row])).balances
        assert (told.total, told.cross_wallet) == (float(amount), backing)


async def test_in_isolated_mode_each_position_has_its_wallet_and_nothing_is_one_pool() -> None:
    isolated = {**INFO, "marginMode": "ISOLATED_MARGIN"}
    reading = await read(POSITION, info=isolated)
    assert reading.positions[0].isolated_wallet == 3050.5
    assert reading.balances[0].cross_wallet == 0.0
    assert reading.isolated_regime.name == "bybit-linear-isolated"
    older = {**POSITION, "symbol": "BTCUSD", "positionBalance": "3100"}
    reading = await read(older, info=isolated)
    assert reading.positions[0].isolated_wallet == 3100.0
    assert reading.isolated_regime.name == "bybit-inverse-isolated"


@pytest.mark.parametrize(
    ("info", "options", "why"),
    [
        ({"marginMode": "PORTFOLIO_MARGIN"}, [], "simulation"),
        ({}, [{"symbol": "BTC-6JAN23-17500-C"}], "options"),
        ({"marginMode": "NEW_MARGIN"}, [], "not known"),
    ],
    ids=["portfolio", "options", "new"],
)
async def test_an_account_whose_margin_we_cannot_compute_says_why(
    info: dict[str, Any], options: list[Any], why: str
) -> None:
    reading = await read(POSITION, info={**INFO, **info}, options=options)
    assert why in reading.cross_regime.unknown
    assert reading.equity == 998.5  # the venue's own numbers are told all the same


async def test_inverse_contracts_before_unified_accounts_2_stand_apart() -> None:
    first = {**INFO, "unifiedMarginStatus": "4"}
    assert (await read(POSITION, info=first)).cross_regime.unknown == ""
    reading = await read({**POSITION, "symbol": "BTCUSD"}, info=first)
    assert "inverse" in reading.cross_regime.unknown


async def test_a_classic_account_is_refused_with_what_to_do() -> None:
    with pytest.raises(OddReplyError, match="classic account") as refused:
        await read(info={**INFO, "unifiedMarginStatus": 1})
    assert str(refused.value) == CLASSIC


async def test_a_kind_of_account_that_nobody_heard_of_is_not_called_a_classic_one() -> None:
    with pytest.raises(OddReplyError, match="no kind of account we know"):
        await read(info={**INFO, "unifiedMarginStatus": 7})


def test_before_the_mode_is_told_nothing_is_guessed() -> None:
    assert Mode().regime("") is UNKNOWN
    assert Mode().isolated_regime(linear=True) is UNKNOWN


@pytest.mark.parametrize(
    "coins", [None, {}, [{**COIN, "walletBalance": ""}], [{**COIN, "coin": ""}]]
)
async def test_a_wallet_without_its_coins_is_an_error(coins: object) -> None:
    with pytest.raises(OddReplyError):
        await read(coins=coins)


async def test_coins_in_earn_are_owned_locked_and_no_margin() -> None:
    spoken = dialect()
    key = {"readOnly": 1, "permissions": {"Earn": ["Earn"]}}
    earn = {
        "FlexibleSaving": [{"coin": "USDT", "amount": "50"}, {"coin": "ALT", "amount": "7"}],
        "OnChain": [{"coin": "USDT", "amount": "25"}],
    }
    venue = Replies(key=key, earn=earn)
    await spoken.rights(venue)
    told = {each.asset: each for each in (await spoken.read_account(venue)).balances}
    usdt, alt = told["USDT"], told["ALT"]
    assert (usdt.total, usdt.locked, usdt.cross_wallet) == (1075.0, 85.0, 1000.0)
    assert (alt.total, alt.locked, alt.cross_wallet) == (7.0, 7.0, 0.0)


# collateral


async def test_coins_count_by_tiers_of_coins_at_the_price_that_the_venue_uses() -> None:
    spoken = dialect()
    bitcoin = {**COIN, "coin": "BTC", "equity": "2", "usdValue": "120000", "walletBalance": "2"}
    idle = {**bitcoin, "coin": "ALT", "collateralSwitch": False}
    unrated = {**bitcoin, "coin": "XYZ"}
    venue = Replies(coins=[COIN, bitcoin, idle, unrated])
    await spoken.settle_in(venue)
    priced = await spoken.read_collateral(venue)
    assert priced is not None
    told = {each.asset: (each.price, each.slices) for each in priced.collateral}
    assert told == {
        "USDT": (0.999, (CollateralSlice(INF, 1.0),)),
        "BTC": (60_000.0, (CollateralSlice(600_000.0, 0.95), CollateralSlice(INF, 0.5))),
        "ALT": (60_000.0, (CollateralSlice(INF, 0.0),)),
    }
    assert priced.venue_time == NOW


@pytest.mark.parametrize("owned", ["-2", "0", "7"])
@pytest.mark.parametrize(
    ("borrowed", "asked"),
    [("0", 0.0), ("", 0.0), ("2", 0.08), ("390.5", 19.525), ("5000", 250.0)],
)
async def test_a_loan_asks_for_its_part_whatever_became_of_what_was_borrowed(
    owned: str, borrowed: str, asked: float
) -> None:
    spoken = dialect()
    bitcoin = {**COIN, "coin": "BTC", "equity": "-2", "usdValue": "-120000"}
    venue = Replies(coins=[{**bitcoin, "walletBalance": owned, "borrowAmount": borrowed}])
    await spoken.settle_in(venue)
    priced = await spoken.read_collateral(venue)
    assert priced is not None
    (told,) = priced.collateral
    assert (told.asset, told.liability_rate) == ("BTC", 1.0)
    assert told.charge == pytest.approx(asked)


async def test_dust_makes_no_price_and_leaves_the_one_that_was_known() -> None:
    spoken = dialect()
    await spoken.settle_in(Replies())
    dust = {**COIN, "equity": "0.00000001", "usdValue": "0.00000002"}
    first = await spoken.read_collateral(Replies(coins=[dust]))
    assert first is not None
    assert first.collateral == ()
    await spoken.read_collateral(Replies())
    for little in (dust, {**COIN, "equity": "0.0001", "usdValue": "0.00011", "unrealisedPnl": "9"}):
        later = await spoken.read_collateral(Replies(coins=[little]))
        assert later is not None
        assert [each.price for each in later.collateral] == [0.999]


async def test_isolated_positions_have_no_collateral_in_common() -> None:
    spoken = dialect()
    venue = Replies(info={**INFO, "marginMode": "ISOLATED_MARGIN"})
    assert await spoken.read_collateral(venue) is None
    await spoken.settle_in(venue)
    assert await spoken.read_collateral(venue) is None


# tiers and terms


def limit(cap: str, rate: str, initial: str, most: str, deduction: str = "") -> dict[str, Any]:
    return {
        "riskLimitValue": cap, "maintenanceMargin": rate, "initialMargin": initial,
        "maxLeverage": most, "mmDeduction": deduction,
    }  # fmt: skip


TIERS = (Tier(0.0, 0.005, 0.0), Tier(2e6, 0.01, 10_000.0))


@pytest.mark.parametrize(
    "limits",
    [
        [
            limit("2000000", "0.005", "0.01", "100.00"),
            limit("10000000", "0.01", "0.02", "50.00", "10000"),
        ],
        [limit("10000000", "0.01", "0.02", "50.00"), limit("2000000", "0.005", "0.01", "100.00")],
        [limit("2000000", "0.5", "1", "100.00"), limit("10000000", "1", "2", "50.00", "10000")],
    ],
    ids=["as told", "without deductions, in another order", "in per cent"],
)
async def test_tiers_begin_where_the_one_before_ends_with_their_deductions(
    limits: list[dict[str, Any]],
) -> None:
    venue = Replies(limits=limits)
    found = await dialect().tiers(venue, [LINEAR, "BTC/USDT", "NO/SUCH:ONE"])
    assert found == {LINEAR: TIERS}
    assert venue.asked == [{"category": "linear", "symbol": "BTCUSDT"}]


async def test_a_market_without_tiers_is_an_error() -> None:
    with pytest.raises(OddReplyError):
        await dialect().tiers(Replies(limits=[]), [LINEAR])


def unified(**changes: Any) -> dict[str, Any]:
    info = {
        "status": "Trading",
        "deliveryTime": "0",
        "fundingInterval": 480,
        "upperFundingRate": "0.005",
        "lowerFundingRate": "-0.004",
        "lotSizeFilter": {"qtyStep": "0.001", "minOrderQty": "10"},
        "priceFilter": {"tickSize": "0.10"},
    }
    return {
        "id": "BTCUSDT", "symbol": LINEAR, "base": "BTC", "quote": "USDT", "settle": "USDT",
        "linear": True, "contractSize": 10, "info": {**info, **changes},
    }  # fmt: skip


async def test_a_market_has_its_steps_and_a_face_of_one_whatever_ccxt_makes_of_it() -> None:
    market = dialect().market(unified())
    assert (str(market.step), str(market.tick), market.contract_size) == ("0.001", "0.1", 1.0)
    assert (market.funding_interval, market.expiry, market.status) == (28_800.0, None, "trading")
    assert (market.funding_cap, market.funding_floor) == (0.005, -0.004)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "Delivering", "deliveryTime": "1704067200000"}, "settling"),
        ({"status": "Closed"}, "closed"),
        ({"status": "PreLaunch"}, "halted"),
        (
            {"status": "PreLaunch", "preListingInfo": {"curAuctionPhase": "ContinuousTrading"}},
            "trading",
        ),
        ({"status": "Novel"}, "unknown"),
    ],
    ids=str,
)
async def test_the_state_and_the_end_of_a_market_are_told(
    changes: dict[str, Any], status: str
) -> None:
    market = dialect().market(unified(**changes))
    assert market.status == status
    assert market.expiry == (1704067200.0 if "deliveryTime" in changes else None)


async def test_a_shortened_interval_of_funding_is_that_of_the_market() -> None:
    spoken = dialect()
    tickers = {"linear": [{"symbol": "BTCUSDT", "fundingIntervalHour": "4"}]}
    await spoken.read_terms(Replies(tickers=tickers))
    assert spoken.market(unified()).funding_interval == 14_400.0


BOOK = {"b": [["100", "2"], ["99", "5"]], "a": [["101", "3"]], "ts": 1672304484978}


async def test_a_book_is_in_base_units_of_contracts_of_either_kind() -> None:
    tickers = {
        "linear": [{"volume24h": "49", "turnover24h": "4900"}],
        "inverse": [{"volume24h": "4900", "turnover24h": "49"}],
    }
    inverse = {**BOOK, "b": [["100", "200"], ["99", "495"]], "a": [["101", "303"]]}
    for symbol, book in ((LINEAR, BOOK), (COINED, inverse)):
        told = await dialect().read_liquidity(Replies(book=book, tickers=tickers), symbol)
        assert told is not None
        assert told.bids == ((100.0, 2.0), (99.0, 5.0))
        assert told.asks == ((101.0, 3.0),)
        assert (told.day_volume, told.venue_time) == (49.0, 1672304484.978)
    assert await dialect().read_liquidity(Replies(book=BOOK), "BTC/USDT") is None


@pytest.mark.parametrize(
    "broken", [{"b": None}, {"b": [["99", "1"], ["100", "1"]]}, {"a": [["99", "1"]]}, {"b": [[]]}]
)
async def test_a_book_out_of_order_is_an_error(broken: dict[str, Any]) -> None:
    with pytest.raises(OddReplyError):
        await dialect().read_liquidity(Replies(book={**BOOK, **broken}), LINEAR)


async def test_the_past_is_that_of_the_mark_and_of_pairs_that_of_trades() -> None:
    now = 1_700_000_163.0
    rows = [
        [str(1_700_000_100_000 + 60_000 * n), "1", "2", "1", str(10 + n), str(n % 2), "9"]
        for n in (1, 0, -1)
    ]
    venue = Replies(candles=rows)
    marks = await dialect().read_bars(venue, LINEAR, 5000, now)
    assert marks.bars == ((1_700_000_160.0, 10.0), (1_700_000_100.0, 9.0))
    assert venue.asked[0]["limit"] == "1000"
    trades = await dialect().read_bars(venue, "BTC/USDT", 3, now)
    assert trades.bars == ((1_700_000_100.0, 9.0),)
    with pytest.raises(OddReplyError):
        await dialect().read_bars(Replies(candles=[["1"]]), LINEAR, 3, now)


# keys


KEY: dict[str, Any] = {
    "readOnly": 1,
    "permissions": {"ContractTrade": ["Order", "Position"], "Wallet": [], "Earn": []},
    "ips": ["*"],
    "deadlineDay": 83,
    "expiredAt": "2023-05-15T03:21:05Z",
    "userID": 24600000,
}


async def test_a_read_only_key_may_nothing_else_whatever_it_is_permitted_to_read() -> None:
    told = await dialect().rights(Replies(key=KEY))
    assert (told.powers, told.account, told.bound_to_address) == ((), "24600000", False)
    assert told.expires_at == 1684120865.0


@pytest.mark.parametrize(
    ("change", "powers"),
    [
        ({}, ("ContractTrade: Order", "ContractTrade: Position")),
        ({"permissions": {"Novel": ["Right"]}}, ("Novel: Right",)),
        ({"permissions": {}}, ("readOnly: 0",)),
        ({"permissions": None}, ("readOnly: 0",)),
    ],
)
async def test_a_key_that_may_write_has_all_that_it_is_permitted(
    change: dict[str, Any], powers: tuple[str, ...]
) -> None:
    told = await dialect().rights(Replies(key={**KEY, "readOnly": "0", **change}))
    assert told.powers == powers


async def test_a_key_that_is_bound_to_an_address_does_not_expire() -> None:
    bound = {"ips": ["192.0.2.7"], "expiredAt": "1970-01-01T00:00:00Z", "deadlineDay": -2}
    told = await dialect().rights(Replies(key={**KEY, **bound}))
    assert (told.bound_to_address, told.expires_at) == (True, INF)
    untold = await dialect().rights(Replies(key={**KEY, "expiredAt": "", "ips": None}))
    assert (untold.bound_to_address, untold.expires_at) == (None, None)


@pytest.mark.parametrize("reply", [{}, {"readOnly": None}, {"readOnly": "maybe"}])
async def test_a_key_of_which_nothing_is_told_is_not_verified(reply: dict[str, Any]) -> None:
    with pytest.raises(OddReplyError):
        await dialect().rights(Replies(key=reply))


# where coins went


@pytest.mark.parametrize(
    ("log", "end"),
    [
        ([{"type": "TRANSFER_OUT", "change": "-3"}], EndReason.TRANSFERRED),
        ([{"type": "FLEXIBLE_STAKING_SUBSCRIPTION", "change": "-3"}], EndReason.TRANSFERRED),
        ([{"type": "TRADE", "change": "-3"}], EndReason.CLOSED),
        (
            [{"type": "TRADE", "change": "-1"}, {"type": "LIQUIDATION", "change": "-2"}],
            EndReason.LIQUIDATED,
        ),
        ([{"type": "ADL", "change": "-3"}], EndReason.AUTO_DELEVERAGED),
        ([{"type": "AUTO_SOLD_COLLATERAL_INS_LOAN", "change": "-3"}], EndReason.LIQUIDATED),
        ([{"type": "PRINCIPLE_REPAYMENT_INS_LOAN", "change": "-3"}], None),
        ([{"type": "TRADE", "change": "3"}, {"type": "INTEREST", "change": "-1"}], None),
        ([], None),
    ],
    ids=str,
)
async def test_why_there_are_fewer_coins_is_asked_of_the_log(
    log: list[dict[str, Any]], end: EndReason | None
) -> None:
    spoken = dialect()
    coin = {**COIN, "coin": "BTC", "walletBalance": "5"}
    await spoken.read_account(Replies(coins=[coin]))
    assert list(spoken.losses(Replies(), [LINEAR])) == []
    await spoken.read_account(Replies(coins=[{**coin, "walletBalance": "2"}]))
    venue = Replies(log=log)
    ((balance, (question,)),) = spoken.losses(venue, [LINEAR])
    assert (balance.asset, balance.total) == ("BTC", 2.0)
    assert await question() is end
    assert venue.asked[0]["currency"] == "BTC"
    assert list(spoken.losses(venue, [LINEAR])) == []


def test_each_site_is_asked_at_its_own_address_and_its_markets_are_its_own() -> None:
    spoken = Bybit("main", "bybitid")
    spoken.list_markets(MARKETS)
    hosts = {URL(address).host for _, address in spoken.requests}
    assert hosts == {"api.bybit.id", "stream.bybit.id"}
    ticker = {"symbol": "BTCUSDT", "markPrice": "61000"}
    frame = {"topic": "tickers.BTCUSDT", "type": "snapshot", "ts": NOW * 1000, "data": ticker}
    told = spoken.price(frame, NOW)
    assert told is not None
    assert told.key == ("mark", "bybitid", LINEAR)
