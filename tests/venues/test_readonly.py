from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientError, web
from yarl import URL

from hedgewatch.venues.dialects.binance_portfolio import BinancePortfolio
from hedgewatch.venues.dialects.binance_spot import BinanceSpot
from hedgewatch.venues.dialects.binancecoinm import BinanceCoinm
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from hedgewatch.venues.endpoint import moved
from hedgewatch.venues.names import KnownNames
from hedgewatch.venues.pauses import Answered, PausedError, Pauses
from hedgewatch.venues.readonly import AllowList, ForbiddenRequestError
from hedgewatch.venues.session import Fence, guarded_session
from hedgewatch.venues.settings import EndpointSettings
from tests.support.serving import serving

LIVE = AllowList(BinanceUsdm.requests, BinanceUsdm.operations)
SPOT = AllowList(BinanceSpot.requests, BinanceSpot.operations)


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "https://fapi.binance.com/fapi/v3/account?timestamp=1&signature=abc"),
        ("PUT", "https://fapi.binance.com/fapi/v1/listenKey"),
        ("GET", "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=100"),
        ("GET", "https://fapi.binance.com/fapi/v1/ticker/24hr?symbol=BTCUSDT"),
        ("GET", "https://fapi.binance.com/fapi/v1/markPriceKlines?symbol=BTCUSDT&interval=1m"),
        ("GET", "https://fapi.binance.com/fapi/v1/assetIndex"),
        ("GET", "https://fapi.binance.com/fapi/v1/fundingInfo"),
        ("GET", "https://api.binance.com/sapi/v1/account/info?timestamp=1&signature=abc"),
        ("GET", "wss://fstream.binance.com/market/ws/17"),
        ("GET", "wss://fstream.binance.com/private/ws?listenKey=abc"),
    ],
)
def test_what_a_monitor_needs_passes_the_fence(method: str, url: str) -> None:
    LIVE.check_request(method, URL(url))


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("POST", "https://fapi.binance.com/fapi/v1/order"),
        ("DELETE", "https://fapi.binance.com/fapi/v1/listenKey"),
        ("POST", "https://fapi.binance.com/fapi/v3/account"),
        ("POST", "https://fapi.binance.com/fapi/v1/multiAssetsMargin"),
        ("POST", "https://fapi.binance.com/fapi/v1/assetIndex"),
        ("POST", "https://fapi.binance.com/fapi/v1/markPriceKlines"),
        ("GET", "https://papi.binance.com/papi/v1/account"),
        ("GET", "https://fapi.binance.com.example.org/fapi/v3/account"),
        ("GET", "http://fapi.binance.com/fapi/v3/account"),
        ("GET", "https://fapi.binance.com:8443/fapi/v3/account"),
        ("GET", "https://api.binance.com/sapi/v1/capital/withdraw/apply"),
        ("GET", "wss://ws-fapi.binance.com/ws-fapi/v1"),
        ("GET", "https://fapi.binance.com/fapi/v1/../v1/order"),
    ],
)
def test_whatever_else_is_asked_for_is_refused_and_counted(method: str, url: str) -> None:
    refused = LIVE.refused
    with pytest.raises(ForbiddenRequestError):
        LIVE.check_request(method, URL(url))
    assert LIVE.refused == refused + 1


def test_a_private_stream_whose_key_is_in_the_path_passes_with_one_word_there() -> None:
    for dialect, base in (
        (BinanceCoinm, "wss://dstream.binance.com/ws"),
        (BinancePortfolio, "wss://fstream.binance.com/pm/ws"),
    ):
        allowed = AllowList(dialect.requests, dialect.operations)
        allowed.check_request("GET", URL(f"{base}/pqia91ma19a5s61cv6a81va65sdf19v8a65a1#user"))
        for other in ("/key/order", "/ke%79", "/", "", "/key/", "/.."):
            with pytest.raises(ForbiddenRequestError):
                allowed.check_request("GET", URL(base + other, encoded=True))


