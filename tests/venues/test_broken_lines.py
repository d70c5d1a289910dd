"""What keeps a line from standing is told apart: certificates, names, and keys."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.async_support as ccxt
import pytest
from aiohttp import web

from hedgewatch.venues.broken_lines import why_no_line
from hedgewatch.venues.failures import in_words
from hedgewatch.venues.names import KnownNames, Names
from hedgewatch.venues.redaction import Redactor
from tests.support.certificates import shown
from tests.support.patience import PATIENCE


async def failing(
    context: ssl.SSLContext, ask: Callable[[str], Awaitable[object]]
) -> BaseException:
    """What asking a server that shows this comes to."""

    async def answer(request: web.Request) -> web.Response:
        pytest.fail(f"{request.path} was asked over a line that is not to be trusted")

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        with pytest.raises(ccxt.NetworkError) as failure:
            await ask(f"https://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
    error: BaseException = failure.value
    return error


@pytest.mark.parametrize(
    ("host", "days", "trusted", "words"),
    [
        ("127.0.0.1", 1, "", "self-signed certificate"),
        ("127.0.0.1", -1, "shown.pem", "certificate has expired"),
        ("127.0.0.2", 1, "shown.pem", "IP address mismatch"),
    ],
)
async def test_a_certificate_that_is_not_to_be_trusted_is_said_as_such_and_nothing_is_sent(
    tmp_path: Path, host: str, days: int, trusted: str, words: str
) -> None:
    """By an authority that nobody knows, expired, or of another host."""
    context = shown(tmp_path, host, days)
    exchange = ccxt.binanceusdm({"cafile": str(tmp_path / trusted)} if trusted else {})

    async def ask(url: str) -> object:
        exchange.urls["api"]["fapiPublic"] = f"{url}/fapi/v1"
        return await exchange.fapipublic_get_time()

    try:
        said = in_words(await failing(context, ask), Redactor())
    finally:
        await exchange.close()
    assert said.startswith("the venue cannot be reached: TLS: the certificate that is shown")
    assert words in said


async def test_a_socket_says_it_in_the_same_words(tmp_path: Path) -> None:
    """ccxt makes one error of it, without a cause."""

    async def ask(url: str) -> object:
        async with aiohttp.ClientSession() as session:
            try:
                return await session.ws_connect(url.replace("https", "wss"))
            except aiohttp.ClientError as error:
                raise ccxt.NetworkError(error) from None

    failure = await failing(shown(tmp_path), ask)
    assert why_no_line(failure).startswith("TLS: the certificate")


async def test_a_name_that_is_not_found_is_said_as_such_and_its_last_address_goes_on_being_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the resolver of a machine is down; when it heals it is asked again."""
    asked: list[str] = []
    known = KnownNames()
    find, down = socket.getaddrinfo, False

    def found(host: str, *arguments: Any, **more: Any) -> object:
        asked.append(host)
        if down:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return find(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    first = await Names(known).resolve("localhost", 443)
    down = True
    assert await Names(known).resolve("localhost", 443) == first
    with pytest.raises(OSError, match="Temporary failure") as failure:
        await Names(known).resolve("fapi.binance.example", 443)
    error = ccxt.ExchangeNotAvailable("binanceusdm GET https://fapi.binance.example")
    error.__cause__ = failure.value
    assert in_words(error, Redactor()) == (
        "the venue cannot be reached: DNS: the name of the venue is not found "
        "(Temporary failure in name resolution)"
    )
    down = False
    assert await Names(known).resolve("localhost", 443) == first
    assert len(asked) == 4


@pytest.mark.live
async def test_a_name_server_that_does_not_answer_is_said_and_its_late_answer_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As glibc asks it: for 10 s and more. Nobody waits so long, and however many want to know,
    one thread asks.
    """
    monkeypatch.setattr("hedgewatch.venues.names._LONGEST_SECONDS", 0.05)
    answers, asked = threading.Event(), list[str]()
    find = socket.getaddrinfo

    def slow(host: str, *arguments: Any, **more: Any) -> object:
        asked.append(host)
        answers.wait()
        return find(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    known = KnownNames()
    silence = "[Errno -3] no answer of a name server within 0.05 s"

    async def ask() -> None:
        with pytest.raises(socket.gaierror) as failure:
            await Names(known).resolve("localhost", 443)
        assert str(failure.value) == silence

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(ask())
    assert asked == ["localhost"]
    answers.set()
    async with asyncio.timeout(PATIENCE):
        while not known.last:  # noqa: ASYNC110 - nobody signals that
            await asyncio.sleep(0.01)
    assert {found["port"] for found in await Names(known).resolve("localhost", 443)} == {443}


@pytest.mark.live
async def test_threads_that_a_silent_name_server_holds_are_not_more_and_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever asks once as many hold on waits with the last of them; then it is asked anew."""
    monkeypatch.setattr("hedgewatch.venues.names._LONGEST_SECONDS", 0.01)
    monkeypatch.setattr("hedgewatch.venues.names._MOST_QUESTIONS", 3)
    answers, asked = threading.Event(), list[str]()

    def silent(host: str, *_: Any, **__: Any) -> object:
        asked.append(host)
        answers.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "no server")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    known = KnownNames()

    async def ask() -> None:
        with pytest.raises(socket.gaierror):
            await Names(known).resolve("localhost", 443)

    for _ in range(8):
        await ask()
    assert len(asked) == 3
    answers.set()
    async with asyncio.timeout(PATIENCE):
        while len(asked) == 3:
            await ask()


async def test_where_the_system_gives_no_thread_the_last_address_stands_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = KnownNames()
    first = await Names(known).resolve("localhost", 443)

    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", none_left)
        assert await Names(known).resolve("localhost", 443) == first
        with pytest.raises(OSError, match="can't start new thread"):
            await Names(known).resolve("fapi.binance.example", 443)
    assert await Names(known).resolve("localhost", 443) == first


async def test_what_can_be_no_name_of_a_host_is_not_found() -> None:
    with pytest.raises(OSError, match="no name of a host"):
        await Names(KnownNames()).resolve("a" * 64 + ".example", 443)


@pytest.mark.parametrize(
    ("told", "address"),
    [
        (
            '{"code":-2015,"msg":"Invalid API-key, IP, or permissions, request ip: 203.0.113.7"}',
            ", which the venue sees as 203.0.113.7",
        ),
        ('{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}', ""),
        (
            '{"code":"50110","msg":"Your IP 2001:db8:1:2:3:4:5:6 is not included in your API key"}',
            ", which the venue sees as 2001:db8:1:2:3:4:5:6",
        ),
    ],
)
def test_a_refused_key_has_three_causes_in_words_and_the_address_that_the_venue_sees(
    told: str, address: str
) -> None:
    said = in_words(ccxt.AuthenticationError(told), Redactor())
    assert said == (
        "the venue refuses the key: it is wrong or deleted, it lacks the right to read, or it may "
        f"not be used from the address of this machine{address} ({told})"
    )


def test_any_other_failure_of_the_network_is_no_matter_of_certificates_or_names() -> None:
    error = ccxt.ExchangeNotAvailable("binanceusdm GET https://fapi.binance.com")
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert why_no_line(error) == ""
