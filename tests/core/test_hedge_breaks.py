"""A leg that shrinks breaks its hedge: which leg, why, and how much is uncovered."""

from dataclasses import replace
from itertools import product

import pytest

from hedgewatch.core.events import BalanceChanged
from hedgewatch.core.model import EndReason, HedgePlan, LegPlan, Scope, Unknown
from hedgewatch.core.rules import Rule
from hedgewatch.core.templates import parse_template
from tests.support.builders import (
    AIX,
    ALT,
    BASKET,
    IN_COLD,
    SHORT_AIX,
    Said,
    accepted,
    balance,
    desk,
    hedge,
    held,
    mark,
    market,
    read,
    refused,
    rule,
    tiered,
    told,
)
from tests.support.stories import ALTS, CALM, Story, short_of_aix

SPOT_ALT = LegPlan(account="spot", asset="ALT")
SPOT_BASKET = hedge(SPOT_ALT, SHORT_AIX)
BOTH = (CALM, ALTS)


def _broken() -> Rule:
    names = dict.fromkeys(("hedge", "break_reason"))
    texts = {"summary": "{hedge}: {break_reason}", "cause": "{break_reason}"}
    return replace(
        rule("Broken", Scope.HEDGE, "break_forced"),
        annotations={name: parse_template(text, names) for name, text in texts.items()},
    )


def _covered(*rules: Rule, plan: HedgePlan = BASKET) -> Story:
    return short_of_aix(*rules, on=desk(plan))


def _on_spot(*rules: Rule, alts: float = 500_000.0) -> Story:
    """500,000 ALT in a spot account, covered by 200 AIX short in another."""
    both = desk(SPOT_BASKET, accounts=("main", "spot"))
    story = Story(*rules, on=both)
    story.at(0.0, accepted(), accepted("spot"), market(AIX), market(ALT), tiered(AIX))
    story.at(0.0, read(held(AIX, -200.0)), _spot(alts), CALM, ALTS)
    return story


def _spot(alts: float) -> Said:
    return read(wallet=None, balances=[balance(alts, "ALT", cross=0.0)], account="spot")


def _sold(alts: float, end: EndReason | None = None) -> Said:
    return lambda now: BalanceChanged("spot", balance(alts, "ALT", cross=0.0)(now), end)


def _flags(story: Story) -> tuple[object, object, object]:
    row = story.hedge()
    return row.hedge_broken, row.break_forced, row.break_unexplained


WHOLE, FORCED, UNEXPLAINED, BY_OWNER = (
    (False, False, False),
    (True, True, False),
    (True, False, True),
    (True, False, False),
)


@pytest.mark.parametrize(
    ("end", "words", "flags"),
    [
        (EndReason.LIQUIDATED, "liquidated", FORCED),
        (EndReason.AUTO_DELEVERAGED, "auto-deleveraged", FORCED),
        (EndReason.SETTLED, "delisted or settled", FORCED),
        (EndReason.EXPIRED, "expired", FORCED),
        (EndReason.CLOSED, "closed by its owner", BY_OWNER),
        (EndReason.TRANSFERRED, "transferred", BY_OWNER),
        (EndReason.UNKNOWN, "unknown cause", UNEXPLAINED),
        (None, "unknown cause", UNEXPLAINED),
    ],
)
@pytest.mark.parametrize("left", [-150.0, 0.0])
def test_a_cover_that_shrinks_is_named_at_once_with_its_cause_and_what_is_uncovered(
    end: EndReason | None, words: str, flags: tuple[bool, bool, bool], left: float
) -> None:
    story = _covered()
    assert _flags(story) == WHOLE
    story.at(1.0, told(held(AIX, left), end))
    lost = 200.0 + left
    assert _flags(story) == flags
    assert story.hedge().break_reason == f"main {AIX} lost {lost:g} contracts, {words}"
    assert story.hedge().uncovered_value == pytest.approx(lost * 1_000.0)
    assert story.hedge().uncovered_coins == pytest.approx(lost * 1_000.0 / 0.40)
    assert story.hedge().contracts_to_target == -lost


