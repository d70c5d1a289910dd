"""Bybit's request security: whose key it is, whether the request is fresh, HMAC-SHA256 of it all.

GET signs timestamp + key + recv_window + query, a login to a socket `GET/realtime` + expires.
"""

import hashlib
import hmac
from collections.abc import Mapping

from hedgewatch.sim.accounts import Account
from hedgewatch.sim.clock import epoch_milliseconds
from hedgewatch.sim.world import World

VENUE = "bybit"
AHEAD = 1_000
USUAL_WINDOW = "5000"


class Refusal(Exception):  # noqa: N818 - Bybit refuses; nothing here is broken
    """An error as Bybit words it, in a reply of status 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


BAD_REQUEST = 10001, "Request parameter error."
BAD_KEY = 10003, "API key is invalid."
BAD_SIGN = 10004, "error sign! please check your signature generation algorithm."
NO_RIGHT = 10005, "Permission denied, please check your API key permissions."
TOO_MANY = 10006, "Too many visits. Exceeded the API Rate Limit."
SYSTEM = 10016, "Internal System Error."
NO_ROUTE = 10017, "Route not found."
EXPIRED = 33004, "Your api key has expired."


def signed(text: str, account: Account) -> str:
    """What the account's secret makes of a text."""
    return hmac.new(account.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def owner_of(headers: Mapping[str, str], payload: str, world: World) -> Account:
    """The account behind a signed request; the payload is its query or body as it came."""
    key = headers.get("X-BAPI-API-KEY", "")
    account = world.account_at(VENUE, key)
    if account is None:
        raise Refusal(*BAD_KEY)
    sent = headers.get("X-BAPI-TIMESTAMP", "")
    window = headers.get("X-BAPI-RECV-WINDOW", USUAL_WINDOW)
    _check_time(sent, window)
    expected = signed(f"{sent}{key}{window}{payload}", account)
    if not hmac.compare_digest(expected, headers.get("X-BAPI-SIGN", "").lower()):
        raise Refusal(*BAD_SIGN)
    return usable(account)


def usable(account: Account) -> Account:
    """The same account, while its key may read and has not expired."""
    if account.rights.get("expired"):
        raise Refusal(*EXPIRED)
    if not account.rights["enableReading"]:
        raise Refusal(*NO_RIGHT)
    return account


def _check_time(sent: str, window: str) -> None:
    now = epoch_milliseconds()
    fresh = sent.isdigit() and window.isdigit()
    if not fresh or not now - int(window) <= int(sent) < now + AHEAD:
        raise Refusal(
            10002,
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{sent}],server_timestamp[{now}],recv_window[{window}]",
        )


def logged_in(arguments: object, world: World) -> Account | None:
    """The account that logs into a socket, None where the login is wrong or too old."""
    if not isinstance(arguments, list) or len(arguments) != 3:  # noqa: PLR2004 - key, expires, sign
        return None
    key, expires, signature = map(str, arguments)
    account = world.account_at(VENUE, key)
    if account is None or not expires.isdigit() or int(expires) <= epoch_milliseconds():
        return None
    right = hmac.compare_digest(signed(f"GET/realtime{expires}", account), signature.lower())
    return account if right and not account.rights.get("expired") else None
