"""The stories' arithmetic: what the demo and the end-to-end tests rely on, second by second."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from hedgewatch.sim.faults import Faults
from hedgewatch.sim.margin_okx import contracts
from hedgewatch.sim.script import Player
from hedgewatch.sim.stories import STORIES
from hedgewatch.sim.world import World

HOLDING = Decimal(500_000)
BREACH_AT_SPEED_TEN = 8.0
CALM_AT_SPEED_TEN = 16.0


class Stage:
    """A stage without a wire: faults are switched, nobody listens."""

    def __init__(self) -> None:
        self.world = World()
        self.faults = Faults()

    def faults_of(self, venue: str) -> Faults:
        """Of every venue the same."""
        del venue
        return self.faults


def drift(world: World) -> Decimal:
    exposure = HOLDING * world.marks["ALTUSDT"]
    short = world.accounts["main"].positions["AIXUSDT", "BOTH"]
    return -short.amount * world.marks["AIXUSDT"] / exposure - 1


def distance(world: World) -> Decimal:
    mark = world.marks["AIXUSDT"]
    return abs(world.liquidation_price("AIXUSDT") - mark) / mark


def seconds_in(name: str, condition: Callable[[World], bool]) -> list[float]:
    """The story seconds, in tenths, at which a condition holds."""
    stage = Stage()
    player = Player(STORIES[name], stage)
    found: list[float] = []
    for tenth in range(int(player.story.duration * 10) + 1):
        player.advance(tenth / 10)
        if condition(stage.world):
            found.append(tenth / 10)
    return found


def played(name: str) -> World:
    stage = Stage()
    player = Player(STORIES[name], stage)
    player.advance(player.story.duration)
    return stage.world


def test_selloff_ends_with_the_loss_and_the_gain_of_the_worked_example() -> None:
    world = played("selloff")
    short = world.accounts["main"].positions["AIXUSDT", "BOTH"]
    assert HOLDING * (world.marks["ALTUSDT"] - Decimal("0.40")) == -40_000
    assert short.pnl(world.marks["AIXUSDT"]) == 40_000
    assert drift(world) == 0


def test_hedge_fits_all_the_way_down_the_selloff() -> None:
    assert seconds_in("selloff", lambda world: abs(drift(world)) > Decimal("0.001")) == []


def test_worked_example_starts_with_two_hundred_required_contracts() -> None:
    stage = Stage()
    Player(STORIES["hedged-book"], stage)
    marks = stage.world.marks
    assert HOLDING * marks["ALTUSDT"] / marks["AIXUSDT"] == 200
    assert drift(stage.world) == 0


def test_drift_of_the_hedged_book_passes_five_per_cent_once_and_long_enough() -> None:
    off = seconds_in("hedged-book", lambda world: abs(drift(world)) > Decimal("0.05"))
    assert off[-1] - off[0] >= BREACH_AT_SPEED_TEN
    assert len(off) == pytest.approx((off[-1] - off[0]) * 10 + 1)


@pytest.mark.parametrize("name", ["hedged-book", "squeeze"])
def test_squeeze_burns_the_margin_long_enough_without_liquidation(name: str) -> None:
    burnt = seconds_in(name, lambda world: world.margin_ratio() > Decimal("0.8"))
    near = seconds_in(name, lambda world: distance(world) < Decimal("0.10"))
    assert burnt[-1] - burnt[0] >= BREACH_AT_SPEED_TEN
    assert near[-1] - near[0] >= BREACH_AT_SPEED_TEN
    assert played(name).liquidatable == []
    assert seconds_in(name, lambda world: world.margin_ratio() >= 1) == []


@pytest.mark.parametrize("name", ["hedged-book", "squeeze"])
def test_top_up_leaves_a_calm_long_enough_to_resolve(name: str) -> None:
    duration = STORIES[name].duration
    uneasy = seconds_in(
        name,
        lambda world: (
            world.margin_ratio() > Decimal("0.20")
            or distance(world) < Decimal("0.30")
            or abs(drift(world)) > Decimal("0.01")
        ),
    )
    assert duration - uneasy[-1] >= CALM_AT_SPEED_TEN


def test_book_is_far_from_liquidation_until_the_squeeze_begins() -> None:
    near = seconds_in("hedged-book", lambda world: distance(world) < Decimal("0.30"))
    assert near[0] > 23.0


def test_default_story_fits_into_a_minute_at_speed_one() -> None:
    assert STORIES["hedged-book"].duration <= 58


@pytest.mark.parametrize("name", sorted(set(STORIES) - {"manual"}))
def test_every_story_tells_its_chapters_in_order_within_its_duration(name: str) -> None:
    story = STORIES[name]
    starts = [chapter.start for chapter in story.chapters]
    assert starts == sorted(starts)
    assert starts[0] == 0
    assert all(action.at < story.duration for action in story.actions)
    assert story.chapter_at(story.duration) == story.chapters[-1].text
    assert played(name).liquidatable == []


def test_action_happens_at_the_price_of_its_own_moment() -> None:
    stage = Stage()
    player = Player(STORIES["hedged-book"], stage)
    player.advance(30.0)
    short = stage.world.accounts["main"].positions["AIXUSDT", "BOTH"]
    assert [short.amount, short.entry] == [-250, 1000]


def test_auto_deleveraging_leaves_the_hedge_too_small_until_the_trader_covers_again() -> None:
    short_of_cover = seconds_in("adl", lambda world: drift(world) < Decimal("-0.3"))
    assert (short_of_cover[0], short_of_cover[-1]) == (9.0, 19.9)
    assert drift(played("adl")) == 0


def test_a_delisted_cover_leaves_the_holding_bare_to_the_end() -> None:
    bare = seconds_in("delisting", lambda world: drift(world) == -1)
    assert (bare[0], bare[-1]) == (6.0, 20.0)


def test_the_story_across_venues_is_the_worked_example_in_contracts_of_a_hundred() -> None:
    stage = Stage()
    player = Player(STORIES["two-venues"], stage)
    world, cover = stage.world, stage.world.accounts["okx-main"]
    owned = world.accounts["main"].spot["ALT"].free
    assert owned == Decimal(500_000)
    assert contracts(cover.held()[0]) == -2
    assert owned * world.marks["ALTUSDT"] / (100 * world.marks["AIXUSDT"]) == 2
    assert not world.accounts["main"].held()
    assert _margins(world) == ("0.101", "1427.9")
    player.advance(8)
    assert owned * (world.marks["ALTUSDT"] - Decimal("0.40")) == -40_000
    assert cover.held()[0].pnl(world.marks["AIXUSDT"]) == 40_000
    player.advance(30)
    assert contracts(cover.held()[0]) == Decimal("-2.5")
    assert _margins(world) == ("0.735", "1332.7")
    player.advance(38.9)
    assert _margins(world) == ("0.170", "1618.3")


def _margins(world: World) -> tuple[str, str]:
    """Ratio and line of the short at OKX, as the story's page has them."""
    line = world.liquidation_price("AIXUSDT", account="okx-main")
    return f"{world.margin_ratio('okx-main'):.3f}", f"{line:.1f}"
