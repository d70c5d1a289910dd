"""The rulebook watched: what a venue, or the owner, changed under a position; what others say."""

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from hedgewatch.core.events import (
    AccountRead,
    ClockAdvanced,
    CollateralPriced,
    CollateralReading,
    MarketDefined,
    MarkPriceChanged,
    PositionReading,
    VenueWarned,
)
from hedgewatch.core.margin.regimes import REGIMES
from hedgewatch.core.model import (
    AccountPlan,
    CollateralSlice,
    EndReason,
    Market,
    MarketStatus,
    PricePlan,
    Scope,
    Unknown,
)
from tests.core.test_numbers_page import DEMO_TIERS, assert_computed
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    VENUE,
    Said,
    accepted,
    balance,
    desk,
    heard,
    held,
    lost,
    mark,
    market,
    quote,
    read,
    restored,
    rule,
    tiered,
    told,
)
from tests.support.stories import ALTS, CALM, Story, known, short_of_aix
from tests.support.venues import listed, marked

MULTI = "binance-usdm-multi-assets"
HOUR = 3_600.0
Reading = Callable[[float], PositionReading]


def _defined(**terms: object) -> MarketDefined:
    return MarketDefined(replace(market(AIX).market, **terms))  # type: ignore[arg-type]


def _with(position: Reading, **of_its_own: float) -> Reading:
    return lambda said: replace(position(said), **of_its_own)  # type: ignore[arg-type]


def _counting(rate: float, price: float = 60_000.0) -> Said:
    tether = CollateralReading(asset="USDT", price=1.0)
    slices = (CollateralSlice(inf, rate),)
    coin = CollateralReading(asset="BTC", price=price, slices=slices)
    return lambda now: CollateralPriced("main", (tether, coin), now)


def _ruled() -> tuple[Story, Story]:
    """The squeezed book of the page with a bitcoin beside it; and what became of its rules."""
    spot = AccountPlan(name="spot", venue="binance")
    plans = desk(BASKET)
    prices = dict(plans.prices) | {"BTC": PricePlan(account="spot", symbol="BTC/USDT")}
    on = replace(plans, accounts=(*plans.accounts, spot), prices=prices)
    before, after = Story(on=on), Story(on=on)
    for story in (before, after):
        story.at(0.0, accepted(), accepted("spot"), restored(), market(ALT), market("BTC/USDT"))
        story.at(0.0, _defined(funding_interval=8 * HOUR), tiered(AIX, DEMO_TIERS), tiered(ALT))
        story.at(0.0, mark(AIX, 1_310.0), mark(ALT, 0.655))
        story.at(0.0, read(wallet=None, account="spot"), _held(leverage=10.0))
        story.advance(1.0, mark(AIX, 1_310.0), mark(ALT, 0.655), quote("BTC/USDT", 6e4, 6.2e4))
    halted = {"funding_interval": 4 * HOUR, "status": "halted", "expiry": after.now + 1e6}
    after.at(2.0, _held(leverage=5.0, venue_notional=330_000.0, regime=MULTI), _counting(0.95))
    after.at(2.0, _counting(0.90), _defined(**halted), *_prices())
    after.advance(32.0, *_prices(), _counting(0.90))
    after.at(32.0, VenueWarned("main", "margin_call", AIX, after.now))
    again = _held(leverage=5.0, venue_notional=330_000.0, regime=MULTI)
    after.advance(62.0, *_prices(), _counting(0.90), again)
    return before, after


def _held(regime: str = "binance-usdm-cross", **of_its_own: float) -> Said:
    short = _with(held(AIX, -250.0), **of_its_own)
    coins = [balance(1.0, "BTC", cross=1.0 if regime == MULTI else 0.0)]
    return read(short, wallet=100_000.0, balances=coins, regime=regime)


def _prices() -> list[Said]:
    def marked_with(now: float) -> MarkPriceChanged:
        return MarkPriceChanged(VENUE, AIX, 1_310.0, now, 1_280.0, None, 25_000.0)

    return [marked_with, mark(ALT, 0.655), quote("BTC/USDT", 6.1e4, 6.1e4)]


