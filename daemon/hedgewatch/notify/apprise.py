"""Telegram, Slack, e-mail, ntfy, PagerDuty and many more, through apprise.

Apprise blocks, and a thread that hangs in it cannot be ended: it would send later, a second time.
So it runs in a process of its own, one a receiver, which is killed at the deadline. The process
stands ready from the start: to import apprise takes a second, and what is wrong with it shows at
noon instead of at night.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Annotated, Any, Final
from urllib.parse import unquote

import structlog
from pydantic import AfterValidator

from hedgewatch.core.alert_model import AlertState, Change, Severity
from hedgewatch.notify.apprise_process import CHILD, UNUSABLE, Child, ChildError
from hedgewatch.notify.message import body, title
from hedgewatch.notify.outgoing import Notification
from hedgewatch.notify.posting import revealed
from hedgewatch.notify.receiver import DeliveryError
from hedgewatch.settings import Duration, SecretReference, Settings

_READY_SECONDS = 4.0
_LONGEST_PAUSE = 30.0
_SHORTEST_TIMEOUT, _LONGEST_TIMEOUT = 1.0, 60.0
_REDIRECTED, _SERVER_ERROR = 300, 500
_SMTP_FOR_EVER = 500
_LATER = frozenset({408, 425, 429})
_SHORTEST_SECRET = 4
_OF_SEVERITY = {
    Severity.CRITICAL: "failure",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}
_MENTION = re.compile(r"(?<![\w.])@(?=[\w&!])")
_HARMLESS_AT = "\uff20"  # looks like @, and calls nobody

_log = structlog.get_logger()


def _patience(seconds: float) -> float:
    if not _SHORTEST_TIMEOUT <= seconds <= _LONGEST_TIMEOUT:
        raise ValueError(f"timeout is {_SHORTEST_TIMEOUT:g}s to {_LONGEST_TIMEOUT:g}s")
    return seconds


class AppriseSettings(Settings):
    """One url of apprise, which always holds secrets: it is given by reference.

    `timeout` is what an attempt may take: a mail server may think for seconds before it greets.
    """

    url: SecretReference
    timeout: Annotated[Duration, AfterValidator(_patience)] = 10.0


class Apprise:
    """Delivers through a child process; an attempt that is cut off costs the child."""

    def __init__(
        self,
        name: str,
        settings: AppriseSettings,
        jitter: Random,
        program: tuple[str, ...] = CHILD,
    ) -> None:
        self.name: Final = name
        self.attempt_seconds: Final = _READY_SECONDS + settings.timeout
        self._settings = settings
        self._jitter = jitter
        self._program = program
        self._child: Child | None = None
        self._known = asyncio.Event()  # whether there is a child, or why there is none
        self._trouble = ""

    @property
    def process(self) -> int | None:
        """Of the child, None while there is none."""
        return None if self._child is None else self._child.process

    async def deliver(self, notification: Notification) -> None:
        """Send it; DeliveryError, which says as far as the service did whether to try again."""
        child = await self._standing_child()
        url, patience = revealed(self._settings.url), f"{self._settings.timeout:g}"
        answer: Mapping[str, Any] = {}
        try:
            async with asyncio.timeout(self._settings.timeout):
                answer = await child.ask({"url": url, "seconds": patience, **message(notification)})
        except TimeoutError:
            raise DeliveryError(f"no answer within {patience} s", retryable=True) from None
        except ChildError as error:
            raise DeliveryError(str(error), retryable=True) from None
        finally:
            if not answer:  # cut off: what it has not sent must not be sent later
                child.kill()
                self._forget_child()
        judge(answer, url)

    async def run(self) -> None:
        """Hold up a child until cancelled."""
        failures = 0
        while True:
            try:
                await self._live()
                failures = 0
            except ChildError as error:
                failures += 1
                self._say_once(str(error))
                self._known.set()
            longest = min(_LONGEST_PAUSE, 2.0**failures) if failures else 0.0
            await asyncio.sleep(self._jitter.uniform(longest / 2, longest))

    async def _live(self) -> None:
        async with Child.started(self._program) as child:
            self._say_once(await self._trouble_with_the_url(child))
            self._child = child
            self._known.set()
            try:
                await child.ended()
            finally:
                self._forget_child()

    async def _trouble_with_the_url(self, child: Child) -> str:
        try:
            answer = await child.ask({"url": revealed(self._settings.url)})
        except DeliveryError as error:
            return str(error)
        return UNUSABLE if answer["unusable"] else ""

    def _forget_child(self) -> None:
        self._child = None
        self._known.clear()

    async def _standing_child(self) -> Child:
        with suppress(TimeoutError):
            async with asyncio.timeout(_READY_SECONDS):
                await self._known.wait()
        if self._child is None:
            raise DeliveryError(self._trouble or "apprise has not started yet", retryable=True)
        return self._child

    def _say_once(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            _log.error("apprise_failed", receiver=self.name, reason=trouble)
        self._trouble = trouble


def message(notification: Notification) -> dict[str, str]:
    """What is sent, as plain text in which no service finds a mention or a link in disguise; of a
    report also what a mail takes.
    """
    report = notification.report
    mail = {} if report is None else {"mail": report.mail, "html": report.html, "file": report.name}
    return {
        "title": harmless(title(notification)),
        "body": harmless(body(notification)),
        "type": "info" if report is not None else _type(notification),
        "alert": notification.alert,
        **mail,
    }


def harmless(text: str) -> str:
    """The same to the eye: apprise escapes what its services call markup, but Discord, for one,
    has more of it in its plain texts than that.
    """
    return _MENTION.sub(_HARMLESS_AT, text).replace("](", "] (")


def judge(answer: Mapping[str, Any], url: str) -> None:
    """Nothing when it was sent, a DeliveryError otherwise.

    What nobody explained may go well the next time. A redirect is a refusal: it was not followed.
    """
    if answer.get("sent"):
        return
    if answer.get("unusable"):
        raise DeliveryError(UNUSABLE, retryable=False)
    refusals = _refusals(answer)
    words = without_secrets(str(answer["words"]), url).strip()
    said = f"it answered {refusals[-1][0]}{words and f': {words}'}" if refusals else ""
    hopeless = bool(refusals) and all(final for _, final in refusals) and not answer["broken"]
    reason = said or answer["broken"] or "apprise could not send it"
    raise DeliveryError(reason, retryable=not hopeless, retry_after=answer["retry_after"])


def _refusals(answer: Mapping[str, Any]) -> list[tuple[int, bool]]:
    """The codes with which services refused it, and whether they would do so again: those of HTTP,
    or, where it has refused nothing, that of SMTP.
    """
    smtp: int | None = answer["smtp"]
    refusals = [status for status in answer["http"] if status >= _REDIRECTED]
    if smtp is not None and not refusals:
        return [(smtp, smtp >= _SMTP_FOR_EVER)]
    return [(status, status < _SERVER_ERROR and status not in _LATER) for status in refusals]


def without_secrets(text: str, url: str) -> str:
    """The text without any part of the url: a service may repeat what it was sent."""
    parts = set(re.split(r"[/:@?&=,;+#\s]+", url))
    parts |= {unquote(part) for part in parts}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _SHORTEST_SECRET:
            text = text.replace(part, "***")
    return text


def _type(notification: Notification) -> str:
    """How bad it is, in the words of apprise: what is over is a success, however it ended."""
    transition = notification.transition
    if transition.change is Change.ACKNOWLEDGED and transition.state is AlertState.FIRING:
        return "info"
    live = any(one.is_live for one in notification.digest or (transition,))
    return _OF_SEVERITY[transition.severity] if live else "success"
