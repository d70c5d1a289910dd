"""When a part of the daemon dies, the daemon dies of it, soon, and tells what it had to tell."""

import asyncio
import gc
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hedgewatch import app
from hedgewatch.config.loader import load
from hedgewatch.sim import PaperExchange
from hedgewatch.tasks import TaskLostError
from tests.notify.alerts import outcome, transition
from tests.notify.sink import Sink, listening
from tests.support.daemons import Daemon, secret_file, worked_example
from tests.support.patience import PATIENCE
from tests.support.servers import free_port

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow,
    # A venue's sessions that were just being opened are left to the end of the process.
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:.*:pytest.PytestUnraisableExceptionWarning"),
]

KEPT = {
    "monitor",
    "clock",
    "silences",
    "heartbeat",
    "notify:journal",
    "notify:reminders",
    "notify:hook",
    "notify:desk",
    "notify:desk:connection",
}

RULE = """
groups:
  - name: margin
    rules:
      - {alert: MarginDanger, on: pool, expr: margin_ratio > 80%, labels: {severity: critical}}
"""


@dataclass(frozen=True, slots=True)
class Scene:
    daemon: Daemon
    sink: Sink


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """A configuration with each kind of task, that nobody runs yet. Neither its broker nor its
    venue is there, and its one rule is of what only a venue can tell: it has no alert of its own.
    """
    async with PaperExchange("manual") as exchange, listening(Sink()) as sink:
        document = worked_example(folder, exchange)
        (folder / "rules.yaml").write_text(RULE)
        nobody = f"127.0.0.1:{free_port()}"
        document["accounts"][0]["endpoint"] = {"rest": f"http://{nobody}", "ws": f"ws://{nobody}"}
        document["receivers"] = [
            {"name": "hook", "webhook": {"url": sink.url}},
            {"name": "desk", "mqtt": {"host": "127.0.0.1", "port": free_port()}},
        ]
        document["heartbeat"] = {"url": secret_file(folder, "heartbeat", sink.url), "every": "5s"}
        yield Scene(Daemon(folder, document), sink)


def kill(name: str) -> None:
    """What the task of that name waits for is cancelled, as libraries do."""
    for task in (one for one in asyncio.all_tasks() if one.get_name() == name):
        waits_for: asyncio.Future[object] | None = task._fut_waiter  # type: ignore[attr-defined]  # noqa: SLF001 - nothing else tells
        if waits_for is not None:
            waits_for.cancel()


async def killed(name: str, here: Scene) -> None:
    """A daemon that is given an alert to tell in the moment in which a task of it dies."""
    configuration = load(here.daemon.configuration)
    with (here.daemon.folder / "out").open("w") as output:
        async with app.run_daemon(configuration, output) as daemon:
            await asyncio.sleep(0.2)  # until each waits for what it waits for
            assert {one.get_name() for one in asyncio.all_tasks()} >= KEPT
            kill(name)
            now = daemon.clock.now()
            daemon.dispatcher.submit(outcome(transition(at=now)), now)
            async with asyncio.timeout(PATIENCE):
                while True:  # in the midst of an attempt to connect that is a failure like others
                    await asyncio.sleep(1.0)
                    kill(name)


@pytest.mark.parametrize("name", sorted(KEPT))
async def test_each_task_that_is_lost_ends_the_daemon_and_what_was_to_be_told_is_told(
    tmp_path: Path, name: str
) -> None:
    async with scene(tmp_path) as here:
        with pytest.raises(ExceptionGroup) as ended:
            await killed(name, here)
        gc.collect()
    assert ended.group_contains(TaskLostError, match=f"^{name} was cancelled")
    told = [body["groupLabels"]["alertname"] for body in here.sink.bodies if "groupLabels" in body]
    waits = here.daemon.stored("SELECT receiver FROM outbox WHERE state = 'pending'")
    left_to_the_next_start = name.startswith("notify:") and ("hook",) in waits
    assert told == ["MarginDanger"] or left_to_the_next_start


DYING = """
import asyncio, signal, sys
from hedgewatch.cli import main
def kill(*_):
    for task in asyncio.all_tasks():
        if task.get_name() == "monitor":
            task._fut_waiter.cancel()
signal.signal(signal.SIGUSR1, kill)
sys.exit(main(["run", "-c", sys.argv[1]]))
"""


async def test_the_process_ends_with_a_code_that_systemd_takes_for_a_failure_and_says_why(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as here:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", DYING, here.daemon.configuration,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while b'"watching"' not in (line := await process.stdout.readline()):
                assert line, "it ended before it watched"
            process.send_signal(signal.SIGUSR1)
            said, _ = await process.communicate()
    assert process.returncode == 1
    assert b"monitor was cancelled by what it waited for" in said
    assert b'"crashed"' in said
    ends = here.daemon.stored("SELECT ended_well FROM starts")
    assert ends == [(0,)], "the next start follows a crash"