def test_each_figure_of_other_rules_is_what_the_engine_computes() -> None:
    before, after = _ruled()
    assert_computed("Worked example: other rules", before, after)
    position, account = after.position(), after.account()
    assert "funding interval 8 h 00 min → 4 h 00 min" in position.terms_change
    assert "end none → " in position.terms_change
    assert position.settings_change == "leverage 10 → 5"
    assert account.settings_change == f"margin mode binance-usdm-cross → {MULTI}"
    assert account.collateral_change == "BTC counts 95.0% → 90.0%"
    assert account.deviating_coin == "BTC"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"contract_size": 1.0}, {"contract_size": 10.0}, "contract size 1 → 10"),
        ({"funding_cap": 0.02}, {"funding_cap": 0.005}, "funding cap 2.0000% → 0.5000%"),
        ({"funding_floor": -0.02}, {"funding_floor": -0.03}, "floor -2.0000% → -3.0000%"),
        ({"taker_fee": 0.0004}, {"taker_fee": 0.0005}, "taker fee 0.0400% → 0.0500%"),
        ({}, {"expiry": 1_766_566_800.0}, "end none → 2025-12-24 09:00 UTC"),
        ({}, {"status": "settling"}, "status trading → settling"),
    ],
)
def test_a_changed_rule_of_a_held_market_is_told_with_the_distance_of_before(
    before: dict[str, object], after: dict[str, object], words: str
) -> None:
    story = short_of_aix()
    story.at(1.0, _defined(**before), CALM)
    distance = story.position().liquidation_distance
    assert story.position().terms_change_age_seconds == inf
    story.at(2.0, _defined(**before | after), CALM)
    assert words in story.position().terms_change
    assert story.position().terms_change_age_seconds == 0.0
    assert story.position().liquidation_distance_before_terms == distance
    story.advance(62.0, CALM, ALTS)
    assert story.position().terms_change_age_seconds == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"funding_interval": None}, {"funding_interval": 8 * HOUR}),
        ({"funding_cap": 0.02}, {"funding_cap": None}),
        ({"status": "unknown"}, {"status": "settling"}),
        ({"status": "trading"}, {"status": "halted"}),
        ({}, {}),
    ],
)
def test_what_was_not_told_before_or_is_not_told_now_is_no_change(
    before: dict[str, object], after: dict[str, object]
) -> None:
    story = short_of_aix()
    story.at(1.0, _defined(**before), CALM)
    story.at(2.0, _defined(**before | after), CALM)
    assert story.position().terms_change == ""


def test_another_contract_size_is_doubted_until_a_reading_that_is_held_against_it() -> None:
    """Row 42: ten times the size is ten times the position, or a tenth of the contracts."""
    story = short_of_aix()
    own = _with(held(AIX, -20.0), venue_notional=20_000.0)
    story.at(1.0, read(own), CALM)
    assert story.position().notional_disagreement == 0.0
    story.at(2.0, _defined(contract_size=10.0), CALM)
    assert isinstance(story.position().notional, Unknown)
    assert story.account().blind_reason == f"the size of {AIX} changed"
    story.at(3.0, read(_with(held(AIX, -2.0), venue_notional=20_000.0)), CALM)
    assert story.position().notional == 20_000.0
    assert story.account().account_blind is False
    story.at(4.0, read(own), CALM)
    assert story.position().notional == 200_000.0
    assert known(story.position().notional_disagreement) == pytest.approx(9.0)


def test_an_account_that_holds_a_contract_of_another_size_is_read_again() -> None:
    story = short_of_aix()
    story.at(1.0, _defined(contract_size=10.0))
    assert story.after.confirm == ("main",)


def test_a_change_is_told_for_an_hour_and_later_ones_beside_it() -> None:
    story = short_of_aix()
    story.at(1.0, _defined(funding_interval=8 * HOUR), CALM)
    story.at(2.0, _defined(funding_interval=4 * HOUR), CALM)
    story.at(3.0, _defined(funding_interval=1 * HOUR), CALM)
    assert story.position().terms_change.count("funding interval") == 2
    story.at(2.0 + HOUR, CALM, ClockAdvanced())
    assert story.position().terms_change == "funding interval 4 h 00 min → 1 h 00 min"
    story.at(4.0 + HOUR, CALM, ClockAdvanced())
    assert story.position().terms_change_age_seconds == inf


