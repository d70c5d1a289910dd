"""Fixtures that any test may ask for: real servers, started for it and stopped after it."""

import gc
import os
from collections import Counter
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
    *("tests/campaign/", "tests/notify/test_contract.py"),
)
"""What takes a minute: it begins first, so that nobody waits for it in the end."""

EARLIER = 0.8
"""By when what waits has begun, of all that is to do: what computes is in between, so that there is
always something for the processor, and last, since it takes no longer than it takes.
"""

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
        return _module(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False  # the order of `pytest_collection_modifyitems` it is
    return ByModule(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        turns = _turns(items)
        items.sort(key=lambda item: turns[_module(item.nodeid)])


def pytest_collection() -> None:
    """Nothing that is imported or collected is garbage: none is sought."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported, all venues of ccxt among it, stays: no collection need look at it."""
    gc.freeze()
    gc.enable()


def _module(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _turns(items: list[pytest.Item]) -> dict[str, tuple[float, str]]:
    """When which module is begun: what is long, then what waits among what computes, the modules of
    many tests before those of few.
    """
    sizes = Counter(_module(item.nodeid) for item in items)
    waiting = {_module(item.nodeid) for item in items if item.get_closest_marker("live")}
    turns = {}
    for names, until in ((sizes.keys() & waiting, EARLIER), (sizes.keys() - waiting, 1.0)):
        ordered = sorted(names, key=lambda name: (-sizes[name], name))
        for index, name in enumerate(ordered):
            turns[name] = (until * index / len(ordered), name)
    for name in turns:
        place = next((at for at, start in enumerate(LONGEST) if name.startswith(start)), None)
        if place is not None:
            turns[name] = (place - len(LONGEST), name)
    return turns


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
