"""The stream of the status page: rendered once for all, bounded, and nothing of it is lost."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, web

from hedgewatch.core.alert_model import NOTHING, AlertState, Outcome, Severity, Transition
from hedgewatch.core.events import ClockAdvanced
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.http_stream import stream_routes
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.stream import MOST_LISTENERS, Listener, Stream
from tests.support.patience import PATIENCE
from tests.telemetry.desk import THE_POOL, Desk, busy_daemon

NOW = 1_700_000_000.0
ANYWHERE = HttpSettings(listen="127.0.0.1:0")


def parsed(frame: bytes | None) -> dict[str, Any]:
    """The fields of an event; `data` as the document that it is."""
    assert frame is not None
    assert frame.endswith(b"\n\n")
    fields = dict(line.split(": ", 1) for line in frame.decode().strip().splitlines())
    return fields | {"data": json.loads(fields["data"])}


def fired(name: str = "MarginDanger", state: AlertState = AlertState.FIRING) -> Transition:
    return Transition(
        at=NOW, alertname=name, subject=THE_POOL, state=state, severity=Severity.CRITICAL,
        episode="e1", active_since=NOW, reason="", labels={}, values={},
        annotations={"summary": "main/USDT: margin ratio 84.0 %"},
    )  # fmt: skip


async def waiting(listener: Listener) -> list[dict[str, Any]]:
    """What waits for it, taken."""
    found: list[dict[str, Any]] = []
    while True:
        try:
            async with asyncio.timeout(0):
                frame = await listener.take()
        except TimeoutError:
            return found
        if frame is None:
            return found
        found.append(parsed(frame))


@pytest.fixture
def stream() -> Stream:
    return Stream(Desk(), NOW)


async def test_a_second_is_rendered_once_for_ten_who_listen_and_never_for_nobody(
    stream: Stream,
) -> None:
    for second in range(5):
        stream.look(NOW + second)
    assert stream.rendered == 0
    async with AsyncExitStack() as stack:
        many = [stack.enter_context(stream.listening()) for _ in range(10)]
        assert stream.rendered == 1
        for half in range(1, 7):
            stream.look(NOW + 4 + half / 2)
        assert stream.rendered == 4
        states = [each for each in await waiting(many[9]) if each["event"] == "state"]
    assert [state["data"]["now"] - NOW for state in states] == [4, 5, 6, 7]


async def test_an_alert_is_shown_with_the_next_tick_of_the_clock(stream: Stream) -> None:
    stream.look(NOW)
    with stream.listening() as listener:
        await waiting(listener)
        stream(ClockAdvanced(), Outcome(transitions=(fired(),)), NOW + 0.1)
        stream(ClockAdvanced(), NOTHING, NOW + 0.6)
        told = await waiting(listener)
    assert [each["event"] for each in told] == ["alert", "state"]
    assert told[0]["data"]["summary"] == "main/USDT: margin ratio 84.0 %"


async def test_whoever_comes_back_gets_the_alerts_that_it_missed_and_no_other(
    stream: Stream,
) -> None:
    stream.look(NOW)
    with stream.listening() as listener:
        stream(ClockAdvanced(), Outcome(transitions=(fired("First"),)), NOW + 1)
        seen = (await waiting(listener))[-1]["id"]
    stream(ClockAdvanced(), Outcome(transitions=(fired("Second"),)), NOW + 2)
    stream(ClockAdvanced(), Outcome(transitions=(fired("No", AlertState.PENDING),)), NOW + 3)

    async def alerts(last_id: str) -> list[str]:
        with stream.listening(last_id) as listener:
            told = await waiting(listener)
        return [each["data"]["alertname"] for each in told if each["event"] == "alert"]

    assert await alerts(seen) == ["Second"]
    for unknown in ("", "another-7", "x", f"{seen.split('-')[0]}-x", f"{seen}{'9' * 5000}"):
        assert await alerts(unknown) == ["First", "Second"]


async def test_a_client_that_takes_nothing_costs_little_and_gets_the_newest_state(
    stream: Stream,
) -> None:
    stream.look(NOW)
    with stream.listening() as slow:
        for second in range(1, 100):
            stream.look(NOW + second)
        told = await waiting(slow)
    assert len(told) == 16
    assert slow.missed > 80
    assert [each["data"]["now"] for each in told if each["event"] == "state"][-1] == NOW + 99


async def test_the_state_has_what_stands_worst_first_and_says_what_is_unknown(
    stream: Stream,
) -> None:
    stream.look(NOW)
    with stream.listening() as listener:
        state = (await waiting(listener))[0]["data"]
    assert [alert["alertstate"] for alert in state["alerts"]] == ["firing", "ended", "pending"]
    (pool, loose) = state["pools"]
    assert (pool["margin_ratio"], pool["shock_down"]) == (0.84, "-inf")
    (position,) = loose["positions"]
    assert position["liquidation_distance_sigmas"]["unknown"] == "not heard of yet"
    feeds = {feed["feed"]: feed for feed in state["accounts"][0]["feeds"]}
    assert feeds["private"]["data_age_seconds"]["unknown"] == "not heard of yet"
    assert state["accounts"][0]["unseen"] == []


@asynccontextmanager
async def served(stream: Stream) -> AsyncIterator[tuple[ClientSession, str]]:
    app = application(Desk(), busy_daemon(), ANYWHERE, equipment=Equipment(stream=stream))
    async with serve(app, ANYWHERE) as url, ClientSession() as session:
        yield session, f"{url}/api/v1/stream"


async def event(answer: ClientResponse) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        return parsed(await answer.content.readuntil(b"\n\n"))


async def test_over_http_it_is_a_stream_of_events_with_id_and_retry(stream: Stream) -> None:
    stream.look(NOW)
    async with served(stream) as (session, url), session.get(url) as answer:
        assert answer.content_type == "text/event-stream"
        first = await event(answer)
        assert first["event"] == "state"
        assert first["retry"] == "2000"
        assert (await event(answer))["event"] == "history"
        stream.look(NOW + 1)
        second = await event(answer)
        assert second["data"]["now"] == NOW + 1
        assert int(second["id"].split("-")[1]) > int(first["id"].split("-")[1])


async def test_a_daemon_that_stops_waits_for_nobody_who_listens(stream: Stream) -> None:
    stream.look(NOW)
    async with ClientSession() as session:
        app = application(Desk(), busy_daemon(), ANYWHERE, equipment=Equipment(stream=stream))
        async with serve(app, ANYWHERE) as url:
            answer = await session.get(f"{url}/api/v1/stream")
            await event(answer)
        rest = await answer.read()
    assert rest.count(b"event: ") == 1


async def test_so_many_may_listen_and_no_more(stream: Stream) -> None:
    async with served(stream) as (session, url), AsyncExitStack() as stack:
        for _ in range(MOST_LISTENERS):
            stack.enter_context(stream.listening())
        async with session.get(url) as answer:
            assert answer.status == 503


async def test_a_stream_has_no_head(stream: Stream) -> None:
    async with served(stream) as (session, url), session.head(url) as answer:
        assert answer.status == 405


@pytest.mark.live
async def test_a_client_that_does_not_keep_up_is_not_told_what_stood_minutes_ago(
    stream: Stream,
) -> None:
    """What waits for it is bounded, in the kernel too: then old states go and the newest stays."""
    app = web.Application()
    app.add_routes(stream_routes(stream))
    loop = asyncio.get_running_loop()
    async with serve(app, ANYWHERE) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.setblocking(False)  # noqa: FBT003 - the library names it so
            await loop.sock_connect(line, (host, int(port)))
            await loop.sock_sendall(line, b"GET /api/v1/stream HTTP/1.0\r\n\r\n")
            assert await loop.sock_recv(line, 1) == b"H"
            for number in range(400):  # 8 MB
                stream(ClockAdvanced(), Outcome(transitions=(fired("x" * 20_000),)), NOW + number)
                await asyncio.sleep(0)
            stream.close()
            got = 0
            async with asyncio.timeout(5):
                while part := await loop.sock_recv(line, 1 << 20):
                    got += len(part)
    assert 100_000 < got < 1_500_000


@pytest.mark.live
async def test_the_line_of_a_client_that_takes_nothing_is_cut(stream: Stream) -> None:
    stream.look(NOW)
    app = web.Application()
    app.add_routes(stream_routes(stream, patience=0.2))
    async with serve(app, ANYWHERE) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await reader.readexactly(1) == b"H"
        for _ in range(8):
            stream(ClockAdvanced(), Outcome(transitions=(fired("x" * 4_000_000),)), NOW + 1)
        await asyncio.sleep(1)
        got = 0
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionResetError):
                while part := await reader.read(1 << 20):
                    got += len(part)
        writer.close()
    assert got < 32_000_000