def test_an_alert_fires_on_the_very_event_and_resolves_when_the_cover_is_whole_again() -> None:
    story = _covered(_broken())
    assert story.at(1.0, told(held(AIX, -150.0), EndReason.AUTO_DELEVERAGED)) == ["Broken firing"]
    summary = f"basket: main {AIX} lost 50 contracts, auto-deleveraged"
    assert story.told[-1].annotations["summary"] == summary
    assert story.advance(20.0, *BOTH) == []
    story.at(21.0, told(held(AIX, -200.0)))
    assert _flags(story) == WHOLE
    assert story.advance(23.0, *BOTH) == ["Broken resolved"]


def test_losses_of_one_leg_add_up_by_cause_and_the_most_alarming_stands_first() -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, -180.0), EndReason.CLOSED))
    assert _flags(story) == BY_OWNER
    story.at(2.0, told(held(AIX, -150.0), EndReason.AUTO_DELEVERAGED))
    story.at(3.0, told(held(AIX, -120.0), EndReason.AUTO_DELEVERAGED))
    assert _flags(story) == FORCED
    assert story.hedge().break_reason == (
        f"main {AIX} lost 60 contracts, auto-deleveraged; "
        f"main {AIX} lost 20 contracts, closed by its owner"
    )


@pytest.mark.parametrize(
    ("first", "late", "flags"),
    [
        (None, EndReason.LIQUIDATED, FORCED),
        (EndReason.CLOSED, EndReason.LIQUIDATED, FORCED),
        (None, EndReason.CLOSED, BY_OWNER),
        (EndReason.LIQUIDATED, EndReason.CLOSED, BY_OWNER),
    ],
)
@pytest.mark.parametrize("left", [-150.0, 0.0])
def test_a_later_word_of_the_venue_corrects_the_cause_and_not_the_amount(
    first: EndReason | None, late: EndReason, flags: tuple[bool, bool, bool], left: float
) -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, left), first))
    story.at(1.2, told(held(AIX, left), late))
    assert _flags(story) == flags
    assert f"lost {200 + left:g} contracts" in story.hedge().break_reason
    assert ";" not in story.hedge().break_reason


def test_a_close_that_turns_out_to_be_a_liquidation_is_told_anew() -> None:
    owner = rule("ByOwner", Scope.HEDGE, "hedge_broken and not break_forced", "not hedge_broken")
    story = _covered(owner, _broken())
    assert story.at(1.0, told(held(AIX, 0.0), EndReason.CLOSED)) == ["ByOwner firing"]
    assert story.at(1.2, told(held(AIX, 0.0), EndReason.LIQUIDATED)) == ["Broken firing"]
    assert story.firing() == {"ByOwner", "Broken"}


def test_the_words_of_a_firing_alert_change_with_the_cause_in_the_store_too() -> None:
    story = _covered(_broken())
    story.at(1.0, told(held(AIX, -150.0), EndReason.LIQUIDATED))
    assert story.at(1.2, told(held(AIX, -150.0), EndReason.AUTO_DELEVERAGED)) == []
    (stored,) = story.stored.values()
    assert stored.annotations["summary"].endswith("auto-deleveraged")


def test_a_word_that_comes_much_later_is_about_another_loss() -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, -150.0), EndReason.CLOSED))
    story.advance(20.0, *BOTH)
    story.at(20.5, told(held(AIX, -150.0), EndReason.LIQUIDATED))
    assert _flags(story) == BY_OWNER


def test_a_cause_that_comes_after_a_newer_reading_still_explains_the_loss() -> None:
    story = _covered()
    story.at(1.0, read(held(AIX, -150.0)))
    assert _flags(story) == UNEXPLAINED
    story.at(1.5, told(held(AIX, -160.0), EndReason.AUTO_DELEVERAGED, late=0.8))
    assert _flags(story) == FORCED
    assert "lost 50 contracts, auto-deleveraged" in story.hedge().break_reason


def test_a_spot_leg_that_is_sold_leaves_too_much_cover_and_is_named() -> None:
    story = _on_spot()
    story.at(1.0, _sold(375_000.0, EndReason.CLOSED))
    assert _flags(story) == BY_OWNER
    assert story.hedge().break_reason == "spot ALT lost 125,000 ALT, closed by its owner"
    assert story.hedge().uncovered_value == pytest.approx(-50_000.0)
    assert story.hedge().uncovered_coins == pytest.approx(-125_000.0)
    assert story.hedge().contracts_to_target == 50.0


def test_a_spot_leg_that_a_whole_reading_shows_smaller_has_no_known_cause() -> None:
    story = _on_spot()
    story.at(1.0, _spot(375_000.0))
    assert _flags(story) == UNEXPLAINED
    story.at(1.4, _sold(375_000.0, EndReason.TRANSFERRED))
    assert _flags(story) == BY_OWNER
    assert story.hedge().break_reason == "spot ALT lost 125,000 ALT, transferred"


