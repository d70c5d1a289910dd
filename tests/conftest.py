"""Fixtures that any test may ask for: real servers, started for it and stopped after it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.support.servers import (
    Server,
    alertmanager_server,
    mosquitto_server,
    prometheus_server,
)

SHARED = ("tests/daemon/", "tests/test_packaging.py")

settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
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


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    """Tests that share what their module starts run in one process, which starts it once; all
    others go to whoever is free. (`--dist loadgroup` does nothing with pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.startswith(SHARED) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    return Together(config, log) if config.getoption("dist") == "load" else None


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
