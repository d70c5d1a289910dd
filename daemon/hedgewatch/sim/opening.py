"""The book that every story opens with."""

from hedgewatch.sim.script import Stage


def hedged(stage: Stage) -> None:
    """The worked example: 200 AIX contracts short at 1,000 cover 500,000 ALT at $0.40."""
    stage.world.move("ALTUSDT", "0.40")
    stage.world.move("AIXUSDT", 1000)
    stage.world.set_position("AIXUSDT", -200, 1000)
