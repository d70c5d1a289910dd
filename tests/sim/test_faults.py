"""Each fault does what its name says, and ends when it is told to."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson
import pytest

from hedgewatch.sim import DEMO_KEY, PaperExchange
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.faults import POISONS
from tests.sim.clients import futures_client
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.live

TIME = "/fapi/v1/time"
MARKS = "/market/ws/aixusdt@markPrice@1s"


@pytest.fixture
async def exchange() -> AsyncIterator[PaperExchange]:
    async with PaperExchange("manual", tick_seconds=0.01) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE)) as open_session:
        yield open_session


async def private_url(exchange: PaperExchange, session: aiohttp.ClientSession) -> str:
    headers = {"X-MBX-APIKEY": DEMO_KEY}
    async with session.post(f"{exchange.url}/fapi/v1/listenKey", headers=headers) as reply:
        return f"{exchange.ws_url}/private/ws?listenKey={(await reply.json())['listenKey']}"


async def hears_nothing(socket: aiohttp.ClientWebSocketResponse) -> bool:
    try:
        await socket.receive(timeout=0.08)
    except TimeoutError:
        return True
    return False


async def test_silence_keeps_the_socket_open_and_answers_pings(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(exchange.ws_url + MARKS, autoping=False) as socket:
        await socket.receive_json()
        exchange.faults.silence()
        exchange.world.set_mark("AIXUSDT", 900)
        await socket.ping(b"still there")
        heard = await socket.receive()
        while heard.type is aiohttp.WSMsgType.TEXT:
            assert orjson.loads(heard.data)["p"] == "1000.00000000"
            heard = await socket.receive()
        assert (heard.type, bytes(heard.data)) == (aiohttp.WSMsgType.PONG, b"still there")
        assert await hears_nothing(socket)


async def test_silence_ends_by_itself_and_prices_have_moved_on(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    exchange.faults.silence(seconds=0.1)
    exchange.world.set_mark("AIXUSDT", 900)
    async with session.ws_connect(exchange.ws_url + MARKS) as socket:
        assert (await socket.receive_json())["p"] == "900.00000000"


async def test_lagging_feed_keeps_sending_with_old_event_times(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    exchange.faults.lag(30)
    async with session.ws_connect(exchange.ws_url + MARKS) as socket:
        event_time = (await socket.receive_json())["E"]
        assert 29_000 < epoch_milliseconds() - event_time < 32_000
        exchange.faults.restore()
        while (await socket.receive_json())["E"] < event_time + 29_000:
            pass


async def test_every_poison_but_bad_text_arrives_between_clean_frames(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    kinds = [kind for kind in POISONS if kind != "utf8"]
    async with session.ws_connect(exchange.ws_url + MARKS) as socket:
        await socket.receive_str()
        for kind in kinds:
            exchange.faults.poison(kind)
        heard = [await socket.receive_str() for _ in range(len(kinds) + 3)]
    clean = [frame for frame in heard if '"p":"1000.00000000"' in frame]
    assert len(heard) - len(clean) == len(kinds)
    assert heard[-1] in clean


async def test_bad_text_of_the_utf8_poison_reaches_the_client(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(exchange.ws_url + MARKS) as socket:
        await socket.receive_str()
        exchange.faults.poison("utf8")
        heard = await socket.receive()
        while heard.type is aiohttp.WSMsgType.TEXT:
            heard = await socket.receive()
        assert socket.close_code == aiohttp.WSCloseCode.INVALID_TEXT


async def test_announced_expiry_is_told_and_then_the_stream_is_mute(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(await private_url(exchange, session)) as socket:
        exchange.faults.expire_listen_key(announce=True)
        assert (await socket.receive_json())["e"] == "listenKeyExpired"
        exchange.world.set_position("AIXUSDT", -250, 1000)
        assert await hears_nothing(socket)


async def test_silent_expiry_leaves_a_socket_that_tells_nothing(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    old = await private_url(exchange, session)
    async with session.ws_connect(old) as socket:
        exchange.faults.expire_listen_key(announce=False)
        exchange.world.set_position("AIXUSDT", -250, 1000)
        assert await hears_nothing(socket)
    new = await private_url(exchange, session)
    assert new != old
    async with session.ws_connect(new) as socket:
        exchange.world.set_position("AIXUSDT", -200, 1000)
        assert (await socket.receive_json())["a"]["P"][0]["pa"] == "-200"


async def test_cut_sockets_are_gone_and_new_ones_wait_for_their_time(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(exchange.ws_url + MARKS) as socket:
        exchange.faults.cut_sockets(refuse_seconds=60)
        heard = await socket.receive()
        while heard.type is aiohttp.WSMsgType.TEXT:
            heard = await socket.receive()
        assert heard.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(exchange.ws_url + MARKS)
    exchange.faults.accept()
    async with session.ws_connect(exchange.ws_url + MARKS) as socket:
        assert (await socket.receive_json())["e"] == "markPriceUpdate"


async def test_cutting_private_sockets_leaves_the_market_connected(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    async with (
        session.ws_connect(exchange.ws_url + MARKS) as market,
        session.ws_connect(await private_url(exchange, session)) as private,
    ):
        exchange.faults.cut_sockets("private")
        assert (await private.receive()).type is not aiohttp.WSMsgType.TEXT
        assert (await market.receive_json())["e"] == "markPriceUpdate"


@pytest.mark.parametrize(
    ("status", "retry_after", "header"), [(503, None, None), (429, 7, "7"), (418, 60, "60")]
)
async def test_rest_outage_fails_every_request_until_it_is_restored(
    exchange: PaperExchange,
    session: aiohttp.ClientSession,
    status: int,
    retry_after: int | None,
    header: str | None,
) -> None:
    exchange.faults.rest_outage(status, retry_after=retry_after)
    async with session.get(exchange.url + TIME) as reply:
        assert (reply.status, reply.headers.get("Retry-After")) == (status, header)
    exchange.faults.restore()
    async with session.get(exchange.url + TIME) as reply:
        assert reply.status == 200


async def test_hanging_outage_answers_nobody_until_it_is_restored(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    exchange.faults.rest_outage("hang")
    impatient = aiohttp.ClientTimeout(0.15)
    with pytest.raises(TimeoutError):
        await session.get(exchange.url + TIME, timeout=impatient)
    exchange.faults.restore()
    async with session.get(exchange.url + TIME) as reply:
        assert reply.status == 200


async def test_redirect_sends_every_request_to_another_host(
    exchange: PaperExchange, session: aiohttp.ClientSession
) -> None:
    exchange.faults.redirect("http://127.0.0.1:9")
    async with session.get(exchange.url + TIME, allow_redirects=False) as reply:
        assert (reply.status, reply.headers["Location"]) == (302, f"http://127.0.0.1:9{TIME}")


async def test_empty_positions_come_as_often_as_told_while_margin_stays_used(
    exchange: PaperExchange,
) -> None:
    async with futures_client(exchange) as client:
        exchange.faults.positions_empty(times=1)
        assert await client.fetch_positions() == []
        assert (await client.fetch_balance())["info"]["totalMaintMargin"] == "8500.00000000"
        assert [row["contracts"] for row in await client.fetch_positions()] == [200]


def test_each_poison_is_something_else() -> None:
    kinds: dict[bytes, Any] = {frame: name for name, frame in POISONS.items()}
    assert len(kinds) == len(POISONS)
