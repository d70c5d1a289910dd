"""Notifications as HTTP requests, in Alertmanager's words, signed when a secret is shared."""

import hashlib
import hmac
import os
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

import aiohttp
from pydantic import AfterValidator

from hedgewatch.notify.hosts import dialable
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.payload import alertmanager_v4, as_bytes
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.settings import SecretError, SecretReference, Settings

_TOTAL_SECONDS = 5.0
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def _http_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("a webhook's url starts with http:// or https:// and names a host")
    dialable(url.hostname)
    if url.username or url.password:
        raise ValueError("a password does not belong into the configuration: give url as {file: …}")
    return text


class WebhookSettings(Settings):
    """Where to POST. The address may be a secret itself; `secret` signs what is sent."""

    url: Annotated[str, AfterValidator(_http_url)] | SecretReference
    secret: SecretReference | None = None


class Webhook:
    """Each notification is one request on a fresh connection.

    A kept one is often dead after the quiet hours between alerts, and a request that dies on it
    cannot be told from one that arrived.
    """

    def __init__(
        self,
        name: str,
        settings: WebhookSettings,
        clock: Callable[[], float],
        external_url: str = "",
    ) -> None:
        self.name: Final = name
        self._settings = settings
        self._clock = clock
        self._external_url = external_url

    async def deliver(self, notification: Notification) -> None:
        """POST it; anything but a 2xx is a DeliveryError. No redirect is followed."""
        content = as_bytes(alertmanager_v4(notification, self.name, self._external_url))
        url, headers = self._address(), self._headers(notification, content)
        timeout = aiohttp.ClientTimeout(total=_TOTAL_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.post(url, data=content, headers=headers, allow_redirects=False) as answer,
            ):
                self._judge(answer)
        except TimeoutError:
            raise DeliveryError("no answer in time", retryable=True) from None
        except ValueError:  # an InvalidURL, or a host that no resolver takes
            raise DeliveryError("its url is not one", retryable=False) from None
        except (aiohttp.ClientError, OSError) as error:
            raise DeliveryError(_cause(error), retryable=True) from None

    def _address(self) -> str:
        url = self._settings.url
        return url if isinstance(url, str) else _reveal(url)

    def _headers(self, notification: Notification, content: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": notification.key,
            "User-Agent": "hedgewatch",
        }
        if self._settings.secret is not None:
            secret = _reveal(self._settings.secret).encode()
            digest = hmac.new(secret, content, hashlib.sha256).hexdigest()
            headers["X-Hedgewatch-Signature"] = f"sha256={digest}"
        return headers

    def _judge(self, answer: aiohttp.ClientResponse) -> None:
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return
        reason = f"it answered {answer.status}"
        if answer.status in _BUSY:
            wait = retry_after(answer.headers.get("Retry-After", ""), self._clock())
            raise DeliveryError(reason, retryable=True, retry_after=wait)
        raise DeliveryError(reason, retryable=answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR)


def retry_after(text: str, now: float) -> float | None:
    """Seconds to wait by a Retry-After header: a number, or a date; None when it is neither."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _reveal(reference: SecretReference) -> str:
    try:
        return reference.read().reveal()
    except SecretError as error:
        raise DeliveryError(str(error), retryable=True) from None


def _cause(error: Exception) -> str:
    """What went wrong on the wire, without the address: that may be a secret."""
    number = getattr(error, "errno", None) or 0
    reason = f": {os.strerror(number)}" if number > 0 else ""
    return f"{type(error).__name__}{reason}"
