"""Known, unknown, blind: what cannot be vouched for is never a number, and never calm."""

from dataclasses import replace
from math import sqrt

import pytest

from hedgewatch.core.book.prices import VenueClock
from hedgewatch.core.events import VenueClockRead
from hedgewatch.core.model import AccountPlan, PricePlan, Scope, Unknown
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    VENUE,
    desk,
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
from tests.support.stories import (
    ALTS,
    CALM,
    HOT,
    START,
    Story,
    assert_unknown,
    danger,
    known,
    reason,
    short_of_aix,
)

BLIND = rule("Blind", Scope.ACCOUNT, "account_blind", hold_for=15.0)
SHORT = held(AIX, -200.0)
YEAR = 365 * 86_400.0


def test_nothing_is_known_before_the_first_reading_and_the_first_price() -> None:
    story = Story(danger(), on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), CALM, ALTS)
    assert reason(story.hedge().hedge_ratio) == "not read yet"
    story = Story(danger(), on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), read(held(AIX, -200.0)))
    assert_unknown(story)
    story.at(1.0, CALM)
    assert_unknown(story)
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
    story = short_of_aix(danger(), on=desk(BASKET))
    others = [said for symbol, said in ((AIX, CALM), (ALT, ALTS)) if symbol != quiet]
    story.advance(5.0, *others)
    assert story.account().account_blind is False
    story.advance(5.5, *others)
    assert story.account().account_blind is True
    assert story.account().blind_seconds == pytest.approx(5.5)
    assert story.account().blind_reason == f"the price of {quiet} is stale"
    assert_unknown(story)


def test_a_feed_that_repeats_its_last_event_for_ever_is_a_feed_that_stopped() -> None:
    story = short_of_aix(on=desk(BASKET))
    for tenths in range(1, 70):
        story.at(tenths / 10, mark(AIX, 1_000.0, late=tenths / 10), mark(ALT, 0.40))
    story.advance(7.5)
    assert story.account().account_blind is True


def test_old_frames_that_come_in_a_burst_after_a_pause_are_not_fresh() -> None:
    story = short_of_aix(danger(), on=desk(BASKET))
    story.advance(20.0, CALM, ALTS)
    story.advance(50.0, ALTS, read(held(AIX, -200.0)))
    assert_unknown(story)
    for late in (25.0, 20.0, 12.0, 6.0):
        story.at(50.0, mark(AIX, 1_220.0, late=late))
        assert_unknown(story)
    assert story.firing() == set()
    story.at(50.5, HOT)
    assert story.firing() == {"Danger"}


def test_old_frames_after_a_reconnect_are_not_fresh_either() -> None:
    story = short_of_aix(danger(), on=desk(BASKET))
    story.advance(20.0, CALM, ALTS)
    story.advance(40.0, lost(), ALTS, read(held(AIX, -200.0)))
    story.at(40.0, restored())
    story.at(40.0, mark(AIX, 1_220.0, late=19.0), mark(AIX, 1_220.0, late=10.0))
    assert_unknown(story)
    assert story.firing() == set()


def test_a_feed_that_lags_stays_doubtful_however_long_it_lags() -> None:
    """Under load venues deliver everything late for many minutes: its prices are not of now."""
    story = short_of_aix(danger(), on=desk(BASKET))
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
    story = Story(danger(), on=desk(BASKET), venue_ahead=hours * 3_600.0)
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
    story = short_of_aix(danger(), on=desk(BASKET))
    story.advance(10.0)
    assert_unknown(story)
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
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.advance(120.0, every=1.0) == []
    assert story.firing() == {"Danger"}


def test_a_venue_that_sets_its_clock_back_is_believed_once_it_told_its_time() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.advance(10.0, CALM, ALTS)
    late = (mark(AIX, 1_000.0, late=30.0), mark(ALT, 0.40, late=30.0))
    story.at(10.1, lost("mark"), *late)
    story.advance(16.0, *late)
    assert story.account().account_blind
    story.at(16.1, lambda _now: VenueClockRead(VENUE, -30.0), *late)
    assert not story.account().account_blind


def test_an_account_that_turns_blind_on_a_late_price_is_unknown_in_all_its_pools_at_once() -> None:
    """Another account's event saw first that the price that both watch was stale."""
    story = Story(on=desk(accounts=("main", "other")))
    story.at(0.0, market(AIX), market(ALT))
    for account in ("main", "other"):
        tables = (tiered(AIX, account=account), tiered(ALT, account=account))
        story.at(0.0, *tables, read(SHORT, account=account))
    alone = held(ALT, 100.0, 0.40, isolated=20.0)
    story.at(1.0, read(SHORT, alone, account="other"), CALM, ALTS)
    story.at(5.0, ALTS)
    story.at(6.5, told(held(AIX, -201.0)))
    story.at(6.6, mark(AIX, 1_001.0, late=5.5))
    pools = story.account("other").pools
    assert [type(pools[name].equity) for name in ("USDT", ALT)] == [Unknown, Unknown]


def test_the_price_of_a_market_that_nobody_holds_any_more_is_not_known_for_ever() -> None:
    story = short_of_aix()
    story.at(1.0, told(held(AIX, 0.0)), CALM)
    assert reason(story.market().doubt or 0.0) == f"nobody watches {AIX} any more"
    story.at(2.0, told(SHORT), CALM)
    assert story.market().doubt is None
    story.reload(on=desk(accounts=(), prices={}))
    assert story.market().doubt is not None


def test_a_spot_pair_that_is_quiet_between_two_readings_makes_nobody_blind() -> None:
    """A quote is told when it moves, and asked for by each reading, every 8 s."""
    spot = AccountPlan(name="spot", venue="binance")
    prices = {"ALT": PricePlan(account="spot", symbol="ALT/USDT")}
    story = Story(BLIND, on=replace(desk(), accounts=(spot,), prices=prices))
    polled = (read(wallet=None, account="spot"), quote("ALT/USDT", 0.39, 0.41))
    story.at(0.0, market("ALT/USDT"))
    for _ in range(3):
        story.at(story.now - START, *polled)
        story.advance(story.now - START + 8.5)
        assert story.account("spot").account_blind is False
    story.advance(story.now - START + 4.0)
    assert story.account("spot").account_blind is True
