"""What is wrong before anything is watched: said whole, with the exit code that scripts expect."""

import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hedgewatch.sim import PaperExchange
from tests.support.daemons import Daemon, run_program, worked_example

pytestmark = pytest.mark.live


@pytest.fixture
async def exchange() -> AsyncIterator[PaperExchange]:
    async with PaperExchange("manual") as running:
        yield running


@pytest.mark.parametrize("command", ["run", "check"])
async def test_offline_mistakes_are_all_told_with_place_and_nothing_is_started(
    exchange: PaperExchange, tmp_path: Path, command: str
) -> None:
    document = worked_example(tmp_path, exchange)
    document["accounts"][0]["venue"] = "binanceusd"
    document["hedges"][0]["cover"][0]["symbol"] = "AIX"
    document["hedges"][0]["exposure"][0]["share"] = 1.5
    document["recievers"] = []
    document["wallets"].append({"name": "cold", "holdings": {"ALT": 1}})
    (tmp_path / "main.secret").chmod(0o644)
    daemon = Daemon(tmp_path, document)
    result = await run_program(command, "-c", daemon.configuration)
    assert result.returncode == 2
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    place = re.compile(re.escape(str(daemon.configuration)) + r":\d+:\d+: ")
    assert all(map(place.match, lines)), lines
    mistakes = (
        "unknown venue binanceusd (did you mean binanceusdm?)",
        "readable by others than its owner: chmod 600",
        "the name cold stands already",
        "share: must be less than or equal to 1",
        "a symbol is written as ccxt writes it",
        "unknown key 'recievers' (did you mean 'receivers'?)",
    )
    for line, mistake in zip(lines, mistakes, strict=True):
        assert mistake in line
    assert not (tmp_path / "state.db").exists()
    assert exchange.requests == {}


async def test_busy_port_is_named_and_ends_the_start(
    exchange: PaperExchange, tmp_path: Path
) -> None:
    daemon = Daemon(tmp_path, worked_example(tmp_path, exchange))
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        host, port = daemon.address.split(":")
        other.bind((host, int(port)))
        other.listen()
        result = await run_program("run", "-c", daemon.configuration)
    assert result.returncode == 1
    assert f"{daemon.address} is taken by another program" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert exchange.requests == {}


async def test_store_of_another_instance_is_named_and_ends_the_start(
    exchange: PaperExchange, tmp_path: Path
) -> None:
    first = Daemon(tmp_path, worked_example(tmp_path, exchange))
    await first.start()
    try:
        second = Daemon(tmp_path, worked_example(tmp_path, exchange))
        result = await run_program("run", "-c", second.configuration)
    finally:
        await first.stop(signal.SIGKILL)
    assert result.returncode == 1
    assert str(tmp_path / "state.db") in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


async def test_store_that_names_the_file_of_a_key_by_mistake_leaves_the_key_alone(
    exchange: PaperExchange, tmp_path: Path
) -> None:
    document = worked_example(tmp_path, exchange) | {"store": "main.key"}
    key = (tmp_path / "main.key").read_bytes()
    result = await run_program("run", "-c", Daemon(tmp_path, document).configuration)
    assert result.returncode == 1
    assert f"{tmp_path / 'main.key'} is not a store of hedgewatch" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    assert (tmp_path / "main.key").read_bytes() == key
    assert not any((tmp_path / f"main.key.{new}").exists() for new in ("corrupt-1", "lock"))
