"""Reads signals where they are: a file, an address, a topic."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import aiomqtt

from hedgewatch.notify.hosts import CarefulResolver, LinkLocalError
from hedgewatch.notify.mqtt_failures import why_not_connected
from hedgewatch.notify.mqtt_settings import BrokerSettings, broker_options
from hedgewatch.notify.tls import NoCertificateError, trusting
from hedgewatch.settings import SecretError
from hedgewatch.signals.picking import OddSignalError
from hedgewatch.signals.settings import HttpPlace

_LARGEST = 1024 * 1024
_TOTAL_SECONDS = 10.0
_OK = 200
_WITHOUT_WAITING = os.O_RDONLY | os.O_NONBLOCK
"""To open a pipe that nobody writes to would wait for ever."""


async def read_file(path: Path) -> tuple[bytes, float]:
    """Its content, and when it was written (epoch seconds). OddSignalError says what is wrong."""
    return await asyncio.to_thread(_read_file, path)


def _read_file(path: Path) -> tuple[bytes, float]:
    """What is no plain file (a pipe, a device) may never answer, and would hold its thread."""
    try:
        with os.fdopen(os.open(path, _WITHOUT_WAITING), "rb") as opened:
            found = os.fstat(opened.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise OddSignalError(f"{path} is no plain file: name one that is written anew")
            written = found.st_mtime
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise OddSignalError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise OddSignalError(f"{path} is larger than 1 MB")
    return content, written


async def get(place: HttpPlace) -> bytes:
    """What the address answers. OddSignalError says what is wrong, without the address."""
    try:
        headers = {name: held.read().reveal() for name, held in place.headers.items()}
        async with (
            _session(place) as session,
            session.get(place.url, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status != _OK:
                raise OddSignalError(f"it answered {answer.status}")
            content = await answer.content.read(_LARGEST + 1)
            while len(content) <= _LARGEST and (more := await answer.content.read(_LARGEST)):
                content += more
    except TimeoutError:
        raise OddSignalError("no answer in time") from None
    except (SecretError, LinkLocalError, NoCertificateError) as error:
        raise OddSignalError(str(error)) from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise OddSignalError(f"it cannot be reached: {type(error).__name__}") from None
    if len(content) > _LARGEST:
        raise OddSignalError("it answered more than 1 MB")
    return content


def _session(place: HttpPlace) -> aiohttp.ClientSession:
    tls = trusting(place.ca_file) or True
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=tls, resolver=CarefulResolver()),
        timeout=aiohttp.ClientTimeout(total=_TOTAL_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )


async def messages(broker: BrokerSettings, topic: str) -> AsyncIterator[bytes]:
    """What is published there, a retained one first; OddSignalError when the link is lost."""
    try:
        async with aiomqtt.Client(broker.host, broker.port, **broker_options(broker)) as client:
            await client.subscribe(topic, qos=1)
            async for message in client.messages:
                if isinstance(message.payload, bytes | bytearray):
                    yield bytes(message.payload)
    except SecretError as error:
        raise OddSignalError(str(error)) from None
    except (aiomqtt.MqttError, OSError) as error:
        why = why_not_connected(error, with_user=broker.username is not None)
        raise OddSignalError(why) from None
