"""TLS, client certificates and passwords, as a web.yml of Prometheus' exporters says them."""

import asyncio
import re
import socket
import ssl
import subprocess
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import bcrypt
import pytest
import yaml
from aiohttp import ClientConnectorError, ClientError, ClientSession, encode_basic_auth

from hedgewatch.cli.asking import NoAnswerError, ask
from hedgewatch.config.address import address_of
from hedgewatch.config.loader import load
from hedgewatch.config.problems import ConfigurationError
from hedgewatch.config.web_file import read_web_file
from hedgewatch.settings import Secret
from hedgewatch.telemetry.http import Equipment, application, serve
from hedgewatch.telemetry.http_door import DoorPatience
from hedgewatch.telemetry.passwords import Passwords, TooManyAskingError
from hedgewatch.telemetry.settings import HttpSettings
from hedgewatch.telemetry.web_settings import WebSettings
from tests.support.certificates import certificate
from tests.support.patience import PATIENCE
from tests.support.servers import find_program, free_port
from tests.telemetry.desk import Desk, busy_daemon

HANDBOOK = Path(__file__).parents[2] / "deploy" / "README.md"
TOKEN = "a-token-of-some-length"
CHEAP = bcrypt.hashpw(b"hush", bcrypt.gensalt(4)).decode()
ANYWHERE = HttpSettings(listen="127.0.0.1:0")
KEY = "{file: key}"
CONFIGURATION = f"""\
store: state.db
accounts:
  - {{name: main, venue: binanceusdm, credentials: {{api_key: {KEY}, secret: {KEY}}}}}
"""


def own(folder: Path, name: str) -> Path:
    """A folder with a certificate that vouches for itself."""
    at = folder / name
    at.mkdir()
    certificate(at)
    (at / "shown.key").chmod(0o600)
    return at


def tls(folder: Path, **more: str) -> dict[str, Any]:
    """The part of a web.yml, with certificates that are there."""
    server = own(folder, "server")
    paths = {"cert_file": server / "shown.pem", "key_file": server / "shown.key"}
    return {"tls_server_config": {key: str(path) for key, path in paths.items()} | more}


def written(folder: Path, content: object) -> Path:
    path = folder / "web.yml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def read(folder: Path, content: object) -> WebSettings:
    found = read_web_file(HttpSettings(web_config=written(folder, content)))
    assert found.problems == ()
    assert found.settings is not None
    return found.settings


def mistakes(folder: Path, content: object) -> list[str]:
    """Line, column and words of each."""
    found = read_web_file(HttpSettings(web_config=written(folder, content)))
    return [f"{each.line}:{each.column}: {each.message}" for each in found.problems]


def promtool_takes(file: Path) -> bool:
    command = [find_program("promtool"), "check", "web-config", str(file)]
    looked = subprocess.run(command, capture_output=True, text=True, check=False)
    return looked.returncode == 0


@asynccontextmanager
async def running(web: WebSettings, token: str = "") -> AsyncIterator[str]:
    secret = Secret(token) if token else None
    equipment = Equipment(web=web)
    app = application(Desk(), busy_daemon(), ANYWHERE, secret, equipment=equipment)
    async with serve(app, ANYWHERE, web) as url:
        yield url


async def status(
    url: str, trusted: ssl.SSLContext | None = None, method: str = "GET", **headers: str
) -> int:
    async with (
        ClientSession() as session,
        session.request(method, url, ssl=trusted or True, headers=headers) as answer,
    ):
        return answer.status


def trusting(folder: Path, client: Path | None = None) -> ssl.SSLContext:
    """A client that trusts the server of that folder, and shows a certificate if it has one."""
    context = ssl.create_default_context(cafile=str(folder / "server" / "shown.pem"))
    if client is not None:
        context.load_cert_chain(client / "shown.pem", client / "shown.key")
    return context


# the file


@pytest.mark.parametrize("kind", ["passwords", "tls", "clients", "all"])
def test_promtool_takes_what_we_take(tmp_path: Path, kind: str) -> None:
    content: dict[str, Any] = {}
    if kind != "passwords":
        content |= tls(tmp_path, min_version="TLS13")
    if kind in ("clients", "all"):
        authority = str(own(tmp_path, "authority") / "shown.pem")
        content["tls_server_config"] |= {
            "client_auth_type": "RequireAndVerifyClientCert",
            "client_ca_file": authority,
        }
    if kind in ("passwords", "all"):
        content["basic_auth_users"] = {"anna": CHEAP}
    if kind == "all":
        headers = {"Strict-Transport-Security": "max-age=63072000"}
        content["http_server_config"] = {"http2": False, "headers": headers}
    read(tmp_path, content)
    assert promtool_takes(tmp_path / "web.yml")


