"""One market held cross and isolated at once: two positions, whose alerts never change places."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from hedgewatch.core.events import PositionReading
from hedgewatch.core.model import EndReason, MarginMode, PositionKind, Scope
from hedgewatch.core.remembering import facts_now, remember
from tests.support.builders import (
    AIX,
    BASKET,
    accepted,
    desk,
    held,
    market,
    read,
    rule,
    tiered,
    told,
)
from tests.support.chance import examples
from tests.support.stories import ALTS, CALM, Story, known, short

Holding = Callable[[float], PositionReading]
MANY = rule("Many", Scope.POSITION, "abs(contracts) > 10")


def in_mode(mode: MarginMode, contracts: float, *, kind: PositionKind = "net") -> Holding:
    """What a venue tells that has both modes at once: of what is flat the mode, too."""
    wallet = 5_000.0 if mode == "isolated" and contracts else None
    position = held(AIX, contracts, kind=kind, isolated=wallet)
    return lambda said: replace(position(said), margin_mode=mode)


def cross(contracts: float) -> Holding:
    return in_mode("cross", contracts)


def isolated(contracts: float) -> Holding:
    return in_mode("isolated", contracts)


def began(*positions: Holding) -> Story:
    story = Story(MANY)
    story.at(0.0, accepted(), market(AIX), tiered(AIX), CALM, ALTS)
    story.at(0.5, read(*positions), CALM)
    return story


def names(story: Story) -> dict[str, float]:
    found = story.account().positions.values()
    return {each.kind: each.contracts for each in found if each.contracts}


def firing(story: Story) -> set[str]:
    return {each.subject.label("position") for each in story.engine.alerts()}


def test_one_that_is_alone_has_the_plain_name_whatever_its_mode() -> None:
    assert names(began(cross(-20.0))) == {"net": -20.0}
    assert names(began(isolated(-20.0))) == {"net": -20.0}
    assert set(began(isolated(-20.0)).account().pools) == {"USDT", AIX}
    assert names(began(in_mode("isolated", 3.0, kind="long"))) == {"long": 3.0}


def test_both_are_positions_of_their_own_each_in_its_pool() -> None:
    for rows in ((cross(-20.0), isolated(5.0)), (isolated(5.0), cross(-20.0))):
        story = began(*rows)
        assert names(story) == {"net": -20.0, "net-isolated": 5.0}
        assert set(story.account().pools) == {"USDT", f"{AIX}:net-isolated"}
        assert story.pool().positions == [story.position()]
        alone = story.pool(f"{AIX}:net-isolated")
        assert alone.isolated
        assert known(alone.equity) == 5_000.0
        assert known(story.pool().equity) == 50_000.0
        assert not story.account().account_blind


def test_a_pair_of_each_mode_is_four_positions() -> None:
    modes: tuple[MarginMode, ...] = ("cross", "isolated")
    sides: tuple[tuple[PositionKind, float], ...] = (("long", 3.0), ("short", -2.0))
    story = began(*(in_mode(mode, size, kind=kind) for mode in modes for kind, size in sides))
    assert names(story) == {
        "long": 3.0, "short": -2.0, "long-isolated": 3.0, "short-isolated": -2.0,
    }  # fmt: skip


def test_the_cover_of_a_hedge_is_the_sum_of_both() -> None:
    story = Story(on=desk(BASKET))
    story.at(0.0, accepted(), market(AIX), tiered(AIX), CALM, ALTS)
    story.at(0.5, read(cross(-20.0), isolated(-5.0)), CALM)
    (leg,) = story.hedge().cover
    assert leg.quantity == -25.0


def test_an_alert_of_the_one_stays_its_own_while_the_other_opens_and_closes() -> None:
    story = began(isolated(-20.0))
    assert firing(story) == {"net"}
    episode = story.record("Many").episode
    assert story.at(1.0, told(cross(-3.0)), CALM) == []
    assert names(story) == {"net": -20.0, "net-cross": -3.0}
    assert story.at(2.0, read(cross(-3.0), isolated(-20.0)), CALM) == []
    assert story.at(3.0, told(cross(0.0)), read(cross(0.0), isolated(-20.0)), CALM) == []
    assert story.at(4.0, told(isolated(-21.0)), CALM) == []
    assert (story.record("Many").episode, firing(story)) == (episode, {"net"})
    assert names(story) == {"net": -21.0}


def test_who_came_second_keeps_its_name_when_the_first_is_gone_and_until_it_goes_itself() -> None:
    story = began(isolated(-3.0))
    assert story.at(1.0, told(cross(-20.0)), CALM) == ["Many firing"]
    for seconds in (2.0, 3.0):
        assert story.at(seconds, told(isolated(0.0)), read(cross(-20.0)), CALM) == []
    assert story.at(4.0, told(isolated(-4.0)), read(isolated(-4.0), cross(-20.0)), CALM) == []
    assert names(story) == {"net-cross": -20.0, "net-isolated": -4.0}
    assert firing(story) == {"net-cross"}
    story.at(5.0, read(isolated(0.0), cross(0.0)), CALM)
    story.at(6.0, told(cross(-20.0)), CALM)
    assert names(story) == {"net": -20.0}, "alone again"


def test_a_liquidation_of_the_isolated_one_ends_its_own_alert_and_no_other() -> None:
    story = began(cross(-20.0), isolated(-30.0))
    assert firing(story) == {"net", "net-isolated"}
    assert story.at(1.0, told(isolated(0.0), EndReason.LIQUIDATED)) == ["Many ended(liquidated)"]
    assert names(story) == {"net": -20.0}
    assert firing(story) >= {"net"}


def test_why_it_went_may_come_after_it_went() -> None:
    story = began(cross(-20.0), isolated(-30.0))
    assert story.at(1.0, told(isolated(0.0))) == ["Many ended(closed)"]
    assert story.at(2.0, told(isolated(0.0), EndReason.LIQUIDATED)) == ["Many ended(liquidated)"]
    assert names(story) == {"net": -20.0}


def test_a_flat_row_of_the_other_mode_says_nothing_of_what_is_held() -> None:
    for rows in ((cross(-20.0), isolated(0.0)), (isolated(0.0), cross(-20.0))):
        story = began(*rows)
        assert names(story) == {"net": -20.0}
        story.at(1.0, read(*rows), CALM)
        story.at(2.0, told(isolated(0.0)), CALM)
        assert names(story) == {"net": -20.0}


def test_one_that_closed_while_the_other_mode_was_opened_takes_nothing_with_it() -> None:
    story = began(isolated(-20.0))
    story.at(1.0, read(cross(-3.0), isolated(0.0)), CALM)
    assert names(story) == {"net-cross": -3.0}
    story.at(2.0, read(cross(-3.0), isolated(0.0)), CALM)
    assert names(story) == {"net-cross": -3.0}


def test_where_a_position_is_one_whatever_its_mode_a_switch_renames_nothing() -> None:
    story = began(held(AIX, -20.0))
    story.at(1.0, told(held(AIX, -20.0, isolated=5_000.0)), CALM)
    assert names(story) == {"net": -20.0}
    assert "margin mode cross → isolated" in str(story.position().settings_change)


def test_an_absent_one_of_the_two_is_missed_under_its_own_name() -> None:
    story = began(cross(-20.0), isolated(5.0))
    story.at(0.7, read(cross(-20.0), isolated(5.0), margin=700.0), CALM)
    for seconds in (1.0, 2.0, 3.0):
        story.at(seconds, read(cross(-20.0), margin=0.0), CALM)
    assert names(story) == {"net": -20.0}


# over a restart


def heir_of(story: Story, *positions: Holding) -> Story:
    """The next run: with the alerts and the facts that were stored."""
    heir = story.restarted(after=5.0)
    remember(heir.engine.book, facts_now(story.engine.book), heir.now)
    heir.at(0.0, accepted(), market(AIX), tiered(AIX), CALM, ALTS)
    for seconds in (0.5, 1.0, 1.5, 2.0, 2.5):
        heir.at(seconds, read(*positions), CALM)
    return heir


def test_names_outlast_a_restart_whoever_was_first() -> None:
    both = (cross(-3.0), isolated(-20.0))
    first = began(isolated(-20.0))
    first.at(1.0, told(cross(-3.0)), read(*both), CALM)
    for heir in (heir_of(first, *both), heir_of(first, *both[::-1])):
        assert names(heir) == {"net": -20.0, "net-cross": -3.0}
        assert firing(heir) == {"net"}
        assert heir.record("Many").episode == first.record("Many").episode


def test_the_one_that_is_left_keeps_its_name_over_a_restart() -> None:
    story = began(isolated(-3.0))
    story.at(1.0, told(cross(-20.0)), CALM)
    story.at(2.0, told(isolated(0.0)), read(cross(-20.0)), CALM)
    heir = heir_of(story, cross(-20.0))
    assert names(heir) == {"net-cross": -20.0}
    assert heir.record("Many").episode == story.record("Many").episode
    plain = heir_of(story, held(AIX, -20.0))
    assert names(plain) == {"net-cross": -20.0}, "where the mode is not told any more, either"


def test_who_is_new_after_a_restart_takes_no_name_of_another() -> None:
    story = began(isolated(-20.0))
    assert names(heir_of(story, cross(-3.0), isolated(-20.0))) == {"net": -20.0, "net-cross": -3.0}
    went = heir_of(story, cross(-3.0))
    assert names(went) == {"net-cross": -3.0}
    went.advance(10.0, CALM)
    assert short(went.told) == ["Many ended(unknown)"]


def test_a_reading_that_is_no_number_leaves_no_trace() -> None:
    story = began(cross(-20.0))
    story.at(1.0, told(isolated(float("nan"))), CALM)
    assert list(story.account().positions) == [(AIX, "net")]


MODES: tuple[MarginMode, ...] = ("cross", "isolated")
CHANGES = some.tuples(
    some.sampled_from(MODES), some.sampled_from([0.0, -4.0, -20.0]), some.booleans()
)


@settings(max_examples=examples(25), deadline=None)
@given(changes=some.lists(CHANGES, max_size=12), restart=some.integers(0, 12))
def test_whatever_opens_and_closes_each_mode_is_what_was_told_of_it_and_keeps_its_name(
    changes: list[tuple[MarginMode, float, bool]], restart: int
) -> None:
    story, sizes, named = began(), dict.fromkeys(MODES, 0.0), dict[MarginMode, str]()
    for number, (mode, size, streamed) in enumerate(changes):
        sizes[mode] = size
        statement = [in_mode(each, sizes[each]) for each in MODES]
        if number == restart:
            story = heir_of(story, *statement)
        elif streamed:
            story.at(story.now - story.start + 1.0, told(in_mode(mode, size)), CALM)
        else:
            story.at(story.now - story.start + 1.0, read(*statement), CALM)
        held = {row.margin_mode: row for row in story.account().positions.values() if row.contracts}
        assert {each: row.contracts for each, row in held.items()} == {
            each: size for each, size in sizes.items() if size
        }
        for each, row in held.items():
            assert named.setdefault(each, row.kind) == row.kind, "a name that changed"
        named = {each: row.kind for each, row in held.items()}
