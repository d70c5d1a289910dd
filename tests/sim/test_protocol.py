"""What a client without ccxt sees: Binance's codes, acknowledgements and frames to the letter."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from hedgewatch.sim import DEMO_KEY, DEMO_SECRET, PaperExchange
from hedgewatch.sim.clock import epoch_milliseconds
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

KEY = {"X-MBX-APIKEY": DEMO_KEY}
PLACES = "/fapi/v3/account"


@pytest.fixture
async def exchange() -> AsyncIterator[PaperExchange]:
    async with PaperExchange("manual", tick_seconds=0.02) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE)) as open_session:
        yield open_session


def signed(query: str, secret: str = DEMO_SECRET) -> str:
    digest = hmac.new(secret.encode(), query.encode(), hashlib.sha256).hexdigest()
    return f"{query}&signature={digest}"


@pytest.mark.parametrize(
    ("headers", "query", "status", "code"),
    [
        pytest.param({}, lambda: "", 401, -2014, id="no-key"),
        pytest.param({"X-MBX-APIKEY": "short"}, lambda: "", 401, -2014, id="malformed-key"),
        pytest.param({"X-MBX-APIKEY": "a" * 64}, lambda: "", 401, -2015, id="unknown-key"),
        pytest.param(KEY, lambda: "", 400, -1102, id="no-timestamp"),
        pytest.param(
            KEY, lambda: f"timestamp={epoch_milliseconds()}", 400, -1102, id="no-signature"
        ),
        pytest.param(KEY, lambda: "timestamp=soon", 400, -1100, id="timestamp-is-no-number"),
        pytest.param(
            KEY, lambda: signed(f"timestamp={epoch_milliseconds() - 6_000}"), 400, -1021, id="stale"
        ),
        pytest.param(
            KEY, lambda: signed(f"timestamp={epoch_milliseconds() + 5_000}"), 400, -1021, id="ahead"
        ),
        pytest.param(
            KEY,
            lambda: signed(f"recvWindow=60001&timestamp={epoch_milliseconds()}"),
            400,
            -1131,
            id="window-too-long",
        ),
        pytest.param(
            KEY,
            lambda: signed(f"timestamp={epoch_milliseconds()}", "other"),
            400,
            -1022,
            id="wrong-secret",
        ),
    ],
)
async def test_requests_are_refused_in_binances_own_words(
    exchange: PaperExchange,
    session: aiohttp.ClientSession,
    headers: dict[str, str],
    query: Any,
    status: int,
    code: int,
) -> None:
    async with session.get(f"{exchange.url}{PLACES}?{query()}", headers=headers) as reply:
        assert (reply.status, (await reply.json())["code"]) == (status, code)


async def test_wide_window_lets_an_older_request_in_and_weight_is_counted(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    query = signed(f"recvWindow=30000&timestamp={epoch_milliseconds() - 20_000}")
    async with session.get(f"{exchange.url}{PLACES}?{query}", headers=KEY) as reply:
        assert reply.status == 200
        assert reply.headers["X-MBX-USED-WEIGHT-1M"] == "5"


async def test_too_much_weight_in_a_minute_is_refused_with_a_time_to_wait(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    url = f"{exchange.url}/fapi/v1/ticker/24hr"
    answers = []
    for _ in range(121):  # a minute may begin between them, so twice the limit of 2400
        async with session.get(url) as reply:
            answers.append((reply.status, reply.headers.get("Retry-After")))
    refused = [wait for status, wait in answers if status == 429]
    assert answers[0] == (200, None)
    assert refused
    assert all(wait is not None and 1 <= int(wait) <= 60 for wait in refused)


async def test_key_without_reading_rights_is_refused(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    exchange.world.set_rights(enableReading=False)
    query = signed(f"timestamp={epoch_milliseconds()}")
    async with session.get(f"{exchange.url}{PLACES}?{query}", headers=KEY) as reply:
        assert (reply.status, (await reply.json())["code"]) == (401, -2015)


async def listen_key(
    exchange: PaperExchange, session: aiohttp.ClientSession, method: str = "POST"
) -> tuple[int, dict[str, Any]]:
    url = f"{exchange.url}/fapi/v1/listenKey"
    async with session.request(method, url, headers=KEY) as reply:
        return reply.status, await reply.json()


async def test_listen_key_is_kept_prolonged_and_closed_as_binance_does(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    assert (await listen_key(exchange, session, "PUT"))[1]["code"] == -1125
    _, first = await listen_key(exchange, session)
    assert await listen_key(exchange, session) == (200, first)
    assert await listen_key(exchange, session, "PUT") == (200, first)
    assert await listen_key(exchange, session, "DELETE") == (200, {})
    assert (await listen_key(exchange, session))[1] != first
    assert exchange.violations == []


async def test_subscriptions_are_acknowledged_listed_and_ended(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(f"{exchange.ws_url}/market/ws/0") as socket:
        stream = "aixusdt@forceOrder"
        await socket.send_json({"method": "SUBSCRIBE", "params": [stream], "id": 7})
        assert await socket.receive_json() == {"result": None, "id": 7}
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 8})
        assert await socket.receive_json() == {"result": [stream], "id": 8}
        await socket.send_json({"method": "UNSUBSCRIBE", "params": [stream], "id": 9})
        assert await socket.receive_json() == {"result": None, "id": 9}
        await socket.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 10})
        assert await socket.receive_json() == {"result": [], "id": 10}


async def test_bad_stream_is_an_error_and_no_violation(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(f"{exchange.ws_url}/market/ws/0") as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": ["aixusdt"], "id": 1})
        refused = {"error": {"code": 2, "msg": "Invalid request: invalid stream"}, "id": 1}
        assert await socket.receive_json() == refused
    assert exchange.violations == []


async def test_frame_that_subscribes_to_nothing_is_a_violation(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(f"{exchange.ws_url}/market/ws/0") as socket:
        await socket.send_json({"method": "order.place", "id": 1})
        assert "error" in await socket.receive_json()
    assert exchange.violations == ["WS /market/ws/0 order.place"]


async def test_mark_stream_of_the_wrong_category_is_accepted_and_mute(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    """As Binance's split addresses are since 2026-04: no error, no data."""
    streams = ["aixusdt@markPrice@1s", "aixusdt@bookTicker"]
    async with session.ws_connect(f"{exchange.ws_url}/public/ws/0") as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": streams, "id": 1})
        assert await socket.receive_json() == {"result": None, "id": 1}
        heard = {(await socket.receive_json())["e"] for _ in range(4)}
    assert heard == {"bookTicker"}


