"""What the requests and the sockets of one paper exchange share."""

from collections import Counter
from dataclasses import dataclass, field

from hedgewatch.sim.faults import Faults
from hedgewatch.sim.wire.listen_keys import ListenKeys
from hedgewatch.sim.world import World


@dataclass(slots=True)
class Service:
    """The truth, the faults, and the record of what clients did."""

    world: World
    faults: Faults
    listen_keys: ListenKeys = field(default_factory=ListenKeys)
    violations: list[str] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
