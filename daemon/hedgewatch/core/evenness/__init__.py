"""Evenness without trading: what moved from which pool to which lifts the nearest line by how much.

Shown, never done. Worked out when somebody asks, never on a tick.
"""

from hedgewatch.core.evenness.adviser import Advice, Adviser
from hedgewatch.core.evenness.leveling import Leveling, Move, Vessel, level

__all__ = ["Advice", "Adviser", "Leveling", "Move", "Vessel", "level"]
