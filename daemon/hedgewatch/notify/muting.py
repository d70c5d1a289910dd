"""Why an alert is not told to people just now: a silence, quiet hours, or maintenance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hedgewatch.core.alert_model import Transition
from hedgewatch.notify.calendar import MaintenanceSettings, QuietHoursSettings
from hedgewatch.notify.silences import Silence, Silences


@dataclass(frozen=True, slots=True)
class Calendar:
    """The quiet hours and the maintenance of the configuration."""

    quiet_hours: Sequence[QuietHoursSettings] = ()
    maintenance: Sequence[MaintenanceSettings] = ()


NO_CALENDAR = Calendar()


class Muting:
    """Answers for one moment; silences come and go while it is asked."""

    def __init__(self, silences: Silences, calendar: Calendar = NO_CALENDAR) -> None:
        self.silences = silences
        self.calendar = calendar
        self._halved: set[str] = set()

    def reason(self, transition: Transition, now: float) -> str:
        """What keeps this alert quiet, as in `silenced by …`; empty when nothing does.

        An alarming end is always told.
        """
        if transition.is_alarming_end:
            return ""
        silence = self.silences.muting(transition, now)
        return silence.by if silence is not None else self.by_calendar(transition, now)

    def by_calendar(self, transition: Transition, now: float) -> str:
        """The quiet hours or the maintenance that keep it quiet, empty when none do."""
        for kind, windows in (
            ("quiet hours", self.calendar.quiet_hours),
            ("maintenance", self.calendar.maintenance),
        ):
            for window in windows:
                if window.covers(transition, now):
                    return f"{kind} {window.name}"
        return ""

    def half_over(self, now: float) -> Iterator[Silence]:
        """The silences of which half has passed since this was last asked, each once."""
        held = self.silences.all()
        self._halved &= {silence.id for silence in held}
        for silence in held:
            half = (silence.starts_at + silence.ends_at) / 2
            if half <= now and silence.id not in self._halved:
                self._halved.add(silence.id)
                yield silence
