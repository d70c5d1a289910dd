import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import aiomqtt
import pytest

from tests.support.servers import Server, find_program, free_port, mosquitto_server

pytestmark = pytest.mark.live


async def test_the_broker_of_a_test_keeps_what_it_is_told_to_retain(mosquitto: Server) -> None:
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as first:
        await first.publish("desk/alerts", b"firing", qos=1, retain=True)
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as second:
        await second.subscribe("desk/alerts")
        message = await anext(second.messages)
    assert message.payload == b"firing"
    assert message.retain


def test_a_killed_broker_comes_back_on_the_same_port(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    broker = start_server(mosquitto_server(tmp_path))
    broker.kill()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", broker.port), timeout=1)
    broker.start()
    socket.create_connection(("127.0.0.1", broker.port), timeout=1).close()


async def get_json(url: str, **query: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(url, params=query) as reply:
        return await reply.json()


async def test_the_prometheus_of_a_test_answers_queries(prometheus: Server) -> None:
    answer = await get_json(f"{prometheus.url}/api/v1/query", query="1+1")
    assert answer["data"]["result"][1] == "2"


async def test_the_alertmanager_of_a_test_starts_without_alerts(alertmanager: Server) -> None:
    assert await get_json(f"{alertmanager.url}/api/v2/alerts") == []


def test_a_server_that_cannot_start_shows_its_log(tmp_path: Path) -> None:
    broken = mosquitto_server(tmp_path, {"no_such_setting": "1"})
    with pytest.raises(pytest.fail.Exception, match="no_such_setting"):
        broken.start()


def test_a_missing_program_fails_and_says_what_installs_it() -> None:
    with pytest.raises(pytest.fail.Exception, match="run make test, which installs it"):
        find_program("no-such-server")


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 0
