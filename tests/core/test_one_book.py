"""One book over venues: assets under their names, exposure, totals, and money that has a price."""

from dataclasses import replace

import pytest

from hedgewatch.core.book.rows import AssetRow
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.events import (
    BalanceChanged,
    BalanceReading,
    ClockAdvanced,
    CollateralPriced,
    CollateralReading,
    TiersChanged,
)
from hedgewatch.core.model import AccountPlan, Desk, LegPlan, PricePlan, Scope, Unknown
from tests.core.test_numbers_page import assert_computed
from tests.support.builders import accepted, hedge, held, lost, rule
from tests.support.stories import Story, known, reason
from tests.support.venues import (
    BTC,
    BTC_COIN,
    DESK,
    FLAT,
    OWNED,
    SHORT,
    listed,
    marked,
    over_four_venues,
    owns,
    prices,
    quoted,
    readings,
)


def _asset(story: Story, name: str = "BTC") -> AssetRow:
    return story.engine.book.holdings[name]


def _silent(story: Story, *names: str, seconds: float = 60.0) -> Story:
    """All is told again each half second, but for these venues and accounts."""
    told = [one for one in (*prices(), *readings()) if not any(n in repr(one(0.0)) for n in names)]
    story.advance(story.now - story.start + seconds, *told)
    return story


@pytest.mark.parametrize(
    ("asset", "underlying", "units"),
    [
        ("1000PEPE", "PEPE", 1e3), ("10000SATS", "SATS", 1e4), ("1000000MOG", "MOG", 1e6),
        ("10000000AIDOGE", "AIDOGE", 1e7), ("1MBABYDOGE", "BABYDOGE", 1e6), ("kPEPE", "PEPE", 1e3),
        ("KPEPE", "PEPE", 1e3), ("SHIB1000", "SHIB", 1e3), ("XBT", "BTC", 1.0),
        ("LDBTC", "BTC", 1.0), ("1INCH", "1INCH", 1.0), ("LDO", "LDO", 1.0), ("KAVA", "KAVA", 1.0),
        ("KSM", "KSM", 1.0), ("10SET", "10SET", 1.0), ("100X", "100X", 1.0), ("WBTC", "WBTC", 1.0),
        ("stETH", "stETH", 1.0),
    ],
)  # fmt: skip
def test_an_asset_goes_by_its_underlying_and_is_taken_for_no_other(
    asset: str, underlying: str, units: float
) -> None:
    assert Assets().underlying_of(asset) == (underlying, units)


def test_the_word_of_its_owner_comes_before_any_name() -> None:
    own = Assets({"UBTC": ("BTC", 1.0), "1000X": ("1000X", 1.0), "XEC6": ("XEC", 1e6)})
    assert own.underlying_of("UBTC") == ("BTC", 1.0)
    assert own.underlying_of("1000X") == ("1000X", 1.0)
    assert own.underlying_of("XEC6") == ("XEC", 1e6)
    assert own.beta_of("UBTC", {"BTC": 0.8}) == 0.8


def test_each_figure_of_one_book_is_what_the_engine_computes() -> None:
    seen, silent = over_four_venues(), _silent(over_four_venues(), "okx")
    assert_computed("Worked example: one book", seen, silent)


def test_coin_margin_and_the_profit_in_coins_are_exposure() -> None:
    story = over_four_venues()
    assert _asset(story).net_exposure_coins == pytest.approx(0.1)
    higher = 66_000.0
    story.advance(1.0, *prices()[:3], marked(BTC_COIN, "binancecoinm", higher))
    profit, short = 59_400.0 / higher - 59_400.0 / 66_000.0, 59_400.0 / higher
    assert _asset(story).owned == pytest.approx(2.5 + profit)
    assert _asset(story).net_exposure_coins == pytest.approx(2.5 + profit - 1.5 - short)


def test_a_hedge_over_venues_and_quote_currencies_is_measured_in_coins() -> None:
    row = over_four_venues().hedge("btc")
    assert row.in_coins
    assert row.hedge_ratio == pytest.approx(2.5 / 2.6)
    assert row.exposure_value == pytest.approx(156_000.0)  # in Tether, what the first leg is in
    assert row.cover_value == pytest.approx(-90_000.0 - 59_400.0 / 0.99)


def test_values_in_money_that_nothing_prices_are_unknown_and_coins_are_known() -> None:
    unpriced = replace(DESK, prices={"BTC": DESK.prices["BTC"]})
    story = _silent(over_four_venues(on=unpriced), "kraken", seconds=1.0)
    story.advance(9.0, *prices()[:1], *prices()[2:], *readings())
    row = story.hedge("btc")
    assert row.hedge_ratio == pytest.approx(2.5 / 2.6)
    assert reason(row.cover_value) == "nothing that is watched prices USD in USDT"
    assert reason(row.residual_delta) == "nothing that is watched prices USD in USDT"
    assert row.exposure_value == pytest.approx(156_000.0)


