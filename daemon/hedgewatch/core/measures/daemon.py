"""What the daemon measures of itself, on the whole desk."""

from hedgewatch.core.expression import Unit
from hedgewatch.core.measures.measure import Measure
from hedgewatch.core.model import Scope

DAEMON_MEASURES = (
    Measure(
        Scope.BOOK,
        "loop_lag_seconds",
        Unit.SECONDS,
        "How late the event loop of the daemon is.",
        "hedgewatch_loop_lag_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "outbox_age_seconds",
        Unit.SECONDS,
        "Age of the oldest message that a receiver should have taken, 0 when there is none.",
        "hedgewatch_outbox_age_seconds",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "receivers_failing",
        Unit.NUMBER,
        "How many receivers do not take what they should.",
        "hedgewatch_receivers_failing",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "store_failing",
        Unit.BOOLEAN,
        "The disk does not take what must survive a restart.",
        "hedgewatch_store_failing",
    ),
    Measure(
        Scope.BOOK,
        "configuration_refused",
        Unit.BOOLEAN,
        "The last reload was refused, the old configuration holds.",
        "hedgewatch_configuration_refused",
    ),
    Measure(
        Scope.BOOK,
        "recording_failing",
        Unit.BOOLEAN,
        "What happens is not recorded, though it should be.",
        "hedgewatch_recording_failing",
    ),
    Measure(
        Scope.BOOK,
        "heartbeat_withheld",
        Unit.BOOLEAN,
        "No heartbeat leaves, because the daemon is not well.",
        "hedgewatch_heartbeat_withheld",
    ),
    Measure(
        Scope.BOOK,
        "memory_share",
        Unit.RATIO,
        "Memory of the daemon over what it may use.",
        "hedgewatch_memory_share_ratio",
        lowest=0.0,
    ),
    Measure(
        Scope.BOOK,
        "clock_step_seconds",
        Unit.SECONDS,
        "The last step of the clock of this machine in ten minutes, back negative.",
        "hedgewatch_clock_step_seconds",
    ),
)