def test_a_spot_leg_that_vanishes_needs_two_readings_that_do_not_list_it() -> None:
    story = _on_spot()
    gone = read(wallet=None, account="spot")
    story.at(1.0, gone)
    assert _flags(story) == WHOLE
    story.at(9.0, gone, *BOTH)
    assert _flags(story) == UNEXPLAINED
    assert story.hedge().break_reason == "spot ALT lost 500,000 ALT, unknown cause"


def test_a_cover_that_vanishes_needs_two_readings_and_its_margin_gone() -> None:
    story = _covered()
    story.at(1.0, read(held(AIX, -200.0), margin=5_000.0))
    story.at(2.0, read(margin=0.0))
    assert _flags(story) == WHOLE
    story.at(8.0, read(margin=0.0), *BOTH)
    assert _flags(story) == UNEXPLAINED
    assert story.hedge().break_reason == f"main {AIX} lost 200 contracts, unknown cause"


def test_a_position_that_turns_around_lost_all_its_cover_by_its_owners_hand() -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, 50.0)))
    assert _flags(story) == BY_OWNER
    assert story.hedge().break_reason == (
        f"main {AIX} lost 200 contracts, turned around by its owner"
    )
    assert story.hedge().uncovered_value == pytest.approx(250_000.0)


def test_a_long_that_is_opened_beside_the_short_shrinks_the_cover_as_well() -> None:
    story = Story(on=desk(BASKET))
    short = held(AIX, -200.0, kind="short")
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), read(short), *BOTH)
    story.at(1.0, told(held(AIX, 50.0, kind="long"), EndReason.CLOSED))
    assert _flags(story) == BY_OWNER
    assert "lost 50 contracts" in story.hedge().break_reason


def test_a_hedge_whose_both_legs_are_reduced_alike_is_whole_after_the_second() -> None:
    story = _on_spot()
    story.at(1.0, told(held(AIX, -100.0), EndReason.CLOSED))
    assert _flags(story) == BY_OWNER
    story.at(5.0, _sold(250_000.0, EndReason.CLOSED), *BOTH)
    assert _flags(story) == WHOLE
    story.at(60.0, *BOTH, mark(AIX, 1_100.0))
    assert story.hedge().break_reason == ""


def test_a_hedge_whose_both_legs_are_closed_is_no_break() -> None:
    story = _on_spot()
    story.at(1.0, _sold(0.0, EndReason.CLOSED))
    assert _flags(story) == BY_OWNER
    story.at(2.0, told(held(AIX, 0.0), EndReason.CLOSED))
    assert _flags(story) == WHOLE
    assert story.hedge().uncovered_value == 0.0


def test_cover_that_was_too_much_may_be_reduced_to_the_target() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), read(held(AIX, -260.0)), *BOTH)
    story.at(1.0, told(held(AIX, -230.0), EndReason.CLOSED))
    assert _flags(story) == WHOLE
    story.at(2.0, told(held(AIX, -200.0), EndReason.LIQUIDATED))
    assert _flags(story) == WHOLE


def test_what_was_reduced_rightly_breaks_nothing_when_prices_move_later() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, accepted(), market(AIX), market(ALT), tiered(AIX), read(held(AIX, -260.0)), *BOTH)
    story.at(1.0, told(held(AIX, -230.0), EndReason.CLOSED))
    story.at(2.0, mark(ALT, 0.60))
    assert story.hedge().uncovered_value == pytest.approx(70_000.0)
    assert _flags(story) == WHOLE


def test_a_loss_that_leaves_the_hedge_within_one_percent_is_no_break() -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, -198.0), EndReason.AUTO_DELEVERAGED))
    assert _flags(story) == WHOLE
    story.at(2.0, told(held(AIX, -190.0), EndReason.AUTO_DELEVERAGED))
    assert _flags(story) == FORCED


def test_a_cover_that_is_deleveraged_in_many_small_fills_is_told_once_they_matter_and_in_full() -> (
    None
):
    story = _covered()
    for fill in range(1, 81):
        story.at(1.0 + fill / 100.0, told(held(AIX, -200.0 + fill), EndReason.AUTO_DELEVERAGED))
        assert _flags(story) == (WHOLE if fill <= 2 else FORCED)
    assert "lost 80 contracts, auto-deleveraged" in story.hedge().break_reason


