"""What if: pools and hedges of now under the scenarios of the desk.

Always from live marks. For rules it is computed when the inputs moved enough to matter
(`watch`), for readers when they ask (`table`).
"""

from hedgewatch.core.stress.accounts import backed_of
from hedgewatch.core.stress.hedges import HedgeStress, stress_hedge
from hedgewatch.core.stress.moves import Moves, moves_of
from hedgewatch.core.stress.pools import PoolStress, stress_pool
from hedgewatch.core.stress.table import StressTable, curve_of, joined, table_of
from hedgewatch.core.stress.watch import TOLERANCE, scenarios_read, watchers

__all__ = [
    "TOLERANCE",
    "HedgeStress",
    "Moves",
    "PoolStress",
    "StressTable",
    "backed_of",
    "curve_of",
    "joined",
    "moves_of",
    "scenarios_read",
    "stress_hedge",
    "stress_pool",
    "table_of",
    "watchers",
]
