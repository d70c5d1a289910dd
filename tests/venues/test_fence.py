"""Nothing that could trade leaves the machine, whatever ccxt, a venue or a bug asks for.

Everything here runs over all venues: a venue that is added is held to it by itself.
"""

import asyncio
import re
from contextlib import suppress
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import ccxt
import pytest
from aiohttp import ClientError, web
from multidict import CIMultiDict
from yarl import URL

from hedgewatch.sim.exchange import PaperExchange
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialects import dialect_of
from hedgewatch.venues.endpoint import moved
from hedgewatch.venues.readonly import AllowList, ForbiddenRequestError
from tests.support.serving import serving
from tests.venues.fences import (
    IN_FULL,
    ON_PAPER,
    WATCHABLE,
    addresses,
    at,
    connected_to,
    endpoints,
    settings_of,
    trading_calls,
    wire_of,
)

READING_BY_POST = re.compile(
    r"/(?:listenKey(?:/isolated)?|userDataStream|info|bullet-(?:private|public)|ws-token"
    r"|websocket_token|query|klines|balance|user-balance|(?:get-)?positions(?:/open)?"
    r"|get-currency-networks|get-funding-asset|v2/auth|auth/r/\w+|(?:contract|swap)_(?:account|position)_info|archive/v1|v1)$"
)
"""What is no GET and yet changes nothing but a session: streams that are opened, and questions that
some venues want by POST. Hyperliquid answers at `/info`, its orders go to `/exchange`; Nado answers
at `/v1` of its archive, its orders go to `/v1/execute`.
"""

ACTING = re.compile(
    r"cancel|place|create|submit|redeem|repay|borrow/|/set(?!tings)|withdraw(?!/history)|/trade/order$",
    re.IGNORECASE,
)
"""What no GET that passes says of itself: some venues act by GET."""

HARMLESS = frozenset(
    {"SUBSCRIBE", "UNSUBSCRIBE", "subscribe", "unsubscribe", "sub", "unsub", "login", "auth"}
    | {"public/auth", "public/set_heartbeat", "public/test", "public/subscribe"}
    | {"private/subscribe", "ping", "pong"}
)
"""All that may be said on a socket of any venue."""

FRAMES = [
    {"id": "1", "method": "order.place", "params": {"symbol": "BTCUSDT", "side": "BUY"}},  # Binance
    {"id": "1", "method": "session.logon", "params": {}},
    {"op": "order.create", "args": [{"symbol": "BTCUSDT"}], "header": {}},  # Bybit
    {"op": "order.cancel-batch", "args": []},
    {"id": "1", "op": "order", "args": [{"instId": "BTC-USDT-SWAP", "side": "buy"}]},  # OKX
    {"id": "1", "op": "batch-orders", "args": []},
    {"id": "1", "op": "mass-cancel", "args": []},
    {"method": "post", "id": 1, "request": {"type": "action", "payload": {}}},  # Hyperliquid
    {"method": "post", "id": 1, "request": {"type": "info", "payload": {"type": "l2Book"}}},
    {"channel": "futures.order_place", "event": "api", "payload": {}},  # Gate
    {"method": "private/buy", "params": {"amount": 1}, "jsonrpc": "2.0"},  # Deribit
    {"op": "trade", "args": []},
    {"method": "SUBSCRIBE", "op": "order.create", "params": []},  # one word listed, another not
    {"op": "subscribe", "event": "api", "args": []},
    {"op": ["order"], "args": []},
    {"op": None},
    {},
    [],
    [{"op": "order"}],
    "order",
    b"ping",
    None,
]

FOR_TRADING = {"ws-api", "ws-fapi", "ws-dapi", "trade"}
TRADING_SOCKETS = [
    "wss://ws-api.binance.com:443/ws-api/v3",
    "wss://ws-fapi.binance.com/ws-fapi/v1",
    "wss://ws-dapi.binance.com/ws-dapi/v1",
    "wss://stream.bybit.com/v5/trade",
    "wss://ws.okx.com:8443/ws/v5/trade",
    "wss://fx-ws.gateio.ws/v4/ws/usdt/trade",
]


def allow_list(venue: str, monkeypatch: pytest.MonkeyPatch) -> AllowList:
    """As the daemon makes it for the venue's own addresses."""
    return connected_to(settings_of(venue, monkeypatch), no_tasks).fence.allowed


def no_tasks(name: str, work: object) -> None:
    raise AssertionError(f"{name} was started for {work}")