def test_every_mistake_of_the_file_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = f"""\
tls_server_config:
  cert_file: {tmp_path}/no.pem
  client_auth_type: RequireAnyClientCert
  min_version: TLS10
  cipher_suits: []
basic_auth_users:
  anna: hush
  bert: $2y$17${"a" * 53}
rate_limit: {{burst: 1}}
"""
    told = "\n".join(mistakes(tmp_path, text))
    for part in (
        "the key 'key_file' is missing",
        "3:21: client_auth_type: RequireAnyClientCert asks for a certificate and believes any",
        "4:16: min_version: must be 'TLS12' or 'TLS13'",
        "5:3: unknown key 'cipher_suits'",
        "7:9: anna: must be a bcrypt hash, never a password",
        "8:9: bert: must have a cost of 4 to 16",
        "9:1: unknown key 'rate_limit'",
    ):
        assert part in told
    assert "hush" not in told


@pytest.mark.parametrize("key", ["cert_file", "key_file", "client_ca_file"])
def test_a_file_that_is_not_there_or_does_not_fit_is_told_where_it_is_named(
    tmp_path: Path, key: str
) -> None:
    content = tls(tmp_path, client_auth_type="RequireAndVerifyClientCert")
    authority = own(tmp_path, "authority")
    content["tls_server_config"]["client_ca_file"] = str(authority / "shown.pem")
    assert mistakes(tmp_path, content) == []
    for wrong in (tmp_path / "no.pem", authority / "shown.key"):
        content["tls_server_config"][key] = str(wrong)
        (told,) = mistakes(tmp_path, content)
        assert str(wrong) in told
        text = (tmp_path / "web.yml").read_text().splitlines()
        line = text[int(told.partition(":")[0]) - 1]
        assert line.strip().startswith((key, "key_file"))


def test_a_key_that_everybody_reads_is_refused_with_what_mends_it(tmp_path: Path) -> None:
    content = tls(tmp_path)
    key = tmp_path / "server" / "shown.key"
    key.chmod(0o644)
    (told,) = mistakes(tmp_path, content)
    assert told.endswith(f"{key} is readable by everybody: chmod 640 {key}")


def test_certificates_of_clients_that_nobody_vouches_for_are_refused(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, tls(tmp_path, client_auth_type="RequireAndVerifyClientCert"))
    assert "client_ca_file and client_auth_type belong together" in told


def test_a_file_that_is_missing_or_no_yaml_is_told(tmp_path: Path) -> None:
    assert "this is not YAML" in mistakes(tmp_path, "a: [")[0]
    found = read_web_file(HttpSettings(web_config=tmp_path / "no.yml"))
    assert "cannot be read" in found.problems[0].message


@pytest.mark.parametrize(
    ("listen", "content", "verdict"),
    [
        ("127.0.0.1:1", {}, "safe"),
        ("0.0.0.0:1", {}, "refused"),
        ("0.0.0.0:1", {"basic_auth_users": {"anna": CHEAP}}, "refused"),
        ("0.0.0.0:1", "tls", "refused"),
        ("0.0.0.0:1", "tls and passwords", "safe"),
        ("0.0.0.0:1", "clients", "safe"),
        ("0.0.0.0:1", "perhaps clients", "refused"),
    ],
)
def test_elsewhere_than_on_loopback_it_takes_certificates_or_passwords_over_tls(
    tmp_path: Path, listen: str, content: Any, verdict: str
) -> None:
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text("0" * 64)
    if isinstance(content, str):
        kind, content = content, tls(tmp_path)
        if "clients" in kind:
            auth = "VerifyClientCertIfGiven" if "perhaps" in kind else "RequireAndVerifyClientCert"
            ca = str(own(tmp_path, "authority") / "shown.pem")
            content["tls_server_config"] |= {"client_auth_type": auth, "client_ca_file": ca}
        if "passwords" in kind:
            content["basic_auth_users"] = {"anna": CHEAP}
    written(tmp_path, content)
    path = tmp_path / "hedgewatch.yaml"
    path.write_text(CONFIGURATION + f'http: {{listen: "{listen}", web_config: web.yml}}\n')
    if verdict == "safe":
        assert load(path).http.listen == listen
        return
    with pytest.raises(ConfigurationError, match=r"hedgewatch.yaml:4:16: listen: 0\.0\.0\.0 can"):
        load(path)