async def test_all_market_stream_and_combined_form_carry_every_mark(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    url = f"{exchange.ws_url}/market/stream?streams=!markPrice@arr@1s"
    async with session.ws_connect(url) as socket:
        frame = await socket.receive_json()
    assert frame["stream"] == "!markPrice@arr@1s"
    assert {row["s"]: row["p"] for row in frame["data"]}["AIXUSDT"] == "1000.00000000"


async def test_liquidation_is_told_as_binance_tells_it(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    _, issued = await listen_key(exchange, session)
    url = f"{exchange.ws_url}/private/ws?listenKey={issued['listenKey']}"
    async with session.ws_connect(url) as socket:
        exchange.world.set_mark("AIXUSDT", 1430)
        exchange.world.liquidate("AIXUSDT")
        call, order, account = [await socket.receive_json() for _ in range(3)]
    assert (call["e"], call["p"][0]["mm"]) == ("MARGIN_CALL", "14600.00000000")
    assert order["e"] == "ORDER_TRADE_UPDATE"
    assert order["o"]["c"].startswith("autoclose-")
    assert (order["o"]["S"], order["o"]["q"], order["o"]["rp"]) == ("BUY", "200", "-86000")
    assert (account["e"], account["a"]["m"]) == ("ACCOUNT_UPDATE", "ORDER")
    assert account["a"]["B"][0]["wb"] == "14000.00000000"
    assert (account["a"]["P"][0]["pa"], account["a"]["P"][0]["ps"]) == ("0", "BOTH")
