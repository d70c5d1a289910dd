"""Asks the running daemon: no proxy, no redirect, so that its token goes nowhere else."""

import http.client
import json
import ssl
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hedgewatch.config.address import Address, address_of

_DEFAULT = "http://127.0.0.1:9464"
_SECONDS = 10.0
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


def ask(options: Namespace, path: str, *, seconds: float = _SECONDS) -> dict[str, Any]:
    """The document at a path of the daemon that the options name, within so many seconds."""
    url, status, body = _exchange(options, "GET", path, seconds=seconds)
    if status != http.client.OK:
        raise NoAnswerError(f"{url} {_REFUSED.get(status) or _refusal(status, body)}")
    return _document(url, body)


def _refusal(status: int, body: bytes) -> str:
    """Why, where the daemon says so."""
    try:
        return f"refuses: {json.loads(body)['error']}"
    except (ValueError, KeyError, TypeError):
        return f"answers with status {status}"


def command(options: Namespace, method: str, path: str, fields: dict[str, Any]) -> Answer:
    """What the daemon says to a command: it may refuse, and says why."""
    url, status, body = _exchange(options, method, path, json.dumps(fields).encode())
    if status == http.client.FORBIDDEN and _address(options).token is not None:
        return Answer(status, _with_the_token_unread(_document(url, body)))
    if status in (401, 405, 421) or (status == http.client.NOT_FOUND and body[:1] != b"{"):
        raise NoAnswerError(f"{url} {_REFUSED[status]}")
    return Answer(status, _document(url, body))


def _with_the_token_unread(document: dict[str, Any]) -> dict[str, Any]:
    """A refusal of a daemon that began before the token was set, which it cannot know."""
    return document | {"error": f"{document.get('error', '')} (it is set already: restart it)"}


def follow(options: Namespace, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a stream of the daemon, each with its document, until the daemon ends it.

    NoAnswerError also when it says nothing for ten seconds.
    """
    with _reply(options, "GET", path) as (url, reply):
        if reply.status != http.client.OK:
            why = _REFUSED.get(reply.status, f"answers with status {reply.status}")
            raise NoAnswerError(f"{url} {why}")
        event = ""
        for line in reply:
            name, _, text = line.decode(errors="replace").strip().partition(": ")
            if name == "event":
                event = text
            elif name == "data":
                yield event, _document(url, text.encode())


def _exchange(
    options: Namespace,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    seconds: float = _SECONDS,
) -> tuple[str, int, bytes]:
    """The address that was asked, the status and the body of its answer."""
    with _reply(options, method, path, body, seconds=seconds) as (url, reply):
        return url, reply.status, reply.read()


@contextmanager
def _reply(
    options: Namespace,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    seconds: float = _SECONDS,
) -> Iterator[tuple[str, http.client.HTTPResponse]]:
    """The address that is asked, and its answer, which can be read until the block ends."""
    told = _address(options)
    url, token = options.url or told.url, told.token
    connection, root = _connection(url, told.certificate, seconds)
    headers = {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, root + path, body, headers)
        yield url, connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or error
        message = f"no daemon answers at {url} ({why}): start it, or name another with --url"
        raise NoAnswerError(message) from error
    finally:
        connection.close()


def _address(options: Namespace) -> Address:
    if options.configuration is None:
        return Address(_DEFAULT)
    return address_of(options.configuration)


def _connection(
    url: str, certificate: Path | None, seconds: float
) -> tuple[http.client.HTTPConnection, str]:
    """A connection, and what precedes every path there."""
    parts = urlsplit(url)
    root = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NoAnswerError(f"{url} is no address: write it like {_DEFAULT}")
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.netloc, timeout=seconds), root
    trusted = _trusting(certificate)
    return http.client.HTTPSConnection(parts.netloc, timeout=seconds, context=trusted), root


def _trusting(certificate: Path | None) -> ssl.SSLContext:
    """Whoever shows the very certificate of the configuration, by whatever name it is asked.

    Without one, whom the system trusts.
    """
    if certificate is None:
        return ssl.create_default_context()
    context = ssl.create_default_context(cafile=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.check_hostname = False
    return context


def _document(url: str, body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise NoAnswerError(f"{url} is no hedgewatch: what it says is not JSON")
    return document
