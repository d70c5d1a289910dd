"""Where a venue is asked, and as whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hedgewatch.venues.redaction import Redactor
from hedgewatch.venues.settings import CREDENTIALS, AccountSettings, EndpointSettings

Place = tuple[str, EndpointSettings | None, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`name` is whose it is, for the log; `login` the parts of its key, by ccxt's names: without
    it only what is public can be asked.
    """

    name: str
    venue: str
    endpoint: EndpointSettings | None
    login: Mapping[str, str] = field(default_factory=dict, repr=False)


def place_of(settings: AccountSettings) -> Place:
    """Accounts of one place see the same markets and prices."""
    return settings.venue, settings.endpoint, settings.portfolio_margin


def public(settings: AccountSettings) -> Access:
    """What everybody may ask, at the place of an account."""
    return Access(name=settings.venue, venue=settings.venue, endpoint=settings.endpoint)


def private(settings: AccountSettings, redactor: Redactor) -> Access:
    """What its owner may ask. The secrets are read now: who mended them need not restart."""
    login = _login(settings)
    for secret in login.values() if settings.credentials is not None else ():
        redactor.learn(secret)  # an address is no secret
    return Access(name=settings.name, venue=settings.venue, endpoint=settings.endpoint, login=login)


def _login(settings: AccountSettings) -> Mapping[str, str]:
    if settings.credentials is None:
        return {} if settings.address is None else {"walletAddress": settings.address}
    given = settings.credentials
    parts = {name: getattr(given, ours) for name, ours in CREDENTIALS.items()}
    return {name: part.read().reveal() for name, part in parts.items() if part is not None}