def test_a_small_loss_is_forgotten_after_ten_minutes_in_which_the_hedge_fitted() -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, -198.5), EndReason.AUTO_DELEVERAGED))
    story.advance(610.0, CALM, ALTS, every=5.0)
    story.at(611.0, read(held(AIX, -198.5)), CALM, ALTS)
    story.at(612.0, told(held(AIX, -197.5), EndReason.LIQUIDATED))
    assert _flags(story) == WHOLE


def test_what_a_leg_regained_is_no_part_of_what_it_lost() -> None:
    story = _covered()
    for second in range(1, 9):
        contracts = -198.5 if second % 2 else -200.0
        story.at(second, *BOTH, told(held(AIX, contracts), EndReason.CLOSED))
        assert _flags(story) == WHOLE
    story.at(9.0, *BOTH, told(held(AIX, -190.0), EndReason.CLOSED))
    assert "lost 10 contracts, closed by its owner" in story.hedge().break_reason


def test_a_little_force_in_a_close_by_hand_alarms_nobody() -> None:
    story = _covered()
    story.at(1.0, told(held(AIX, -199.0), EndReason.LIQUIDATED))
    story.at(2.0, told(held(AIX, -100.0), EndReason.CLOSED))
    assert _flags(story) == BY_OWNER


def test_a_first_reading_a_growth_and_a_blind_account_break_nothing() -> None:
    story = _on_spot()
    story.at(1.0, told(held(AIX, -220.0)), _sold(550_000.0))
    assert _flags(story) == WHOLE
    story.at(2.0, refused("the venue is down"), refused("the venue is down", "spot"))
    assert isinstance(story.hedge().hedge_broken, Unknown)
    story.advance(60.0)
    story.at(61.0, accepted(), accepted("spot"), read(held(AIX, -220.0)), _spot(550_000.0), *BOTH)
    assert _flags(story) == WHOLE


def test_what_the_stream_says_before_the_first_reading_breaks_nothing() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, market(AIX), market(ALT), tiered(AIX), *BOTH)
    story.at(0.1, told(held(AIX, -300.0)), told(held(AIX, -250.0), EndReason.CLOSED))
    story.at(0.2, read(held(AIX, -200.0)))
    assert _flags(story) == WHOLE


def test_a_cover_lost_while_the_prices_are_stale_is_told_at_once() -> None:
    story = _covered(_broken())
    story.advance(20.0)
    assert isinstance(story.hedge().hedge_broken, Unknown)
    assert story.at(20.5, told(held(AIX, 0.0), EndReason.LIQUIDATED)) == ["Broken firing"]
    assert isinstance(story.hedge().uncovered_value, Unknown)


def test_a_break_is_not_mended_by_numbers_that_are_in_doubt() -> None:
    story = _covered(_broken())
    story.at(1.0, told(held(AIX, -150.0), EndReason.LIQUIDATED))
    story.advance(20.0)
    assert story.at(20.5, told(held(AIX, -200.0))) == []
    assert story.advance(40.0) == []
    assert story.firing() == {"Broken"}
    assert story.advance(45.0, read(held(AIX, -200.0)), *BOTH) == ["Broken resolved"]


@pytest.mark.parametrize(("same", "stands"), [(True, True), (False, False)])
def test_a_reload_confirms_a_break_only_by_another_plan(*, same: bool, stands: bool) -> None:
    story = _covered(_broken())
    story.at(1.0, told(held(AIX, -150.0), EndReason.LIQUIDATED))
    plan = BASKET if same else hedge(IN_COLD, SHORT_AIX, target=0.75)
    story.reload(_broken(), on=desk(plan))
    assert (story.hedge().hedge_broken is True) is stands


def test_a_reload_alone_breaks_nothing_and_a_smaller_wallet_is_its_owners_word() -> None:
    story = _covered()
    story.reload(on=desk(BASKET))
    assert _flags(story) == WHOLE
    story.reload(on=desk(BASKET, holdings={"ALT": 250_000.0}))
    assert _flags(story) == WHOLE


def _again(heir: Story, contracts: float) -> list[str]:
    """The first reading after a restart, and all that goes with it."""
    said = heir.at(6.0, accepted(), market(AIX), market(ALT), tiered(AIX), *BOTH)
    return said + heir.at(6.5, read(held(AIX, contracts)), *BOTH)


