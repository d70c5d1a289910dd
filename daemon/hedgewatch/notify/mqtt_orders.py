"""A command as it comes from a broker, and whether it may be believed.

A broker is not trusted with commands: whoever may publish there could give them. Each carries a
signature over its topic and payload, made with a shared secret, is good for half a minute, and
only once.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from hedgewatch.command import LARGEST_COMMAND, fields_of
from hedgewatch.settings import Secret

GOOD_FOR = 30.0
"""Seconds by which the time of a command may differ from ours, to either side."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class NotBelievedError(Exception):
    """Why a message is no command; `signed` when it was nevertheless made with the secret."""

    def __init__(self, why: str, *, by: str = "", signed: bool = False) -> None:
        super().__init__(why)
        self.by, self.signed = by, signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message on a topic of commands. `signature` is hexadecimal."""

    topic: str
    content: bytes
    retained: bool
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A command that was made with the secret a moment ago. It was not yet looked for its nonce."""

    command: str
    fields: dict[str, Any]
    by: str
    nonce: str
    good_until: float


def signature_of(topic: str, content: bytes, secret: Secret) -> str:
    """HMAC-SHA256 over the topic, a newline and the payload, in hexadecimal."""
    signed = topic.encode() + b"\n" + content
    return hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()


def order_of(arrived: Arrived, secret: Secret, now: float) -> Order:
    """The command that a message is; NotBelievedError says why it is none."""
    if arrived.retained:
        raise NotBelievedError("it is retained: a command is given once, not to whoever comes")
    if len(arrived.content) > LARGEST_COMMAND:
        raise NotBelievedError(f"it is longer than {LARGEST_COMMAND} bytes")
    expected = signature_of(arrived.topic, arrived.content, secret)
    given = arrived.signature.lower().encode(errors="replace")
    if not hmac.compare_digest(expected.encode(), given):
        raise NotBelievedError("its signature is missing or wrong")
    return _order(arrived, now)


def _order(arrived: Arrived, now: float) -> Order:
    """Of what is signed one may say what is wrong with it."""
    try:
        fields = fields_of(arrived.content)
    except ValueError as error:
        raise NotBelievedError(str(error), signed=True) from None
    by = fields.get("by")
    by = by if isinstance(by, str) else ""
    nonce, made_at = fields.pop("nonce", None), fields.pop("ts", None)
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        why = "nonce: must be 16 to 64 letters, digits, _ or -, new each time"
        raise NotBelievedError(why, by=by, signed=True)
    if isinstance(made_at, bool) or not isinstance(made_at, int | float):
        raise NotBelievedError("ts: must be the time, in seconds since 1970", by=by, signed=True)
    if abs(now - made_at) > GOOD_FOR:
        why = f"ts: it was signed {_apart(now - made_at)} now: only {GOOD_FOR:.0f} s are allowed"
        raise NotBelievedError(why, by=by, signed=True)
    return Order(
        command=arrived.topic.rpartition("/")[2],
        fields=fields,
        by=by,
        nonce=nonce,
        good_until=made_at + GOOD_FOR,
    )


def _apart(seconds: float) -> str:
    return f"{abs(seconds):.0f} s {'before' if seconds > 0 else 'after'}"
