"""Notifications as HTTP requests, in Alertmanager's words, signed when a secret is shared."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator

from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.payload import alertmanager_v4, as_bytes
from hedgewatch.notify.posting import Request, http_url, post, revealed
from hedgewatch.notify.tls import CaFile
from hedgewatch.settings import SecretReference, Settings


class WebhookSettings(Settings):
    """Where to POST. The address may be a secret itself; `secret` signs what is sent; `ca_file`
    are the certificates by which it is judged, if not those of the system.
    """

    url: Annotated[str, AfterValidator(http_url)] | SecretReference
    secret: SecretReference | None = None
    ca_file: CaFile | None = None


class Webhook:
    """Each notification is one request."""

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
        request = Request(
            url=self._address(),
            content=content,
            headers=self._headers(notification, content),
            ca_file=self._settings.ca_file,
        )
        await post(request, self._clock)

    def _address(self) -> str:
        url = self._settings.url
        return revealed(url)

    def _headers(self, notification: Notification, content: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": notification.key,
            "User-Agent": "hedgewatch",
        }
        if self._settings.secret is not None:
            secret = revealed(self._settings.secret).encode()
            digest = hmac.new(secret, content, hashlib.sha256).hexdigest()
            headers["X-Hedgewatch-Signature"] = f"sha256={digest}"
        return headers
