"""What hovers on its threshold is told at once when it fires, and twice in ten minutes at most."""

from collections import deque
from dataclasses import replace
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import AlertState, Past
from hedgewatch.core.alerts.settling import QUIET
from hedgewatch.core.book.rows import Row
from hedgewatch.core.events import Event
from hedgewatch.core.expression import decidedly, parse_condition
from hedgewatch.core.judge import Judge
from hedgewatch.core.measures import symbols
from hedgewatch.core.model import Scope, Subject
from hedgewatch.core.rules import Rule
from tests.support.builders import (
    AIX,
    ALT,
    Said,
    accepted,
    heard,
    held,
    lost,
    mark,
    market,
    read,
    restored,
    rule,
    tiered,
)
from tests.support.stories import ALTS, CALM, HOT, danger, short_of_aix

TOLD = {AlertState.FIRING, AlertState.RESOLVED}
DAY = 86_400
# The margin ratio is 50 % at 1211.54: above it at WARM, a hair below it at COOL.
WARM, COOL = mark(AIX, 1_213.0), mark(AIX, 1_211.0)


def fresh(*events: Event | Said) -> tuple[Event | Said, ...]:
    """Everything heard anew, beside these events."""
    return (heard(), ALTS, *events)


# ------------------------------------------------------------------------------------- the cells


def test_a_price_that_leaps_out_by_less_than_half_is_not_believed_and_a_top_up_is() -> None:
    """The margin ratio is 66 % at HOT, 38 % at 1200: a quarter below the threshold of 50 %."""
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    assert story.advance(600.0, *fresh(mark(AIX, 1_200.0)), every=1.0) == []
    assert story.advance(602.0, *fresh(mark(AIX, 1_200.0)), every=1.0) == ["Danger resolved"]
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.at(2.0, read(held(AIX, -200.0), wallet=56_000.0))
    story.at(3.0, *fresh(HOT))
    assert story.at(4.0, *fresh(HOT)) == ["Danger resolved"]


def test_a_window_that_leaps_out_is_not_believed_either() -> None:
    """The margin ratio is 6 % at CALM, 16.2 % at 1140, 14.7 % at 1130."""
    story = short_of_aix(rule("Climbs", Scope.POOL, "change(margin_ratio, 5s) > 10%"))
    story.advance(10.0, *fresh(CALM), every=1.0)
    assert story.at(11.0, *fresh(mark(AIX, 1_140.0))) == ["Climbs firing"]
    assert story.advance(610.0, *fresh(mark(AIX, 1_130.0)), every=1.0) == []
    assert story.advance(613.0, *fresh(mark(AIX, 1_130.0)), every=1.0) == ["Climbs resolved"]


def test_what_left_its_danger_in_one_step_is_resolved_at_once() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.at(2.0, *fresh(CALM))
    assert story.at(3.0, *fresh(CALM)) == ["Danger resolved"]


def test_what_drifted_out_of_it_is_resolved_ten_minutes_after_it_fired() -> None:
    story = short_of_aix(danger())
    assert story.at(1.0, WARM) == ["Danger firing"]
    assert story.advance(300.0, *fresh(COOL), every=1.0) == []
    assert story.advance(600.5, *fresh(CALM), every=0.5) == []
    assert story.advance(601.0, *fresh(CALM), every=0.5) == ["Danger resolved"]


def test_what_came_back_within_ten_minutes_flaps_and_has_to_be_clear_for_as_long() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.advance(3.0, *fresh(CALM), every=1.0)
    assert story.at(100.0, *fresh(HOT)) == ["Danger firing"], "no firing is ever delayed"
    assert story.told[-1].reason == "flapping: fired 2 times in 1 min"
    assert story.advance(400.0, *fresh(CALM), every=1.0) == []
    story.at(401.0, *fresh(WARM))
    assert story.advance(1_001.0, *fresh(CALM), every=1.0) == []
    assert story.advance(1_003.0, *fresh(CALM), every=1.0) == ["Danger resolved"]


def test_each_firing_is_an_episode_of_its_own_and_all_that_is_told_of_it_carries_it() -> None:
    story = short_of_aix(danger(hold_for=1.0))
    for begin in (0.0, 1_000.0, 1_020.0):
        story.advance(begin, *fresh(CALM), every=1.0)
        story.advance(begin + 3.0, *fresh(HOT), every=1.0)
        story.advance(begin + 10.0, *fresh(CALM), every=1.0)
    states = [told.state for told in story.told]
    assert states[:3] * 3 == [*states, AlertState.RESOLVED], "the last of them flaps: it is held"
    episodes = [told.episode for told in story.told]
    assert episodes[0::3] == episodes[1::3]
    assert episodes[0:6:3] == episodes[2::3]
    assert len(set(episodes)) == 3


