"""Alerts to Alertmanager, by its API version 2: routing trees, grouping and inhibition are its.

Each of several Alertmanagers is told of everything, never through a balancer: their cluster makes
one message of it, and what one has forgotten another may still know.
"""

import asyncio
import base64
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

import structlog
from pydantic import AfterValidator, Field, model_validator

from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.posting import AnsweredError, Request, http_url, post, revealed
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.notify.standing import Alerts, Watchdog
from hedgewatch.notify.tls import CaFile
from hedgewatch.settings import Duration, SecretReference, Settings, UserName

_PATH = "/api/v2/alerts"
_SECONDS = 4.0  # less than an attempt of the worker may take: the one that answers counts
_GRACE = 0.5
_BATCH = 200
_LONGEST_RESEND = 30.0
_OF_THE_ALERT = frozenset({400, 413, 422})
"""Answers that mean these alerts. Any other refusal, of a password for one, means us: the alerts
stay, and are taken once that is mended.
"""

_log = structlog.get_logger()


def _base_url(text: str) -> str:
    if "@" in urlsplit(text).netloc:
        raise ValueError("name and password stand beside urls: as username: and password:")
    url = http_url(text).rstrip("/")
    if "?" in url or "#" in url:
        raise ValueError("an Alertmanager's url is its base, like http://127.0.0.1:9093")
    if url.endswith(_PATH):
        raise ValueError(f"write the base of the url: without {_PATH}")
    return url


def _often_enough(resend: float) -> float:
    if not 0 < resend <= _LONGEST_RESEND:
        raise ValueError(f"resend is more than 0 and at most {_LONGEST_RESEND:g}s")
    return resend


class AlertmanagerSettings(Settings):
    """Every Alertmanager of a cluster, each by its own url, and how it knows us.

    `resend` is how often all that stands is said again: what an Alertmanager has lost, it knows
    again after that long. `watchdog` sends an alert that always fires while the daemon is well.
    """

    urls: Annotated[tuple[Annotated[str, AfterValidator(_base_url)], ...], Field(min_length=1)]
    username: UserName | SecretReference | None = None
    password: SecretReference | None = None
    token: SecretReference | None = None
    ca_file: CaFile | None = None
    resend: Annotated[Duration, AfterValidator(_often_enough)] = 15.0
    watchdog: bool = True

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if len(set(self.urls)) < len(self.urls):
            raise ValueError("urls: the same Alertmanager stands twice")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: give both, or token")
        if self.token is not None and self.username is not None:
            raise ValueError("give either token or username and password")
        return self


