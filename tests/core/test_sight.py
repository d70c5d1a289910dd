"""Known, unknown, blind: what cannot be vouched for is never a number, and never calm."""

from math import sqrt

import pytest

from hedgewatch.core.book.prices import VenueClock
from hedgewatch.core.model import Scope, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    accepted,
    desk,
    heard,
    held,
    lost,
    mark,
    market,
    read,
    refused,
    restored,
    rule,
    tiered,
    told,
)
from tests.support.stories import START, Story, known, reason, short_of_aix

CALM, HOT, ALTS = mark(AIX, 1_000.0), mark(AIX, 1_220.0), mark(ALT, 0.40)
DANGER = rule("Danger", Scope.POOL, "margin_ratio > 50%")
BLIND = rule("Blind", Scope.ACCOUNT, "account_blind", hold_for=15.0)
SHORT = held(AIX, -200.0)
YEAR = 365 * 86_400.0


def _unknown(story: Story) -> None:
    """Nothing that depends on what is doubted may be a number."""
    pool, position, hedge = story.pool(), story.position(), story.hedge()
    for value in (pool.margin_ratio, pool.equity, pool.headroom, pool.shock_up, pool.shock_down):
        assert isinstance(value, Unknown)
    for value in (position.liquidation_price, position.liquidation_distance, position.notional):
        assert isinstance(value, Unknown)
    assert isinstance(position.mark_price, Unknown)
    assert isinstance(hedge.hedge_ratio, Unknown)
    assert isinstance(hedge.contracts_to_target, Unknown)


def test_nothing_is_known_before_the_first_reading_and_the_first_price() -> None:
    story = Story(DANGER, on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), CALM, ALTS)
    assert reason(story.hedge().hedge_ratio) == "not read yet"
    story = Story(DANGER, on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), read(held(AIX, -200.0)))
    _unknown(story)
    story.at(1.0, CALM)
    _unknown(story)
    story.at(1.0, ALTS)
    assert story.pool().margin_ratio == pytest.approx(0.06)
    assert story.hedge().hedge_ratio == 1.0


def test_a_start_that_takes_a_moment_is_not_blindness_but_a_silent_venue_is() -> None:
    story = Story(BLIND)
    story.advance(14.0)
    assert reason(story.account().account_blind) == "not read yet"
    story.advance(16.0)
    assert story.account().account_blind is True
    assert story.account().blind_reason == "not read yet"


@pytest.mark.parametrize("quiet", [AIX, ALT])
def test_a_price_that_stops_makes_the_account_blind_within_five_and_a_half_seconds(
    quiet: str,
) -> None:
    story = short_of_aix(DANGER, on=desk(BASKET))
    others = [said for symbol, said in ((AIX, CALM), (ALT, ALTS)) if symbol != quiet]
    story.advance(5.0, *others)
    assert story.account().account_blind is False
    story.advance(5.5, *others)
    assert story.account().account_blind is True
    assert story.account().blind_seconds == pytest.approx(5.5)
    assert story.account().blind_reason == f"the price of {quiet} is stale"
    _unknown(story)


def test_a_feed_that_repeats_its_last_event_for_ever_is_a_feed_that_stopped() -> None:
    story = short_of_aix(on=desk(BASKET))
    for tenths in range(1, 70):
        story.at(tenths / 10, mark(AIX, 1_000.0, late=tenths / 10), mark(ALT, 0.40))
    story.advance(7.5)
    assert story.account().account_blind is True


def test_old_frames_that_come_in_a_burst_after_a_pause_are_not_fresh() -> None:
    story = short_of_aix(DANGER, on=desk(BASKET))
    story.advance(20.0, CALM, ALTS)
    story.advance(50.0, ALTS, read(held(AIX, -200.0)))
    _unknown(story)
    for late in (25.0, 20.0, 12.0, 6.0):
        story.at(50.0, mark(AIX, 1_220.0, late=late))
        _unknown(story)
    assert story.firing() == set()
    story.at(50.5, HOT)
    assert story.firing() == {"Danger"}


