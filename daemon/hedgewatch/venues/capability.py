"""How a venue would be watched, in words."""

from dataclasses import dataclass

NONE, UNKNOWN = "none", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """One venue. `why` is why it cannot be watched, empty when it can. The rest are words:
    `streamed`, `polled`, `read`, `computed`; two of them with a plus where one is added to the
    other; `unknown` where the venue does not tell, or not so that its meaning is sure; `none` where
    there is no such thing. `line` is the liquidation price; `own_of` is of which accounts the
    venue's own margin numbers are, empty where of all; `unseen` is what is not asked for.
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
    own_of: str = ""
    line: str = NONE
    key: str = NONE
    login: str = NONE
    unseen: tuple[str, ...] = ()
