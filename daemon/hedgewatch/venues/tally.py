"""What one watch skipped and held back, on all of its connections so far."""

from hedgewatch.venues.connection import Connection


class Tally:
    """Counts on where a connection ended and another began."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._ended_odd = self._ended_refused = 0

    def begin(self, connection: Connection) -> None:
        """Count what this one does, from now on."""
        self._connection = connection

    def end(self) -> None:
        """It is over; what it counted stays."""
        self._ended_odd, self._ended_refused = self.odd_frames, self.refused_requests
        self._connection = None

    @property
    def odd_frames(self) -> int:
        """Frames that made no sense and were skipped."""
        own = 0 if self._connection is None else self._connection.odd_frames
        return self._ended_odd + own

    @property
    def refused_requests(self) -> int:
        """Requests and frames that the fence held back."""
        own = 0 if self._connection is None else self._connection.refused
        return self._ended_refused + own