def test_old_frames_after_a_reconnect_are_not_fresh_either() -> None:
    story = short_of_aix(DANGER, on=desk(BASKET))
    story.advance(20.0, CALM, ALTS)
    story.advance(40.0, lost(), ALTS, read(held(AIX, -200.0)))
    story.at(40.0, restored())
    story.at(40.0, mark(AIX, 1_220.0, late=19.0), mark(AIX, 1_220.0, late=10.0))
    _unknown(story)
    assert story.firing() == set()


def test_a_feed_that_lags_stays_doubtful_however_long_it_lags() -> None:
    """Under load venues deliver everything late for many minutes: its prices are not of now."""
    story = short_of_aix(DANGER, on=desk(BASKET))
    story.advance(10.0, CALM, ALTS)
    late = (mark(AIX, 1_000.0, late=20.0), mark(ALT, 0.40, late=20.0), read(SHORT))
    story.advance(31.0, *late, every=1.0)
    for minute in range(1, 15):
        story.advance(31.0 + 60.0 * minute, *late, every=1.0)
        assert story.account().account_blind is True
    story.advance(900.0, CALM, ALTS)
    assert story.account().account_blind is False


def test_a_clock_of_ours_that_runs_fast_makes_no_feed_look_late() -> None:
    clock = VenueClock()
    for minute in range(3 * 24 * 60):
        truth = START + 60.0 * minute
        ours = truth + 100e-6 * 60.0 * minute
        assert ours - clock.seen_at(truth, ours) < 0.1


def test_an_old_frame_never_overwrites_a_newer_price() -> None:
    story = short_of_aix()
    story.at(3.0, mark(AIX, 1_100.0))
    story.at(3.5, mark(AIX, 900.0, late=2.0))
    assert story.market().price == 1_100.0


@pytest.mark.parametrize("hours", [-1.0, 1.0])
def test_a_venue_whose_clock_is_an_hour_off_is_no_problem(hours: float) -> None:
    story = Story(DANGER, on=desk(BASKET), venue_ahead=hours * 3_600.0)
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), read(held(AIX, -200.0)), CALM, ALTS)
    story.advance(5.0, CALM, ALTS)
    assert story.account().account_blind is False
    assert story.pool().margin_ratio == pytest.approx(0.06)
    story.advance(11.0)
    assert story.account().account_blind is True


def test_a_venue_that_corrects_its_clock_backwards_is_followed_after_a_reconnect() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(10.0, CALM, ALTS)
    story.venue_ahead = -2.0
    story.at(10.5, lost(), restored())
    story.advance(14.0, CALM, ALTS)
    assert story.account().account_blind is False


def test_while_blind_the_worst_distance_widens_with_the_root_of_the_age() -> None:
    story = short_of_aix()
    last = known(story.position().liquidation_distance)
    assert last == pytest.approx(0.2304, abs=1e-4)
    for age in (10.0, 40.0, 160.0):
        story.advance(age)
        slack = 4.0 * sqrt(age / YEAR)
        assert story.position().liquidation_distance_worst == pytest.approx(last - slack)
        assert story.account().liquidation_distance_worst == pytest.approx(last - slack)
    assert isinstance(story.position().liquidation_distance, Unknown)


def test_a_rule_on_the_worst_distance_fires_while_it_widens_in_the_dark() -> None:
    near = rule("Near", Scope.POSITION, "liquidation_distance_worst < 22.8%")
    story = short_of_aix(near)
    assert story.advance(10.0) == []
    assert story.advance(20.0) == ["Near firing"]


def test_sight_that_comes_back_recomputes_everything_at_once() -> None:
    story = short_of_aix(DANGER, on=desk(BASKET))
    story.advance(10.0)
    _unknown(story)
    said = story.at(10.2, ALTS, HOT)
    assert said == ["Danger firing"]
    assert story.account().account_blind is False
    assert story.account().blind_seconds == 0.0
    assert story.position().liquidation_distance_worst == story.position().liquidation_distance
    assert story.hedge().hedge_ratio == pytest.approx(1.22)


