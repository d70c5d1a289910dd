"""The process in which apprise runs: it reads questions from its input, one JSON object a line,
and writes one answer each.

Nothing of the daemon is here but a few pure functions: no key of a venue, no proxy of the
environment, no netrc. What blocks for ever is killed from outside; what raises ends the process.

Apprise says only that it failed, and why in words for a log. What the other end answered is
therefore listened to below it, where requests and smtplib get their answers.
"""

import json
import os
import smtplib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any, BinaryIO

import apprise
import requests
from apprise.attachment.memory import AttachMemory

from hedgewatch.notify.message import clip

_LONGEST_WORDS = 200
_LONGEST_REPLY = 65536
_ROOM_FOR_MARKUP = 24  # what a service puts around a title that it has no field for
_JSON_OVERHEAD = 600  # the topic and the names of the fields, beside a title and a body
_SHORTEST_BODY = 4
_LONGEST_KEY = 255  # of PagerDuty

Question = Mapping[str, str]
"""`url` alone asks whether it can be used; with `title`, `body`, `type`, `alert` and
`seconds` it asks to send it.
"""


@dataclass(slots=True)
class Wire:
    """What the other end said during one attempt."""

    http: list[int] = field(default_factory=list)
    smtp: int | None = None
    broken: str = ""
    retry_after: float | None = None
    words: str = ""

    @contextmanager
    def breaking(self, kind: type[OSError]) -> Iterator[None]:
        """Remember what broke off."""
        try:
            yield
        except kind as error:
            self.broken = type(error).__name__
            raise

    def heard(self, answer: requests.Response) -> None:
        self.http.append(answer.status_code)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return
        told = _told(answer)
        self.words = _words(told)
        wait = _wait(answer.headers.get("Retry-After", ""), told)
        if wait is not None:
            self.retry_after = max(wait, self.retry_after or 0.0)

    def replied(self, code: int, text: bytes) -> None:
        """The last complaint of a mail server is the one that counts."""
        if code >= HTTPStatus.BAD_REQUEST:
            self.smtp, self.words = code, text.decode(errors="replace")


