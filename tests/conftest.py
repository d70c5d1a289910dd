"""Fixtures that any test may ask for: real servers, started for it and stopped after it."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support.chance import QUICK, THOROUGH
from tests.support.servers import (
    Server,
    alertmanager_server,
    mosquitto_server,
    prometheus_server,
)

LONGEST = (
    *("tests/daemon/test_boot.py", "tests/page/", "tests/daemon/", "tests/test_packaging.py"),
    *("tests/campaign/", "tests/venues/test_watch", "tests/notify/test_contract.py"),
)
"""What takes a minute or waits a lot: it begins first, so that nobody waits for it in the end."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""The workers and the programs that tests start need not compile everything each time anew."""

settings.register_profile("quick", max_examples=QUICK, deadline=None)
settings.register_profile("thorough", max_examples=THOROUGH, deadline=None)
settings.load_profile("quick")  # at leisure: make test ARGS=--hypothesis-profile=thorough


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--vectors",
        type=Path,
        metavar="DIR",
        help="directory of the vectors that tests/vectors reads (default: its own)",
    )


def pytest_configure(config: pytest.Config) -> None:
    directory = config.getoption("vectors")
    if directory is not None and not directory.is_dir():
        raise pytest.UsageError(f"--vectors {directory}: there is no such directory")


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    """The tests of a module run in one process, which starts and computes once what they share."""

    def _split_scope(self, nodeid: str) -> str:
        module, _, _ = nodeid.partition("::")
        return module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False  # the order of `pytest_collection_modifyitems` it is
    return ByModule(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """What was imported, all venues of ccxt among it, stays: no collection need look at it."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    for place, start in enumerate(LONGEST):
        if item.nodeid.startswith(start):
            return place
    return len(LONGEST) + (item.get_closest_marker("live") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line: how many vectors agree, whatever else ran with them."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    told = [
        (report.outcome == "passed", dict(report.user_properties))
        for outcome in ("passed", "failed")
        for report in reporter.getreports(outcome)
    ]
    outcomes = [passed for passed, properties in told if "vector" in properties]
    unread = [f"{p['vector']} {', '.join(p['unread'])}" for _, p in told if p.get("unread")]
    if unread:
        reporter.write_line(
            f"warning: inputs that no function of the product was given: {'; '.join(unread)}"
        )
    if outcomes:
        reporter.write_line(f"vectors: {sum(outcomes)} of {len(outcomes)} agree")


@pytest.fixture
def start_server() -> Iterator[Callable[[Server], Server]]:
    """Start a server of tests.support.servers that the test describes; it ends with the test."""
    with ExitStack() as stack:

        def start(server: Server) -> Server:
            stack.callback(server.stop)
            server.start()
            return server

        yield start


@pytest.fixture
def mosquitto(tmp_path: Path, start_server: Callable[[Server], Server]) -> Server:
    return start_server(mosquitto_server(tmp_path))


@pytest.fixture
def prometheus(tmp_path: Path, start_server: Callable[[Server], Server]) -> Server:
    """Without targets; with some: `start_server(prometheus_server(tmp_path, targets=[...]))`."""
    return start_server(prometheus_server(tmp_path))


@pytest.fixture
def alertmanager(tmp_path: Path, start_server: Callable[[Server], Server]) -> Server:
    return start_server(alertmanager_server(tmp_path))