def test_blindness_fires_after_fifteen_seconds_and_only_then() -> None:
    story = short_of_aix(BLIND)
    story.advance(5.5)
    assert story.pending() == {"Blind"}
    assert story.advance(20.0) == []
    assert story.advance(20.5) == ["Blind firing"]


def test_a_blip_of_a_few_seconds_alerts_nobody() -> None:
    story = short_of_aix(BLIND)
    story.advance(12.0)
    assert story.at(12.2, CALM, ALTS) == ["Blind inactive"]


def test_alerts_hold_while_the_account_is_blind() -> None:
    story = short_of_aix(DANGER)
    story.at(1.0, HOT)
    assert story.advance(120.0, every=1.0) == []
    assert story.firing() == {"Danger"}


def test_a_refused_account_is_unusable_and_blind_for_its_reason() -> None:
    unusable = rule("Unusable", Scope.ACCOUNT, "account_unusable")
    story = short_of_aix(unusable, on=desk(BASKET))
    assert story.at(1.0, refused("the key can trade")) == ["Unusable firing"]
    assert story.account().account_blind is True
    assert story.account().account_unusable
    assert story.account().blind_reason == "the key can trade"
    assert reason(story.pool().margin_ratio) == "the key can trade"
    _unknown(story)


def test_a_refusal_before_anything_was_read_is_blindness_at_once() -> None:
    story = Story()
    story.at(0.5, refused("the venue is down"))
    assert story.account().account_blind is True
    story.advance(4.0)
    assert story.account().blind_seconds == pytest.approx(4.0)


def test_an_account_that_is_accepted_again_is_known_again_by_its_next_reading() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.at(1.0, refused("the venue is down"))
    story.advance(3.0, CALM, ALTS)
    story.at(3.0, accepted(), read(held(AIX, -200.0)), CALM, ALTS)
    assert story.account().account_blind is False
    assert not story.account().account_unusable
    assert story.pool().margin_ratio == pytest.approx(0.06)


def test_thirty_seconds_without_a_reading_or_a_live_socket_are_blindness() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(30.0, CALM, ALTS)
    assert story.account().account_blind is False
    story.advance(30.5, CALM, ALTS)
    assert story.account().blind_reason == "no reading of the account"
    assert story.account().account_blind is True
    _unknown(story)


def test_a_private_socket_that_answers_pings_stands_in_for_a_reading() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(29.0, CALM, ALTS)
    story.at(29.0, heard())
    story.advance(59.0, CALM, ALTS)
    assert story.account().account_blind is False
    story.advance(60.0, CALM, ALTS)
    assert story.account().account_blind is True


def test_readings_that_disagree_are_no_agreeing_readings_of_the_account() -> None:
    """`[]` while margin is used says that the list is wrong, not that all is well."""
    story = short_of_aix(on=desk(BASKET))
    story.advance(25.0, CALM, ALTS)
    for second in (25.0, 27.0, 29.0):
        story.at(second, read(margin=3_000.0), CALM, ALTS)
    story.advance(31.0, CALM, ALTS)
    assert story.account().account_blind is True


def test_a_regime_that_is_not_understood_makes_its_numbers_unknown() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.at(1.0, read(held(AIX, -200.0), unsupported="multi-asset mode"))
    assert reason(story.pool().margin_ratio) == "multi-asset mode"
    assert reason(story.position().liquidation_distance) == "multi-asset mode"


def test_the_worst_distance_of_a_regime_not_understood_is_no_old_number() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.at(1.0, read(held(AIX, -200.0), unsupported="multi-asset mode"))
    before = known(story.position().last_distance)
    story.advance(10.0, CALM, ALTS)
    worst = story.position().liquidation_distance_worst
    assert isinstance(worst, Unknown) or worst < before


