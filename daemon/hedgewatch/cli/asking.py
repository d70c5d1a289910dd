"""Asks the running daemon: no proxy, no redirect, so that its token goes nowhere else."""

import http.client
import json
from argparse import Namespace
from typing import Any
from urllib.parse import urlsplit

from hedgewatch.config.address import address_of
from hedgewatch.settings import Secret

_DEFAULT = "http://127.0.0.1:9464"
_SECONDS = 10.0
_CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
_REFUSED = {
    401: "wants its token: name its configuration, -c FILE, with http.token in it",
    404: "does not know this question: it is no hedgewatch, or an older one",
    421: "does not go by that name: add it to http.hosts of its configuration",
}


class NoAnswerError(Exception):
    """The daemon did not answer, or not so; says what to do about it."""


def ask(options: Namespace, path: str) -> dict[str, Any]:
    """The document at a path of the daemon that the options name."""
    url, token = _DEFAULT, None
    if options.configuration is not None:
        url, token = address_of(options.configuration)
    return _get(options.url or url, path, token)


def _get(url: str, path: str, token: Secret | None) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in _CONNECTIONS or not parts.hostname:
        raise NoAnswerError(f"{url} is no address: write it like {_DEFAULT}")
    headers = {} if token is None else {"Authorization": f"Bearer {token.reveal()}"}
    connection = _CONNECTIONS[parts.scheme](parts.netloc, timeout=_SECONDS)
    try:
        connection.request("GET", parts.path.rstrip("/") + path, headers=headers)
        reply = connection.getresponse()
        status, body = reply.status, reply.read()
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or error
        message = f"no daemon answers at {url} ({why}): start it, or name another with --url"
        raise NoAnswerError(message) from error
    finally:
        connection.close()
    return _document(url, status, body)


def _document(url: str, status: int, body: bytes) -> dict[str, Any]:
    if status != http.client.OK:
        raise NoAnswerError(f"{url} {_REFUSED.get(status, f'answers with status {status}')}")
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise NoAnswerError(f"{url} is no hedgewatch: what it says is not JSON")
    return document
