"""How a key that can only read is made at each venue, in words for who has to make one.

By what the venues themselves say: Binance, "How to Create API Keys"; Bybit, "How to create your API
key"; OKX, "API guide", creating an API key; Hyperliquid, "Nonces and API wallets".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hedgewatch.venues.known import KNOWN
from hedgewatch.venues.settings import ADDRESS_VENUES


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Where a venue makes keys, and which boxes stay empty there."""

    where: str
    how: str
    bound: str = "Bind it to the address of this machine."

    @property
    def text(self) -> str:
        """All of it, as sentences."""
        return " ".join(part for part in (f"{self.where}:", self.how, self.bound) if part)


_BINANCE = Guide(
    where="binance.com, profile, API Management (binance.com/en/my/settings/api-management)",
    how="Create API, system generated; leave Enable Reading ticked and nothing else.",
    bound="Restrict access to trusted IPs only: the address of this machine.",
)
_GUIDES: Mapping[str, Guide] = MappingProxyType(
    {
        "binance": _BINANCE,
        "binanceusdm": _BINANCE,
        "binancecoinm": _BINANCE,
        "bybit": Guide(
            where="bybit.com, profile, API (bybit.com/app/user/api-management)",
            how="Create New Key, system-generated, Read-Only; tick Unified Trading (orders, "
            "positions) and Assets (wallet), and Earn where something of the hedge lies in it.",
            bound="Give it the address of this machine: without one a key ends after 90 days.",
        ),
        "okx": Guide(
            where="okx.com, profile, API (okx.com/account/my-api)",
            how="Create API key, permissions: Read alone; choose a passphrase, which is asked for "
            "here too.",
            bound="Link the address of this machine.",
        ),
        "hyperliquid": Guide(
            where="app.hyperliquid.xyz",
            how="No key is needed: the address of the account (0x…, not that of an API wallet) is "
            "enough, everybody may read it. Never give a private key to a monitor.",
            bound="",
        ),
    }
)

FULL_DEPTH = tuple(_GUIDES)
"""The venues that are watched in full: those most people ask for."""


def guide_to(venue: str) -> Guide:
    """What to do at a venue; of one that we do not know so well, what holds everywhere."""
    known = _GUIDES.get(venue)
    if known is not None:
        return known
    name = KNOWN[venue].name if venue in KNOWN else venue
    if venue in ADDRESS_VENUES:
        return Guide(where=name, how="No key is needed: the address of the account is.", bound="")
    return Guide(where=f"the API page of {name}", how="make a key that can only read.")