def test_a_position_without_margin_tiers_is_unknown_not_safe() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), read(held(AIX, -200.0)), CALM, ALTS)
    assert "margin tiers" in reason(story.pool().margin_ratio)
    story.at(1.0, tiered(AIX), CALM, ALTS)
    assert story.pool().margin_ratio == pytest.approx(0.06)


def test_a_pool_without_a_balance_is_unknown_not_bankrupt() -> None:
    story = Story(DANGER)
    story.at(0.0, market(AIX), tiered(AIX), read(held(AIX, -200.0), wallet=None), CALM, ALTS)
    assert reason(story.pool().margin_ratio) == "no balance of USDT yet"
    assert story.firing() == set()


def test_a_market_that_is_held_again_after_an_hour_is_not_an_hour_of_blindness() -> None:
    """While nobody held it nobody had to watch it."""
    long_blind = rule("Blind", Scope.ACCOUNT, "blind_seconds > 15s")
    story = short_of_aix(long_blind)
    story.at(1.0, told(held(AIX, 0.0)), read())
    story.advance(3_600.0, ALTS, heard(), every=1.0)
    assert story.at(3_600.5, told(held(AIX, -1.0))) == []
    assert story.account().blind_seconds <= 1.0
    assert isinstance(story.position().liquidation_distance, Unknown)
    story.at(3_601.0, CALM)
    assert story.account().account_blind is False


def test_a_position_that_was_reopened_in_the_dark_has_no_distance_of_its_former_life() -> None:
    story = short_of_aix()
    story.at(1.0, told(held(AIX, 0.0)))
    story.advance(10.0)
    story.at(10.0, told(held(AIX, -10_000.0)))
    story.advance(12.0)
    assert isinstance(story.position().liquidation_distance_worst, Unknown)


def test_a_position_that_grew_in_the_dark_has_no_distance_of_its_former_size() -> None:
    story = short_of_aix()
    story.advance(10.0)
    story.at(10.0, told(held(AIX, -10_000.0)))
    story.advance(12.0)
    assert isinstance(story.position().liquidation_distance_worst, Unknown)
    assert isinstance(story.account().liquidation_distance_worst, Unknown)


def test_one_blind_account_leaves_the_other_its_sight() -> None:
    story = Story(on=desk(accounts=("main", "second")))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), tiered(AIX, account="second"), CALM, ALTS)
    story.at(0.0, read(held(AIX, -200.0)), read(held(AIX, -10.0), account="second"))
    story.at(1.0, refused("the key was deleted", account="second"))
    story.advance(3.0, CALM, ALTS)
    assert story.account("second").account_blind is True
    assert story.account().account_blind is False
    assert story.pool().margin_ratio == pytest.approx(0.06)
    assert story.engine.book.totals.accounts_blind == 1.0


def test_a_lost_feed_is_said_with_its_reason_and_its_age() -> None:
    gone = rule("FeedLost", Scope.FEED, "not feed_up", summary="{feed_reason}")
    story = short_of_aix(gone)
    assert story.at(1.0, lost("mark")) == ["FeedLost firing"]
    assert story.told[-1].annotations["summary"] == "the socket closed"
    story.advance(4.0)
    assert story.feed("mark").data_age_seconds == pytest.approx(4.0)
    assert story.at(4.0, restored("mark")) == []
    assert story.advance(6.0, CALM, ALTS) == ["FeedLost resolved"]


def test_the_totals_of_the_desk_are_unknown_when_one_of_their_parts_is() -> None:
    story = short_of_aix()
    story.advance(1.0, CALM, ALTS)
    assert story.engine.book.totals.worst_margin_ratio == pytest.approx(0.06)
    story.advance(10.0)
    assert isinstance(story.engine.book.totals.worst_margin_ratio, Unknown)


def test_times_of_a_doubt_are_on_our_clock_whatever_the_venues_says() -> None:
    story = Story(on=desk(), venue_ahead=7_200.0)
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), read(held(AIX, -200.0)), CALM, ALTS)
    story.advance(6.0)
    doubt = story.account().doubt
    assert doubt is not None
    assert doubt.since == START
