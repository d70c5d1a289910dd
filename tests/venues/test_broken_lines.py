"""What keeps a line from standing is told apart: certificates, names, and keys."""

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import ccxt.async_support as ccxt
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hedgewatch.venues.broken_lines import why_no_line
from hedgewatch.venues.failures import in_words
from hedgewatch.venues.names import Known, Names
from hedgewatch.venues.redaction import Redactor

DAY = dt.timedelta(days=1)


def shown(folder: Path, host: str = "127.0.0.1", days: int = 1) -> ssl.SSLContext:
    """What a server shows: a certificate that vouches for itself, for so many days more, kept as
    `shown.pem`.
    """
    today = dt.datetime.fromtimestamp(folder.stat().st_mtime, dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "venue of a test")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - 3 * DAY)
        .not_valid_after(today + days * DAY)
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "shown.pem").write_bytes(signed.public_bytes(pem))
    (folder / "shown.key").write_bytes(private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "shown.pem", folder / "shown.key")
    return context


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
    known: Known = {}
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
