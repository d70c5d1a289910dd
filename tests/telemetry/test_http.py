"""What the HTTP server tells, to whom, and what it refuses."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession, encode_basic_auth
from pydantic import ValidationError

from hedgewatch.settings import Secret, SecretReference
from hedgewatch.telemetry.exposition import CONTENT_TYPE
from hedgewatch.telemetry.http import CannotListenError, Equipment, application, serve
from hedgewatch.telemetry.settings import HttpSettings
from tests.telemetry.desk import Desk, busy_daemon

RUNBOOK = "# Rules\n\n### MarginDanger\n\n**Do:** <top> up.\n```\n# no heading\n```\n"
TOKEN = "a-token-of-some-length"
ANYWHERE = HttpSettings(listen="127.0.0.1:0")


@dataclass(frozen=True, slots=True)
class Client:
    session: ClientSession
    url: str

    async def status(self, path: str, method: str = "GET", **headers: str) -> int:
        asked = {name.capitalize(): value for name, value in headers.items()}
        async with self.session.request(method, self.url + path, headers=asked) as answer:
            return answer.status

    async def text(self, path: str) -> str:
        async with self.session.get(self.url + path) as answer:
            return await answer.text()

    async def document(self, path: str) -> dict[str, list[dict[str, object]]]:
        async with self.session.get(self.url + path) as answer:
            assert answer.status == 200
            assert answer.content_type == "application/json"
            document: dict[str, list[dict[str, object]]] = await answer.json()
            return document


@asynccontextmanager
async def running(
    desk: Desk | None = None, settings: HttpSettings = ANYWHERE, token: str = ""
) -> AsyncIterator[Client]:
    secret = Secret(token) if token else None
    equipment = Equipment(runbooks=RUNBOOK)
    app = application(desk or Desk(), busy_daemon(), settings, secret, equipment=equipment)
    async with serve(app, settings) as url, ClientSession() as session:
        yield Client(session, url)


async def test_metrics_are_served_in_the_text_format_of_prometheus() -> None:
    async with running() as client, client.session.get(client.url + "/metrics") as answer:
        assert answer.headers["Content-Type"] == CONTENT_TYPE
        assert "hedgewatch_margin_ratio{" in await answer.text()


async def test_a_scrape_shows_the_rows_as_they_are_at_that_moment() -> None:
    desk = Desk()
    async with running(desk) as client:
        assert "hedgewatch_equity{" in await client.text("/metrics")
        desk.held = []
        assert "hedgewatch_equity{" not in await client.text("/metrics")


async def test_readiness_says_why_it_is_withheld() -> None:
    desk = Desk()
    desk.not_ready = ["main: marks are 7 s old"]
    async with running(desk) as client:
        async with client.session.get(client.url + "/readyz") as answer:
            assert answer.status == 503
            assert await answer.json() == {"ready": False, "reasons": desk.not_ready}
        assert await client.status("/healthz") == 200
        desk.not_ready = []
        assert await client.status("/readyz") == 200


async def test_positions_are_told_with_infinities_and_unknowns_in_words() -> None:
    async with running() as client:
        (position,) = (await client.document("/api/v1/positions"))["positions"]
        accounts = (await client.document("/api/v1/accounts"))["accounts"]
    assert position["symbol"] == "AIX/USDT:USDT"
    assert position["side"] == "short"
    assert position["liquidation_price_down"] == "-inf"
    assert position["liquidation_price_up"] == 1_180.0
    feeds = accounts[0]["feeds"]
    assert isinstance(feeds, list)
    assert [feed["data_age_seconds"] for feed in feeds] == [
        0.4,
        {"unknown": "not heard of yet", "since": 1_700_000_000.0},
    ]


async def test_pools_hedges_and_rules_are_told_by_the_names_of_their_measures() -> None:
    async with running() as client:
        (pool,) = (await client.document("/api/v1/pools"))["pools"]
        (hedge,) = (await client.document("/api/v1/hedges"))["hedges"]
        (rule,) = (await client.document("/api/v1/rules"))["rules"]
    assert (pool["margin_ratio"], pool["currency"]) == (0.84, "USDT")
    assert (hedge["hedge"], hedge["required_contracts"]) == ("ai-basket", 215.0)
    assert (rule["alert"], rule["expr"]) == ("MarginDanger", "margin_ratio > 80%")


async def test_what_could_be_moved_is_told_with_what_it_would_do_and_what_is_left_out() -> None:
    async with running() as client:
        (advice,) = (await client.document("/api/v1/evenness"))["evenness"]
    assert advice == {
        "currency": "USDT",
        "nearest_before": 0.25,
        "nearest_after": "inf",
        "moves": [{"from": "second/USDT", "to": "main/USDT", "amount": 1_240.0}],
        "left_out": [{"pool": "third/USDT", "reason": "not read yet"}],
    }


async def test_alerts_are_told_with_what_they_were_judged_by() -> None:
    async with running() as client:
        alerts = (await client.document("/api/v1/alerts"))["alerts"]
    assert [alert["alertstate"] for alert in alerts] == ["firing", "pending", "ended"]
    assert alerts[0]["values"] == {"margin_ratio": 0.84, "shock_up": "inf", "headroom": None}
    assert alerts[0]["subject"] == "main/USDT"


async def test_the_status_is_what_the_view_says() -> None:
    async with running() as client, client.session.get(client.url + "/api/v1/status") as answer:
        assert await answer.json() == {"instance": "desk-1", "up_seconds": 12.5}


@pytest.mark.parametrize("host", ["localhost:9464", "127.0.0.1", "[::1]:9464", "LOCALHOST"])
async def test_whoever_asks_by_a_loopback_name_is_served(host: str) -> None:
    async with running() as client:
        assert await client.status("/healthz", host=host) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", ""]
)
async def test_a_page_that_rebinds_its_name_to_us_reads_nothing(host: str) -> None:
    async with running() as client:
        assert await client.status("/metrics", host=host) == 421


async def test_whoever_asks_by_a_configured_name_is_served() -> None:
    settings = HttpSettings(listen="127.0.0.1:0", hosts=("desk.lan",))
    async with running(settings=settings) as client:
        assert await client.status("/metrics", host="desk.lan:9464") == 200


async def test_without_the_token_only_the_liveness_probe_is_answered() -> None:
    async with running(token=TOKEN) as client:
        assert await client.status("/healthz") == 200
        for path in ("/metrics", "/readyz", "/api/v1/positions", "/nothing"):
            assert await client.status(path) == 401
            assert await client.status(path, authorization="Bearer wrong") == 401
            assert await client.status(path, authorization=TOKEN) == 401
        assert await client.status("/metrics", authorization=f"Bearer {TOKEN}") == 200
        assert await client.status("/metrics", authorization="Bearer \u00e9") == 401


async def test_a_browser_is_asked_for_the_token_and_shown_pages_for_it_and_nothing_else() -> None:
    known = encode_basic_auth("anna", TOKEN)
    page, runbook = "/", "/runbooks/rules/README.md"
    paged = (page, runbook, "/page/main.js", "/page/page.css", "/api/v1/stress")
    async with running(token=TOKEN) as client:
        async with client.session.get(client.url + page) as answer:
            assert answer.status == 401
            assert "http.token" in await answer.text()
            assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        for path in paged:
            assert await client.status(path, authorization=known) == 200
            for wrong in (encode_basic_auth("anna", "wrong"), "Basic ?", "Basic", ""):
                assert await client.status(path, authorization=wrong) == 401
        for path in ("/metrics", "/api/v1/alerts", "/api/v1/audit"):
            assert await client.status(path, authorization=known) == 401
        assert await client.status(page, "POST", authorization=known) == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_written_over_this_interface(method: str) -> None:
    async with running() as client:
        assert await client.status("/api/v1/alerts", method) == 405


async def test_a_taken_port_is_named_in_the_error() -> None:
    async with running() as first:
        taken = first.url.removeprefix("http://")
        settings = HttpSettings(listen=taken)
        app = application(Desk(), busy_daemon(), settings)
        with pytest.raises(CannotListenError, match=f"{taken} is taken by another program"):
            async with serve(app, settings):
                pass


async def test_an_address_of_another_machine_cannot_be_had() -> None:
    settings = HttpSettings(listen="192.0.2.1:9464", token=SecretReference(env="TOKEN"))
    app = application(Desk(), busy_daemon(), settings, Secret(TOKEN))
    with pytest.raises(CannotListenError, match=r"cannot listen on 192\.0\.2\.1:9464"):
        async with serve(app, settings):
            pass


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:9464", "192.168.1.5:9464", "desk.lan:9464", "[::]:9464"]
)
def test_to_be_reached_by_others_takes_a_token(listen: str) -> None:
    with pytest.raises(ValidationError, match=r"set http\.token"):
        HttpSettings(listen=listen)
    assert HttpSettings(listen=listen, token=SecretReference(env="TOKEN")).port == 9464


@pytest.mark.parametrize(
    "listen", ["127.0.0.1", "9464", "http://127.0.0.1:9464", "127.0.0.1:70000"]
)
def test_an_address_that_is_none_is_refused(listen: str) -> None:
    with pytest.raises(ValidationError):
        HttpSettings(listen=listen)


@pytest.mark.parametrize(
    ("listen", "host"),
    [("127.0.0.1:1", "127.0.0.1"), ("[::1]:1", "::1"), ("localhost:1", "localhost")],
)
def test_an_address_on_loopback_needs_no_token(listen: str, host: str) -> None:
    assert HttpSettings(listen=listen).host == host


async def test_the_page_and_its_files_are_ours_and_nothing_of_anybody_else_may_run() -> None:
    async with running() as client:
        page = await client.text("/")
        named = re.findall(r'(?:src|href)="(/page/[^"#]+)"', page)
        assert {"/page/main.js", "/page/page.css"} <= set(named)
        assert re.findall(r'(?:src|href)="(?!/[^/]|#|/")', page) == []
        for path in named:
            assert await client.status(path) == 200, path
        async with client.session.get(client.url + "/page/main.js") as answer:
            assert answer.content_type == "text/javascript"
    assert "<script>" not in page
    assert "style=" not in page


@pytest.mark.parametrize("path", ["/", "/metrics", "/api/v1/alerts", "/nothing", "/healthz"])
async def test_every_answer_tells_the_browser_to_frame_guess_and_load_nothing(path: str) -> None:
    async with running() as client, client.session.get(client.url + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/api/v1/stress", "/metrics", "/page/main.js"])
async def test_a_page_of_another_site_reads_nothing_not_even_with_a_password(path: str) -> None:
    known = encode_basic_auth("anna", TOKEN)
    foreign: list[dict[str, str]] = [
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ]
    async with running(token=TOKEN) as client:
        for headers in foreign:
            assert await client.status(path, authorization=known, **headers) == 403


async def test_an_origin_that_is_no_address_is_another_site() -> None:
    async with running() as client:
        assert await client.status("/metrics", origin="http://[") == 403


async def test_a_link_of_a_message_leads_to_the_page_and_a_frame_does_not() -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    async with running() as client:
        assert await client.status("/", **link, **{"sec-fetch-dest": "document"}) == 200
        assert await client.status("/", **link, **{"sec-fetch-dest": "iframe"}) == 403


async def test_a_common_move_is_asked_of_the_engine_and_nonsense_is_refused() -> None:
    async with running() as client:
        assert (await client.document("/api/v1/stress?common=-0.2"))["scenarios"] == []
        for wrong in ("nan", "inf", "-1", "9", "", "a"):
            assert await client.status(f"/api/v1/stress?common={wrong}") == 400


async def test_headers_that_are_too_large_are_refused() -> None:
    async with running() as client:
        assert await client.status("/healthz", x="a" * 9_000) == 400
        assert await client.status("/healthz", x="a" * 4_000) == 200


async def test_a_browser_is_shown_the_runbooks_as_a_page_and_a_terminal_the_text() -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with running() as client:
        for path in ("/runbooks/rules/README.md", "/runbooks/"):
            async with client.session.get(client.url + path, headers=browser) as answer:
                assert answer.content_type == "text/html"
                assert '<section id="margindanger"' in await answer.text()
            for accepted in ("*/*", "text/markdown", "text/plain"):
                asked = client.session.get(client.url + path, headers={"accept": accepted})
                async with asked as answer:
                    assert answer.content_type == "text/markdown"
                    assert answer.headers["Vary"] == "Accept"
                    assert await answer.text() == RUNBOOK
