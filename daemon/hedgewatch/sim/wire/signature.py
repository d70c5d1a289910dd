"""Binance's request security, in the order that Binance checks it.

Format of the key, whether it is known, whether the request is fresh, HMAC-SHA256 of what was sent.
"""

import hashlib
import hmac
import re
from urllib.parse import parse_qsl

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.world import World

KEY_FORMAT = re.compile(r"[A-Za-z0-9]{64}")
DEFAULT_WINDOW = 5_000
LONGEST_WINDOW = 60_000
AHEAD = 1_000


class Refusal(Exception):  # noqa: N818 - Binance refuses; nothing here is broken
    """An error as Binance words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


BAD_KEY_FORMAT = (401, -2014, "API-key format invalid.")
UNKNOWN_KEY = (401, -2015, "Invalid API-key, IP, or permissions for action.")
STALE = (400, -1021, "Timestamp for this request is outside of the recvWindow.")
AHEAD_OF_TIME = (400, -1021, "Timestamp for this request was 1000ms ahead of the server's time.")
WINDOW_TOO_LONG = (400, -1131, "recvWindow must be less than 60000.")
BAD_SIGNATURE = (400, -1022, "Signature for this request is not valid.")
NOT_A_NUMBER = (400, -1100, "Illegal characters found in parameter 'timestamp'.")


def owner_of(key: str | None, world: World) -> Account:
    """The account behind an API key."""
    if key is None or not KEY_FORMAT.fullmatch(key):
        raise Refusal(*BAD_KEY_FORMAT)
    account = world.account_of(key)
    if account is None:
        raise Refusal(*UNKNOWN_KEY)
    return account


def signed_owner(key: str | None, payload: str, world: World) -> Account:
    """The account behind a signed request; the payload is its query and body as they came."""
    account = owner_of(key, world)
    fields = dict(parse_qsl(payload, keep_blank_values=True))
    check_time(fields)
    unsigned = "&".join(part for part in payload.split("&") if not part.startswith("signature="))
    check_signature(unsigned, _mandatory(fields, "signature"), account)
    return account


def check_time(fields: dict[str, str]) -> None:
    """Refuse what was signed too long ago or in the future."""
    sent, window = (
        _integer(_mandatory(fields, "timestamp")),
        _integer(fields.get("recvWindow", str(DEFAULT_WINDOW))),
    )
    if window > LONGEST_WINDOW:
        raise Refusal(*WINDOW_TOO_LONG)
    now = epoch_milliseconds()
    if sent > now + AHEAD:
        raise Refusal(*AHEAD_OF_TIME)
    if now - sent > window:
        raise Refusal(*STALE)


def check_signature(unsigned: str, signature: str, account: Account) -> None:
    """Refuse what the account's secret did not sign."""
    expected = hmac.new(account.secret.encode(), unsigned.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refusal(*BAD_SIGNATURE)


def _mandatory(fields: dict[str, str], name: str) -> str:
    value = fields.get(name)
    if not value:
        wording = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        raise Refusal(400, -1102, wording)
    return value


def _integer(text: str) -> int:
    if not text.isdigit():
        raise Refusal(*NOT_A_NUMBER)
    return int(text)
