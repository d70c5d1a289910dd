"""What a venue says of an account: newer, older, twice, or not at all."""

import pytest

from hedgewatch.core.events import Event, VenueClockRead
from hedgewatch.core.model import Scope
from tests.support.builders import (
    AIX,
    ALT,
    VENUE,
    Said,
    balance,
    held,
    mark,
    market,
    read,
    rule,
    tiered,
    told,
    with_its_own,
)
from tests.support.stories import ALTS, CALM, HOT, START, Story, danger, known, short_of_aix

NEAR = rule("Near", Scope.POSITION, "liquidation_distance < 10%")
VANISHED = rule("Vanished", Scope.POSITION, "position_vanished")
SHORT = held(AIX, -200.0)


def _contracts(story: Story, symbol: str = AIX) -> float:
    return story.position(symbol).contracts


# ------------------------------------------------------------------------------ mere absence


def test_an_empty_list_once_keeps_the_position_and_asks_to_read_again() -> None:
    story = short_of_aix(NEAR)
    story.at(1.0, HOT)
    assert story.at(2.0, read()) == []
    assert story.after.confirm == ("main",)
    assert _contracts(story) == -200.0
    assert story.firing() == {"Near"}
    assert story.position().liquidation_price == pytest.approx(1_230.39, abs=0.01)


def test_an_empty_list_twice_while_margin_is_used_is_a_position_that_vanished() -> None:
    story = short_of_aix(NEAR, VANISHED)
    story.at(1.0, HOT)
    story.at(2.0, read(margin=3_000.0))
    assert story.at(4.0, read(margin=3_000.0)) == ["Vanished firing"]
    assert _contracts(story) == -200.0
    assert story.firing() == {"Near", "Vanished"}
    for second in range(6, 40, 2):
        story.at(float(second), read(margin=3_000.0), HOT)
    assert story.firing() == {"Near", "Vanished"}


def test_the_venues_own_maintenance_margin_shows_that_a_position_is_still_there() -> None:
    story = short_of_aix(VANISHED)
    empty = read(wallet=None, balances=[balance(50_000.0, maintenance=3_000.0)])
    story.at(2.0, empty)
    assert story.at(4.0, empty) == ["Vanished firing"]


def test_a_vanished_position_that_is_reported_again_is_no_longer_vanished() -> None:
    story = short_of_aix(VANISHED)
    story.at(2.0, read(margin=3_000.0))
    story.at(4.0, read(margin=3_000.0))
    story.at(6.0, read(SHORT), CALM)
    assert story.at(7.0, CALM) == ["Vanished resolved"]


def test_an_empty_list_twice_without_any_margin_ends_the_position_for_reasons_unknown() -> None:
    story = short_of_aix(NEAR)
    story.at(1.0, read(SHORT, margin=3_000.0), HOT)
    story.at(2.0, read(margin=0.0))
    assert story.at(4.0, read(margin=0.0)) == ["Near ended(unknown)"]
    assert list(story.open()) == []


def test_margin_of_zero_proves_nothing_at_a_venue_that_never_told_any() -> None:
    story = short_of_aix(NEAR)
    story.at(1.0, HOT)
    for second in (2.0, 4.0, 6.0):
        assert story.at(second, read(margin=0.0)) == []
    assert _contracts(story) == -200.0
    assert story.position().position_vanished


def test_a_list_that_is_whole_again_starts_the_count_anew() -> None:
    story = short_of_aix(NEAR)
    for second in range(0, 20, 2):
        story.at(float(second), read(SHORT, margin=3_000.0))
        story.at(second + 1.0, read(margin=0.0))
    assert _contracts(story) == -200.0


def test_a_word_of_the_private_stream_between_two_empty_lists_starts_the_count_anew() -> None:
    story = short_of_aix()
    story.at(1.0, read(margin=0.0))
    story.at(2.0, told(SHORT))
    story.at(3.0, read(margin=0.0))
    assert _contracts(story) == -200.0


def test_a_list_that_lacks_one_row_of_two_is_doubted_like_an_empty_one() -> None:
    story = short_of_aix()
    story.at(1.0, read(SHORT, held(ALT, 1_000.0, 0.40)), ALTS)
    story.at(2.0, read(SHORT, margin=3_000.0))
    assert story.after.confirm == ("main",)
    assert _contracts(story, ALT) == 1_000.0