def test_the_file_of_the_handbook_is_taken_as_it_stands(tmp_path: Path) -> None:
    text = HANDBOOK.read_text(encoding="utf-8").partition("## Secure")[2]
    block = re.findall(r"^```yaml\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)[0]
    certificate(tmp_path)
    (tmp_path / "shown.pem").rename(tmp_path / "desk.pem")
    (tmp_path / "shown.key").rename(tmp_path / "desk.key")
    (tmp_path / "desk.key").chmod(0o600)
    (tmp_path / "clients.pem").write_bytes((tmp_path / "desk.pem").read_bytes())
    settings = read(tmp_path, block)
    assert settings.keeps_strangers_out
    assert promtool_takes(tmp_path / "web.yml")


# the wire


async def test_over_tls_whoever_trusts_the_certificate_is_served(tmp_path: Path) -> None:
    async with running(read(tmp_path, tls(tmp_path))) as url:
        assert url.startswith("https://127.0.0.1:")
        assert await status(f"{url}/metrics", trusting(tmp_path)) == 200
        with pytest.raises(ClientConnectorError):
            await status(f"{url}/metrics")
        with pytest.raises(ClientError):
            await status(f"http{url.removeprefix('https')}/metrics")
        misled = {"Host": "evil.example"}
        assert await status(f"{url}/metrics", trusting(tmp_path), **misled) == 421


async def test_an_old_tls_is_refused(tmp_path: Path) -> None:
    async with running(read(tmp_path, tls(tmp_path, min_version="TLS13"))) as url:
        old = trusting(tmp_path)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ClientConnectorError):
            await status(f"{url}/metrics", old)


async def test_without_a_certificate_that_the_authority_signed_nobody_reads(tmp_path: Path) -> None:
    known, stranger = own(tmp_path, "known"), own(tmp_path, "stranger")
    content = tls(
        tmp_path,
        client_auth_type="RequireAndVerifyClientCert",
        client_ca_file=str(known / "shown.pem"),
    )
    async with running(read(tmp_path, content)) as url:
        assert await status(f"{url}/metrics", trusting(tmp_path, known)) == 200
        for refused in (trusting(tmp_path), trusting(tmp_path, stranger)):
            with pytest.raises(ClientError):
                await status(f"{url}/metrics", refused)


def shown(url: str) -> bytes:
    """The certificate that a new connection sees."""
    host, _, port = url.removeprefix("https://").rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), timeout=5) as line,
        context.wrap_socket(line) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


async def test_a_renewed_certificate_is_shown_at_once_and_a_broken_one_never(
    tmp_path: Path,
) -> None:
    renewed = own(tmp_path, "renewed")
    async with running(read(tmp_path, tls(tmp_path))) as url:
        first = await asyncio.to_thread(shown, url)
        (tmp_path / "server" / "shown.pem").write_text("broken")
        assert await asyncio.to_thread(shown, url) == first
        for name in ("shown.key", "shown.pem"):
            (renewed / name).replace(tmp_path / "server" / name)
        second = await asyncio.to_thread(shown, url)
        assert second != first
        assert await status(f"{url}/metrics", trusting(tmp_path)) == 200


async def test_an_authority_that_is_replaced_counts_from_then_on(tmp_path: Path) -> None:
    old, new = own(tmp_path, "old"), own(tmp_path, "new")
    authority = tmp_path / "authority.pem"
    authority.write_bytes((old / "shown.pem").read_bytes())
    content = tls(
        tmp_path, client_auth_type="RequireAndVerifyClientCert", client_ca_file=str(authority)
    )
    async with running(read(tmp_path, content)) as url:
        assert await status(f"{url}/metrics", trusting(tmp_path, old)) == 200
        authority.write_bytes((new / "shown.pem").read_bytes())
        assert await status(f"{url}/metrics", trusting(tmp_path, new)) == 200
        with pytest.raises(ClientError):
            await status(f"{url}/metrics", trusting(tmp_path, old))


async def test_a_name_and_its_password_read_all_and_change_nothing(tmp_path: Path) -> None:
    web = read(tmp_path, {"basic_auth_users": {"anna": CHEAP}})
    known = {"Authorization": encode_basic_auth("anna", "hush")}
    async with running(web) as url:
        assert await status(f"{url}/healthz") == 200
        for path in ("/", "/metrics", "/api/v1/alerts", "/page/main.js"):
            assert await status(url + path, None, **known) == 200
            for name, password in (("anna", "Hush"), ("bert", "hush"), ("anna", ""), ("", "hush")):
                wrong = encode_basic_auth(name, password)
                assert await status(url + path, Authorization=wrong) == 401
        assert await status(f"{url}/api/v1/alerts", method="POST", trusted=None, **known) == 401


