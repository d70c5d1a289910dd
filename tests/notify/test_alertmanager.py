"""Alertmanager 0.25 itself, killed, restarted, doubled and hung."""

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import ValidationError

from hedgewatch.clock import Clock
from hedgewatch.core.alert_model import AlertState, Severity, Transition
from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.alertmanager import Alertmanager, AlertmanagerSettings, Peer
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.settings import ReceiverPlace, ReceiverSettings, build
from tests.notify.alerts import (
    SECONDS_FOR_ANYTHING,
    Memory,
    composed,
    notification,
    running,
    transition,
)
from tests.notify.sink import Sink, listening
from tests.support.patience import PATIENCE
from tests.support.servers import Server, alertmanager_server, free_port
from tests.support.serving import serving

pytestmark = pytest.mark.live

wall = Clock().now  # Alertmanager has a clock of its own


def receiver(*urls: str, well: Callable[[], bool] | None = None, **more: Any) -> Alertmanager:
    way = {"urls": list(urls), "resend": "200ms", **more}
    place = ReceiverPlace(
        instance="desk-1", output=io.StringIO(), clock=wall, jitter=Random(7), well=well
    )
    settings = ReceiverSettings.model_validate({"name": "oncall", "alertmanager": way})
    built = build(settings, place)
    assert isinstance(built, Alertmanager)
    return built


def fired(alertname: str = "MarginDanger") -> Transition:
    return replace(transition(alertname=alertname, at=wall()), active_since=wall() - 3)


@asynccontextmanager
async def mirroring(mirror: Alertmanager) -> AsyncIterator[Alertmanager]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(mirror.run())
        yield mirror
        task.cancel()


async def active(server: Server) -> dict[str, dict[str, Any]]:
    url = f"{server.url}/api/v2/alerts"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return {each["labels"]["alertname"]: each for each in await answer.json()}


async def until(condition: Callable[[set[str]], bool], server: Server) -> dict[str, dict[str, Any]]:
    async with asyncio.timeout(SECONDS_FOR_ANYTHING):
        while not condition(set(found := await active(server))):  # noqa: ASYNC110 - it is a process
            await asyncio.sleep(0.05)
    return found


async def so_many(sink: Sink, count: int) -> None:
    async with asyncio.timeout(SECONDS_FOR_ANYTHING):
        while len(sink.bodies) < count:  # noqa: ASYNC110 - it is a process
            await asyncio.sleep(0.05)


