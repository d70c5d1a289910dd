"""A pong that comes as a frame is a sign of life, as one that comes by protocol is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from hedgewatch.core.events import Event, PriceEvent
from hedgewatch.venues.access import private
from hedgewatch.venues.connection import Connection
from hedgewatch.venues.dialect import AccountNews, Answer, Feed
from hedgewatch.venues.dialects.binanceusdm import BinanceUsdm
from hedgewatch.venues.fields import Row
from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import AccountSettings
from hedgewatch.venues.socket import GuardedSocket
from hedgewatch.venues.surroundings import Surroundings

KEYS = {"api_key": {"env": "MAIN_KEY"}, "secret": {"env": "MAIN_SECRET"}}
ACCOUNT = AccountSettings.model_validate(
    {"name": "main", "venue": "binanceusdm", "credentials": KEYS}
)
PRIVATE = "wss://fstream.binance.com/private/ws#user"


class Listening:
    """Notes on which feeds a pong was heard."""

    def __init__(self) -> None:
        self.pongs: list[Feed] = []

    def price(self, event: PriceEvent) -> None:
        """No price is told here."""

    def news(self, item: AccountNews) -> None:
        """Nor any news."""

    def connected(self, feed: Feed) -> None:
        """Nothing is dialled."""

    def ponged(self, feed: Feed) -> None:
        self.pongs.append(feed)

    def clock_stepped_back(self) -> None:
        """Nor measured."""


class Pongs(BinanceUsdm):
    """A venue that greets, and whose pong is a text or an object."""

    greeting = b"welcome"
    plain_pong = b"pong"

    def answer(self, message: Row) -> Answer | None:
        return Answer(pong=True) if message == {"op": "pong"} else super().answer(message)


def published(event: Event) -> None:
    raise AssertionError(f"nothing of this is an event, but {event}")


@asynccontextmanager
async def dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[Connection, GuardedSocket, Listening]]:
    """A socket of the private stream, before anything came on it."""
    monkeypatch.setenv("MAIN_KEY", "a key")
    monkeypatch.setenv("MAIN_SECRET", "a secret")

    def spawn(name: str, work: object) -> asyncio.Task[None]:
        raise AssertionError(f"{name} was begun for {work}")

    around = Surroundings(published, lambda: 1_800_000_000.0, spawn, Random(1))
    listening = Listening()
    connection = Connection(private(ACCOUNT, Redactor()), Pongs(ACCOUNT.name), Redactor(), around)
    connection.listener = listening
    connection.exchange.open()
    yield connection, connection.socket(PRIVATE), listening
    await connection.close()


@pytest.mark.parametrize("frame", [b"pong", b'{"op":"pong"}'])
async def test_a_pong_as_text_or_as_json_is_heard_and_keeps_the_socket(
    frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with dialled(monkeypatch) as (connection, socket, listening):
        socket.lastPong = 0
        assert connection.take(socket, frame) is None
        assert listening.pongs == ["user"]
        assert socket.lastPong > 1_700_000_000_000
        assert connection.odd_frames == 0


async def test_any_other_text_is_odd_and_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dialled(monkeypatch) as (connection, socket, listening):
        assert connection.take(socket, b"welcome") is None
        for frame in (b"ping", b"pong ", b"", b'{"op":"pong"}x'):
            assert connection.take(socket, frame) is None
        assert listening.pongs == []
        assert socket.lastPong is None
        assert connection.odd_frames == 4