@pytest.mark.parametrize(
    "frame", [{"method": "order.place", "params": {}}, {"op": "order.create"}, "ping", None, [1]]
)
def test_only_subscriptions_are_ever_said_on_a_socket(frame: object) -> None:
    LIVE.check_frame({"method": "SUBSCRIBE", "params": ["btcusdt@markPrice@1s"], "id": 1})
    with pytest.raises(ForbiddenRequestError):
        LIVE.check_frame(frame)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.binance.com/api/v3/klines?symbol=ALTUSDT&interval=1m",
        "https://api.binance.com/api/v3/myTrades?symbol=ALTUSDT",
        "https://api.binance.com/sapi/v1/asset/transfer?type=MAIN_UMFUTURE",
        "https://api.binance.com/sapi/v1/capital/withdraw/history?coin=ALT",
    ],
)
def test_records_of_the_spot_wallet_are_read_and_what_makes_them_is_refused(url: str) -> None:
    SPOT.check_request("GET", URL(url))
    refused = (("POST", url), ("GET", "wss://ws-api.binance.com/ws-api/v3"))
    for method, address in (*refused, ("POST", url.replace("history", "apply"))):
        with pytest.raises(ForbiddenRequestError):
            SPOT.check_request(method, URL(address))


class Server:
    """A web server that answers as it is told, and remembers what reached it."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = "{}"
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.reached.append(request.path)
        return web.Response(status=self.status, headers=self.headers, text=self.body)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    async with serving("/{path:.*}", server.answer, method="*") as server.url:
        yield server


def fence_of(server: Server, now: list[float], pauses: Pauses | None = None) -> Fence:
    there = EndpointSettings(rest=server.url, ws=server.url.replace("http", "ws"))
    moved_there = ((method, moved(url, there)) for method, url in BinanceUsdm.requests)
    allowed = AllowList(moved_there, BinanceUsdm.operations)
    return Fence(allowed, lambda: now[0], pauses or Pauses())


async def test_a_redirect_is_refused_before_the_key_goes_anywhere_else(server: Server) -> None:
    server.status, server.headers = 302, {"Location": f"{server.url}/elsewhere"}
    fence = fence_of(server, [0.0])
    async with guarded_session(fence, tls=False, addresses=KnownNames()) as session:
        with pytest.raises(ForbiddenRequestError, match="redirect"):
            await session.get(f"{server.url}/fapi/v3/account")
        with pytest.raises(ForbiddenRequestError, match="redirect"):
            await session.ws_connect(f"{server.url.replace('http', 'ws')}/private/ws")
    assert server.reached == ["/fapi/v3/account", "/private/ws"]
    assert fence.allowed.refused == 2


async def test_a_forbidden_request_does_not_leave_the_machine(server: Server) -> None:
    async with guarded_session(
        fence_of(server, [0.0]), tls=False, addresses=KnownNames()
    ) as session:
        with pytest.raises(ForbiddenRequestError):
            await session.post(f"{server.url}/fapi/v1/order")
    assert server.reached == []


@pytest.mark.parametrize(
    ("status", "told", "body", "pause"),
    [
        (429, "7", "", 7),
        (429, "", "", 2),
        (418, "", "", 120),
        (418, "", '{"code":-1003,"msg":"IP banned until 1800000090000."}', 90),
        (418, "9999999999", "", 3 * 86_400),
        (451, "", "{}", 300),
    ],
)
async def test_nothing_is_sent_until_the_pause_that_the_venue_asked_for_is_over(
    server: Server, status: int, told: str, body: str, pause: int
) -> None:
    now = [1_800_000_000.0]
    server.status, server.body = status, body
    server.headers = {"Retry-After": told} if told else {}
    async with guarded_session(fence_of(server, now), tls=False, addresses=KnownNames()) as session:
        with pytest.raises(
            PausedError, match=rf"\({status}\) until 2027-01-1\d \d\d:\d\d:\d\d UTC"
        ):
            await session.get(f"{server.url}/fapi/v3/account")
        now[0] += pause - 1
        with pytest.raises(PausedError):
            await session.get(f"{server.url}/fapi/v1/time")
        now[0] += 2
        server.status = 200
        await session.get(f"{server.url}/fapi/v1/time")
    assert server.reached == ["/fapi/v3/account", "/fapi/v1/time"]


def test_a_limit_without_a_word_on_its_time_is_given_twice_as_much_each_time_it_is_met_again() -> (
    None
):
    pauses, now, given = Pauses(), 1_000.0, []
    for _ in range(8):
        pauses.note("https://a.example", Answered(429, "", b""), now)
        began = now
        while True:
            try:
                pauses.check("https://a.example", now)
            except PausedError:
                now += 1.0
            else:
                break
        given.append(now - began)
    assert given == [2, 4, 8, 16, 32, 60, 60, 60]
    pauses.note("https://a.example", Answered(429, "", b""), now + 61.0)
    pauses.check("https://a.example", now + 63.0)


def test_what_many_asked_at_once_are_answered_is_one_offence_and_no_pause_of_a_minute() -> None:
    pauses, limited = Pauses(), Answered(429, "", b"")
    for hundredth in range(12):
        pauses.note("https://a.example", limited, 1_000.0 + hundredth / 100.0)
    pauses.check("https://a.example", 1_002.2)
    for hundredth in range(12):  # and when it is met again, the second one
        pauses.note("https://a.example", limited, 1_003.0 + hundredth / 100.0)
    with pytest.raises(PausedError):
        pauses.check("https://a.example", 1_006.9)
    pauses.check("https://a.example", 1_007.2)


@pytest.mark.parametrize("content", ["text/html", "text/plain"])
async def test_a_wall_before_the_venue_is_not_hammered(server: Server, content: str) -> None:
    server.status, server.headers = 403, {"Content-Type": content}
    async with guarded_session(
        fence_of(server, [0.0]), tls=False, addresses=KnownNames()
    ) as session:
        for _ in range(3):
            with pytest.raises(PausedError, match="turned away by the venue"):
                await session.get(f"{server.url}/fapi/v1/time")
    assert server.reached == ["/fapi/v1/time"]


async def test_a_refusal_in_json_is_the_answer_to_one_request_and_a_socket_has_its_own_time(
    server: Server,
) -> None:
    server.status, server.headers = 403, {"Content-Type": "application/json"}
    async with guarded_session(
        fence_of(server, [0.0]), tls=False, addresses=KnownNames()
    ) as session:
        assert (await session.get(f"{server.url}/fapi/v1/time")).status == 403
        server.headers = {"Content-Type": "text/html"}
        with pytest.raises(ClientError):
            await session.ws_connect(f"{server.url.replace('http', 'ws')}/private/ws")
        with pytest.raises(PausedError):
            await session.get(f"{server.url}/fapi/v1/time")


async def test_every_account_keeps_the_pause_that_one_was_told(server: Server) -> None:
    kept: dict[str, float] = {}
    pauses = Pauses(keep=kept.__setitem__)
    server.status = 418
    async with guarded_session(
        fence_of(server, [0.0], pauses), tls=False, addresses=KnownNames()
    ) as session:
        with pytest.raises(PausedError):
            await session.get(f"{server.url}/fapi/v1/time")
    assert kept == {server.url: 120.0}
    for told in (pauses, Pauses(kept)):
        async with guarded_session(
            fence_of(server, [60.0], told), tls=False, addresses=KnownNames()
        ) as session:
            with pytest.raises(PausedError, match="REST banned by the venue"):
                await session.get(f"{server.url}/fapi/v1/time")
    assert server.reached == ["/fapi/v1/time"]


async def test_the_proxy_variables_of_the_environment_are_ignored(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    async with guarded_session(
        fence_of(server, [0.0]), tls=False, addresses=KnownNames()
    ) as session:
        try:
            await session.get(f"{server.url}/fapi/v1/time")
        except ClientError as error:  # pragma: no cover - the failure that this test is about
            pytest.fail(f"went to the proxy: {error}")
    assert server.reached == ["/fapi/v1/time"]