def answers(questions: Iterator[bytes]) -> Iterator[Mapping[str, object]]:
    """An answer to each question."""
    asset = apprise.AppriseAsset(
        app_id="hedgewatch",
        app_desc="hedgewatch",
        async_mode=False,
        http_redirects=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    asset.image_url_mask = asset.image_url_logo = ""  # phones would fetch them from elsewhere
    for line in questions:
        yield _answer(json.loads(line), asset)


def _answer(question: Question, asset: apprise.AppriseAsset) -> Mapping[str, object]:
    service = apprise.Apprise.instantiate(question["url"], asset=asset)
    if service is None:
        return {"unusable": True}
    if "title" not in question:
        return {"unusable": False, "service": str(service.service_name)}
    _as_one_incident(service, question["alert"])
    as_patient_as_we(service, float(question["seconds"]))
    wire = Wire()
    with _listening(wire):
        return _sent(service, question, asset, wire)


def _sent(
    service: Any, question: Question, asset: apprise.AppriseAsset, wire: Wire
) -> Mapping[str, object]:
    title, body = fitting(service, question["title"], question["body"])
    told = apprise.Apprise(asset=asset)
    told.add(service)
    sent = told.notify(
        title=title,
        notify_type=apprise.NotifyType(question["type"]),
        **(_mail(question) if is_mail(service, question) else _text(body)),
    )
    return {
        "sent": bool(sent),
        "http": wire.http,
        "smtp": wire.smtp,
        "broken": wire.broken,
        "retry_after": wire.retry_after,
        "words": wire.words[:_LONGEST_WORDS],
    }


def is_mail(service: Any, question: Question) -> bool:
    """Whether it can take the whole of a report: others get its brief, as plain text."""
    return "mail" in question and service.secure_protocol == "mailtos"


def _text(body: str) -> dict[str, Any]:
    return {"body": body, "body_format": apprise.NotifyFormat.TEXT}


def _mail(question: Question) -> dict[str, Any]:
    """Tables in the mail itself; the pictures, which mail programs leave out, as a file."""
    pictures: Any = AttachMemory(  # type: ignore[no-untyped-call]
        content=question["html"].encode(), name=question["file"], mimetype="text/html"
    )
    return {
        "body": question["mail"],
        "body_format": apprise.NotifyFormat.HTML,
        "attach": apprise.AppriseAttachment(pictures),
    }


def _as_one_incident(service: Any, alert: str) -> None:
    """PagerDuty is told which alert it is, so that one alert is one incident, resolved with it;
    unless the url says what is an incident.
    """
    if service.secure_protocol == "pagerduty" and not service.dedup:
        service.dedup = alert if len(alert) <= _LONGEST_KEY else sha256(alert.encode()).hexdigest()
        service.action = "map"


def as_patient_as_we(service: Any, seconds: float) -> None:
    """Apprise waits for some 4 s unless the url says otherwise. Who gives up before we do says it
    a second time to a service that was about to answer.
    """
    for name in ("socket_connect_timeout", "socket_read_timeout"):
        if getattr(service, name) == getattr(type(service), name):
            setattr(service, name, seconds)


def fitting(service: Any, title: str, body: str) -> tuple[str, str]:
    """Title and body in the bytes that the service takes: a character has at most four of them,
    so that what fits in bytes fits by any count.
    """
    room = int(service.body_maxlen)
    title = clip(title, service.title_maxlen if service.title_maxlen > 0 else room // 2)
    if service.title_maxlen <= 0 or service.overflow_amalgamate_title:
        room -= len(title.encode()) + _ROOM_FOR_MARKUP
    body = clip(body, max(_SHORTEST_BODY, room))
    in_json = getattr(service, "ntfy_json_upstream_size_limit", None)
    if in_json is not None:  # ntfy makes an attachment of what is longer, six bytes a Cyrillic sign
        body = _clipped_in_json(body, in_json - _JSON_OVERHEAD - len(json.dumps(title)))
    return title, body


def _clipped_in_json(body: str, limit: int) -> str:
    while (length := len(json.dumps(body))) > limit:
        kept = len(body.encode()) * limit // length
        body = clip(body, min(kept, len(body.encode()) - 1))
    return body


@contextmanager
def _listening(wire: Wire) -> Iterator[None]:
    """Hear every answer that requests and smtplib get, from whatever plugin; follow no redirect."""
    send, connect, reply = requests.Session.send, smtplib.SMTP.connect, smtplib.SMTP.getreply

    def heard(session: requests.Session, request: Any, **options: Any) -> requests.Response:
        with wire.breaking(requests.RequestException):
            answer = send(session, request, **options | {"allow_redirects": False})
        wire.heard(answer)
        return answer

    def connected(server: smtplib.SMTP, *where: Any, **how: Any) -> tuple[int, bytes]:
        with wire.breaking(OSError):
            return connect(server, *where, **how)

    def replied(server: smtplib.SMTP) -> tuple[int, bytes]:
        with wire.breaking(OSError):  # an SMTPException is one
            code, text = reply(server)
        wire.replied(code, text)
        return code, text

    requests.Session.send = heard  # type: ignore[assignment,method-assign]
    smtplib.SMTP.connect = connected  # type: ignore[assignment,method-assign]
    smtplib.SMTP.getreply = replied  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        requests.Session.send = send  # type: ignore[method-assign]
        smtplib.SMTP.connect = connect  # type: ignore[method-assign]
        smtplib.SMTP.getreply = reply  # type: ignore[method-assign]


def _told(answer: requests.Response) -> Mapping[str, Any]:
    """The JSON object in a refusal, empty when there is none."""
    try:
        told = json.loads(answer.content[:_LONGEST_REPLY])
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _words(told: Mapping[str, Any]) -> str:
    """Telegram's `description`, ntfy's and Slack's `error`, Discord's and PagerDuty's `message`."""
    found = (told.get(name) for name in ("description", "error", "message"))
    return next((text for text in found if isinstance(text, str)), "")


def _wait(header: str, told: Mapping[str, Any]) -> float | None:
    """Seconds to wait: by the header, or as Telegram and Discord say it."""
    parameters = told.get("parameters")
    in_words = parameters if isinstance(parameters, dict) else told
    asked = in_words.get("retry_after")
    if isinstance(asked, int | float):
        return float(asked)
    return float(header) if header.strip().isdecimal() else None


def main() -> None:
    """Answer until the input ends. What a plugin prints is no answer."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    apprise.Apprise.instantiate("json://localhost")  # loads every plugin, before it has to be fast
    _write(output, {"ready": True})
    for answer in answers(iter(sys.stdin.buffer.readline, b"")):
        _write(output, answer)


def _write(output: BinaryIO, answer: Mapping[str, object]) -> None:
    output.write(json.dumps(answer).encode() + b"\n")
    output.flush()


if __name__ == "__main__":
    main()
