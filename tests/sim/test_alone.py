"""The paper exchange as a program of its own."""

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
