"""Whether the daemon does its work, as its heartbeat, its Watchdog and systemd need to know."""

from hedgewatch.health.checkup import Checkup
from hedgewatch.health.lag import Lag
from hedgewatch.health.memory import Memory
from hedgewatch.health.observer import Observer
from hedgewatch.health.vitals import Sight, Stuck, Vitals, ailments

__all__ = ["Checkup", "Lag", "Memory", "Observer", "Sight", "Stuck", "Vitals", "ailments"]