def test_a_restart_forgets_no_break_and_says_the_cause_that_was_told() -> None:
    story = _covered(_broken())
    story.at(1.0, told(held(AIX, -150.0), EndReason.AUTO_DELEVERAGED))
    heir = story.restarted(after=30.0)
    assert isinstance(heir.hedge().hedge_broken, Unknown)
    assert _again(heir, -150.0) == []
    assert heir.advance(30.0, *BOTH) == []
    assert heir.hedge().break_reason == f"main {AIX} lost 50 contracts, auto-deleveraged"
    assert _flags(heir) == FORCED
    assert heir.firing() == {"Broken"}
    heir.at(30.5, told(held(AIX, -200.0)))
    assert heir.advance(33.0, *BOTH) == ["Broken resolved"]


def test_a_break_that_was_mended_during_a_restart_resolves_on_fresh_evidence() -> None:
    story = _covered(_broken())
    story.at(1.0, told(held(AIX, -150.0), EndReason.AUTO_DELEVERAGED))
    heir = story.restarted(after=30.0)
    assert heir.firing() == {"Broken"}
    assert heir.advance(5.0) == []
    assert _again(heir, -200.0) == ["Broken resolved"]


def test_a_further_loss_after_a_restart_is_named_beside_what_is_remembered() -> None:
    story = _covered(_broken())
    story.at(1.0, told(held(AIX, -150.0), EndReason.AUTO_DELEVERAGED))
    heir = story.restarted(after=30.0)
    _again(heir, -150.0)
    heir.at(7.0, told(held(AIX, -100.0), EndReason.CLOSED))
    assert _flags(heir) == FORCED
    assert "lost 50 contracts, auto-deleveraged" in heir.hedge().break_reason
    assert "lost 50 contracts, closed by its owner" in heir.hedge().break_reason


def test_a_rule_without_the_annotation_of_the_cause_is_remembered_as_broken_all_the_same() -> None:
    owner = rule("ByOwner", Scope.HEDGE, "hedge_broken and not break_forced", "not hedge_broken")
    story = _covered(replace(owner, hold_for=45.0))
    story.at(1.0, told(held(AIX, -150.0), EndReason.CLOSED))
    assert story.pending() == {"ByOwner"}
    heir = story.restarted(after=30.0)
    _again(heir, -150.0)
    assert _flags(heir) == BY_OWNER
    assert heir.hedge().break_reason == "told before the restart, which forgot the details"
    assert heir.advance(25.0, *BOTH) == ["ByOwner firing"]


def test_a_restart_that_knows_of_no_break_begins_with_none_however_the_hedge_drifts() -> None:
    story = _covered(rule("Drift", Scope.HEDGE, "abs(hedge_drift) > 5%"))
    story.at(1.0, mark(ALT, 0.60))
    assert story.firing() == {"Drift"}
    heir = story.restarted(after=30.0)
    _again(heir, -150.0)
    assert _flags(heir) == WHOLE


SHARED = hedge([IN_COLD], [replace(SHORT_AIX, share=0.5)], target=0.5)


def test_only_the_share_of_a_leg_counts_and_its_whole_loss_is_named() -> None:
    story = _covered(plan=SHARED)
    story.at(1.0, told(held(AIX, -160.0), EndReason.LIQUIDATED))
    assert "lost 40 contracts" in story.hedge().break_reason
    assert story.hedge().uncovered_value == pytest.approx(20_000.0)


@pytest.mark.parametrize(
    ("cover", "alts"), list(product([0.0, -100.0, -199.0, -250.0], [0.0, 1.0, 250_000.0, 5e5]))
)
def test_a_hedge_is_never_broken_while_it_fits_and_never_whole_by_a_lost_cover(
    cover: float, alts: float
) -> None:
    story = _on_spot()
    story.at(1.0, _sold(alts, EndReason.CLOSED), told(held(AIX, cover), EndReason.LIQUIDATED))
    row = story.hedge()
    wanted = alts * 0.40 / 1_000.0
    if abs(-cover - wanted) <= max(0.01 * max(-cover, wanted), 0.5):
        assert row.hedge_broken is False
    elif -cover < wanted:
        assert _flags(story) == (FORCED if cover > -200.0 else WHOLE)
    else:
        assert _flags(story) == (BY_OWNER if alts < 5e5 else WHOLE)