async def test_beside_passwords_the_token_still_counts(tmp_path: Path) -> None:
    web = read(tmp_path, {"basic_auth_users": {"anna": CHEAP}})
    async with running(web, TOKEN) as url:
        assert await status(f"{url}/metrics", Authorization=f"Bearer {TOKEN}") == 200
        known = encode_basic_auth("anna", "hush")
        assert await status(f"{url}/metrics", Authorization=known) == 200
        assert await status(f"{url}/metrics") == 401


async def test_every_answer_over_tls_may_bind_browsers_to_it(tmp_path: Path) -> None:
    headers = {"Strict-Transport-Security": "max-age=60"}
    content = tls(tmp_path) | {"http_server_config": {"headers": headers}}
    async with (
        running(read(tmp_path, content)) as url,
        ClientSession() as session,
        session.get(f"{url}/", ssl=trusting(tmp_path)) as answer,
    ):
        assert answer.headers["Strict-Transport-Security"] == "max-age=60"


@pytest.mark.live
async def test_who_does_not_send_a_request_whole_is_cut_off() -> None:
    app = application(Desk(), busy_daemon(), ANYWHERE)
    async with serve(app, ANYWHERE, patience=DoorPatience(idle=0.3)) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: ")
        async with asyncio.timeout(PATIENCE):
            assert await reader.read() == b""
        writer.close()


async def test_commands_find_a_daemon_that_speaks_tls_and_trust_its_certificate_only(
    tmp_path: Path,
) -> None:
    written(tmp_path, tls(tmp_path))
    path = tmp_path / "hedgewatch.yaml"
    path.write_text(f'http: {{listen: "127.0.0.1:{free_port()}", web_config: web.yml}}\n')
    where = address_of(path)
    settings = HttpSettings(listen=where.url.removeprefix("https://"))
    web = read_web_file(HttpSettings(web_config=tmp_path / "web.yml")).settings
    async with serve(application(Desk(), busy_daemon(), settings), settings, web):
        options = Namespace(configuration=path, url=None)
        assert (await asyncio.to_thread(ask, options, "/api/v1/status"))["instance"] == "desk-1"
        with pytest.raises(NoAnswerError):
            await asyncio.to_thread(ask, Namespace(configuration=None, url=where.url), "/")


# what is remembered of passwords


async def test_a_password_that_fitted_is_not_compared_again() -> None:
    users = Passwords({"anna": CHEAP})
    assert await users.fits("anna", b"hush")
    for _ in range(5):
        assert await users.fits("anna", b"hush")
    assert users.compared == 1


async def test_what_did_not_fit_is_never_remembered_whatever_name_and_password_are() -> None:
    """CVE-2022-46146: there a request filled the cache under the key of another user."""
    users = Passwords({"anna": CHEAP, "bert": bcrypt.hashpw(b"b", bcrypt.gensalt(4)).decode()})
    poison: Mapping[str, bytes] = {
        "": b"anna" + CHEAP.encode() + b"hush",
        "ann": b"a" + CHEAP.encode(),
        f"anna:{CHEAP}": b"hush",
        "anna": CHEAP.encode(),
        "bert": b"hush",
        "nobody": b"fakepassword",
    }
    for name, password in poison.items():
        assert not await users.fits(name, password)
        assert not await users.fits(name, password)
    assert users.compared == 2 * len(poison)
    assert not await users.fits("anna", b"fakepassword")
    assert await users.fits("anna", b"hush")
    assert not await users.fits("bert", b"hush")


async def test_a_password_that_bcrypt_would_cut_is_wrong() -> None:
    users = Passwords({"anna": bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode()})
    assert await users.fits("anna", b"x" * 72)
    assert not await users.fits("anna", b"x" * 73)
    assert not await users.fits("anna", b"x\x00" * 36)


async def test_only_so_many_wait_for_a_comparison_and_the_loop_goes_on_meanwhile() -> None:
    users = Passwords({"anna": bcrypt.hashpw(b"hush", bcrypt.gensalt(8)).decode()})

    async def outcome(password: bytes) -> str:
        try:
            return str(await users.fits("anna", password))
        except TooManyAskingError:
            return "refused"

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(outcome(b"%d" % number)) for number in range(12)]
    assert Counter(each.result() for each in asked) == {"False": 8, "refused": 4}