def test_a_leverage_that_was_set_elsewhere_is_told_and_the_first_reading_of_it_is_not() -> None:
    """Row 36."""
    story = short_of_aix()
    story.at(1.0, read(_with(held(AIX, -200.0), leverage=10.0)), CALM)
    assert story.position().settings_change == ""
    story.at(2.0, read(held(AIX, -200.0)), CALM)
    story.at(3.0, read(_with(held(AIX, -200.0), leverage=20.0)), CALM)
    story.at(4.0, read(_with(held(AIX, -200.0), leverage=5.0)), CALM)
    assert story.position().settings_change == "leverage 20 → 5"


def test_a_position_that_became_isolated_is_told_and_one_that_was_reopened_so_is_not() -> None:
    """Row 35: cross ↔ isolated."""
    story = short_of_aix()
    distance = story.position().liquidation_distance
    story.at(1.0, told(held(AIX, -200.0, isolated=20_000.0)), CALM)
    assert story.position().settings_change == "margin mode cross → isolated"
    assert story.position().liquidation_distance_before_settings == distance
    other = short_of_aix()
    other.at(1.0, told(held(AIX, 0.0)), CALM)
    other.at(2.0, told(held(AIX, -200.0, isolated=20_000.0)), CALM)
    assert other.position().settings_change == ""


def test_hedge_mode_shows_in_the_positions_and_is_told_of_the_account() -> None:
    """Row 35: one-way ↔ hedge mode."""
    story = short_of_aix()
    assert story.account().settings_change == ""
    story.at(1.0, told(held(AIX, 0.0)), CALM)
    story.at(2.0, read(held(AIX, -200.0, kind="short"), held(AIX, 50.0, kind="long")), CALM)
    assert story.account().settings_change == "position mode one-way → hedge"


def test_a_market_in_hedge_mode_beside_one_that_is_not_is_no_switch() -> None:
    story = short_of_aix()
    story.at(1.0, market(ALT), tiered(ALT))
    story.at(2.0, read(held(AIX, -200.0), held(ALT, 10.0, 0.4, kind="long")), CALM, ALTS)
    story.at(3.0, told(held(AIX, 0.0)), told(held(ALT, 10.0, 0.4, kind="long")))
    story.at(4.0, read(held(ALT, 10.0, 0.4, kind="long")), CALM, ALTS)
    assert story.account().settings_change == ""


def test_a_margin_mode_that_is_not_understood_is_blindness_and_never_a_guess() -> None:
    """Row 35: a mode that nobody knows."""
    story = short_of_aix()
    reading = read(held(AIX, -200.0))(story.now)
    assert isinstance(reading, AccountRead)
    strange = replace(REGIMES["binance-usdm-cross"], name="new", unknown="a new mode")
    story.at(1.0, replace(reading, cross_regime=strange), CALM)
    assert story.account().account_blind is True
    assert story.account().settings_change == "margin mode binance-usdm-cross → new"


@pytest.mark.parametrize("status", ["halted", "settling", "closed"])
def test_a_market_that_does_not_trade_may_stand_still_and_that_is_said(
    status: MarketStatus,
) -> None:
    """Row 46: its frozen price is no blindness, but nothing can be adjusted in it."""
    halted = rule("MarketHalted", Scope.POSITION, "market_halted", summary="{market_status}")
    story = short_of_aix(halted, on=desk(prices={}))
    assert story.at(1.0, _defined(status=status)) == ["MarketHalted firing"]
    story.advance(29.0)
    assert story.account().account_blind is False
    assert story.position().mark_price == 1_000.0
    assert story.told[0].annotations["summary"] == status


def test_a_halted_market_whose_feed_is_down_is_as_blind_as_any() -> None:
    story = short_of_aix(on=desk(prices={}))
    story.at(1.0, restored(), _defined(status="halted"), lost())
    story.advance(20.0)
    assert story.account().account_blind is True


