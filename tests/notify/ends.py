"""Every receiver with its other end: an entry here is what a new one needs to be held to the
contract.
"""

import asyncio
import io
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal, TextIO

from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.apprise import Apprise, AppriseSettings
from hedgewatch.notify.receiver import Connected, Receiver
from hedgewatch.notify.settings import ReceiverPlace, ReceiverSettings, build
from tests.notify.alerts import NOON, SECONDS_FOR_ANYTHING
from tests.notify.listener import listening_to, text
from tests.notify.mail import Mailbox, receiving
from tests.notify.ntfy import Ntfy, publishing
from tests.notify.sink import Sink, listening
from tests.notify.telegram import CHAT, TOKEN, Telegram, chatting
from tests.support.servers import Server, free_port

CANARY = "canary-b7c1"
WAIT = 7
SECONDS_TO_START = 90.0
TELEGRAM_CHILD = str(Path(__file__).with_name("telegram_child.py"))

Word = Literal["busy", "refused"]
"""What another end is told to answer next: come back in 7 s; not this message, ever."""


def _mute(_: Word) -> None:
    raise AssertionError("this receiver's protocol has no such answer")


@dataclass(frozen=True, slots=True)
class Line:
    """A receiver and its other end: `heard` gives the next thing that arrived there, as text."""

    receiver: Receiver
    settings: ReceiverSettings
    heard: Callable[[], Awaitable[str]]
    answer_next: Callable[[Word], None] = _mute
    largest: int = 4096
    """The bytes of the largest message that may arrive."""


@dataclass(frozen=True, slots=True)
class Bench:
    folder: Path
    start_broker: Callable[[], Server]
    """For those that need one: the same each time."""

    @property
    def broker(self) -> Server:
        return self.start_broker()

    def secret(self, words: str = CANARY) -> dict[str, str]:
        file = self.folder / f"secret-{len(list(self.folder.iterdir()))}"
        file.write_text(words)
        file.chmod(0o600)
        return {"file": str(file)}


Ends = Callable[[Bench], AbstractAsyncContextManager[Line]]


def built(
    way: Mapping[str, object], output: TextIO | None = None
) -> tuple[Receiver, ReceiverSettings]:
    settings = ReceiverSettings.model_validate({"name": "desk", **way})
    place = ReceiverPlace(
        instance="desk-1",
        output=output or io.StringIO(),
        clock=lambda: NOON,
        jitter=Random(7),
        external_url="http://127.0.0.1:9464",
    )
    return build(settings, place), settings


@asynccontextmanager
async def working(line: Line) -> AsyncIterator[Receiver]:
    """The receiver with its connection held up, as delivery would."""
    async with asyncio.TaskGroup() as group:
        tasks = []
        if isinstance(line.receiver, Connected):
            tasks.append(group.create_task(line.receiver.run()))
        await ready(line.receiver)
        async with asyncio.timeout(SECONDS_FOR_ANYTHING):
            yield line.receiver
        for task in tasks:
            task.cancel()


async def ready(receiver: Receiver) -> None:
    """Until its process has started, which takes seconds, and many on a busy machine."""
    async with asyncio.timeout(SECONDS_TO_START):
        while isinstance(receiver, Apprise) and receiver.process is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def silence() -> str:
    return ""


@asynccontextmanager
async def console(_: Bench) -> AsyncIterator[Line]:
    output = io.StringIO()

    async def heard() -> str:
        shown = output.getvalue()
        output.seek(0)
        output.truncate()
        return shown

    yield Line(*built({"console": {}}, output), heard)


@asynccontextmanager
async def webhook(bench: Bench) -> AsyncIterator[Line]:
    async with listening(Sink(secret=CANARY)) as sink:

        async def heard() -> str:
            return str(sink.bodies.pop(0))

        way = {"url": sink.url, "secret": bench.secret()}
        yield Line(*built({"webhook": way}), heard, _of_http(sink), largest=16384)


@asynccontextmanager
async def mqtt(bench: Bench) -> AsyncIterator[Line]:
    secrets = {"username": bench.secret(), "password": bench.secret()}
    way = {"host": "127.0.0.1", "port": bench.broker.port, **secrets}
    async with listening_to(bench.broker.port) as listener:

        async def heard() -> str:
            return text((await listener.next("/event")).payload)

        yield Line(*built({"mqtt": way}), heard)


@asynccontextmanager
async def alertmanager(bench: Bench) -> AsyncIterator[Line]:
    async with listening(Sink(path="/api/v2/alerts")) as sink:

        async def heard() -> str:
            """It mirrors: the same may come twice."""
            alerts = [alert for body in sink.bodies for alert in body]
            sink.bodies.clear()
            now = rfc3339(NOON)
            return str([(alert["endsAt"] <= now and "resolved", alert) for alert in alerts])

        way = {"urls": [sink.url.removesuffix(sink.path)], "token": bench.secret()}
        yield Line(*built({"alertmanager": way}), heard, _of_http(sink), largest=16384)


