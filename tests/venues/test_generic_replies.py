"""ccxt's rows of any venue, and what is made of them: what is doubtful becomes no number."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hedgewatch.core.events import PositionReading
from hedgewatch.venues.dialects.generic_absence import Absences
from hedgewatch.venues.dialects.generic_accounts import whole_account
from hedgewatch.venues.dialects.generic_balances import (
    Held,
    assets,
    balance_reading,
    margin_in_use,
)
from hedgewatch.venues.dialects.generic_booked import booked
from hedgewatch.venues.dialects.generic_currencies import by_currency, of_spot
from hedgewatch.venues.dialects.generic_parts import Modes
from hedgewatch.venues.dialects.generic_replies import position_readings
from hedgewatch.venues.fields import OddReplyError, UnlistedMarketError
from hedgewatch.venues.settings import VENUES
from tests.support.chance import examples
from tests.venues.stubbed import rows_of

BTC, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"
MARKETS = {
    **rows_of([BTC, "ETH/USDT:USDT", INVERSE, "BTC/USDT"]),
    **rows_of(["SOL/USDT:USDT"], contractSize=0.1),
}
ROW: dict[str, Any] = {
    "symbol": BTC,
    "side": "long",
    "contracts": 2.0,
    "contractSize": 1.0,
    "entryPrice": 100.0,
    "markPrice": 110.0,
    "liquidationPrice": 60.0,
    "leverage": 5.0,
    "notional": 220.0,
    "marginMode": "cross",
    "hedged": None,
    "lastUpdateTimestamp": 1_700_000_000_000,
    "info": {"sz": "2", "px": "100", "liq": "60.00", "lev": "5", "worth": "220"},
}


def read(*rows: object, venue: str = "woo") -> tuple[PositionReading, ...]:
    return position_readings(venue, list(rows), MARKETS, set())


def read_one(venue: str = "woo", **changes: object) -> PositionReading:
    (told,) = read({**ROW, **changes}, venue=venue)
    return told


def test_what_every_venue_means_alike_is_taken() -> None:
    told = read_one()
    assert (told.symbol, told.kind, told.contracts, told.entry_price) == (BTC, "net", 2.0, 100.0)
    assert (told.venue_liquidation_price, told.leverage) == (60.0, 5.0)
    assert (told.venue_time, told.isolated_wallet) == (1_700_000_000.0, None)


def test_a_number_that_ccxt_computed_is_none_of_the_venues_own() -> None:
    told = read_one(info={"sz": "2"})
    assert (told.contracts, told.venue_liquidation_price, told.leverage) == (2.0, None, None)
    assert told.entry_price == 0.0  # which no price is: what stands on it is unknown


def test_a_short_is_negative_however_its_amount_is_written() -> None:
    for contracts in (2, -2.0, "2", "-2.0"):
        assert read_one(side="short", contracts=contracts, liquidationPrice=None).contracts == -2.0


@pytest.mark.parametrize("side", [None, "both", "", "net", "none"])
def test_without_a_side_only_the_amount_or_the_line_tells_it(side: object) -> None:
    assert read_one(side=side, contracts=-2.0).contracts == -2.0
    assert read_one(side=side).contracts == 2.0  # it would be liquidated below its entry
    with pytest.raises(OddReplyError, match="long or short is not told"):
        read_one(side=side, liquidationPrice=None)


@pytest.mark.parametrize("side", ["both", "net", None])
def test_a_short_in_profit_is_no_long_though_its_line_lies_below_its_entry(side: object) -> None:
    """Sold at 100, now at 60, liquidated at 78: some venues write its amount without a sign."""
    with pytest.raises(OddReplyError, match="long or short is not told"):
        read_one(side=side, markPrice=60.0, notional=None, liquidationPrice=78.0)


def test_amounts_of_whitebit_have_signs_whatever_is_said_of_a_line() -> None:
    for amount in ("-0.5", "0.5"):
        row = {**ROW, "side": None, "liquidationPrice": None, "info": {"amount": amount}}
        assert read(row, venue="whitebit")[0].contracts == float(amount)


def test_two_sides_of_whitebit_are_told_by_the_raw_field_and_not_by_the_sign() -> None:
    info = {"amount": "0.5", "px": "100"}
    row = {**ROW, "side": None, "liquidationPrice": None}
    by_side = [{**row, "info": {**info, "positionSide": side}} for side in ("LONG", "SHORT")]
    told = read(*by_side, venue="whitebit")
    assert {each.kind: each.contracts for each in told} == {"long": 0.5, "short": -0.5}


def test_parts_of_a_position_that_have_names_of_their_own_add_up() -> None:
    """Deepcoin in its split mode has as many positions in a market as were opened."""
    info = {**ROW["info"], "more": [130, 120, 60]}
    one = {**ROW, "id": "1001", "liquidationPrice": 90.0, "info": {**info, "liq": 90}}
    more = {"id": "1002", "contracts": 4.0, "entryPrice": 130.0, "liquidationPrice": 60.0}
    other = {**one, **more, "notional": None}
    (told,) = read(one, other)
    assert (told.contracts, told.entry_price) == (6.0, 120.0)
    assert told.venue_liquidation_price == 90.0  # where the first of them goes
    assert read(one, {**other, "liquidationPrice": 0.0})[0].venue_liquidation_price == 90.0
    assert [each.contracts for each in read(one, one)] == [2.0]
    assert [each.contracts for each in read(one, {**other, "id": "1001"})] == [4.0]


def test_the_entry_of_parts_is_harmonic_where_contracts_are_dollars() -> None:
    info = {"px": [100, 300]}
    parts = [
        {**ROW, "symbol": INVERSE, "id": name, "entryPrice": price, "info": info, "notional": None}
        for name, price in (("1", 100.0), ("2", 300.0))
    ]
    (told,) = read(*parts)
    assert told.contracts == 4.0
    assert told.entry_price == pytest.approx(150.0)


def test_of_a_pair_and_a_contract_with_one_name_neither_is_chosen() -> None:
    with pytest.raises(OddReplyError, match="a pair or a contract"):
        read_one(symbol="BTC/USDT")


def test_a_margin_account_without_a_position_is_flat() -> None:
    row = {**ROW, "contracts": None, "info": {"symbol": "BTCUSDT", "positions": None}}
    assert read_one(**row, venue="hitbtc").contracts == 0.0


def test_a_leverage_that_ccxt_assumes_is_none_that_was_told() -> None:
    assert read_one(venue="apex", leverage=20, info={"sz": "20"}).leverage is None


@pytest.mark.parametrize("side", ["long", "short", None, "both", ""])
def test_what_is_flat_is_flat_whatever_side_it_has(side: object) -> None:
    for none in (0, 0.0, -0.0, "0", "-0.0", "0e5"):
        told = read_one(side=side, contracts=none)
        assert (told.contracts, told.venue_liquidation_price) == (0.0, None)


def test_a_long_that_is_negative_is_nonsense() -> None:
    with pytest.raises(OddReplyError, match="long and negative"):
        read_one(contracts=-2.0)


@pytest.mark.parametrize(
    "none", [0, "0.0", 0.01, 0.0001, -110168.0, "", None, "NaN", "inf", 110.0, 115.0, [], {}]
)
def test_every_way_of_saying_no_liquidation_price_is_none(none: object) -> None:
    row = {**ROW, "liquidationPrice": none, "info": {"liq": none, "px": 100}}
    (told,) = read(row)
    assert told.venue_liquidation_price is None


@pytest.mark.parametrize("line", [109.0, 100.0, 0.5])
def test_the_line_of_a_short_lies_above_the_mark(line: float) -> None:
    row = {**ROW, "side": "short", "liquidationPrice": line, "info": {"liq": line}}
    assert read(row)[0].venue_liquidation_price is None
    above = {**row, "liquidationPrice": 140.0, "info": {"liq": 140}}
    assert read(above)[0].venue_liquidation_price == 140.0


def test_two_sides_of_one_market_are_two_positions_and_stay_so() -> None:
    by_side: set[str] = set()
    short = {**ROW, "side": "short", "liquidationPrice": None}
    both = position_readings("woo", [ROW, short], MARKETS, by_side)
    assert [(each.kind, each.contracts) for each in both] == [("long", 2.0), ("short", -2.0)]
    alone = position_readings("woo", [ROW], MARKETS, by_side)
    assert [each.kind for each in alone] == ["long"]
    told = {**ROW["info"], "positionSide": "LONG"}
    assert [each.kind for each in read({**ROW, "hedged": True, "info": told})] == ["long"]
    assert [each.kind for each in read({**ROW, "hedged": True})] == ["net"]  # ccxt's guess at WOO
    assert [each.kind for each in read({**ROW, "hedged": False})] == ["net"]


def test_an_isolated_position_is_one_only_where_it_is_told() -> None:
    info = {**ROW["info"], "margin": "7.5"}
    told = read_one(marginMode="isolated", positionMargin=7.5, info=info)
    assert told.isolated_wallet == 7.5
    assert read_one(marginMode="isolated", positionMargin=7.5).isolated_wallet == 0.0
    assert read_one(marginMode=None, positionMargin=7.5, info=info).isolated_wallet is None


@pytest.mark.parametrize("moment", [None, 1_700_000_000, 1_700_000_000_000_000_000, "NaN", "", []])
def test_a_time_in_other_units_is_no_time(moment: object) -> None:
    assert read_one(lastUpdateTimestamp=moment).venue_time == 0.0


@pytest.mark.parametrize(
    "contracts", [None, "", "NaN", "nan", "inf", "1_0", True, [], {}, [2.0], "two", 1e31]
)
def test_an_amount_that_is_no_number_is_an_error_and_never_a_flat_account(
    contracts: object,
) -> None:
    with pytest.raises(OddReplyError):
        read_one(contracts=contracts)


@pytest.mark.parametrize("reply", [None, {}, "<html>502</html>", [None], [[]], 0])
def test_a_reply_that_is_no_list_of_positions_is_an_error(reply: object) -> None:
    with pytest.raises(OddReplyError):
        position_readings("woo", reply, MARKETS, set())


def test_an_unlisted_market_is_an_error_when_something_is_held_in_it() -> None:
    with pytest.raises(UnlistedMarketError):
        read_one(symbol="NEW/USDT:USDT")
    assert read({**ROW, "symbol": "OLD/USDT:USDT", "contracts": 0.0}) == ()


def test_borrowed_coins_and_options_are_no_contracts() -> None:
    pair = {**MARKETS["BTC/USDT"], "id": "BTC-USDT"}
    option = {**MARKETS[BTC], "option": True}
    markets = {**MARKETS, "BTC/USDT": pair, "BTC/USD:BTC-261225-90000-C": option}
    rows = [{**ROW, "symbol": "BTC/USDT"}, {**ROW, "symbol": "BTC/USD:BTC-261225-90000-C"}]
    assert position_readings("woo", rows, markets, set()) == ()


def test_a_position_that_two_calls_list_alike_is_one_and_two_parts_of_one_are_refused() -> None:
    assert len(read(ROW, ROW)) == 1
    assert [each.contracts for each in read({**ROW, "contracts": 0.0}, ROW)] == [2.0]
    moved = {**ROW, "liquidationPrice": 61.0, "info": {**ROW["info"], "liq": 61}}
    assert [each.venue_liquidation_price for each in read(ROW, moved)] == [61.0]
    with pytest.raises(OddReplyError, match="listed twice"):
        read(ROW, {**ROW, "contracts": 3.0})


def in_mode(mode: object, contracts: float = 2.0, **more: object) -> dict[str, object]:
    return {**ROW, "marginMode": mode, "contracts": contracts, **more}


def test_cross_and_isolated_in_one_market_are_two_and_keep_their_modes_afterwards() -> None:
    modes = Modes()

    def told(*rows: dict[str, object]) -> dict[object, float]:
        found = position_readings("woo", list(rows), MARKETS, set(), modes)
        return {each.margin_mode: each.contracts for each in found}

    assert told(in_mode("isolated")) == {None: 2.0}, "one alone is one whatever its mode"
    assert told(in_mode("cross", 3.0), in_mode("isolated")) == {"cross": 3.0, "isolated": 2.0}
    same = in_mode("cross"), in_mode("isolated")
    assert told(*same) == {"cross": 2.0, "isolated": 2.0}
    assert told(in_mode("isolated")) == {"isolated": 2.0}
    assert told(in_mode("isolated"), in_mode(None, 0.0)) == {"isolated": 2.0}
    with pytest.raises(OddReplyError, match="in which margin mode"):
        told(in_mode(None))


def test_parts_with_names_are_added_up_in_their_own_mode_and_in_no_other() -> None:
    rows = [
        in_mode("cross", 1.0, id="a"),
        in_mode("cross", 2.0, id="b"),
        in_mode("isolated", 4.0, id="c"),
    ]
    found = {each.margin_mode: each.contracts for each in read(*rows)}
    assert found == {"cross": 3.0, "isolated": 4.0}


def test_what_a_stream_tells_in_another_mode_than_was_read_waits_for_a_reading() -> None:
    modes = Modes()
    modes.note(read(in_mode("cross")))
    assert not modes.may_be_another(read_one(marginMode="cross"))
    assert modes.may_be_another(read_one(marginMode="isolated"))
    assert not modes.may_be_another(read_one(symbol="ETH/USDT:USDT", marginMode="isolated"))


# the units of venues


def test_an_amount_in_coins_is_not_divided_by_what_is_no_size_of_a_contract() -> None:
    for venue in ("apex", "weex", "lighter"):
        row = {**ROW, "symbol": "SOL/USDT:USDT", "notional": None}
        assert read(row, venue=venue)[0].contracts == 2.0


def test_open_orders_are_no_position() -> None:
    info = {"netExposureQuantity": "5", "netQuantity": "-2", "px": 100}
    row = {**ROW, "side": "short", "contracts": "5", "info": info}
    assert read(row, venue="backpack")[0].contracts == -2.0


def test_the_amount_of_bitfinex_and_of_whitebit_is_found_where_it_is() -> None:
    row = {**ROW, "contracts": None, "notional": -1.5, "side": "short", "info": ["tBTCF0:USTF0"]}
    assert read(row, venue="bitfinex")[0].contracts == -1.5
    row = {**ROW, "contracts": None, "side": None, "info": {"amount": "-0.5"}}
    assert read(row, venue="whitebit")[0].contracts == -0.5


def test_dollars_are_made_contracts_of_an_inverse_market_and_coins_of_a_linear_one() -> None:
    markets = rows_of([INVERSE], contractSize=10.0) | rows_of([BTC], contractSize=0.001)
    info = {"size": "60.0", "size_currency": "5.48244e-4"}
    row = {**ROW, "symbol": INVERSE, "contracts": 60.0, "info": info}
    assert position_readings("deribit", [row], markets, set())[0].contracts == 6.0
    info = {"size": "109.43", "size_currency": "0.002"}
    row = {**ROW, "contracts": 109.43, "info": info}
    assert position_readings("deribit", [row], markets, set())[0].contracts == 2.0


def test_an_inverse_position_in_coins_is_refused_for_its_contracts_are_not_told() -> None:
    with pytest.raises(OddReplyError, match="in coins, not in contracts"):
        read_one(venue="bitget", symbol=INVERSE)


@pytest.mark.parametrize(("linear", "inverse"), [(False, False), (False, True)])
def test_a_contract_that_is_neither_linear_nor_inverse_is_refused(
    linear: bool,  # noqa: FBT001 - a column of the table
    inverse: bool,  # noqa: FBT001
) -> None:
    """A dollar of ether that is settled in bitcoins."""
    symbol = "ETH/USD:BTC"
    markets = rows_of([symbol], linear=linear, inverse=inverse)
    with pytest.raises(OddReplyError, match="neither linear nor inverse"):
        position_readings("gate", [{**ROW, "symbol": symbol}], markets, set())


def test_an_amount_that_contradicts_its_own_value_is_refused_at_any_venue() -> None:
    with pytest.raises(OddReplyError, match=r"worth 2,200,000\.00, and the venue says 220\.00"):
        read_one(contracts=20_000.0)
    row = {**ROW, "contracts": 20_000.0, "info": {}}  # a value that ccxt computed proves nothing
    assert read(row)[0].contracts == 20_000.0


HOSTILE = some.one_of(
    some.none(),
    some.booleans(),
    some.floats(),
    some.integers(),
    some.text(max_size=6),
    some.sampled_from(["", "NaN", "-0", "1e400", "1e-7", "0x1", "1_0", "-", "−1", "both"]),
    some.lists(some.integers(), max_size=2),
    some.dictionaries(some.text(max_size=3), some.integers(), max_size=2),
)


@settings(max_examples=examples(50), deadline=None)
@given(
    changes=some.dictionaries(some.sampled_from(sorted(ROW)), HOSTILE, max_size=4),
    gone=some.sets(some.sampled_from(sorted(ROW)), max_size=3),
    venue=some.sampled_from(["woo", "deribit", "backpack", "bitfinex", "whitebit", "gate", "apex"]),
)
def test_no_row_however_odd_gives_a_number_that_is_none(
    changes: dict[str, object], gone: set[str], venue: str
) -> None:
    row = {name: value for name, value in {**ROW, **changes}.items() if name not in gone}
    try:
        told = position_readings(venue, [row], MARKETS, set())
    except OddReplyError:
        return
    for each in told:
        numbers = (each.contracts, each.entry_price, each.venue_time, each.isolated_wallet or 0.0)
        assert all(abs(number) < 1e31 for number in numbers)
        assert each.venue_liquidation_price is None or each.venue_liquidation_price > 0.0
        assert each.kind in {"net", "long", "short"}


@settings(max_examples=examples(40), deadline=None)
@given(info=some.recursive(HOSTILE, lambda inner: some.lists(inner, max_size=3), max_leaves=6))
def test_no_raw_account_however_odd_breaks_what_reads_its_sums(info: object) -> None:
    for venue in VENUES:
        for wrapped in (info, {"data": info}, {"result": info}, [info], {"accounts": info}):
            whole_account(venue, wrapped)
            by_currency(venue, wrapped, lambda name: name)
            of_spot(venue, wrapped, lambda name: name)
            row = {**ROW, "info": {"total_profit_loss": info, "notional": info, "size": 1}}
            profits = booked(venue, [row], MARKETS, {"USDT": 1.0}, [wrapped])
            assert all(each is None or abs(each) < 1e31 for each in profits.values())


@pytest.mark.parametrize(("side", "profit"), [("BUY", 15.0), ("SELL", -25.0), (None, None)])
def test_of_a_side_that_is_not_told_no_profit_is_taken_off_the_money(
    side: str | None, profit: float | None
) -> None:
    """From the entry 20 were gained, of which 5 came since the last settlement; or lost."""
    info = {"side": side, "notional": "120", "entryNotional": "100", "mtmPnl": "5"}
    told = booked("bullish", [{"symbol": BTC, "info": info}], MARKETS, {"USDT": 1.0}, [{}])
    assert told == {"USDT": profit}


# balances


def test_a_balance_is_what_is_told_of_each_asset_and_nothing_of_the_others() -> None:
    reply = {"total": {"USDT": "12.5", "BTC": None, "ETH": 0}, "used": {"USDT": 2.5}, "info": {}}
    held = assets(reply)
    assert held == {"USDT": Held(12.5, 2.5), "ETH": Held(0.0, None)}
    assert margin_in_use(list(held.values())) == 2.5
    assert margin_in_use([Held(1.0, None)]) is None


@pytest.mark.parametrize(
    "reply", [None, [], {}, {"total": None}, {"total": []}, {"total": {"USDT": "NaN"}}]
)
def test_an_account_without_its_totals_is_an_error(reply: object) -> None:
    with pytest.raises(OddReplyError):
        assets(reply)


def test_coins_beside_the_margin_are_owned_and_back_nothing() -> None:
    told = balance_reading("BTC", Held(1.0, 0.2), [Held(2.0, 0.5)])
    assert (told.total, told.cross_wallet, told.locked) == (3.0, 1.0, 0.5)


# what a list leaves out


def gone(absences: Absences, *rows: PositionReading, margin: float | None = None) -> list[str]:
    values = {(each.symbol, each.kind, each.margin_mode): 100.0 for each in rows}
    return [f"{each.symbol} {each.kind}" for each in absences.closed(rows, values, margin)]


def test_a_position_that_is_left_out_twice_is_told_as_closed() -> None:
    absences, eth = Absences(), read_one(symbol="ETH/USDT:USDT", notional=None)
    assert gone(absences, read_one(), eth) == []
    assert gone(absences, eth) == []
    assert gone(absences, eth) == [f"{BTC} net"]
    assert gone(absences, eth) == []


def test_a_position_whose_margin_is_still_used_is_not_told_as_closed() -> None:
    absences = Absences()
    gone(absences, read_one(), margin=20.0)
    for _ in range(5):
        assert gone(absences, margin=20.0) == []
    assert gone(absences, margin=0.0) == [f"{BTC} net"]


def test_one_of_two_is_closed_when_its_share_of_the_margin_went() -> None:
    eth = read_one(symbol="ETH/USDT:USDT", notional=None)
    for margin, told in ((19.0, []), (11.0, [f"{BTC} net"])):
        absences = Absences()
        gone(absences, read_one(), eth, margin=20.0)
        gone(absences, eth, margin=margin)
        assert gone(absences, eth, margin=margin) == told


def test_of_both_modes_each_is_missed_by_itself_and_by_no_other_name() -> None:
    absences = Absences()
    assert gone(absences, read_one(marginMode="isolated")) == []
    assert gone(absences, *read(in_mode("cross"), in_mode("isolated"))) == []
    alone = replace(read_one(marginMode="isolated"), margin_mode="isolated")
    assert gone(absences, alone) == []
    (told,) = absences.closed([alone], {}, None)
    assert (told.margin_mode, told.contracts) == ("cross", 0.0)


def test_a_switch_to_two_sides_ends_the_one_at_once() -> None:
    absences = Absences()
    gone(absences, read_one(), margin=20.0)
    assert gone(absences, read_one(hedged=True, venue="blofin"), margin=20.0) == [f"{BTC} net"]


# the venue's own sums


def test_deribit_tells_the_margin_of_each_currency_unless_they_back_each_other() -> None:
    row: dict[str, object] = {
        "currency": "BTC", "margin_balance": "1.5", "maintenance_margin": "0.3", "equity": "1.4",
    }  # fmt: skip
    told = by_currency("deribit", {"summaries": [row]}, lambda name: name)["BTC"]
    assert (told.equity, told.maintenance_margin, told.wallet) == (1.5, 0.3, 1.4)
    row["cross_collateral_enabled"] = True
    told = by_currency("deribit", {"summaries": [row]}, lambda name: name)["BTC"]
    assert (told.equity, told.maintenance_margin, told.wallet) == (None, None, 1.4)


def test_equity_less_the_profit_in_it_is_the_wallet() -> None:
    for venue, row in (
        ("mexc", {"currency": "USDT", "equity": "11", "unrealized": "1"}),
        ("kucoin", {"currency": "USDT", "accountEquity": 11, "unrealisedPNL": 1}),
    ):
        told = by_currency(venue, {"data": [row]}, lambda name: name)["USDT"]
        assert (told.equity, told.wallet, told.maintenance_margin) == (11.0, 10.0, None)


def test_sums_of_bitget_count_only_where_its_ratio_confirms_what_they_mean() -> None:
    data = {"effEquity": "1000", "mmr": "50", "mgnRatio": "0.05"}
    told = whole_account("bitget", {"data": data})
    assert (told.equity, told.maintenance_margin) == (1000.0, 50.0)
    assert whole_account("bitget", {"data": {**data, "mgnRatio": "20"}}).equity is None
    assert whole_account("bitget", {"data": {**data, "mmr": "0.004"}}).equity is None


@pytest.mark.parametrize(
    ("venue", "info"),
    [
        (
            "cryptocom",
            {"result": {"data": [{"total_margin_balance": 5, "total_maintenance_margin": 1}]}},
        ),
        ("htx", {"data": {"equity": "5", "maintenance_margin": "1"}}),
        (
            "krakenfutures",
            {"accounts": {"flex": {"marginEquity": "5", "maintenanceMargin": "1"}}},
        ),
        ("gate", {"total_margin_balance": "5", "total_maintenance_margin": "1"}),
        ("okx", {"data": [{"adjEq": "5", "mmr": "1"}]}),
    ],
)
def test_an_account_that_is_one_pool_has_its_sums(venue: str, info: object) -> None:
    told = whole_account(venue, info)
    assert (told.equity, told.maintenance_margin) == (5.0, 1.0)


def test_half_a_pair_of_sums_is_none() -> None:
    assert whole_account("okx", {"data": [{"adjEq": "", "mmr": "1"}]}).maintenance_margin is None