async def test_an_alert_is_told_once_however_often_it_is_said_and_resolved_when_it_is_over(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    async with listening(Sink()) as sink:
        server = start_server(alertmanager_server(tmp_path, sink.url))
        async with mirroring(receiver(server.url)) as mirror:
            await mirror.deliver(notification(fired()))
            await so_many(sink, 1)
            await asyncio.sleep(1.5)  # several re-sends, and Alertmanager's group interval
            assert [body["status"] for body in sink.bodies] == ["firing"]
            await mirror.deliver(notification(replace(fired(), state=AlertState.RESOLVED)))
            assert await active(server) == {}
            await so_many(sink, 2)
    assert sink.bodies[1]["status"] == "resolved"
    assert sink.bodies[0]["alerts"][0]["labels"]["instance"] == "desk-1"


async def test_an_alertmanager_that_lost_its_memory_knows_everything_after_one_resend(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    server = start_server(alertmanager_server(tmp_path))
    mirror = receiver(server.url, well=lambda: True)
    mirror.remember(notification(fired("BeforeTheRestart")))
    async with mirroring(mirror):
        await mirror.deliver(notification(fired()))
        await until(lambda names: len(names) == 3, server)
        server.kill()
        await asyncio.to_thread(server.start)
        assert set(await until(bool, server)) == {"MarginDanger", "BeforeTheRestart", "Watchdog"}


async def test_of_two_alertmanagers_one_is_enough_and_the_other_is_told_when_it_is_back(
    tmp_path: Path, start_server: Callable[[Server], Server]
) -> None:
    server, late = start_server(alertmanager_server(tmp_path)), alertmanager_server(tmp_path)
    async with mirroring(receiver(late.url, server.url)) as mirror:
        await mirror.deliver(notification(fired()))
        assert set(await active(server)) == {"MarginDanger"}
        await asyncio.to_thread(start_server, late)
        await until(bool, late)


async def test_one_that_hangs_costs_a_moment_once_and_none_of_the_alerts_behind(
    alertmanager: Server,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        mirror = receiver(f"http://127.0.0.1:{hanging.getsockname()[1]}", alertmanager.url)
        async with asyncio.timeout(PATIENCE):
            for number in range(20):
                await mirror.deliver(notification(fired(f"Alert{number}")))
    assert len(await active(alertmanager)) == 20


async def test_when_none_answers_it_is_tried_again_and_the_alert_is_kept() -> None:
    port = free_port()
    mirror = receiver(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(DeliveryError, match="Connection refused") as failure:
        await mirror.deliver(notification(fired()))
    assert failure.value.retryable


async def test_a_slow_resend_does_not_bring_back_what_was_over_meanwhile() -> None:
    asked, goes_on, heard = asyncio.Event(), asyncio.Event(), list[str]()

    async def slow(request: web.Request) -> web.Response:
        (alert,) = await request.json()
        if not asked.is_set():
            asked.set()
            await goes_on.wait()
        heard.append(alert["endsAt"])
        return web.Response()

    over = replace(fired(), state=AlertState.RESOLVED, at=wall())
    async with serving("/api/v2/alerts", slow) as root:
        mirror = receiver(root, resend="30s")
        mirror.remember(notification(fired()))
        async with mirroring(mirror), asyncio.TaskGroup() as group:
            await asked.wait()
            group.create_task(mirror.deliver(notification(over)))
            await asyncio.sleep(0)
            goes_on.set()
    assert [each > rfc3339(wall()) for each in heard] == [True, False]


async def test_one_alert_that_is_refused_costs_that_one_alone(alertmanager: Server) -> None:
    settings = AlertmanagerSettings.model_validate({"urls": [alertmanager.url]})
    peer = Peer("oncall", alertmanager.url, settings, wall)
    sound = [json.dumps({"labels": {"alertname": name}}).encode() for name in ("A", "B")]
    await peer.take_all(lambda: [sound[0], b'{"labels": 5}', sound[1]])
    assert set(await active(alertmanager)) == {"A", "B"}
    with pytest.raises(DeliveryError, match="it answered 4") as failure:
        await peer.take([b'{"labels": {"not a name": "x"}}'])
    assert not failure.value.retryable


async def test_hostile_labels_reach_alertmanager_and_lose_no_alert(alertmanager: Server) -> None:
    odd = {"a-b": "x", "1st": "y", "": "z", "empty": "", "broken": "\ud800\x1b[2J", "team": "\n"}
    await receiver(alertmanager.url).deliver(notification(replace(fired(), labels=odd)))
    assert set(await active(alertmanager)) == {"MarginDanger"}


async def test_an_alert_that_was_over_as_soon_as_it_began_is_taken(alertmanager: Server) -> None:
    at = wall()
    over = replace(fired(), state=AlertState.RESOLVED, at=at, active_since=at)
    await receiver(alertmanager.url).deliver(notification(over))
    assert await active(alertmanager) == {}


async def test_delivery_sends_it_there_as_to_any_other_receiver(alertmanager: Server) -> None:
    delivering = composed([receiver(alertmanager.url)], Memory())
    async with running(delivering):
        delivering.tell(replace(fired(), severity=Severity.WARNING))
        assert await delivering.results.first(1) == ["sent"]
    assert (await active(alertmanager))["MarginDanger"]["labels"]["severity"] == "warning"


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        (("token",), "Bearer canary"),
        (("username", "password"), "Basic Y2FuYXJ5OmNhbmFyeQ=="),
    ],
)
async def test_it_says_who_it_is_and_a_wrong_password_is_mended_while_the_alert_waits(
    secrets: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret"
    file.write_text("wrong")
    file.chmod(0o600)
    way: dict[str, Any] = {name: {"file": str(file)} for name in secrets}

    async def answered(request: web.Request) -> web.Response:
        known = request.headers["Authorization"] == expected
        return web.Response(status=200 if known else 401)

    async with serving("/am/api/v2/alerts", answered) as root:
        mirror = receiver(f"{root}/am/", **way)
        with pytest.raises(DeliveryError, match="it answered 401") as failure:
            await mirror.deliver(notification(fired()))
        file.write_text("canary")
        await mirror.deliver(notification(fired()))
    assert failure.value.retryable


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ({"urls": []}, "at least 1"),
        ({"urls": ["127.0.0.1:9093"]}, "starts with http"),
        ({"urls": ["http://169.254.169.254/"]}, "link-local"),
        ({"urls": ["http://u:canary@am:9093"]}, "stand beside urls"),
        ({"urls": ["http://am/api/v2/alerts"]}, "write the base"),
        ({"urls": ["http://am?x=1"]}, "is its base"),
        ({"urls": ["http://am", "http://am/"]}, "stands twice"),
        ({"urls": ["http://am"], "resend": "1m"}, "more than 0 and at most 30s"),
        ({"urls": ["http://am"], "password": {"env": "X"}}, "belong together"),
        (
            {
                "urls": ["http://am"],
                "token": {"env": "X"},
                "username": {"env": "X"},
                "password": {"env": "X"},
            },
            "give either token or",
        ),
        (
            {"urls": ["https://am"], "ca_file": "/dev/null"},
            "no certificate can be read in",
        ),
        ({"urls": ["https://am"], "ca_file": "/nowhere"}, "No such file"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_what_to_write(
    way: dict[str, object], said: str
) -> None:
    with pytest.raises(ValidationError, match=said) as failure:
        AlertmanagerSettings.model_validate(way)
    assert "canary" not in str(failure.value)