def test_a_market_that_trades_again_is_judged_by_the_age_of_its_price_again() -> None:
    story = short_of_aix(on=desk(prices={}))
    story.at(1.0, _defined(status="halted"))
    story.advance(20.0)
    story.at(20.0, _defined(status="trading"))
    assert story.position().market_halted is False
    assert story.account().account_blind is True


def test_a_delisting_is_told_at_once_with_what_the_hedge_will_lack() -> None:
    """Row 40: the end of a held contract, and the drift without it."""
    story = short_of_aix(on=desk(BASKET))
    assert isinstance(story.hedge().hedge_drift_after_expiry, Unknown)
    story.at(1.0, _defined(expiry=story.now + 86_400.0), CALM, ALTS)
    assert known(story.hedge().cover_time_to_expiry_seconds) == pytest.approx(86_399.0, abs=2.0)
    assert story.hedge().hedge_drift_after_expiry == -1.0
    assert story.position().terms_change.startswith("end none → ")


def test_a_perpetual_that_is_delisted_pays_funding_to_the_end() -> None:
    story = short_of_aix()
    story.at(1.0, _defined(expiry=story.now + 86_400.0, funding_interval=8 * HOUR))
    story.at(1.0, lambda now: MarkPriceChanged(VENUE, AIX, 1_000.0, now, None, 0.0001))
    assert story.position().funding_rate == 0.0001


def test_a_coin_that_counts_for_less_is_told_before_anybody_is_short_of_margin() -> None:
    story = Story()
    coins = [balance(1.0, "BTC")]
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), _counting(0.95), CALM, ALTS)
    story.at(0.0, read(held(AIX, -10.0), balances=coins, regime=MULTI))
    story.at(1.0, _counting(0.95, price=50_000.0))
    assert story.account().collateral_change_age_seconds == inf  # prices move, that is no news
    ratio = story.account().highest_margin_ratio
    story.at(2.0, _counting(0.80, price=50_000.0))
    assert story.account().collateral_change == "BTC counts 95.0% → 80.0%"
    assert story.account().margin_ratio_before_collateral == ratio


def test_a_warning_of_the_venue_corroborates_and_triggers_nothing() -> None:
    danger = rule("Danger", Scope.POOL, "margin_ratio > 50%", summary="{venue_warning}")
    apart = rule(
        "Apart",
        Scope.ACCOUNT,
        "venue_warning_age_seconds < 5m and margin_ratio_before_warning < 50%",
    )
    story = short_of_aix(danger, apart)
    assert story.account().venue_warning == "binanceusdm itself has not warned"
    warned = VenueWarned("main", "margin_call", AIX, story.now, "margin ratio 85 %")
    assert story.at(1.0, warned) == ["Apart firing"]
    said = "binanceusdm itself told of a margin-call of AIX/USDT:USDT at 22:13:21 UTC"
    assert story.account().venue_warning == f"{said} (margin ratio 85 %)"
    assert story.at(2.0, mark(AIX, 1_220.0)) == ["Danger firing"]
    assert story.told[-1].annotations["summary"] == f"{said} (margin ratio 85 %)"


def test_auto_deleveraging_that_the_venue_tells_of_is_no_warning_of_a_margin_call() -> None:
    story = short_of_aix()
    story.at(1.0, VenueWarned("main", "auto_deleveraging", AIX, story.now))
    assert story.account().venue_warning_age_seconds == inf
    assert "auto-deleveraging of AIX/USDT:USDT" in story.account().venue_warning


def test_a_warning_is_forgotten_after_an_hour() -> None:
    story = short_of_aix()
    story.at(1.0, VenueWarned("main", "liquidation", "", story.now))
    story.at(2.0 + HOUR, ClockAdvanced())
    assert story.account().venue_warning_age_seconds == inf
    assert story.account().venue_warning == "binanceusdm itself has not warned"


