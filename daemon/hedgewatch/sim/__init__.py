"""The paper exchange: Binance on loopback, an independent witness of the monitor's sums."""

from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.sim.keys import DEMO_KEY, DEMO_SECRET, SECOND_KEY, SECOND_SECRET
from hedgewatch.sim.stories import STORIES

__all__ = [
    "DEMO_KEY",
    "DEMO_SECRET",
    "SECOND_KEY",
    "SECOND_SECRET",
    "STORIES",
    "PaperExchange",
]
