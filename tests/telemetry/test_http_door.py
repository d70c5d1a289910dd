"""What strangers may do to the HTTP server with sockets of their own: nothing that others feel.

What the event loop has a part in runs on the one that the daemon runs on.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random

import pytest
from aiohttp import ClientSession, web
from aiohttp.http_exceptions import BadHttpMessage
from structlog.testing import capture_logs

from hedgewatch import loop
from hedgewatch.telemetry.http import application, serve
from hedgewatch.telemetry.http_door import MOST_CONNECTIONS, DoorPatience, RequestComplaints
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.web_settings import TlsSettings, WebSettings
from tests.support.certificates import certificate
from tests.support.patience import PATIENCE
from tests.telemetry.desk import Desk, busy_daemon

pytestmark = pytest.mark.live

ANYWHERE = HttpSettings(listen="127.0.0.1:0")
SECRET = b"a-token-of-some-length"
HOST = b"Host: 127.0.0.1\r\n"
POST = b"POST /api/v1/alerts/ack HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
REQUESTS = (
    b"GET /metrics HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\n\r\n",
    b"GET /api/v1/explain?rule=%4dargin&a=b HTTP/1.1\r\n" + HOST + b"Origin: http://a/\r\n\r\n",
    b"GET /api/v1/stress?common=0.2 HTTP/1.1\r\n" + HOST + b"Authorization: Basic YTpi\r\n\r\n",
    b"GET /runbooks/ HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n5\r\nabcde\r\n0\r\n\r\n",
    POST + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
)
MALFORMED = {
    "no text at all": bytes(range(256)) + b"\r\n\r\n",
    "a hello of TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "an endless line": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "an endless header": b"GET / HTTP/1.1\r\n" + HOST + b"X: " + SECRET + b"a" * 100_000,
    "endless headers": b"GET / HTTP/1.1\r\n" + HOST + b"X: a\r\n" * 50_000 + b"\r\n",
    "a chunk without a size": POST + CHUNKED + b"\r\nZZ\r\nabc\r\n",
    "two lengths": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "less than nothing": POST + b"Content-Length: -5\r\n\r\n",
    "two hosts": b"GET /metrics HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    "no host": b"GET /metrics HTTP/1.1\r\n\r\n",
    "a zero in a secret": b"GET / HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + SECRET + b"\0",
    "no address": b"GET http://[::1 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a version that is none": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
}


@asynccontextmanager
async def running(
    tls: TlsSettings | None = None, patience: DoorPatience | None = None
) -> AsyncIterator[int]:
    """The port of a server."""
    app = application(Desk(), busy_daemon(), ANYWHERE)
    secured = WebSettings(tls_server_config=tls)
    async with serve(app, ANYWHERE, secured, patience=patience or DoorPatience()) as url:
        yield int(url.rpartition(":")[2])


async def answered(port: int, sent: bytes, *, ended: bool = False) -> bytes:
    """What comes back until the server ends it; with `ended` it hears that no more is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = b""
    with suppress(ConnectionError):
        writer.write(sent)
        await writer.drain()
        if ended:
            writer.write_eof()
        async with asyncio.timeout(PATIENCE):
            told = await reader.read()
    writer.close()
    return told


async def is_well(port: int) -> bool:
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as got:
        return got.status == 200


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_what_is_no_request_is_refused_and_told_in_one_line_that_quotes_nothing() -> None:
    with capture_logs() as lines:
        async with running() as port:
            before = descriptors()
            for name, sent in MALFORMED.items():
                told = await answered(port, sent)
                assert told == b"" or b" 400 " in told.partition(b"\r\n")[0], name
            assert await is_well(port)
            await asyncio.sleep(0)
            assert descriptors() <= before + 2
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("http_request_malformed", "warning")
    assert (line["peer"], line["times"]) == ("127.0.0.1", 1)
    assert SECRET.decode() not in str(line)


async def test_a_name_that_is_no_text_is_refused_as_any_other() -> None:
    with capture_logs() as lines:
        async with running() as port:
            told = await answered(port, b"GET / HTTP/1.0\r\nHost: \xff\xfe\xf0\r\n\r\n")
    assert told.startswith(b"HTTP/1.0 421 ")
    assert b"this server is not ???" in told
    assert lines == []


