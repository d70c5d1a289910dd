"""The paper exchange as a program of its own."""

import signal
import subprocess
import sys

import pytest

from hedgewatch.sim import PaperExchange
from tests.support.daemons import PROGRAM_SECONDS

pytestmark = pytest.mark.live


async def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    async with PaperExchange("manual") as other:
        port = other.url.rpartition(":")[2]
        done = subprocess.run(  # noqa: ASYNC221  # nothing else has to run meanwhile
            [sys.executable, "-m", "hedgewatch.sim", "--port", port],
            capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"a port of 127.0.0.1:{port} to ")
    assert done.stderr.endswith("is taken by another program: stop it, or take another --port\n")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_good_order_when_it_is_asked_to(asked: signal.Signals) -> None:
    heeding = ["env", "--default-signal=INT"]  # which the background of a shell script ignores
    command = [*heeding, sys.executable, "-m", "hedgewatch.sim", "--story", "manual"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as paper:
        assert paper.stdout is not None
        assert paper.stdout.readline().startswith("rest ")
        paper.send_signal(asked)
        assert paper.stdout.read().endswith("stopped\n")
        assert paper.wait(PROGRAM_SECONDS) == 0