@asynccontextmanager
async def telegram(bench: Bench) -> AsyncIterator[Line]:
    async with chatting(Telegram()) as chat:

        def answer_next(word: Word) -> None:
            chat.answers.append((429, WAIT) if word == "busy" else (400, 0))

        async def heard() -> str:
            assert chat.links == []
            return chat.shown.pop(0)

        way = {"apprise": {"url": bench.secret(f"tgram://{TOKEN}/{CHAT}/")}}
        settings = ReceiverSettings.model_validate({"name": "desk", **way})
        phone = Apprise(
            "desk",
            AppriseSettings.model_validate(way["apprise"]),
            Random(7),
            (TELEGRAM_CHILD, chat.url),
        )
        yield Line(phone, settings, heard, answer_next)


@asynccontextmanager
async def ntfy(bench: Bench) -> AsyncIterator[Line]:
    async with publishing(Ntfy()) as server:

        def answer_next(word: Word) -> None:
            server.answers.append(429 if word == "busy" else 400)

        async def heard() -> str:
            return server.shown.pop(0)

        way = {"apprise": {"url": bench.secret(server.url)}}
        yield Line(*built(way), heard, answer_next)


@asynccontextmanager
async def mail(bench: Bench) -> AsyncIterator[Line]:
    async with receiving(Mailbox()) as mailbox:

        def answer_next(word: Word) -> None:
            mailbox.replies.append("451 later" if word == "busy" else "550 never")

        async def heard() -> str:
            return mailbox.shown()

        yield Line(*built({"apprise": {"url": bench.secret(mailbox.url)}}), heard, answer_next)


def _of_http(sink: Sink) -> Callable[[Word], None]:
    def answer_next(word: Word) -> None:
        if word == "busy":
            sink.answers.append((429, {"Retry-After": str(WAIT)}))
        else:
            sink.refuses = (b"Unwanted", b"83.0%")

    return answer_next


@asynccontextmanager
async def dead_console(_: Bench) -> AsyncIterator[Line]:
    output = io.StringIO()
    line = Line(*built({"console": {}}, output), silence)
    output.close()
    yield line


@asynccontextmanager
async def dead_webhook(bench: Bench) -> AsyncIterator[Line]:
    url = f"http://127.0.0.1:{free_port()}/{CANARY}?token={CANARY}"
    way = {"url": bench.secret(url), "secret": bench.secret()}
    yield Line(*built({"webhook": way}), silence)


@asynccontextmanager
async def dead_mqtt(bench: Bench) -> AsyncIterator[Line]:
    secrets = {"username": bench.secret(), "password": bench.secret()}
    yield Line(*built({"mqtt": {"host": "127.0.0.1", "port": free_port(), **secrets}}), silence)


@asynccontextmanager
async def dead_alertmanager(bench: Bench) -> AsyncIterator[Line]:
    way = {"urls": [f"http://127.0.0.1:{free_port()}"], "token": bench.secret()}
    yield Line(*built({"alertmanager": way}), silence)


@asynccontextmanager
async def dead_apprise(bench: Bench) -> AsyncIterator[Line]:
    url = f"ntfy://{CANARY}:{CANARY}@127.0.0.1:{free_port()}/{CANARY}"
    yield Line(*built({"apprise": {"url": bench.secret(url)}}), silence)


@asynccontextmanager
async def hanging_console(_: Bench) -> AsyncIterator[Line]:
    """A terminal that was stopped: the pipe is full."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        while True:
            os.write(writing, b"x" * 65536)
    except BlockingIOError:
        pass
    with os.fdopen(reading, "rb"), os.fdopen(writing, "w") as output:
        yield Line(*built({"console": {}}, output), silence)


@asynccontextmanager
async def hanging_webhook(_: Bench) -> AsyncIterator[Line]:
    with _listens_and_says_nothing() as port:
        yield Line(*built({"webhook": {"url": f"http://127.0.0.1:{port}/"}}), silence)


@asynccontextmanager
async def hanging_mqtt(_: Bench) -> AsyncIterator[Line]:
    with _listens_and_says_nothing() as port:
        yield Line(*built({"mqtt": {"host": "127.0.0.1", "port": port}}), silence)


@asynccontextmanager
async def hanging_alertmanager(_: Bench) -> AsyncIterator[Line]:
    with _listens_and_says_nothing() as port:
        way = {"urls": [f"http://127.0.0.1:{port}"], "watchdog": False}
        yield Line(*built({"alertmanager": way}), silence)


@asynccontextmanager
async def hanging_apprise(bench: Bench) -> AsyncIterator[Line]:
    with _listens_and_says_nothing() as port:
        url = bench.secret(f"ntfy://desk:canary@127.0.0.1:{port}/alerts?rto=30")
        yield Line(*built({"apprise": {"url": url, "timeout": "1s"}}), silence)


@contextmanager
def _listens_and_says_nothing() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


RECEIVERS: list[Ends] = [console, webhook, mqtt, alertmanager, telegram]
SERVICES: list[Ends] = [ntfy, mail]
"""Further ones of apprise: what is sent there is theirs, how it is sent is telegram's."""

DEAD_ENDS: list[Ends] = [dead_console, dead_webhook, dead_mqtt, dead_alertmanager, dead_apprise]
HANGING_ENDS: list[Ends] = [
    hanging_console,
    hanging_webhook,
    hanging_mqtt,
    hanging_alertmanager,
    hanging_apprise,
]
ASKING_TO_WAIT: list[Ends] = [webhook, alertmanager, telegram]
REFUSING: list[Ends] = [webhook, alertmanager, telegram, ntfy, mail]