async def test_requests_with_bytes_changed_by_chance_find_no_mistake_of_ours() -> None:
    chance = Random(8)
    with capture_logs() as lines:
        async with running() as port:
            for _ in range(300):
                await answered(port, _spoilt(chance.choice(REQUESTS), chance), ended=True)
            assert await is_well(port)
    assert {line["event"] for line in lines} <= {"http_request_malformed"}


def _spoilt(request: bytes, chance: Random) -> bytes:
    """A few of its bytes are others, gone, doubled or new."""
    made = bytearray(request)
    for _ in range(chance.randint(1, 4)):
        at, many = chance.randrange(len(made)), chance.randint(1, 20)
        new = chance.choice((b"", made[at : at + many] * 2, chance.randbytes(many)))
        made[at : at + len(new) or at + many] = new
    return bytes(made)


def test_a_flood_of_nonsense_is_one_line_a_minute_that_counts() -> None:
    now = 0.0
    complaints = RequestComplaints(lambda: now)
    with capture_logs() as lines:
        for number in range(200):
            now = float(number)
            wrong = BadHttpMessage("no")
            complaints.exception(
                "Error handling request from %s", f"10.0.0.{number}", exc_info=wrong
            )
    assert [(line["peer"], line["times"]) for line in lines] == [
        ("10.0.0.0", 1), ("10.0.0.60", 60), ("10.0.0.120", 60), ("10.0.0.180", 60),
    ]  # fmt: skip


async def test_a_mistake_of_ours_is_told_with_all_that_is_known_of_it() -> None:
    async def broken(_: web.Request) -> web.Response:
        raise ArithmeticError("ours")

    app = application(Desk(), busy_daemon(), ANYWHERE)
    app.router.add_get("/broken", broken)
    with capture_logs() as lines:
        async with serve(app, ANYWHERE) as url, ClientSession() as session:
            for _ in range(2):
                async with session.get(f"{url}/broken") as answer:
                    assert answer.status == 500
                    assert "ours" not in await answer.text()
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("http_request_failed", "error")
    assert isinstance(line["exc_info"], ArithmeticError)


def test_more_connections_than_may_be_are_ended_at_once_and_the_rest_goes_on() -> None:
    loop.run(_crowded())


async def _crowded() -> None:
    async with running() as port:
        before = descriptors()
        open_ones = [
            await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CONNECTIONS)
        ]
        with capture_logs() as lines:
            for _ in range(3):
                assert await answered(port, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n") == b""
        assert [line["event"] for line in lines] == ["http_connections_refused"]
        reader, writer = open_ones.pop()
        writer.write(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        async with asyncio.timeout(PATIENCE):
            assert b"200 OK" in await reader.readline()
        for _, each in (*open_ones, (reader, writer)):
            each.close()
            await each.wait_closed()
        async with asyncio.timeout(PATIENCE):
            while descriptors() > before + 1:  # noqa: ASYNC110  # the other end closes, too
                await asyncio.sleep(0.01)
        assert await is_well(port)


def test_who_takes_nothing_of_what_is_sent_loses_the_connection() -> None:
    loop.run(_unread())


async def _unread() -> None:
    async with running(patience=DoorPatience(unread=0.2)) as port:
        before = descriptors()
        greedy = socket.socket()
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        greedy.connect(("127.0.0.1", port))
        greedy.sendall((b"GET /page/main.js HTTP/1.1\r\n" + HOST + b"\r\n") * 2_000)
        assert await is_well(port)
        async with asyncio.timeout(PATIENCE):
            while descriptors() > before + 1:  # noqa: ASYNC110  # its own end
                await asyncio.sleep(0.05)
        greedy.close()


def test_a_handshake_that_is_not_ended_and_speech_without_one_cost_nobody_anything(
    tmp_path: Path,
) -> None:
    loop.run(_half_shaken(tmp_path))


async def _half_shaken(tmp_path: Path) -> None:
    certificate(tmp_path)
    tls = TlsSettings(cert_file=tmp_path / "shown.pem", key_file=tmp_path / "shown.key")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "shown.pem"))
    async with running(tls, DoorPatience(handshake=0.3)) as port, ClientSession() as session:
        assert await answered(port, b"") == b""  # silent
        assert b"HTTP/1" not in await answered(port, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert await answered(port, MALFORMED["a hello of TLS"][:20]) == b""
        async with session.get(f"https://127.0.0.1:{port}/healthz", ssl=trusting) as answer:
            assert answer.status == 200
