"""The stories of the market: the worked example, a sell-off, a squeeze, a market that stands still.

The book is always the same: 500,000 ALT at $0.40 in a wallet outside the exchange ($200,000),
covered by a short of 200 AIX at 1,000 in the account `main`, with 100,000 USDT behind it. AIX asks
for maintenance of 2 % up to 50,000, 5 % up to 250,000 (deduction 1,500) and 10 % up to 1,000,000
(deduction 14,000).

With q contracts short, entry E, wallet W and price P in the 10 % bracket:
    balance = W + q(E - P)                      maintenance = qP/10 - 14,000
    liquidated at P = (W + qE + 14,000) / 1.1q

                   W         q     P       ratio     liquidated at   distance
    at the start   100,000   200   1,000    8.5 %    1,427.27        42.7 %
    shorts added   100,000   250   1,000   11.0 %    1,323.64        32.4 %
    squeezed       100,000   250   1,310   83.3 %    1,323.64         1.0 %
    topped up      175,000   250   1,310   19.2 %    1,596.36        21.9 %
    calm again     175,000   250   1,100    9.0 %    1,596.36        45.1 %

At speed 10 a story second is 0.1 s: each breach lasts 9 story seconds or more, the last calm 17.
"""

from collections.abc import Mapping
from math import inf
from types import MappingProxyType

from hedgewatch.sim.break_stories import BREAK_STORIES
from hedgewatch.sim.fault_stories import FAULT_STORIES
from hedgewatch.sim.opening import hedged
from hedgewatch.sim.script import Action, Chapter, Stage, Story
from hedgewatch.sim.venue_stories import VENUE_STORIES


def add_shorts(stage: Stage) -> None:
    """250 contracts cover 500,000 ALT at $0.50."""
    stage.world.trade("AIXUSDT", -50)


def top_up(stage: Stage) -> None:
    """Bring the account out of reach of liquidation."""
    stage.world.deposit(75_000)


# Drift: at ALT 0.421 the cover of 200,000 is 5 % short, passed at 11.5; the shorts come at 21.5.
# Distance: 10 % at AIX 1,203, passed at 26.2. Ratio: 25P - 14,000 = 80 % of (350,000 - 250P) at
# P = 1,306.7, passed at 28.9. The top-up at 38.9 ends both.
HEDGED_BOOK = Story(
    title="A hedged book",
    duration=58.0,
    chapters=(
        Chapter(0, "500,000 ALT at $0.40 lie in a wallet; 200 AIX contracts short cover them."),
        Chapter(2, "The market falls 20 %: the holding loses $40,000, the short gains $40,000."),
        Chapter(8, "Both recover. Hedged: nothing gained, nothing lost."),
        Chapter(11, "ALT rises alone: 200 contracts are too few, the hedge drifts."),
        Chapter(21.5, "The trader adds 50 shorts: the hedge fits again."),
        Chapter(23, "A squeeze: everything rises, the short burns its margin."),
        Chapter(38.9, "The account is topped up with 75,000 USDT."),
        Chapter(41, "Calm. The alerts resolve."),
    ),
    opening=hedged,
    paths={
        "ALTUSDT": (
            (2, "0.40"),
            (6.5, "0.32"),
            (8, "0.32"),
            (11, "0.40"),
            (13.5, "0.50"),
            (23, "0.50"),
            (27, "0.625"),
            (29, "0.655"),
            (38.9, "0.655"),
            (41, "0.55"),
        ),
        "AIXUSDT": (
            (2, "1000"),
            (6.5, "800"),
            (8, "800"),
            (11, "1000"),
            (23, "1000"),
            (27, "1250"),
            (29, "1310"),
            (38.9, "1310"),
            (41, "1100"),
        ),
    },
    actions=(Action(21.5, add_shorts), Action(38.9, top_up)),
)

SELLOFF = Story(
    title="A sell-off, hedged",
    duration=20.0,
    chapters=(
        Chapter(0, "500,000 ALT at $0.40 lie in a wallet; 200 AIX contracts short cover them."),
        Chapter(2, "The market falls."),
        Chapter(10, "Down 20 %: the holding lost $40,000, the short gained $40,000."),
    ),
    opening=hedged,
    paths={
        "ALTUSDT": ((2, "0.40"), (5, "0.35"), (6, "0.36"), (10, "0.32")),
        "AIXUSDT": ((2, "1000"), (5, "875"), (6, "900"), (10, "800")),
    },
)

# 20P - 14,000 = 80 % of (300,000 - 200P) at P = 1,411.1; 1,416 is 85.2 %, 1,427.27 the end.
SQUEEZE = Story(
    title="A short squeeze",
    duration=42.0,
    chapters=(
        Chapter(0, "200 AIX contracts short cover 500,000 ALT."),
        Chapter(3, "Everything rises: the holding gains outside, the short burns margin here."),
        Chapter(11, "One per cent from liquidation."),
        Chapter(21, "The account is topped up with 75,000 USDT, and the market turns."),
        Chapter(23, "Calm. The alerts resolve."),
    ),
    opening=hedged,
    paths={
        "ALTUSDT": ((3, "0.40"), (9, "0.54"), (11, "0.5664"), (21, "0.5664"), (23, "0.46")),
        "AIXUSDT": ((3, "1000"), (9, "1350"), (11, "1416"), (21, "1416"), (23, "1150")),
    },
    actions=(Action(21, top_up),),
)

MANUAL = Story(
    title="A market that stands still",
    duration=inf,
    chapters=(Chapter(0, "Nothing moves until someone moves it."),),
    opening=hedged,
)

STORIES: Mapping[str, Story] = MappingProxyType(
    {
        "hedged-book": HEDGED_BOOK,
        "selloff": SELLOFF,
        "squeeze": SQUEEZE,
        **BREAK_STORIES,
        **FAULT_STORIES,
        **VENUE_STORIES,
        "manual": MANUAL,
    }
)
