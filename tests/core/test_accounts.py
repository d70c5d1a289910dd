"""Refused, silent, not understood: an account that cannot be vouched for says so."""

import pytest

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
    market,
    read,
    refused,
    restored,
    rule,
    tiered,
    told,
)
from tests.support.stories import (
    ALTS,
    CALM,
    START,
    Story,
    assert_unknown,
    danger,
    known,
    reason,
    short_of_aix,
)

SHORT = held(AIX, -200.0)


def test_a_refused_account_is_unusable_and_blind_for_its_reason() -> None:
    unusable = rule("Unusable", Scope.ACCOUNT, "account_unusable")
    story = short_of_aix(unusable, on=desk(BASKET))
    assert story.at(1.0, refused("the key can trade")) == ["Unusable firing"]
    assert story.account().account_blind is True
    assert story.account().account_unusable
    assert story.account().blind_reason == "the key can trade"
    assert reason(story.pool().margin_ratio) == "the key can trade"
    assert_unknown(story)


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
    assert_unknown(story)


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
    story.at(1.0, read(held(AIX, -200.0), regime="bybit-portfolio-margin"))
    assert reason(story.pool("account").margin_ratio).startswith("portfolio margin is a simulation")
    assert reason(story.position().liquidation_distance).startswith("portfolio margin is")


def test_the_worst_distance_of_a_regime_not_understood_is_no_old_number() -> None:
    story = short_of_aix(on=desk(BASKET))
    story.at(1.0, read(held(AIX, -200.0), regime="bybit-portfolio-margin"))
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
    story = Story(danger())
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


def test_a_start_that_took_long_is_no_blindness_until_prices_had_time_to_come() -> None:
    """Importing ccxt on a busy machine takes longer than a price may be old."""
    long_blind = rule("Blind", Scope.ACCOUNT, "blind_seconds > 5s")
    for start in (4.5, 8.0):
        story = Story(long_blind, on=desk(BASKET))
        story.advance(start)
        begun = story.at(start, market(AIX), market(ALT), tiered(AIX), accepted(), read(SHORT))
        assert begun == []
        assert story.advance(start + 1.0) == []
        assert story.at(start + 1.1, CALM, ALTS) == []
        assert story.account().account_blind is False
        assert story.advance(start + 12.0) == ["Blind firing"], "from then on silence is blindness"


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


def test_an_alert_that_outlives_the_loss_of_a_feed_says_that_it_delivers_again() -> None:
    gone = rule(
        "FeedLost", Scope.FEED, "not feed_up", summary="{feed_reason}", keep_firing_for=30.0
    )
    story = short_of_aix(gone)
    story.at(1.0, lost("mark"))
    assert story.record("FeedLost").annotations["summary"] != ""
    story.at(2.0, restored("mark"))
    (seen,) = (r for r in story.engine.judge.in_words_of_now(story.feed("mark")))
    assert seen.annotations["summary"] == "it delivers again"


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


def test_an_account_that_was_never_read_is_not_infinitely_far_from_liquidation() -> None:
    story = Story(on=desk(BASKET))
    story.advance(16.0)
    assert story.account().account_blind is True
    assert reason(story.account().liquidation_distance_worst) == "not read yet"
