"""The stories of a hedge that breaks because the venue itself closes its cover."""

from hedgewatch.sim.opening import hedged
from hedgewatch.sim.script import Action, Chapter, Stage, Story


def deleverage(stage: Stage) -> None:
    """The venue closes 80 of the 200 shorts against bankrupt longs."""
    stage.world.deleverage("AIXUSDT", 80)


def cover_again(stage: Stage) -> None:
    """The trader opens them anew."""
    stage.world.trade("AIXUSDT", -80)


def delist(stage: Stage) -> None:
    """The venue settles the contract at its mark."""
    stage.world.settle("AIXUSDT")


BREAK_STORIES: dict[str, Story] = {
    "adl": Story(
        title="Auto-deleveraging of the hedge",
        duration=34.0,
        chapters=(
            Chapter(0, "200 AIX contracts short cover 500,000 ALT."),
            Chapter(3, "A crash: longs go bankrupt, the short gains."),
            Chapter(9, "The venue closes 80 of the 200 winning shorts: auto-deleveraging."),
            Chapter(20, "The trader shorts them again: the hedge fits. Calm."),
        ),
        opening=hedged,
        paths={
            "ALTUSDT": ((3, "0.40"), (9, "0.28"), (20, "0.28")),
            "AIXUSDT": ((3, "1000"), (9, "700"), (20, "700")),
        },
        actions=(Action(9, deleverage), Action(20, cover_again)),
    ),
    "delisting": Story(
        title="A cover that is delisted",
        duration=20.0,
        chapters=(
            Chapter(0, "200 AIX contracts short cover 500,000 ALT."),
            Chapter(6, "The venue delists the contract and settles it: nothing covers the ALT."),
        ),
        opening=hedged,
        paths={
            "ALTUSDT": ((2, "0.40"), (6, "0.39"), (14, "0.41")),
            "AIXUSDT": ((2, "1000"), (6, "975"), (14, "1025")),
        },
        actions=(Action(6, delist),),
    ),
}
