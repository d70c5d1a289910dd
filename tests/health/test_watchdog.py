"""systemd's watchdog is fed by what is judged in time, and by nothing else."""

import socket
from pathlib import Path

from hedgewatch.core.alert_model import NOTHING
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.health import Checkup, Lag
from hedgewatch.outputs import Liveness
from hedgewatch.telemetry.metrics import DaemonMetrics
from hedgewatch.telemetry.systemd import ServiceManager
from hedgewatch.view import EngineView
from tests.notify.alerts import NOON, Memory, composed
from tests.support.stories import Story


async def test_a_loop_that_is_late_feeds_no_watchdog_until_it_keeps_time_again(
    tmp_path: Path,
) -> None:
    checkup = Checkup(lambda: NOON, Lag(0.5, NOON))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(0)
        manager = ServiceManager(str(tmp_path / "notify"), watchdog_seconds=1.0)
        view, delivery = EngineView(Story().engine, {}), composed([], Memory()).dispatcher
        health = Liveness(DaemonMetrics("0"), manager, view, delivery, checkup)

        def fed(at: float) -> bool:
            """Whether a turn of the clock at that moment is told as a sign of life."""
            checkup.lag.turned(NOON + at)
            health(ClockAdvanced(), NOTHING, NOON + at)
            heard = []
            while True:
                try:
                    heard.append(systemd.recv(4096))
                except BlockingIOError:
                    return b"WATCHDOG=1" in heard

        assert fed(0.5)
        assert not fed(60.0)
        assert fed(60.5)
        assert not fed(62.1)
        assert fed(62.6)
        assert checkup.judged_at == NOON + 62.6