def test_a_value_hedge_in_money_that_nothing_prices_has_no_ratio_either() -> None:
    by_value = replace(hedge(OWNED, SHORT, name="btc"), basis_of_drift="value")
    on = replace(DESK, hedges=(by_value,), prices={"BTC": DESK.prices["BTC"]})
    story = over_four_venues(on=on)
    story.advance(9.0, *prices()[:1], *prices()[2:], *readings())
    assert isinstance(story.hedge("btc").hedge_ratio, Unknown)
    assert isinstance(story.hedge("btc").hedge_drift_worst, Unknown)


def test_no_stable_coin_is_taken_for_a_dollar() -> None:
    story = over_four_venues(on=replace(DESK, prices={}, hedges=()))
    story.advance(9.0, *prices()[2:], *readings())
    assert _asset(story).asset_price == pytest.approx(59_400.0)  # of a contract in dollars
    assert reason(_asset(story, "USDT").asset_price) == "nothing that is watched prices USDT"
    assert isinstance(story.engine.book.totals.total_equity, Unknown)
    assert story.engine.book.totals.left_out == "USDT"
    assert known(story.engine.book.totals.total_equity_known) == pytest.approx(2.6 * 59_400.0)


def test_a_total_of_which_nothing_is_known_is_unknown_and_no_zero() -> None:
    story = Story(on=replace(DESK, prices={}, hedges=()))
    story.at(0.0, *(accepted(name) for name in ("spot", "coins", "okx", "bank")), *readings())
    story.advance(0.5)
    totals = story.engine.book.totals
    assert isinstance(totals.total_equity_known, Unknown)
    assert isinstance(totals.gross_exposure_known, Unknown)
    assert totals.total_equity_known == totals.total_equity


def test_a_desk_that_counts_in_tether_needs_no_price_of_it() -> None:
    story = over_four_venues(on=replace(DESK, currency="USDT"))
    assert _asset(story, "USDT").asset_price == 1.0
    assert known(story.engine.book.totals.total_equity) == pytest.approx(2.6 * 60_000.0 + 43_000.0)


def test_a_venue_that_prices_its_collateral_prices_money_for_the_whole_desk() -> None:
    prices_ = {"BTC": DESK.prices["BTC"]}
    story = over_four_venues(on=replace(DESK, prices=prices_))
    tether = CollateralReading(asset="USDT", price=0.98)
    story.at(9.0, *prices(), *readings(), CollateralPriced("okx", (tether,), story.now))
    story.at(9.0, ClockAdvanced())
    assert _asset(story, "USDT").asset_price in {0.98, 0.99}
    story.advance(25.0, *prices()[:1], *prices()[2:], *readings())
    assert _asset(story, "USDT").asset_price == 0.98
    story.advance(60.0, *prices()[:1], *prices()[2:], *readings())
    assert isinstance(_asset(story, "USDT").asset_price, Unknown)


def test_a_coin_without_a_price_leaves_a_total_unknown_and_is_named() -> None:
    story = over_four_venues()
    dust = owns("spot", BTC=1.5, LDBTC=0.5, locked=0.5, USDT=10_000.0, DUST=3.0)
    story.advance(1.0, *prices(), dust)
    totals = story.engine.book.totals
    assert reason(totals.total_equity) == "nothing that is watched prices DUST"
    assert isinstance(totals.net_exposure, Unknown)
    assert known(totals.total_equity_known) == pytest.approx(197_010.0)
    assert totals.left_out == "DUST"


def test_an_account_that_was_never_read_may_hold_anything() -> None:
    story = Story(on=DESK)
    story.at(0.0, *(accepted(name) for name in ("spot", "coins", "bank")))
    story.at(0.0, listed("BTC/USDT", "binance"), listed("USDT/USD", "kraken"))
    story.at(0.0, *(told for told in readings() if "okx" not in repr(told(0.0))))
    story.advance(0.5, *prices()[:2])
    assert isinstance(_asset(story).net_exposure, Unknown)
    assert isinstance(story.engine.book.totals.total_equity, Unknown)
    assert known(story.engine.book.totals.total_equity_known) > 0.0