@pytest.mark.parametrize("venue", WATCHABLE)
def test_of_all_that_a_venue_can_be_asked_only_what_reads_passes(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the hundreds of addresses that ccxt knows there, signed as ccxt would send it."""
    connection = connected_to(settings_of(venue, monkeypatch), no_tasks)
    exchange, allowed = connection.exchange, connection.fence.allowed
    asked, passed = 0, set[tuple[str, str]]()
    for path, section, method in endpoints(exchange):
        for address in addresses(exchange, path, section, method):
            asked += 1
            with suppress(ForbiddenRequestError):
                allowed.check_request(method, URL(address, encoded=True))
                passed.add((method, urlsplit(address).path))
    assert allowed.refused > asked / 4
    for method, path in passed:
        reads = READING_BY_POST.search(path) if method != "GET" else not ACTING.search(path)
        assert reads, (method, path)


@pytest.mark.parametrize("venue", IN_FULL)
def test_what_passes_is_written_down_at_a_venue_that_is_watched_in_full(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connected_to(settings_of(venue, monkeypatch), no_tasks)
    listed = set(dialect_of(settings_of(venue, monkeypatch)).requests)
    for path, section, method in endpoints(connection.exchange):
        for address in addresses(connection.exchange, path, section, method):
            if (method, address.partition("?")[0]) not in listed:
                with pytest.raises(ForbiddenRequestError):
                    connection.fence.allowed.check_request(method, URL(address, encoded=True))


def test_a_portfolio_margin_account_reads_and_asks_nothing_that_trades(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of("binance", monkeypatch).model_copy(update={"portfolio_margin": True})
    connection, passed = connected_to(settings, no_tasks), set[tuple[str, str]]()
    for path, section, method in endpoints(connection.exchange):
        for address in addresses(connection.exchange, path, section, method):
            with suppress(ForbiddenRequestError):
                connection.fence.allowed.check_request(method, URL(address, encoded=True))
                passed.add((method, address.partition("?")[0]))
    listed = dialect_of(settings).requests
    assert passed == {one for one in listed if one[1].startswith("https")}
    streams = "https://papi.binance.com/papi/v1/listenKey"
    assert {one for one in passed if one[0] != "GET"} == {("POST", streams), ("PUT", streams)}


@pytest.mark.parametrize("venue", IN_FULL)
def test_what_is_listed_reads_over_tls_and_says_only_what_subscribes(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = dialect_of(settings_of(venue, monkeypatch))
    for method, address in dialect.requests:
        url = URL(address)
        assert url.scheme in {"https", "wss"}
        assert method == "GET" or READING_BY_POST.search(url.path), (method, address)
        assert not {"ws-api", "ws-fapi", "ws-dapi", "trade"} & set(
            PurePosixPath(url.path).parts[:4]
        )
    assert set(dialect.operations) <= HARMLESS


@pytest.mark.parametrize("venue", WATCHABLE)
def test_no_frame_that_trades_is_said_and_no_socket_for_trading_opened(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = allow_list(venue, monkeypatch)
    for frame in FRAMES:
        with pytest.raises(ForbiddenRequestError):
            allowed.check_frame(frame)
    for address in TRADING_SOCKETS:
        with pytest.raises(ForbiddenRequestError):
            allowed.check_request("GET", URL(address))
    assert allowed.refused == len(FRAMES) + len(TRADING_SOCKETS)


@pytest.mark.parametrize("venue", IN_FULL)
def test_no_other_spelling_of_a_listed_address_passes(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = allow_list(venue, monkeypatch)
    requests = dialect_of(settings_of(venue, monkeypatch)).requests
    method, address = next(pair for pair in requests if not pair[1].endswith("*"))
    host, path = URL(address).host or "", URL(address).path
    allowed.check_request(method, URL(address))
    allowed.check_request(method, URL(f"{address}?anything=order&else=1#quote"))
    for other in (
        address.replace(path, f"/order/..{path}"),
        address.replace(path, f"{path}/../order"),
        address.replace(path, f"/%2e{path}"),
        address.replace(path, f"/{path}"),
        f"{address}/",
        f"{address}%2Forder",
        f"{address}%3Forder",
        f"{address};order",
        address.replace(host, f"{host}."),
        address.replace(host, f"{host}.example.org"),
        address.replace(host, f"{host}:8443") if ":" not in address[8:] else f"{address}x",
        address.replace(host, f"{host}@example.org"),
        address.replace(host, f"user:pass@{host}"),
        address.replace("https://", "http://").replace("wss://", "ws://"),
    ):
        with pytest.raises(ForbiddenRequestError):
            allowed.check_request(method, URL(other, encoded=True))


@pytest.mark.parametrize(
    "headers",
    [{"X-HTTP-Method-Override": "DELETE"}, {"Host": "example.org"}, {"x-http-method": "POST"}],
    ids=str,
)
def test_a_header_does_not_say_what_the_request_may_not(headers: dict[str, str]) -> None:
    """aiohttp's headers know no case, and neither does a server."""
    allowed = AllowList([("GET", "https://api.example.org/time")], ())
    with pytest.raises(ForbiddenRequestError, match="in a header"):
        allowed.check_request("GET", URL("https://api.example.org/time"), CIMultiDict(headers))


def test_hyperliquid_answers_at_one_address_and_trades_at_another() -> None:
    allowed = AllowList([("POST", "https://api.hyperliquid.xyz/info")], ("subscribe",))
    allowed.check_request("POST", URL("https://api.hyperliquid.xyz/info"))
    with pytest.raises(ForbiddenRequestError):
        allowed.check_request("POST", URL("https://api.hyperliquid.xyz/exchange"))


# over real sockets, against the paper exchange

WHAT_CCXT_RAISES = (ccxt.BaseError, ForbiddenRequestError, LookupError, TypeError, ValueError)
"""At arguments that a venue does not take; what of it came to the fence is counted."""


async def symbol_at(connection: Connection) -> str:
    """A market of the venue, as it lists them on paper."""
    await connection.measure_clock()
    await connection.exchange.load_markets()
    listed: list[str] = [name for name in connection.exchange.markets if "ALT" in name]
    return max(listed, key=lambda name: ":" in name)


@pytest.mark.live
@pytest.mark.parametrize("venue", ON_PAPER)
async def test_all_that_ccxt_would_do_at_a_venue_ends_at_the_fence(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with PaperExchange("manual") as paper, asyncio.TaskGroup() as group:
        settings = settings_of(venue, monkeypatch, at(paper, venue))
        connection = connected_to(settings, lambda _, work: group.create_task(work))
        symbol = await symbol_at(connection)
        before = paper.requests_of(wire_of(venue))
        held_back = set()
        for name, call in trading_calls(connection.exchange, symbol):
            refused = connection.refused
            with suppress(
                ccxt.BaseError,
                ForbiddenRequestError,
                LookupError,
                TypeError,
                ValueError,
                ArithmeticError,
            ):
                async with asyncio.timeout(1.0):  # ccxt waits for logins that it never hears of
                    await call
            if connection.refused > refused:
                held_back.add(name)
            connection.drop("user", "whatever comes next logs in anew")
        socket = connection.exchange.client(at(paper, venue)["ws"] + "/#mark")
        for frame in FRAMES:
            with pytest.raises(ForbiddenRequestError):
                await socket.send(frame)
        allowed = {f"{method} {URL(url).path}" for method, url in dialect_of(settings).requests}
        asked = {
            name for name, n in paper.requests_of(wire_of(venue)).items() if n != before.get(name)
        }
        await connection.close()
        assert paper.violations == []
        assert asked <= allowed
        assert held_back >= {"create_order", "cancel_order", "set_leverage"} - _unknown(venue)


def _unknown(venue: str) -> set[str]:
    """Where nothing is borrowed there is no leverage to set."""
    return {"set_leverage"} if venue == "binance" else set()


class Elsewhere:
    """Another host, which nobody should ever come to."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.reached.append(request.path)
        return web.Response(text="{}")


@pytest.mark.live
@pytest.mark.parametrize("venue", ON_PAPER)
async def test_neither_a_redirect_nor_a_changed_table_of_addresses_leads_elsewhere(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = Elsewhere()
    async with (
        serving("/{path:.*}", elsewhere.answer, method="*") as there,
        PaperExchange("manual") as paper,
        asyncio.TaskGroup() as group,
    ):
        settings = settings_of(venue, monkeypatch, at(paper, venue))
        connection = connected_to(settings, lambda _, work: group.create_task(work))
        await symbol_at(connection)
        paper.faults_of(wire_of(venue)).redirect(there)
        with pytest.raises(ForbiddenRequestError, match="redirect"):
            await connection.measure_clock()
        paper.faults_of(wire_of(venue)).restore()
        exchange = connection.exchange
        away = settings.model_copy(update={"endpoint": None})
        exchange.urls = connected_to(away, no_tasks).exchange.urls  # the venue's own again
        exchange.hostname = urlsplit(there).netloc
        with pytest.raises((ForbiddenRequestError, ClientError), match="allow-list"):
            await connection.measure_clock()
        await connection.close()
    assert elsewhere.reached == []


@pytest.mark.parametrize("venue", WATCHABLE)
def test_an_account_with_an_endpoint_may_ask_the_venue_itself_nothing(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = {"rest": "http://127.0.0.1:18080", "ws": "ws://127.0.0.1:18081"}
    moved_away = connected_to(settings_of(venue, monkeypatch, endpoint), no_tasks).fence.allowed
    exchange = connected_to(settings_of(venue, monkeypatch), no_tasks).exchange
    for path, section, method in endpoints(exchange):
        for address in addresses(exchange, path, section, method):
            with pytest.raises(ForbiddenRequestError):
                moved_away.check_request(method, URL(address, encoded=True))


@pytest.mark.parametrize("venue", IN_FULL)
def test_an_account_with_an_endpoint_may_ask_that_host_and_no_other(
    venue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = {"rest": "http://127.0.0.1:18080", "ws": "ws://127.0.0.1:18081"}
    settings = settings_of(venue, monkeypatch, endpoint)
    allowed = connected_to(settings, no_tasks).fence.allowed
    for method, address in dialect_of(settings).requests:
        number = address.replace("*", "7")
        allowed.check_request(method, URL(moved(number, settings.endpoint)))
        with pytest.raises(ForbiddenRequestError):
            allowed.check_request(method, URL(number))
