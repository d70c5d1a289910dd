"""What happens outside of the book: numbers and appointments that rules may ask for."""

from dataclasses import dataclass

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class SignalHeard:
    """A signal told a number that was true at `at` (epoch seconds, our clock)."""

    signal: str
    value: float
    at: float

    @property
    def key(self) -> Key:
        return ("signal", "", self.signal)


@dataclass(frozen=True, slots=True)
class SignalFailed:
    """A signal could not be read, or told something that is no number. What it told before stands
    until it is too old.
    """

    signal: str
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class Appointment:
    """An event of a calendar, in epoch seconds; `ends` is `starts` for a moment."""

    starts: float
    ends: float
    summary: str


@dataclass(frozen=True, slots=True)
class CalendarRead:
    """All events of a calendar that are not over, by their start; `reason` says why it could not be
    read, empty when it was: then what was read before stands.
    """

    calendar: str
    appointments: tuple[Appointment, ...]
    reason: str = ""