def test_one_row_missing_for_good_ends_when_the_rest_explains_the_margin() -> None:
    story = short_of_aix()
    used = balance(50_000.0, maintenance=3_000.0)
    story.at(1.0, read(SHORT, held(ALT, 100_000.0, 0.40)), ALTS)
    for second in (2.0, 4.0):
        story.at(second, read(SHORT, wallet=None, balances=[used]))
    assert story.position(ALT).contracts == 0.0
    assert not story.position(ALT).position_vanished


def test_an_isolated_position_that_is_gone_is_not_kept_by_the_margin_of_a_cross_one() -> None:
    story = short_of_aix()
    alone = held(ALT, 100_000.0, 0.40, isolated=9_000.0)
    used = balance(50_000.0, maintenance=3_000.0)
    story.at(1.0, read(SHORT, alone), ALTS)
    for second in (2.0, 4.0):
        story.at(second, read(SHORT, wallet=None, balances=[used]))
    assert story.position(ALT).contracts == 0.0


def test_an_isolated_position_that_is_not_listed_is_kept_while_its_margin_is_used() -> None:
    story = short_of_aix()
    alone = held(ALT, 100_000.0, 0.40, isolated=9_000.0)
    used = balance(50_000.0, maintenance=3_400.0)
    story.at(1.0, read(SHORT, alone), ALTS)
    for second in (2.0, 4.0):
        story.at(second, read(SHORT, wallet=None, balances=[used]))
    assert story.position(ALT).position_vanished


def test_the_margin_of_an_isolated_position_does_not_explain_that_of_a_missing_cross_one() -> None:
    """A balance's margin is that of its cross pool: of listed isolated positions it has none."""
    story = short_of_aix()
    alone = held(ALT, 1_000_000.0, 0.40, isolated=90_000.0)
    used = balance(50_000.0, maintenance=3_000.0)
    for second in (1.0, 2.0, 4.0):
        told_of = (SHORT, alone) if second == 1.0 else (alone,)
        story.at(second, read(*told_of, wallet=None, balances=[used]), ALTS)
    assert story.position(ALT).requirement > 3_000.0
    assert _contracts(story) == -200.0
    assert story.position().position_vanished


# --------------------------------------------------------------------------- explicit statements


def test_an_explicit_zero_applies_at_once_and_asks_for_a_confirmation() -> None:
    story = short_of_aix(NEAR)
    story.at(1.0, HOT)
    assert story.at(2.0, told(held(AIX, 0.0))) == ["Near ended(closed)"]
    assert story.after.confirm == ("main",)
    assert list(story.open()) == []
    assert story.pool().margin_ratio == 0.0
    assert story.pool().headroom == 50_000.0


def test_an_older_word_never_overwrites_a_newer_one() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    story.at(3.0, told(held(AIX, -250.0), late=2.0))
    assert _contracts(story) == -300.0
    assert story.after.confirm == ("main",)


def test_an_older_word_that_a_stream_repeats_is_still_an_older_word() -> None:
    """Streams deliver twice; only two readings of the whole account can overrule a newer word."""
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    stale = told(held(AIX, -250.0), late=2.0)(story.now + 1.0)
    for second in (3.0, 3.1, 3.2):
        story.at(second, stale)
    assert _contracts(story) == -300.0


def test_an_older_reading_that_is_repeated_wins_over_a_newer_word() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    moved = with_its_own(held(AIX, -250.0), price=1_200.0)
    again = with_its_own(held(AIX, -250.0), price=1_201.0)
    story.at(3.0, _at(1.0, read(moved)))
    assert _contracts(story) == -300.0
    story.at(5.0, _at(1.0, read(again)))
    assert _contracts(story) == -300.0, "the replicas of a venue lag for seconds"
    story.at(8.0, _at(1.0, read(again)))
    assert _contracts(story) == -250.0


def _at(second: float, said: Said) -> Event:
    """What was said at that second of the story, whenever it arrives."""
    return said(short_of_aix().start + second)


def test_two_different_older_readings_do_not_confirm_each_other() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    story.at(3.0, _at(0.5, read(held(AIX, -250.0))))
    story.at(4.0, _at(0.6, read(held(AIX, -260.0))))
    assert _contracts(story) == -300.0


def test_a_delayed_reading_does_not_undo_what_the_stream_said_since() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    story.at(2.5, read(SHORT, late=1.0))
    assert _contracts(story) == -300.0
    story.at(4.0, read(held(AIX, -300.0), late=2.0))
    assert _contracts(story) == -300.0


def test_the_same_word_five_times_changes_nothing_and_asks_nothing() -> None:
    story = short_of_aix(danger())
    word = told(held(AIX, -230.0))(story.start + 1.0)
    story.at(1.0, word)
    before = (story.pool().margin_ratio, story.pool().equity, _contracts(story))
    for _ in range(5):
        assert story.at(1.5, word) == []
        assert story.after.confirm == ()
    assert (story.pool().margin_ratio, story.pool().equity, _contracts(story)) == before


