"""How the daemon itself is, as measures of the whole desk."""

from hedgewatch.core.book.rows.row import NOT_YET
from hedgewatch.core.events import DaemonObserved
from hedgewatch.core.model import Known, Unknown


class DaemonHealth:
    """`daemon` is the last that was seen of it, `stepped` the last step of its clock and when."""

    __slots__ = ()

    daemon: DaemonObserved | None
    stepped: tuple[float, float] | None

    @property
    def loop_lag_seconds(self) -> Known:
        return NOT_YET if self.daemon is None else self.daemon.loop_lag

    @property
    def outbox_age_seconds(self) -> Known:
        if self.daemon is None:
            return NOT_YET
        return max((seconds for _, seconds in self.daemon.stuck), default=0.0)

    @property
    def receivers_failing(self) -> Known:
        return NOT_YET if self.daemon is None else float(len(self.daemon.stuck))

    @property
    def store_failing(self) -> bool | Unknown:
        return NOT_YET if self.daemon is None else bool(self.daemon.store_error)

    @property
    def configuration_refused(self) -> bool | Unknown:
        return NOT_YET if self.daemon is None else bool(self.daemon.configuration_error)

    @property
    def recording_failing(self) -> bool | Unknown:
        return NOT_YET if self.daemon is None else bool(self.daemon.recording_error)

    @property
    def heartbeat_withheld(self) -> bool | Unknown:
        return NOT_YET if self.daemon is None else bool(self.daemon.withheld)

    @property
    def memory_share(self) -> Known:
        if self.daemon is None:
            return NOT_YET
        share = self.daemon.memory_share
        return Unknown("nobody says how much may be used", 0.0) if share is None else share

    @property
    def clock_step_seconds(self) -> Known:
        return 0.0 if self.stepped is None else self.stepped[0]

    @property
    def failing_receivers(self) -> str:
        """The receivers by name, each with why it takes nothing."""
        stuck = () if self.daemon is None else self.daemon.stuck
        return ", ".join(name for name, _ in stuck)

    @property
    def store_error(self) -> str:
        return "" if self.daemon is None else self.daemon.store_error

    @property
    def configuration_error(self) -> str:
        return "" if self.daemon is None else self.daemon.configuration_error

    @property
    def recording_error(self) -> str:
        return "" if self.daemon is None else self.daemon.recording_error

    @property
    def ailments(self) -> str:
        """Why no heartbeat leaves."""
        return "; ".join(() if self.daemon is None else self.daemon.withheld)
