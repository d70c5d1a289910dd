"""Asks the running daemon: no proxy, no redirect, so that its token goes nowhere else."""

import http.client
import json
from argparse import Namespace
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hedgewatch.config.address import address_of

_DEFAULT = "http://127.0.0.1:9464"
_SECONDS = 10.0
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
_REFUSED = {
    401: "wants its token: name its configuration, -c FILE, with http.token in it",
    404: "does not know this question: it is no hedgewatch, or an older one",
    405: "does not know this command: it is no hedgewatch, or an older one",
    421: "does not go by that name: add it to http.hosts of its configuration",
}


class NoAnswerError(Exception):
    """The daemon did not answer, or not so; says what to do about it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the daemon made of a command, with the status of HTTP."""

    status: int
    document: dict[str, Any]


def ask(options: Namespace, path: str) -> dict[str, Any]:
    """The document at a path of the daemon that the options name."""
    url, status, body = _exchange(options, "GET", path)
    if status != http.client.OK:
        raise NoAnswerError(f"{url} {_REFUSED.get(status, f'answers with status {status}')}")
    return _document(url, body)


def command(options: Namespace, method: str, path: str, fields: dict[str, Any]) -> Answer:
    """What the daemon says to a command: it may refuse, and says why."""
    url, status, body = _exchange(options, method, path, json.dumps(fields).encode())
    if status in (401, 405, 421) or (status == http.client.NOT_FOUND and body[:1] != b"{"):
        raise NoAnswerError(f"{url} {_REFUSED[status]}")
    return Answer(status, _document(url, body))


def _exchange(
    options: Namespace, method: str, path: str, body: bytes | None = None
) -> tuple[str, int, bytes]:
    """The address that was asked, the status and the body of its answer."""
    url, token = _DEFAULT, None
    if options.configuration is not None:
        url, token = address_of(options.configuration)
    url = options.url or url
    connection, root = _connection(url)
    headers = {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, root + path, body, headers)
        reply = connection.getresponse()
        return url, reply.status, reply.read()
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or error
        message = f"no daemon answers at {url} ({why}): start it, or name another with --url"
        raise NoAnswerError(message) from error
    finally:
        connection.close()


def _connection(url: str) -> tuple[http.client.HTTPConnection, str]:
    """A connection, and what precedes every path there."""
    parts = urlsplit(url)
    if parts.scheme not in _CONNECTIONS or not parts.hostname:
        raise NoAnswerError(f"{url} is no address: write it like {_DEFAULT}")
    return _CONNECTIONS[parts.scheme](parts.netloc, timeout=_SECONDS), parts.path.rstrip("/")


def _document(url: str, body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise NoAnswerError(f"{url} is no hedgewatch: what it says is not JSON")
    return document
