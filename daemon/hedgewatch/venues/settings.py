"""What the operator says about one account: where it is, and the keys that read it."""

import difflib
import ipaddress
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.settings import SecretReference, Settings

VENUES = ("binance", "binanceusdm")
"""What this release can watch, by ccxt's ids."""


def _known_venue(venue: str) -> str:
    if venue in VENUES:
        return venue
    near = difflib.get_close_matches(venue, VENUES, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise ValueError(f"unknown venue {venue}: it is one of {', '.join(VENUES)}{hint}")


ADDRESS_VENUES = frozenset({"hyperliquid"})
"""Venues at which an account is read by its address alone."""

PASSWORD_VENUES = frozenset({"okx"})
"""Venues whose keys have a third part."""


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _address(text: str, plain: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {plain, plain + "s"} or not parts.hostname:
        raise ValueError(f"must be an address that begins with {plain}:// or {plain}s://")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("must be a bare address: no user, no query, no fragment")
    if parts.scheme == plain and not _loopback(parts.hostname):
        raise ValueError(f"must begin with {plain}s:// (plain {plain} goes only to this machine)")
    return text.rstrip("/")


def _rest_address(text: str) -> str:
    return _address(text, "http")


def _socket_address(text: str) -> str:
    return _address(text, "ws")


class EndpointSettings(Settings):
    """Addresses that stand in for all of the venue's own: a proxy, or a paper exchange."""

    rest: Annotated[str, AfterValidator(_rest_address)]
    ws: Annotated[str, AfterValidator(_socket_address)]


class CredentialSettings(Settings):
    """Where the parts of a read-only key are. `password` is what OKX calls a passphrase."""

    api_key: SecretReference
    secret: SecretReference
    password: SecretReference | None = None


class AccountSettings(Settings):
    """One login at one venue. `leverage_limit` is the gross notional over equity allowed in it.

    `address` is what a venue without keys (Hyperliquid) knows the account by. `portfolio_margin`:
    the account is a Portfolio Margin one of Binance, watched whole.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    venue: Annotated[str, AfterValidator(_known_venue)]
    credentials: CredentialSettings | None = None
    address: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")] | None = None
    portfolio_margin: bool = False
    endpoint: EndpointSettings | None = None
    allow_unverified_key: bool = False
    leverage_limit: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _has_its_login(self) -> Self:
        """Each venue wants another: what is missing is decidable here."""
        problem = _login_problem(self)
        if problem:
            raise ValueError(problem)
        return self


def _login_problem(account: AccountSettings) -> str:
    given = account.credentials
    if account.venue in ADDRESS_VENUES:
        told = account.address is not None and given is None
        return "" if told else f"{account.venue} is read by its address: 0x… alone, without keys"
    if account.address is not None:
        return f"{account.venue} knows no address: write credentials"
    if given is None:
        return "credentials are missing: {api_key: …, secret: …}"
    if account.venue in PASSWORD_VENUES and given.password is None:
        return f"{account.venue} has a passphrase: write it as credentials: {{…, password: …}}"
    return ""
