"""Who may give commands over HTTP, in which form, and what is refused."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession

from hedgewatch.settings import Secret
from hedgewatch.telemetry.http import application, serve
from hedgewatch.telemetry.settings import HttpSettings
from tests.commands.room import Room
from tests.telemetry.desk import Desk, busy_daemon

TOKEN = "a-token-of-some-length"
ANYWHERE = HttpSettings(listen="127.0.0.1:0")
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
ACK = "/api/v1/alerts/ack"
HEDGE_DRIFT = {"by": "anna", "alert": "HedgeDrift"}


@dataclass(frozen=True)
class Server:
    room: Room
    session: ClientSession
    url: str

    async def send(
        self, path: str, fields: object = None, method: str = "POST", **options: Any
    ) -> tuple[int, dict[str, Any]]:
        headers = AUTHORIZED | options.pop("headers", {})
        body = options or {"json": fields}
        url = self.url + path
        async with self.session.request(method, url, headers=headers, **body) as answer:
            return answer.status, await answer.json() if "json" in answer.content_type else {}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    room = Room()
    app = application(Desk(), busy_daemon(), ANYWHERE, Secret(TOKEN), room.commands)
    async with serve(app, ANYWHERE) as url, ClientSession() as session:
        yield Server(room, session, url)


async def test_an_alert_is_acknowledged_and_the_audit_log_says_by_whom(server: Server) -> None:
    status, said = await server.send(ACK, HEDGE_DRIFT)
    assert (status, said["acknowledged"][0]["alertname"]) == (200, "HedgeDrift")
    assert [event.by for event in server.room.published] == ["anna"]
    _, said = await server.send("/api/v1/audit", method="GET")
    (entry,) = said["audit"]
    assert (entry["number"], entry["command"], entry["by"]) == (1, "ack", "anna")
    assert entry["channel"] == "http 127.0.0.1"


async def test_a_silence_is_made_listed_and_ended(server: Server) -> None:
    fields = {"by": "anna", "matchers": ["account=main"], "for": "1h"}
    status, said = await server.send("/api/v1/silences", fields)
    identity = said["silence"]["id"]
    assert status == 200
    _, said = await server.send("/api/v1/silences", method="GET")
    assert [silence["id"] for silence in said["silences"]] == [identity]
    path = f"/api/v1/silences/{identity}"
    assert (await server.send(path, {"by": "bert"}, "DELETE"))[0] == 200
    assert (await server.send(path, {"by": "bert"}, "DELETE"))[0] == 404
    assert server.room.silences.all() == ()


async def test_what_a_refusal_says_goes_back_whole(server: Server) -> None:
    status, said = await server.send(ACK, {"by": "anna", "alert": "MarginDanger"})
    assert (status, len(said["alerts"])) == (409, 2)
    status, said = await server.send(ACK, {"alert": 5, "what": 1})
    assert (status, len(said["problems"])) == (400, 3)


@pytest.mark.parametrize("given", ["", "Bearer wrong", f"Basic {TOKEN}"])
async def test_without_the_token_nothing_is_done_and_that_is_written_down(
    server: Server, given: str
) -> None:
    status, _ = await server.send(ACK, HEDGE_DRIFT, headers={"Authorization": given})
    assert (status, server.room.published) == (401, [])
    (entry,) = server.room.audited()
    assert (entry["outcome"], entry["why"]) == ("refused", "the token is missing or wrong")


async def test_a_server_without_a_token_takes_no_commands_and_says_what_to_do() -> None:
    room = Room()
    app = application(Desk(), busy_daemon(), ANYWHERE, None, room.commands)
    async with serve(app, ANYWHERE) as url, ClientSession() as session:
        status, said = await Server(room, session, url).send(ACK, HEDGE_DRIFT)
        assert (status, room.published) == (403, [])
        assert "set http.token" in said["error"]
        assert room.audited()[0]["why"] == said["error"]
        assert (await Server(room, session, url).send("/api/v1/silences", method="GET"))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
async def test_a_page_of_another_site_gives_no_commands(
    server: Server, headers: dict[str, str]
) -> None:
    assert (await server.send(ACK, HEDGE_DRIFT, headers=headers))[0] == 403
    assert server.room.published == []


async def test_our_own_page_would_be_allowed(server: Server) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": server.url}
    assert (await server.send(ACK, HEDGE_DRIFT, headers=headers))[0] == 200


async def test_a_form_is_no_command(server: Server) -> None:
    assert (await server.send(ACK, data={"by": "anna", "alert": "HedgeDrift"}))[0] == 415
    headers = {"Content-Type": "text/plain"}
    assert (await server.send(ACK, data=b'{"by": "anna"}', headers=headers))[0] == 415
    assert server.room.published == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"{", 400), (b"[]", 400), (b'{"by":"' + b"a" * 4096 + b'"}', 413)],
    ids=["torn", "list", "large"],
)
async def test_what_is_no_command_is_refused(server: Server, content: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await server.send(ACK, data=content, headers=headers))[0] == status
    assert server.room.published == []
    assert [entry["outcome"] for entry in server.room.audited()] == ["refused"]


@pytest.mark.parametrize("path", [ACK, "/api/v1/alerts/unack", "/api/v1/silences/x"])
async def test_nothing_is_changed_by_reading(server: Server, path: str) -> None:
    assert (await server.send(path, method="GET"))[0] in (404, 405)


async def test_the_audit_log_is_read_in_parts_and_a_dead_disk_is_said(server: Server) -> None:
    for _ in range(3):
        await server.send(ACK, HEDGE_DRIFT)
    _, said = await server.send("/api/v1/audit?limit=2", method="GET")
    assert [entry["number"] for entry in said["audit"]] == [3, 2]
    _, said = await server.send("/api/v1/audit?limit=2&before=2", method="GET")
    assert [entry["number"] for entry in said["audit"]] == [1]
    assert (await server.send("/api/v1/audit?limit=many", method="GET"))[0] == 400
    server.room.disk.failing = True
    assert (await server.send("/api/v1/audit", method="GET"))[0] == 503
    status, said = await server.send(ACK, HEDGE_DRIFT)
    assert (status, said["stored"]) == (200, False)
