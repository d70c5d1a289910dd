"""Whether the daemon does its work, as its heartbeat, its Watchdog and systemd need to know."""

from hedgewatch.health.checkup import Checkup
from hedgewatch.health.lag import Lag
from hedgewatch.health.vitals import Sight, Stuck, Vitals, ailments

__all__ = ["Checkup", "Lag", "Sight", "Stuck", "Vitals", "ailments"]
