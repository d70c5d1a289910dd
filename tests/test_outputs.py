"""What of the alerts is a line in the log."""

from structlog.testing import capture_logs

from hedgewatch.core.alert_model import AlertState, Outcome
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.outputs import TransitionLog
from tests.notify.alerts import NOON, transition


def said(log: TransitionLog, *states: AlertState) -> list[str]:
    """The lines of these changes of one alert."""
    with capture_logs() as logs:
        for state in states:
            log(ClockAdvanced(), Outcome(transitions=(transition(state),)), NOON)
    return [entry["state"] for entry in logs if entry["event"] == "alert"]


def test_what_waits_to_fire_because_we_start_or_stop_ourselves_is_no_line_in_the_log() -> None:
    log = TransitionLog()
    assert said(log, AlertState.PENDING) == []
    log.settled = True
    assert said(log, AlertState.INACTIVE) == [], "nobody read that it began"
    assert said(log, AlertState.PENDING, AlertState.INACTIVE) == ["pending", "inactive"]
    log.settled = False
    assert said(log, AlertState.PENDING) == []


def test_what_fires_or_fired_is_a_line_at_any_time() -> None:
    log = TransitionLog()
    states = (AlertState.PENDING, AlertState.FIRING, AlertState.RESOLVED, AlertState.ENDED)
    assert said(log, *states) == ["firing", "resolved", "ended"]
    log.settled = True
    assert said(log, *states) == ["pending", "firing", "resolved", "ended"]
