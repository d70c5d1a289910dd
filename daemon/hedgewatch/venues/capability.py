"""How a venue would be watched, in words."""

from dataclasses import dataclass

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One venue. `why` is why it cannot be watched, empty when it can. The rest are words:
    `streamed`, `polled`, `read`, `none`; two of them with a plus where one is added to the other.
    """

    venue: str
    name: str
    depth: str
    why: str = ""
    positions: str = NONE
    balances: str = NONE
    marks: str = NONE
    quotes: str = NONE
    funding: str = NONE
    tiers: str = NONE
    margin: str = NONE
    key: str = NONE
    login: str = NONE
