"""OKX's request security: headers, a timestamp, a passphrase, base64 of an HMAC-SHA256.

Sources: OKX API, "REST Authentication", "WebSocket: Login", and its tables of errors.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.world import World

VENUE = "okx"
OLDEST_SECONDS = 30.0


class Refusal(Exception):  # noqa: N818 - OKX refuses; nothing here is broken
    """An error as OKX words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


EXPIRED = (401, 50102, "Timestamp request expired.")
WRONG_PASSPHRASE = (401, 50105, 'Request header "OK-ACCESS-PASSPHRASE" incorrect.')
UNKNOWN_KEY = (401, 50111, "Invalid OK-ACCESS-KEY.")
ODD_TIMESTAMP = (401, 50112, "Invalid OK-ACCESS-TIMESTAMP.")
BAD_SIGNATURE = (401, 50113, "Invalid signature.")
NO_RIGHT = (401, 50120, "This API key doesn't have permission to use this function.")

_HEADERS = (
    ("OK-ACCESS-KEY", 50103),
    ("OK-ACCESS-PASSPHRASE", 50104),
    ("OK-ACCESS-SIGN", 50106),
    ("OK-ACCESS-TIMESTAMP", 50107),
)

LOGIN_FAILURES = {
    EXPIRED[1]: (60006, "Timestamp request expired"),
    WRONG_PASSPHRASE[1]: (60024, "Wrong passphrase"),
    UNKNOWN_KEY[1]: (60005, "Invalid apiKey"),
    ODD_TIMESTAMP[1]: (60004, "Invalid timestamp"),
    BAD_SIGNATURE[1]: (60007, "Invalid sign"),
}
"""What a login is told, by what a request would be."""


def caller(headers: Mapping[str, str], said: str, world: World) -> Account:
    """The account behind a request; `said` is its method, address and body as they came."""
    for name, code in _HEADERS:
        if not headers.get(name):
            raise Refusal(401, code, f'Request header "{name}" cannot be empty.')
    signed = {name: headers[name] for name, _ in _HEADERS}
    return _owner(
        world,
        key=signed["OK-ACCESS-KEY"],
        passphrase=signed["OK-ACCESS-PASSPHRASE"],
        signature=signed["OK-ACCESS-SIGN"],
        at=_seconds(signed["OK-ACCESS-TIMESTAMP"]),
        unsigned=signed["OK-ACCESS-TIMESTAMP"] + said,
    )


def logged_in(arguments: Mapping[str, Any], world: World) -> Account:
    """The account that a login on a socket names; its timestamp is in seconds."""
    stamp = str(arguments.get("timestamp", ""))
    if not stamp.isdecimal():
        raise Refusal(*ODD_TIMESTAMP)
    return _owner(
        world,
        key=str(arguments.get("apiKey", "")),
        passphrase=str(arguments.get("passphrase", "")),
        signature=str(arguments.get("sign", "")),
        at=float(stamp),
        unsigned=f"{stamp}GET/users/self/verify",
    )


def _owner(
    world: World, *, key: str, passphrase: str, signature: str, at: float, unsigned: str
) -> Account:
    account = world.account_at(VENUE, key)
    if account is None:
        raise Refusal(*UNKNOWN_KEY)
    if abs(epoch_milliseconds() / 1000.0 - at) > OLDEST_SECONDS:
        raise Refusal(*EXPIRED)
    if passphrase != account.passphrase:
        raise Refusal(*WRONG_PASSPHRASE)
    digest = hmac.new(account.secret.encode(), unsigned.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode()):
        raise Refusal(*BAD_SIGNATURE)
    if not account.rights["enableReading"]:
        raise Refusal(*NO_RIGHT)
    return account


def _seconds(stamp: str) -> float:
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        raise Refusal(*ODD_TIMESTAMP) from None