def test_positions_of_a_regime_that_is_not_known_are_exposure_all_the_same() -> None:
    story = over_four_venues()
    unknown = replace(owns("okx", held(BTC, -150.0, 62_000.0), USDT=30_000.0)(story.now))
    assert known(_asset(story).net_exposure_coins) == pytest.approx(0.1)
    story.at(0.6, replace(unknown, cross_regime=replace(unknown.cross_regime, unknown="new")))
    story.advance(1.0, *prices())
    assert isinstance(story.account("okx").pools["USDT"].margin_ratio, Unknown)
    assert known(_asset(story).net_exposure_coins) == pytest.approx(0.1)


def test_coins_that_earn_are_part_of_the_leg_unless_they_are_one_themselves() -> None:
    story = over_four_venues()
    assert sum(leg.held for leg in story.hedge("btc").exposure[:1]) == pytest.approx(2.0)
    apart = LegPlan(account="spot", asset="LDBTC")
    story.reload(on=replace(DESK, hedges=(hedge((*OWNED, apart), SHORT, name="btc"),)))
    story.advance(2.0, *prices())
    exposure = story.hedge("btc").exposure
    assert [leg.held for leg in exposure] == pytest.approx([1.5, 0.3, 0.2, 0.5])


def test_coins_that_are_put_to_earn_break_no_hedge() -> None:
    story = over_four_venues()
    story.advance(1.0, *prices(), owns("spot", BTC=0.5, LDBTC=1.5, locked=1.5, USDT=10_000.0))
    assert story.hedge("btc").hedge_broken is False
    assert story.hedge("btc").hedge_ratio == pytest.approx(2.5 / 2.6)
    story.advance(2.0, *prices(), owns("spot", BTC=0.5, LDBTC=0.5, USDT=10_000.0))
    assert story.hedge("btc").hedge_broken is True


def test_a_leg_is_priced_where_it_is_held_rather_than_at_another_venue() -> None:
    here, there = LegPlan(account="coins", asset="BTC"), LegPlan(account="okx", symbol=BTC)
    story = over_four_venues(on=replace(DESK, prices={}, hedges=(hedge(here, (there, SHORT[1])),)))
    assert story.hedge().exposure[0].market.venue == "binancecoinm"


def test_another_name_for_an_asset_holds_from_a_reload_on() -> None:
    apart = replace(DESK, assets={}, prices=dict(DESK.prices) | {"WBTC": DESK.prices["BTC"]})
    story = over_four_venues(on=apart)
    assert story.hedge("btc").in_coins is False
    story.reload(on=DESK)
    story.advance(1.0, *prices())
    assert story.hedge("btc").in_coins
    assert set(story.engine.book.holdings) == {"BTC", "USDT"}


def test_a_rule_may_watch_what_one_asset_is_exposed_by() -> None:
    wide = rule(
        "Wide", Scope.ASSET, "abs(net_exposure) > 5000", where={"asset": frozenset({"BTC"})}
    )
    story = over_four_venues(wide)
    assert story.firing() == {"Wide"}
    assert story.record("Wide").labels == {"asset": "BTC", "currency": "USD"}


def test_two_accounts_of_one_venue_share_its_prices_and_not_their_feeds() -> None:
    plans = tuple(AccountPlan(name=name, venue="okx") for name in ("okx", "sub"))
    story = Story(on=Desk(instance="test", accounts=plans))
    story.at(0.0, accepted("okx"), accepted("sub"), listed(BTC, "okx", 0.01))
    for name in ("okx", "sub"):
        story.at(0.0, TiersChanged(name, BTC, FLAT))
        story.at(0.0, owns(name, held(BTC, -150.0, 62_000.0), USDT=30_000.0))
    story.at(0.0, marked(BTC, "okx", 60_000.0))
    assert len({row.market for row in story.open()}) == 1
    story.at(1.0, lost("mark", "okx"))
    story.advance(20.0, marked(BTC, "okx", 61_000.0))
    assert [row.mark_price for row in story.open()] == [61_000.0, 61_000.0]
    assert story.account("sub").account_blind is False


def test_a_price_that_the_owner_names_is_taken_or_none() -> None:
    elsewhere = {"BTC": PricePlan(account="spot", symbol="BTC/USDT")}
    story = over_four_venues(on=replace(DESK, prices=elsewhere, currency="USDT"))
    assert _asset(story).asset_price == 60_000.0
    story.at(1.0, quoted("BTC/USDT", "binance", 61_000.0), ClockAdvanced())
    assert _asset(story).asset_price == 61_000.0


def test_a_balance_that_a_stream_tells_keeps_what_is_locked_of_it() -> None:
    story = over_four_venues()
    more = BalanceReading(asset="LDBTC", total=0.6, venue_time=story.now + 1.0)
    story.at(1.0, BalanceChanged("spot", more), *prices())
    story.advance(1.5, *prices())
    assert known(_asset(story).locked_share) == pytest.approx(0.5 / 2.7)
