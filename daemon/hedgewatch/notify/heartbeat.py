"""The dead-man's switch: a sign of life that stops when the daemon may have missed something.

Whoever gets it, outside of this machine, alarms when it stays away. It leaves only while there is
no reason to withhold it, and nothing but a success renews it.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Annotated, Protocol

import structlog
from pydantic import AfterValidator

from hedgewatch.core.wording import rfc3339
from hedgewatch.notify.payload import as_bytes
from hedgewatch.notify.posting import Request, http_url, post, revealed
from hedgewatch.notify.receiver import Beacon, DeliveryError
from hedgewatch.settings import Duration, SecretReference, Settings

_LOOK_EVERY = 1.0
_TRY_AGAIN_AFTER = 5.0
_SHORTEST, _LONGEST = 5.0, 3600.0

_log = structlog.get_logger()


def _period(every: float) -> float:
    if not _SHORTEST <= every <= _LONGEST:
        raise ValueError("must be from 5s to 1h")
    return every


class HeartbeatSettings(Settings):
    """Where a sign of life goes each `every`: to `url`, which may be a secret itself, and to every
    MQTT broker of the receivers.
    """

    url: Annotated[str, AfterValidator(http_url)] | SecretReference | None = None
    every: Annotated[Duration, AfterValidator(_period)] = 30.0


class Metrics(Protocol):
    """Who counts heartbeats."""

    def heartbeat_sent(self, now: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a heartbeat is of: `ailments` are the reasons to withhold it."""

    instance: str
    ailments: Callable[[], Sequence[str]]
    clock: Callable[[], float]
    beacons: tuple[Beacon, ...]
    metrics: Metrics


class Heartbeat:
    """Looks each second, sends each period. What keeps it from sending is said once, in the log
    and by `status`, until it changes.
    """

    def __init__(self, settings: HeartbeatSettings, body: Body) -> None:
        self.last_sent: float | None = None
        self._settings = settings
        self._body = body
        self._due_at = -inf
        self._withheld: tuple[str, ...] = ()
        self._trouble = ""

    def status(self) -> dict[str, object]:
        """When the last one left, and why the next one will not."""
        because = [*self._body.ailments(), *filter(None, [self._trouble])]
        return {"last_sent": self.last_sent, "withheld_because": because}

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_EVERY)

    async def look(self) -> None:
        """Send it when it is due and nothing speaks against it."""
        ailments = tuple(self._body.ailments())
        self._say(ailments)
        now = self._body.clock()
        if ailments or now < self._due_at:
            return
        try:
            await self._send(now)
        except DeliveryError as error:
            self._due_at = now + min(_TRY_AGAIN_AFTER, self._settings.every)
            self._failed(str(error))
        else:
            self._due_at = now + self._settings.every
            self.last_sent = now
            self._body.metrics.heartbeat_sent(now)
            self._failed("")

    async def _send(self, now: float) -> None:
        sign = {"ts": rfc3339(now), "instance": self._body.instance}
        expiry = 2.0 * self._settings.every
        for beacon in self._body.beacons:
            beacon.publish_heartbeat(sign, expiry)
        if self._settings.url is None:
            return
        url = self._settings.url
        request = Request(
            url=url if isinstance(url, str) else revealed(url),
            content=as_bytes(sign),
            headers={"Content-Type": "application/json", "User-Agent": "hedgewatch"},
        )
        await post(request, self._body.clock)

    def _say(self, ailments: tuple[str, ...]) -> None:
        """A reason is new when its kind and its subject are: seconds grow."""
        kinds = tuple(_kinds(ailments))
        if kinds and kinds != self._withheld:
            _log.error("heartbeat_withheld", because=list(ailments))
        elif self._withheld and not kinds:
            _log.info("heartbeat_resumes")
        self._withheld = kinds

    def _failed(self, trouble: str) -> None:
        if trouble and not self._trouble:
            _log.warning("heartbeat_not_taken", reason=trouble)
        elif self._trouble and not trouble:
            _log.info("heartbeat_taken_again")
        self._trouble = f"the heartbeat was not taken: {trouble}" if trouble else ""


def _kinds(ailments: Iterable[str]) -> Iterable[str]:
    return (" ".join(ailment.split(" ", 2)[:2]) for ailment in ailments)
