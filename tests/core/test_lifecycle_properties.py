"""Whatever happens, in whatever order: what no alert may ever do, and what it must."""

from hypothesis import given
from hypothesis import strategies as st

from hedgewatch.core.alert_model import AlertState
from hedgewatch.core.events import Event
from hedgewatch.core.model import EndReason, Scope
from tests.support.builders import (
    AIX,
    ALT,
    Said,
    accepted,
    held,
    mark,
    market,
    read,
    refused,
    rule,
    tiered,
    told,
)
from tests.support.stories import Story, short_of_aix

HOLD, KEEP = 2.0, 3.0
NEAR = rule(
    "Near",
    Scope.POSITION,
    "liquidation_distance < 10%",
    clear="liquidation_distance > 15%",
    hold_for=HOLD,
    keep_firing_for=KEEP,
)
SHORT, ALTS = held(AIX, -200.0), mark(ALT, 0.40)
PRICES = {"hot": 1_220.0, "calm": 1_000.0, "between": 1_080.0}

INACTIVE, PENDING, FIRING = AlertState.INACTIVE, AlertState.PENDING, AlertState.FIRING
RESOLVED, ENDED = AlertState.RESOLVED, AlertState.ENDED
ARROWS = {
    INACTIVE: {PENDING},
    PENDING: {INACTIVE, FIRING, ENDED},
    FIRING: {RESOLVED, ENDED},
    RESOLVED: {PENDING},
    ENDED: {PENDING},
}

actions = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("hot", "hot", "hot", "calm", "calm", "calm", "between", "repeat", "blind"),
                *("sight", "close", "open", "restart", "nothing"),
            ]
        ),
        st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    ),
    max_size=40,
)


class Run:
    """A story that random things happen to. It checks every transition against what it knows."""

    def __init__(self) -> None:
        self.story = short_of_aix(NEAR)
        self.state = INACTIVE
        self.pending_since = 0.0
        self.episode = ""
        self.hot = False
        self.calm_at: list[float] = []
        self.open = True
        self.last: Event = mark(AIX, 1_000.0)(self.story.now)

    def play(self, action: str, wait: float) -> None:
        story = self.story
        for _ in range(int(wait / 0.5)):
            self.check(story, story.advance(story.now - story.start + 0.5, ALTS))
        match action:
            case "hot" | "calm" | "between":
                self.price(action)
            case "repeat":
                self.tell(self.last)
            case "blind":
                self.tell(refused("the venue is down"))
            case "sight":
                self.tell(accepted(), read(*[SHORT] * self.open), ALTS)
            case "close" | "open":
                self.open = action == "open"
                end = None if self.open else EndReason.LIQUIDATED
                self.tell(told(SHORT if self.open else held(AIX, 0.0), end))
            case "restart":
                self.restart()
            case _:
                pass

    def price(self, kind: str) -> None:
        self.hot = kind == "hot"
        self.calm_at = [*self.calm_at, self.story.now] if kind == "calm" else []
        self.last = mark(AIX, PRICES[kind])(self.story.now)
        self.tell(self.last)

    def restart(self) -> None:
        """Killed, and up again half a second later; nothing is known until it is told."""
        self.calm_at = []
        self.story = self.story.restarted(0.5)
        self.check(self.story, [])
        self.tell(accepted(), market(AIX), market(ALT), tiered(AIX), tiered(ALT))
        self.tell(read(*[SHORT] * self.open))

    def tell(self, *events: Event | Said) -> None:
        self.check(self.story, self.story.at(self.story.now - self.story.start, *events))

    def check(self, story: Story, said: list[str]) -> None:
        for made in story.told[len(story.told) - len(said) :]:
            assert made.state in ARROWS[self.state], f"{self.state} -> {made.state}"
            if made.state is PENDING:
                assert made.episode != self.episode
                self.episode, self.pending_since = made.episode, made.at
            assert made.episode == self.episode
            if made.state in {PENDING, FIRING}:
                assert self.hot
            if made.state is FIRING:
                assert made.at - self.pending_since >= HOLD - 1e-6
            if made.state is RESOLVED:
                assert len(self.calm_at) >= 2
                assert made.at - self.calm_at[0] >= KEEP - 1e-6
            if made.state is ENDED:
                assert not self.open
            self.state = made.state
        assert (self.state is FIRING) is (story.firing() == {"Near"})


@given(actions)
def test_no_order_of_events_takes_an_alert_along_an_arrow_that_the_table_lacks(
    played: list[tuple[str, float]],
) -> None:
    run = Run()
    for action, wait in played:
        run.play(action, wait)


@given(actions)
def test_after_anything_a_danger_that_lasts_fires_and_a_calm_that_lasts_resolves(
    played: list[tuple[str, float]],
) -> None:
    run = Run()
    for action, wait in [*played, ("open", 0.5), ("sight", 0.5)]:
        run.play(action, wait)
    for _ in range(8):
        run.play("hot", 0.5)
    assert run.state is FIRING
    for _ in range(10):
        run.play("calm", 0.5)
    assert run.state is RESOLVED
