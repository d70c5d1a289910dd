"""One POST and what its answer means: the HTTP of every receiver of ours.

Certificates are checked, no redirect is followed (it could lead anywhere, with our secrets), no
proxy of the environment is asked, and no link-local address is dialled.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from hedgewatch.notify.hosts import CarefulResolver, LinkLocalError, dialable
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.tls import NoCertificateError, trusting
from hedgewatch.settings import SecretError, SecretReference

TOTAL_SECONDS = 5.0
_LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Answers below 500 that say: not now."""


class AnsweredError(DeliveryError):
    """It answered, and not that it took it: by `status`."""

    def __init__(self, status: int, *, retryable: bool, retry_after: float | None = None) -> None:
        super().__init__(f"it answered {status}", retryable=retryable, retry_after=retry_after)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """What to send, and where. The address and the headers may be secrets."""

    url: str
    content: bytes
    headers: Mapping[str, str]
    seconds: float = TOTAL_SECONDS
    ca_file: Path | None = None


def http_url(text: str) -> str:
    """The address, unless it cannot work or shows a password: a ValueError says what to do."""
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("a url starts with http:// or https:// and names a host")
    dialable(url.hostname)
    if url.username or url.password:
        raise ValueError("a password does not belong into the configuration: give url as {file: …}")
    return text


async def post(request: Request, clock: Callable[[], float]) -> None:
    """Send it on a fresh connection; anything but a 2xx in time is a DeliveryError.

    A kept connection is often dead after the quiet hours between alerts, and a request that dies
    on it cannot be told from one that arrived.
    """
    try:
        _refuse_link_local(request.url)
        async with (
            _session(request) as session,
            session.post(
                request.url, data=request.content, headers=request.headers, allow_redirects=False
            ) as answer,
        ):
            _judge(answer, clock())
    except TimeoutError:
        raise DeliveryError("no answer in time", retryable=True) from None
    except aiohttp.ClientSSLError as error:  # a wrong certificate is a ValueError too
        raise DeliveryError(_cause(error), retryable=True) from None
    except (LinkLocalError, NoCertificateError) as error:
        later = isinstance(error, NoCertificateError)  # somebody may bring it back
        raise DeliveryError(str(error), retryable=later) from None
    except ValueError:  # an InvalidURL, or a host that no resolver takes
        raise DeliveryError("its url is not one", retryable=False) from None
    except (aiohttp.ClientError, OSError) as error:
        raise DeliveryError(_cause(error), retryable=True) from None


def revealed(held: SecretReference | str) -> str:
    """A secret as it is now: it may have been rotated; a plain text as it is. DeliveryError when
    it cannot be read.
    """
    if isinstance(held, str):
        return held
    try:
        return held.read().reveal()
    except SecretError as error:
        raise DeliveryError(str(error), retryable=True) from None


def retry_after(text: str, now: float) -> float | None:
    """Seconds to wait by a Retry-After header: a number, or a date; None when it is neither."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


@asynccontextmanager
async def _session(request: Request) -> AsyncIterator[aiohttp.ClientSession]:
    tls = trusting(request.ca_file) or True
    resolver = CarefulResolver()
    try:
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls, resolver=resolver),
            timeout=aiohttp.ClientTimeout(total=request.seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        ) as session:
            yield session
    finally:
        await resolver.close()


def _refuse_link_local(url: str) -> None:
    """An address is dialled without asking a resolver; one from a secret was never checked."""
    host = urlsplit(url).hostname
    if host is not None:
        dialable(host)


def _judge(answer: aiohttp.ClientResponse, now: float) -> None:
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    later = answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    wait = retry_after(answer.headers.get("Retry-After", ""), now) if later else None
    raise AnsweredError(answer.status, retryable=later, retry_after=wait)


def _cause(error: Exception) -> str:
    """What went wrong on the wire, without the address: that may be a secret."""
    number = getattr(error, "errno", None) or 0
    reason = f": {os.strerror(number)}" if number > 0 else ""
    return f"{type(error).__name__}{reason}"