class Alertmanager:
    """Mirrors every live alert. Delivered is what one of the Alertmanagers took; the others get
    it at the latest with the next re-send, which says everything again to each of them.
    """

    def __init__(
        self,
        name: str,
        settings: AlertmanagerSettings,
        clock: Callable[[], float],
        alerts: Alerts,
        watchdog: Watchdog | None = None,
    ) -> None:
        self.name: Final = name
        self._clock = clock
        self._alerts = alerts
        self._watchdog = watchdog
        self._resend = settings.resend
        self._peers = [Peer(name, url, settings, clock) for url in settings.urls]

    def remember(self, notification: Notification) -> None:
        """Say it again with the next re-send."""
        self._alerts.take(notification, self._clock())

    async def deliver(self, notification: Notification) -> None:
        """Tell every Alertmanager; DeliveryError when none took it."""
        now = self._clock()
        posted = [self._alerts.posted(each, now) for each in self._alerts.take(notification, now)]
        failures: list[DeliveryError] = []
        if not await _any_takes(self._peers, posted, failures):
            error = _worst(failures)
            if not error.retryable:
                self._alerts.drop(notification)
            raise error

    async def run(self) -> None:
        """Say everything again, to each Alertmanager in its own time, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for peer in self._peers:
                group.create_task(self._say_again(peer), name=f"{self.name}:{peer.url}")

    async def _say_again(self, peer: "Peer") -> None:
        while True:
            await peer.take_all(self._all)
            await asyncio.sleep(self._resend)

    def _all(self) -> list[bytes]:
        now = self._clock()
        posted = [self._alerts.posted(each, now) for each in self._alerts.standing(now)]
        watchdog = None if self._watchdog is None else self._watchdog.posted(now)
        return posted if watchdog is None else [watchdog, *posted]


class Peer:
    """One Alertmanager. While it does not answer, nobody waits for it.

    It is told one thing at a time: what was put together before an alert was over must not arrive
    after that, and make it fire again.
    """

    def __init__(
        self,
        receiver: str,
        url: str,
        settings: AlertmanagerSettings,
        clock: Callable[[], float],
    ) -> None:
        self.url: Final = url
        self.trouble = ""
        self._receiver = receiver
        self._settings = settings
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def take(self, alerts: Sequence[bytes]) -> None:
        """Give it these alerts; DeliveryError, retryable unless it is they that are refused."""
        async with self._one_at_a_time:
            await self._post(alerts)

    async def take_all(self, all_alerts: Callable[[], Sequence[bytes]]) -> None:
        """Give it all that there is once it is free; one that it refuses costs that one alone."""
        async with self._one_at_a_time:
            alerts = all_alerts()
            for start in range(0, len(alerts), _BATCH):
                batch = alerts[start : start + _BATCH]
                try:
                    await self._post(batch)
                except DeliveryError as error:
                    if error.retryable:
                        return
                    await self._post_each(batch)

    async def _post(self, alerts: Sequence[bytes]) -> None:
        try:
            await post(self._request(alerts), self._clock)
        except DeliveryError as error:
            self.note(str(error))
            if isinstance(error, AnsweredError) and error.status in _OF_THE_ALERT:
                raise
            wait = error.retry_after
            raise DeliveryError(str(error), retryable=True, retry_after=wait) from None
        self.note("")

    async def _post_each(self, alerts: Sequence[bytes]) -> None:
        for alert in alerts:
            try:
                await self._post([alert])
            except DeliveryError as error:
                if error.retryable:
                    return

    def note(self, trouble: str) -> None:
        """What is wrong with it, empty when nothing is: one line in the log, not one a re-send."""
        if trouble and trouble != self.trouble:
            _log.warning(
                "alertmanager_failed", receiver=self._receiver, url=self.url, reason=trouble
            )
        self.trouble = trouble

    def _request(self, alerts: Sequence[bytes]) -> Request:
        return Request(
            url=f"{self.url}{_PATH}",
            content=b"[%s]" % b",".join(alerts),
            headers=self._headers(),
            seconds=_SECONDS,
            ca_file=self._settings.ca_file,
        )

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "hedgewatch"}
        settings = self._settings
        if settings.token is not None:
            headers["Authorization"] = f"Bearer {revealed(settings.token)}"
        elif settings.username is not None and settings.password is not None:
            pair = f"{revealed(settings.username)}:{revealed(settings.password)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers


async def _any_takes(
    peers: Sequence[Peer], posted: Sequence[bytes], failures: list[DeliveryError]
) -> bool:
    """Whether one took it. Once one did, those that answered the last time have a moment more, so
    that one that hangs costs a moment once, and not the alerts behind.
    """
    waited_for = {peer.url for peer in peers if not peer.trouble}
    taken: list[str] = []
    loop = asyncio.get_running_loop()

    async def tell(peer: Peer) -> None:
        try:
            await peer.take(posted)
        except DeliveryError as error:
            failures.append(error)
        else:
            taken.append(peer.url)
        waited_for.discard(peer.url)
        if taken and not patience.expired():
            patience.reschedule(loop.time() + (_GRACE if waited_for else 0.0))

    with suppress(TimeoutError):
        async with asyncio.timeout(None) as patience, asyncio.TaskGroup() as group:
            for peer in peers:
                group.create_task(tell(peer), name=f"tell:{peer.url}")
    for peer in peers:
        if peer.url in waited_for:
            peer.note("no answer while another one has answered")
    return bool(taken)


def _worst(failures: Sequence[DeliveryError]) -> DeliveryError:
    """What to do next: to try again helps as long as one of them may yet take it."""
    hopeful = [error for error in failures if error.retryable]
    if not hopeful:
        return failures[0]
    waits = [error.retry_after for error in hopeful if error.retry_after is not None]
    return DeliveryError(str(hopeful[0]), retryable=True, retry_after=min(waits) if waits else None)
