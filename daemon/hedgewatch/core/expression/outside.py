"""Measures of what comes from outside the book. Any rule may ask for them by name:
`signal_value("gpu")` is one name, read from what all rows share.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hedgewatch.core.expression.units import Unit

OUTSIDE: Mapping[str, Unit] = MappingProxyType(
    {
        "signal_value": Unit.NUMBER,
        "signal_age_seconds": Unit.SECONDS,
        "event_in_seconds": Unit.SECONDS,
        "event_running": Unit.BOOLEAN,
    }
)
"""What can be asked of a signal or of a calendar, whose name stands in quotes. A plain number fits
beside any unit: what a signal counts is its owner's business.
"""


def is_outside(name: str) -> bool:
    """Whether a name in its one spelling asks for something outside the book."""
    return name.endswith('")') and name.partition("(")[0] in OUTSIDE