def test_an_older_word_cannot_bring_a_closed_position_back() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, 0.0)))
    story.at(2.5, told(SHORT, late=1.0))
    assert list(story.open()) == []


def test_a_close_that_is_heard_before_the_first_reading_outlives_an_older_reading() -> None:
    story = Story()
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), CALM, ALTS)
    story.at(1.0, told(held(AIX, 0.0)))
    story.at(1.2, read(SHORT, late=0.5))
    assert list(story.open()) == []


def test_the_flat_rows_of_a_reading_leave_nothing_behind() -> None:
    """Some endpoints list every market with 0: none of them is watched for that."""
    story = short_of_aix()
    story.at(1.0, read(SHORT, *(held(f"C{n}/USDT:USDT", 0.0) for n in range(50))))
    assert len(story.account().positions) == 1
    assert len(story.account().watched) == 2


def test_a_newer_word_reopens_a_closed_position() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, 0.0)))
    story.at(3.0, told(held(AIX, -50.0, 990.0)), CALM)
    assert _contracts(story) == -50.0
    assert story.position().unrealized_pnl == pytest.approx(-500.0)


def test_a_position_in_a_new_market_is_watched_from_then_on() -> None:
    story = short_of_aix()
    other = "NEW/USDT:USDT"
    story.at(1.0, market(other), tiered(other), told(held(other, 10.0, 5.0)))
    assert story.account().account_blind is True, "no price of it was heard yet"
    story.at(1.5, mark(other, 5.0))
    assert story.account().account_blind is False
    assert story.pool().maintenance_margin == pytest.approx(3_000.0 + 0.5)


def test_a_flip_ends_the_alerts_and_turns_the_liquidation_price() -> None:
    story = short_of_aix(NEAR)
    story.at(1.0, HOT)
    assert story.at(2.0, told(held(AIX, 100.0, 1_220.0))) == ["Near ended(flipped)"]
    position = story.position()
    assert position.side == "long"
    assert position.liquidation_price_up == float("inf")
    assert known(position.liquidation_price) < 1_220.0


# --------------------------------------------------------------------------- balances not listed


def test_an_asset_that_two_readings_do_not_list_is_used_up() -> None:
    story = short_of_aix()
    coins = balance(5.0, "ALT", cross=0.0)
    story.at(1.0, read(SHORT, balances=[coins]))
    story.at(2.0, read(SHORT))
    assert story.account().balances["ALT"].total == 5.0
    assert story.after.confirm == ("main",)
    story.at(3.0, read(SHORT))
    assert story.account().balances["ALT"].total == 0.0
    story.at(4.0, read(SHORT, balances=[coins]))
    assert story.account().balances["ALT"].total == 5.0


def test_a_wallet_that_is_not_listed_stays_while_positions_stand_on_it() -> None:
    story = short_of_aix()
    for second in (1.0, 2.0, 3.0):
        story.at(second, read(SHORT, wallet=None))
    assert story.account().balances["USDT"].cross_wallet == 50_000.0
    assert story.account().read_at == START


@pytest.mark.parametrize("maintenance", [0.0, 1.0, None])
def test_an_empty_list_beside_any_margin_is_wrong_whatever_margin_that_is(
    maintenance: float | None,
) -> None:
    """A venue may fill in only its totals, or only initial margins, while its list fails."""
    story = short_of_aix(NEAR)
    told = balance(50_000.0, maintenance=4_000.0)
    story.at(1.0, read(SHORT, wallet=None, balances=[told], margin=3_000.0), HOT)
    left = balance(50_000.0, maintenance=maintenance)
    for second in (2.0, 4.0, 30.0):
        assert story.at(second, read(wallet=None, balances=[left], margin=3_000.0)) == []
    assert _contracts(story) == -200.0
    assert story.position().position_vanished


def test_a_venue_whose_clock_stepped_back_is_believed_at_once_when_it_told_its_time() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    story.at(3.0, VenueClockRead(VENUE, -3_600.0), told(held(AIX, -250.0), late=3_600.0))
    assert _contracts(story) == -250.0


def test_an_answer_that_came_a_second_late_makes_no_older_word_newer() -> None:
    story = short_of_aix()
    story.at(2.0, told(held(AIX, -300.0)))
    story.at(3.0, VenueClockRead(VENUE, -1.0), told(held(AIX, -250.0), late=2.0))
    assert _contracts(story) == -300.0