def test_that_it_flapped_is_remembered_over_a_restart_while_nothing_fires() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.advance(3.0, *fresh(CALM), every=1.0)
    heir = story.restarted(after=60.0)
    assert list(heir.engine.alerts()) == [], "a resolved alert is shown to nobody"
    heir.at(1.0, accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
    assert heir.at(2.0, read(held(AIX, -200.0)), HOT, ALTS) == ["Danger firing"]
    assert heir.told[-1].reason == "flapping: fired 2 times in 1 min"


def test_a_pending_alert_that_is_dropped_does_not_forget_what_it_did_before() -> None:
    story = short_of_aix(danger(hold_for=5.0))
    story.advance(7.0, *fresh(HOT), every=1.0)
    story.advance(9.0, *fresh(CALM), every=1.0)
    assert story.advance(11.0, *fresh(HOT), every=1.0) == ["Danger pending"]
    assert story.at(12.0, *fresh(CALM)) == ["Danger inactive"]
    assert [stored.past.over_at is None for stored in story.stored.values()] == [False]
    story.advance(20.0, *fresh(HOT), every=1.0)
    assert story.told[-1].reason == "flapping: fired 2 times in 12 s"


def test_what_was_quiet_for_a_day_is_forgotten() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.advance(3.0, *fresh(CALM), every=1.0)
    assert len(story.stored) == 1
    story.advance(QUIET + 1_100.0, every=1_000.0)
    assert story.stored == {}


def test_a_rule_may_say_that_nothing_of_it_is_held() -> None:
    story = short_of_aix(replace(danger(), settle=0.0))
    story.at(1.0, WARM)
    assert story.at(2.0, COOL) == []
    assert story.at(3.0, COOL) == ["Danger resolved"]
    assert story.at(4.0, WARM) == ["Danger firing"]
    assert story.told[-1].reason == "condition holds"


def test_a_feed_that_comes_back_is_resolved_at_once_and_one_that_comes_and_goes_is_not() -> None:
    story = short_of_aix(rule("FeedLost", Scope.FEED, "not feed_up"))
    story.at(1.0, restored())
    assert story.at(2.0, lost()) == ["FeedLost firing"]
    assert story.at(3.0, restored(), restored()) == ["FeedLost resolved"]
    assert story.at(4.0, lost()) == ["FeedLost firing"]
    assert story.at(5.0, restored(), restored()) == []
    assert story.advance(606.0, restored(), every=1.0) == ["FeedLost resolved"]


# --------------------------------------------------------------------------------------- a hair


class Watched(Row):
    """A row of one measure."""

    margin_ratio = 0.5
    account_blind = False

    def __init__(self) -> None:
        super().__init__(Subject(Scope.POOL, (("account", "main"),)))


@pytest.mark.parametrize(
    ("expr", "value", "wanted", "decided"),
    [
        ("margin_ratio > 50%", 0.45, False, True),
        ("margin_ratio > 50%", 0.46, False, False),
        ("not margin_ratio <= 50%", 0.45, False, True),
        ("not margin_ratio <= 50%", 0.46, False, False),
        ("margin_ratio < 40%", 0.36, True, True),
        ("margin_ratio < 40%", 0.37, True, False),
        ("40% > margin_ratio", 0.36, True, True),
        ("margin_ratio > 50% or margin_ratio > 48%", 0.44, False, False),
        ("margin_ratio > 50% and margin_ratio > 10%", 0.45, False, True),
        ("10% < margin_ratio < 40%", 0.2, True, True),
        ("margin_ratio > 0", -9.0, False, False),
        ("margin_ratio > 0", float("-inf"), False, True),
        ("margin_ratio < 40%", float("nan"), True, False),
    ],
)
def test_what_is_within_a_tenth_of_its_threshold_is_not_decided(
    expr: str, value: float, *, wanted: bool, decided: bool
) -> None:
    row = Watched()
    row.margin_ratio = value
    condition = parse_condition(expr, symbols(Scope.POOL))
    assert decidedly(condition.root, row, wanted=wanted) is decided


@given(st.floats(-10, 10), st.floats(0.01, 5), st.sampled_from(["<", ">", "<=", ">="]))
def test_what_is_decided_is_so(value: float, threshold: float, sign: str) -> None:
    row = Watched()
    row.margin_ratio = value
    condition = parse_condition(f"margin_ratio {sign} {threshold:.4f}", symbols(Scope.POOL))
    for wanted in (True, False):
        if decidedly(condition.root, row, wanted=wanted):
            assert condition.evaluate(row) is wanted
            assert not decidedly(condition.root, row, wanted=not wanted)


# --------------------------------------------------------------------------------- the campaign


class Walk:
    """A day of a measure that walks about its threshold, judged once a second.

    `step` is how far it goes in a second, as a part of the threshold.
    """

    def __init__(self, rule: Rule, seed: int, step: float, pull: float) -> None:
        numbers, chance = count(1), Random(seed)
        judge = Judge([rule], lambda: str(next(numbers)))
        row, away = Watched(), 0.0
        self.told: list[int] = []
        self.crossings = self.late = 0
        above = False
        for second in range(DAY):
            away += chance.gauss(0.0, step) - pull * away
            row.margin_ratio, row.observed = max(0.0, 0.5 + 0.5 * away), row.observed + 1
            made = [s.transition for s in judge.judge((row,), second + 1e9) if s.transition]
            self.told += [second for told in made if told.state in TOLD]
            self.crossings += above is not (row.margin_ratio > 0.5)
            above = row.margin_ratio > 0.5
            firing = row.alerts.get(rule.name)
            if above and (firing is None or firing.record.state is not AlertState.FIRING):
                self.late += 1

    def most_in_ten_minutes(self) -> int:
        """The most that was told within 600 s."""
        recent: deque[int] = deque()
        most = 0
        for second in self.told:
            recent.append(second)
            while second - recent[0] >= 600:
                recent.popleft()
            most = max(most, len(recent))
        return most


@pytest.mark.parametrize(
    ("clear", "step", "pull"),
    [
        ("", 0.003, 1e-3),
        ("", 0.02, 1e-2),
        ("margin_ratio < 45%", 0.01, 1e-3),
        ("margin_ratio < 48%", 0.02, 1e-3),
    ],
)
def test_a_day_on_the_threshold_tells_twice_in_ten_minutes_at_most_and_each_crossing_at_once(
    clear: str, step: float, pull: float
) -> None:
    hovering = rule("Danger", Scope.POOL, "margin_ratio > 50%", clear=clear)
    walk = Walk(hovering, seed=int(step * 1000) + len(clear), step=step, pull=pull)
    assert walk.crossings > 200, "it has to hover, or this shows nothing"
    assert walk.late == 0
    assert walk.most_in_ten_minutes() <= 2
    assert len(walk.told) >= 2


def test_without_settling_the_same_walk_tells_hundreds_of_times() -> None:
    bare = replace(rule("Danger", Scope.POOL, "margin_ratio > 50%"), settle=0.0)
    walk = Walk(bare, seed=3, step=0.003, pull=1e-3)
    assert walk.most_in_ten_minutes() > 10
    assert walk.late == 0


@given(st.lists(st.sampled_from(["hot", "warm", "cool", "calm"]), min_size=1, max_size=30))
def test_whatever_a_price_does_each_danger_is_firing_in_the_same_instant(kinds: list[str]) -> None:
    prices = {"hot": HOT, "warm": WARM, "cool": COOL, "calm": CALM}
    story = short_of_aix(danger())
    for second, kind in enumerate(kinds, start=1):
        story.at(float(second), *fresh(prices[kind]))
        if kind in {"hot", "warm"}:
            assert story.firing() == {"Danger"}
            assert isinstance(story.record("Danger").past, Past)


def test_a_real_pool_on_its_threshold_keeps_the_same_promises() -> None:
    """Twenty minutes of prices through the whole engine, which swing across every few seconds."""
    story, chance = short_of_aix(danger()), Random(5)
    at: list[float] = []
    for second in range(1, 1_200):
        price = mark(AIX, 1_211.54 + chance.gauss(0.0, 0.4))
        before = len(story.told)
        story.at(float(second), *fresh(price))
        at += [told.at for told in story.told[before:]]
        ratio = story.pool().margin_ratio
        if isinstance(ratio, float) and ratio > 0.5:
            assert story.firing() == {"Danger"}
    assert max(sum(0 <= other - one < 600 for other in at) for one in at) <= 2


@pytest.mark.parametrize("volatility", [0.4, 2.4, 6.0])
def test_prices_that_leap_across_the_threshold_are_told_twice_in_ten_minutes_at_most(
    volatility: float,
) -> None:
    """Each second a margin ratio leaps by a tenth of its threshold and more."""
    story, chance, at = short_of_aix(danger()), Random(7), list[float]()
    for second in range(1, 900):
        before = len(story.told)
        story.at(float(second), *fresh(mark(AIX, 1_211.54 + chance.gauss(0.0, volatility))))
        at += [told.at for told in story.told[before:]]
        ratio = story.pool().margin_ratio
        assert not (isinstance(ratio, float) and ratio > 0.5) or story.firing() == {"Danger"}
    assert max(sum(0 <= other - one < 600 for other in at) for one in at) <= 2


def test_what_no_rule_watches_any_more_is_forgotten_at_the_next_start() -> None:
    story = short_of_aix(danger())
    story.at(1.0, HOT)
    story.advance(3.0, *fresh(CALM), every=1.0)
    heir = story.restarted(60.0, rule("Other", Scope.POOL, "margin_ratio > 50%"))
    assert heir.stored == {}
