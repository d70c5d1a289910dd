"""What the operator says about one account: where it is, and the keys that read it."""

import difflib
import ipaddress
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from hedgewatch.settings import SecretReference, Settings
from hedgewatch.venues.known import BY_ADDRESS, KNOWN, why_unknown

VENUES = tuple(venue for venue, known in KNOWN.items() if not known.unreadable)
"""What can be watched, by ccxt's ids: some at full depth, every other by what ccxt knows of it."""


def _known_venue(venue: str) -> str:
    if venue in VENUES:
        return venue
    if venue in KNOWN:
        raise ValueError(f"{venue} cannot be watched: {KNOWN[venue].unreadable}")
    if why := why_unknown(venue):
        raise ValueError(f"{venue} cannot be watched by this name: {why}")
    near = difflib.get_close_matches(venue, VENUES, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise ValueError(f"unknown venue {venue}{hint}: `hedgewatch venues` lists them")


ADDRESS_VENUES = frozenset(BY_ADDRESS)
"""Venues at which an account is read by its address alone."""

CREDENTIALS: Mapping[str, str] = MappingProxyType(
    {
        "apiKey": "api_key",
        "secret": "secret",
        "password": "password",
        "uid": "uid",
        "accountId": "account_id",
    }
)
"""The parts of a login by ccxt's names, with ours."""


_PRIVATE_KEY = re.compile(r"(?:0x)?[0-9a-fA-F]{64}")


def is_here(address: str) -> bool:
    """Whether an address is one of this machine, which no venue sees: a paper exchange, say."""
    return _loopback(urlsplit(address).hostname or "")


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
    """Where the parts of a read-only key are. `password` is what OKX calls a passphrase, `uid` and
    `account_id` are by what some venues know an account beside its key. Each venue wants its own.
    """

    api_key: SecretReference | None = None
    secret: SecretReference | None = None
    password: SecretReference | None = None
    uid: SecretReference | None = None
    account_id: SecretReference | None = None


class AccountSettings(Settings):
    """One login at one venue. `leverage_limit` is the gross notional over equity allowed in it.

    `address` is what a venue without keys (Hyperliquid, dYdX) knows the account by.
    `portfolio_margin`: the account is a Portfolio Margin one of Binance, watched whole.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    venue: Annotated[str, AfterValidator(_known_venue)]
    credentials: CredentialSettings | None = None
    address: str | None = None
    portfolio_margin: bool = False
    endpoint: EndpointSettings | None = None
    allow_unverified_key: bool = False
    leverage_limit: Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _has_its_login(self) -> Self:
        """Each venue wants another: what is missing is decidable here."""
        problem = _portfolio_problem(self) or _login_problem(self)
        if problem:
            raise ValueError(problem)
        return self


def _portfolio_problem(account: AccountSettings) -> str:
    if account.portfolio_margin and account.venue != "binance":
        return "portfolio_margin is said of a whole account of Binance: write venue: binance"
    return ""


def _login_problem(account: AccountSettings) -> str:
    if account.venue in ADDRESS_VENUES:
        return _address_problem(account)
    if account.address is not None:
        return f"{account.venue} knows no address: write credentials"
    return _credentials_problem(account)


def _credentials_problem(account: AccountSettings) -> str:
    wanted = [CREDENTIALS[part] for part in KNOWN[account.venue].login]
    given = account.credentials
    if given is None:
        return f"credentials are missing: {_written(wanted)}"
    missing = [part for part in wanted if getattr(given, part) is None]
    if missing == ["password"]:
        whole = "{…, password: …}"
        return f"{account.venue} has a passphrase: write it as credentials: {whole}"
    lacks = f"{', '.join(missing)} is missing"
    return f"{account.venue} wants credentials: {_written(wanted)}: {lacks}" if missing else ""


def _written(parts: Iterable[str]) -> str:
    return "{" + ", ".join(f"{part}: …" for part in parts) + "}"


def _address_problem(account: AccountSettings) -> str:
    given = account.address
    if given is None or account.credentials is not None:
        return f"{account.venue} is read by its address alone, without keys: write address: …"
    if _PRIVATE_KEY.fullmatch(given):
        return (
            "this is a private key: who has it can trade, and a monitor must never hold it. Write "
            "the address of the account, and take this key for known from now on"
        )
    if not re.fullmatch(BY_ADDRESS[account.venue], given):
        return f"{given:.60} is no address of {account.venue}"
    return ""
