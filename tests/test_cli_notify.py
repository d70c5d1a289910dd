"""A real drill: what arrives at the other end, and what the command says of it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgewatch.cli import main
from tests.notify.listener import listening_to, text
from tests.notify.sink import Sink, listening
from tests.support.servers import Server, free_port, guarded_mosquitto

pytestmark = pytest.mark.live

DESK = """\
instance: desk-1
accounts:
  - name: main
    venue: binanceusdm
    credentials: {{api_key: {{file: key}}, secret: {{file: key}}}}
receivers:
{receivers}
"""

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*receivers: str) -> str:
        (tmp_path / "key").write_text("a key")
        (tmp_path / "key").chmod(0o600)
        path = tmp_path / "hedgewatch.yaml"
        path.write_text(DESK.format(receivers="\n".join(f"  - {one}" for one in receivers)))
        return str(path)

    return written


async def test_a_receiver_that_works_gets_a_marked_alert_and_its_end(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    async with listening(Sink()) as sink:
        path = write(f'{{name: hook, webhook: {{url: "{sink.url}"}}}}')
        assert await asyncio.to_thread(main, ["notify", "test", "hook", "-c", path]) == 0
    said = capsys.readouterr().out
    assert said.startswith("hook: delivered in ")
    assert [body["status"] for body in sink.bodies] == ["firing", "resolved"]
    (alert,) = sink.bodies[0]["alerts"]
    assert alert["labels"] == {
        "alertname": "HedgewatchTest",
        "severity": "critical",
        "test": "true",
    }
    assert "nothing is wrong" in alert["annotations"]["summary"]


async def test_each_receiver_is_told_and_why_one_failed_is_said(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    async with listening(Sink(answers=[(400, {})] * 4)) as sink:
        path = write(
            "{name: screen, console: {}}",
            f'{{name: hook, webhook: {{url: "{sink.url}"}}}}',
            '{name: gone, webhook: {url: "http://127.0.0.1:1/"}}',
        )
        options = ["notify", "test", "--all", "--severity", "info", "--json", "-c", path]
        assert await asyncio.to_thread(main, options) == 1
    said = capsys.readouterr()
    told = {one["receiver"]: one for one in json.loads(said.out)["receivers"]}
    assert [told[name]["delivered"] for name in ("screen", "hook", "gone")] == [True, False, False]
    assert "400" in told["hook"]["reason"]
    assert told["gone"]["reason"]
    assert "INFO HedgewatchTest: book" in said.err


async def test_over_mqtt_the_test_is_an_instance_of_its_own(
    write: Write, mosquitto: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(f"{{name: desk, mqtt: {{host: 127.0.0.1, port: {mosquitto.port}}}}}")
    async with listening_to(mosquitto.port, "hedgewatch/+/event") as heard:
        code = await asyncio.to_thread(main, ["notify", "test", "desk", "-c", path])
        assert code == 0, capsys.readouterr()
        first, second = await heard.next("/event"), await heard.next("/event")
    assert {first.topic.value, second.topic.value} == {"hedgewatch/desk-1-test/event"}
    states = [json.loads(text(one.payload))["state"] for one in (first, second)]
    assert states == ["firing", "resolved"]


async def test_a_broker_that_refuses_the_password_is_told_apart_from_one_that_is_away(
    write: Write,
    tmp_path: Path,
    start_server: Callable[[Server], Server],
    capsys: pytest.CaptureFixture[str],
) -> None:
    broker = start_server(guarded_mosquitto(tmp_path, {"hedgewatch": "right"}))
    (tmp_path / "password").write_text("wrong")
    (tmp_path / "password").chmod(0o600)
    login = "username: hedgewatch, password: {file: password}"
    path = write(
        f"{{name: broker, mqtt: {{host: 127.0.0.1, port: {broker.port}, {login}}}}}",
        f"{{name: open, mqtt: {{host: 127.0.0.1, port: {broker.port}}}}}",
        f"{{name: away, mqtt: {{host: 127.0.0.1, port: {free_port()}, {login}}}}}",
    )
    command = ["notify", "test", "--all", "-c", path]
    assert await asyncio.to_thread(main, command) == 1
    refused, nameless, away = capsys.readouterr().out.splitlines()
    assert refused == "broker: failed: the broker refuses this user or password"
    assert nameless == (
        "open: failed: the broker lets nobody in without a user: give username and password"
    )
    assert away.startswith("away: failed: no connection to the broker: ")
    (tmp_path / "password").write_text("right")
    assert await asyncio.to_thread(main, ["notify", "test", "broker", "-c", path]) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["hok"], "unknown receiver 'hok' (did you mean 'hook'?)"),
        ([], "which receiver? It is one of hook; or --all"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_sent(
    write: Write, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    path = write('{name: hook, webhook: {url: "http://127.0.0.1:1/"}}')
    assert main(["notify", "test", *options, "-c", path]) == 2
    assert words in capsys.readouterr().err
