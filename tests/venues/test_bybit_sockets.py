"""What is said on Bybit's sockets, and when one of them is given up."""

import asyncio
import hashlib
from collections.abc import Coroutine
from typing import Any

import ccxt
import pytest

from hedgewatch.venues.dialect import StreamBegan
from hedgewatch.venues.dialects import bybit_sockets
from hedgewatch.venues.dialects.bybit_sockets import listen_to_account, listen_to_prices
from hedgewatch.venues.fields import OddReplyError

Said = tuple[str, str, Any]


class Line:
    """Stands where ccxt's exchange does: what is said on it is kept, and answered by the test."""

    def __init__(self) -> None:
        base = "wss://stream.{hostname}/v5"
        public = {kind: f"{base}/public/{kind}" for kind in ("linear", "inverse", "spot")}
        self.urls = {"api": {"ws": {"public": public, "private": {"contract": f"{base}/private"}}}}
        self.apiKey, self.secret = "key", "secret"
        self.said: list[Said] = []
        self.pending: dict[tuple[str, str], asyncio.Future[Any]] = {}

    def implode_hostname(self, url: str) -> str:
        return url.format(hostname="bybit.com")

    def nonce(self) -> float:
        return 1_700_000_000_000

    def encode(self, text: str) -> bytes:
        return text.encode()

    def hmac(self, payload: bytes, secret: bytes, algorithm: Any, digest: str) -> str:
        return str(ccxt.Exchange.hmac(payload, secret, algorithm, digest))

    def watch(self, url: str, hash_: str, said: Any, _subscribed: str) -> asyncio.Future[Any]:
        self.said.append((url, hash_, said))
        self.pending[url, hash_] = asyncio.get_running_loop().create_future()
        return self.pending[url, hash_]

    def answered(self, hash_: str, error: Exception | None = None) -> None:
        """As ccxt does when a frame names the hash, or the socket ends."""
        for (_, name), pending in self.pending.items():
            if name == hash_ and not pending.done():
                if error is None:
                    pending.set_result({})
                else:
                    pending.set_exception(error)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def listening(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    """Under way, up to where it waits; the test awaits its end."""
    task = asyncio.get_running_loop().create_task(work)
    await settled()
    return task


PRIVATE = "wss://stream.bybit.com/v5/private"


async def test_a_login_is_signed_by_the_clock_of_the_venue_and_topics_follow_its_answer() -> None:
    line, told = Line(), list[Any]()
    task = await listening(listen_to_account(line, told.append))
    expires = "1700000010000"
    sign = ccxt.Exchange.hmac(b"GET/realtime" + expires.encode(), b"secret", hashlib.sha256, "hex")
    login = {"op": "auth", "req_id": "login", "args": ["key", expires, sign]}
    assert line.said == [(PRIVATE, "auth", login)]
    line.answered("auth")
    await settled()
    topics = {"op": "subscribe", "req_id": "account", "args": ["position", "execution", "wallet"]}
    assert (line.said[1], told) == ((PRIVATE, "subscribe", topics), [])
    line.answered("subscribe")
    await settled()
    assert [type(item) for item in told] == [StreamBegan]
    assert line.said[2][2] is None  # nothing more is said, and only the end of the socket ends it
    assert not task.done()
    line.answered(line.said[2][1], ccxt.NetworkError("cut"))
    with pytest.raises(ccxt.NetworkError):
        await task


@pytest.mark.parametrize("silent", ["auth", "subscribe"])
async def test_a_login_or_subscription_that_nobody_answers_is_no_private_stream(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bybit_sockets, "_ANSWERED_WITHIN", 0.01)
    line = Line()
    task = await listening(listen_to_account(line, lambda _: None))
    if silent == "subscribe":
        line.answered("auth")
    with pytest.raises(OddReplyError, match="was not answered"):
        await task


async def test_a_refused_login_ends_it() -> None:
    line = Line()
    task = await listening(listen_to_account(line, lambda _: None))
    line.answered("auth", ccxt.ExchangeError("auth: error:USVC1111"))
    with pytest.raises(ccxt.ExchangeError, match="USVC1111"):
        await task


async def test_each_category_has_its_socket_and_pairs_are_asked_for_ten_at_a_time() -> None:
    line = Line()
    pairs = [f"C{number}USDT" for number in range(12)]
    named = {"inverse": ["BTCUSD"], "linear": ["BTCUSDT"], "spot": pairs}
    task = await listening(listen_to_prices(line, "quote", named, lambda: 0))  # type: ignore[arg-type]
    addresses = [url.removeprefix("wss://stream.bybit.com/v5/public/") for url, _, _ in line.said]
    assert addresses == ["inverse#quote", "linear#quote", "spot#quote", "spot#quote"]
    assert [len(said["args"]) for _, _, said in line.said] == [1, 1, 10, 2]
    assert line.said[1][2]["args"] == ["orderbook.1.BTCUSDT"]
    line.answered("quote-10", ccxt.NetworkError("cut"))
    with pytest.raises(ccxt.NetworkError):
        await task


async def test_pairs_have_no_marks_and_nothing_to_watch_is_said() -> None:
    line = Line()
    named = {"linear": ["BTCUSDT"], "spot": ["BTCUSDT"]}
    task = await listening(listen_to_prices(line, "mark", named, lambda: 0))  # type: ignore[arg-type]
    assert [said["args"] for _, _, said in line.said] == [["tickers.BTCUSDT"]]
    line.answered("mark-0", ccxt.NetworkError("cut"))
    with pytest.raises(ccxt.NetworkError):
        await task
    with pytest.raises(OddReplyError):
        await listen_to_prices(line, "mark", {"spot": ["BTCUSDT"]}, lambda: 0)


async def test_pairs_that_fall_silent_beside_contracts_are_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bybit_sockets, "_SPOT_SILENCE_SECONDS", 0.02)
    frames = [3, 2, 1]  # as long as there are more of them each time, they are heard

    def heard() -> int:
        return -frames.pop() if frames else 0

    named = {"linear": ["BTCUSDT"], "spot": ["BTCUSDT"]}
    task = await listening(listen_to_prices(Line(), "quote", named, heard))  # type: ignore[arg-type]
    with pytest.raises(OddReplyError, match="no quote of a spot pair"):
        await task
    assert frames == []