def test_a_mark_that_others_dispute_moves_everything_and_is_said_to_be_disputed() -> None:
    """Row 31: the venue liquidates by its own mark, whatever others say."""
    other = AccountPlan(name="other", venue="bybit")
    on = replace(desk(prices={}), accounts=(*desk().accounts, other))
    story = short_of_aix(on=on)
    story.at(0.0, accepted("other"), listed(AIX, "bybit"), read(held(AIX, 5.0), account="other"))
    story.at(0.5, mark(AIX, 1_000.0, index=1_001.0), marked(AIX, "bybit", 1_000.0), ClockAdvanced())
    assert known(story.position().mark_disagreement) == pytest.approx(1_000.0 / 1_001.0 - 1.0)
    story.at(1.0, mark(AIX, 1_160.0, index=1_158.0), marked(AIX, "bybit", 1_000.0), ClockAdvanced())
    assert known(story.position().mark_disagreement) == pytest.approx(0.16)
    assert known(story.position().liquidation_distance) < 0.10


def test_a_thousand_of_a_coin_are_compared_with_the_coin_elsewhere() -> None:
    other = AccountPlan(name="other", venue="bybit")
    on = replace(desk(prices={}), accounts=(*desk().accounts, other))
    many, one = "1000PEPE/USDT:USDT", "PEPE/USDT:USDT"
    story = Story(on=on)
    story.at(0.0, accepted(), accepted("other"), market(many), tiered(many), listed(one, "bybit"))
    story.at(0.0, read(held(many, 10.0, 0.01)), read(held(one, 5.0, 1e-5), account="other"))
    story.advance(1.0, mark(many, 0.0102), marked(one, "bybit", 1e-5))
    assert known(story.position(many).mark_disagreement) == pytest.approx(0.02)


def test_collateral_that_the_venue_marks_down_is_seen_before_the_margin_is_gone() -> None:
    """Row 32."""
    spot = AccountPlan(name="spot", venue="binance")
    prices = {"BTC": PricePlan(account="spot", symbol="BTC/USDT")}
    on = replace(desk(prices={}), accounts=(*desk().accounts, spot), prices=prices)
    story = Story(on=on)
    coins, pair = [balance(1.0, "BTC")], quote("BTC/USDT", 60_000.0, 60_000.0)
    story.at(0.0, accepted(), accepted("spot"), market(AIX), market("BTC/USDT"), tiered(AIX))
    story.at(0.0, read(held(AIX, -10.0), balances=coins, regime=MULTI))
    story.at(0.0, read(wallet=None, account="spot"))
    story.advance(1.0, CALM, pair, _counting(0.95))
    assert known(story.account().collateral_deviation) == pytest.approx(0.0)
    story.advance(2.0, CALM, pair, _counting(0.95, price=57_000.0))
    assert known(story.account().collateral_deviation) == pytest.approx(-0.05)
    story.advance(40.0, CALM, pair)
    assert isinstance(story.account().collateral_deviation, Unknown)


def test_the_share_of_an_inverse_position_is_of_its_coins() -> None:
    coin = "BTC/USD:BTC"
    story = Story()
    story.at(0.0, accepted(), market(coin, contract_size=100.0), tiered(coin))
    story.at(0.0, read(held(coin, -600.0, 60_000.0), wallet=1.0))
    story.at(1.0, lambda now: MarkPriceChanged(VENUE, coin, 60_000.0, now, None, None, 50.0))
    assert story.position(coin).open_interest_share == pytest.approx(0.02)
    assert story.position(coin).open_interest == 50.0


def test_a_market_defined_for_the_first_time_is_no_change() -> None:
    story = Story()
    first: Market = market(AIX, contract_size=10.0).market
    story.at(0.0, read(held(AIX, -10.0)), MarketDefined(first), tiered(AIX), CALM)
    assert story.position().terms_change_age_seconds == inf


def test_a_liquidation_of_what_was_near_it_here_is_no_disagreement_though_it_is_gone() -> None:
    apart = rule(
        "Apart",
        Scope.ACCOUNT,
        "venue_warning_age_seconds < 5m and margin_ratio_before_warning < 60%",
    )
    story = short_of_aix(apart)
    story.advance(70.0, mark(AIX, 1_230.0), ALTS, heard())
    story.at(70.1, told(held(AIX, 0.0), EndReason.LIQUIDATED))
    assert story.account().highest_margin_ratio == 0.0
    story.at(70.2, VenueWarned("main", "liquidation", AIX, story.now))
    assert story.firing() == set()
    assert known(story.account().margin_ratio_before_warning) > 0.7
