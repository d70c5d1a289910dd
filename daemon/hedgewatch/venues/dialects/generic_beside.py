"""What of an account ccxt unifies nowhere, though the venue tells it: asked for on its own.

A refusal leaves it out, and it is said to be not seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hedgewatch.core.margin.polarity import margin_ratio
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.generic_accounts import path, raw_rows
from hedgewatch.venues.dialects.generic_asking import Asking
from hedgewatch.venues.fields import Row, number_or_none


@dataclass(frozen=True, slots=True)
class Beside:
    """Coins that are owned besides, and the margin ratio of the account in our polarity."""

    money: Mapping[str, float]
    margin_ratio: float | None


Told = tuple[Beside, tuple[str, ...]]
"""What is told, and what is not seen, in words."""


def _backpack(reply: Row) -> Told:
    """Backpack, MarginAccountSummary: `lendQuantity` of each coin is lent and collateral; an
    account is liquidated when its margin fraction falls below the maintenance margin fraction, and
    one that is below 0 has nothing left. 0 may be that nothing is due: no telling.
    """
    listed = path(reply, "collateral")
    lent = {
        name: amount
        for row in raw_rows(listed)
        if isinstance(name := row.get("symbol"), str)
        and (amount := number_or_none(row, "lendQuantity")) is not None
    }
    whole = isinstance(listed, list) and len(lent) == len(listed)
    needed, held = (number_or_none(reply, name) for name in ("mmf", "marginFraction"))
    ratio = None if needed is None or not held else margin_ratio(needed, held)
    return Beside(lent, ratio), () if whole else ("coins that are lent",)


@dataclass(frozen=True, slots=True)
class _Asked:
    entry: str
    read: Callable[[Row], Told]
    unseen: str


_ASKED: Mapping[str, _Asked] = MappingProxyType(
    {
        "backpack": _Asked(
            "privateGetApiV1CapitalCollateral", _backpack, "coins that are lent, and the margin"
        ),
    }
)

ENTRIES_BESIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {venue: (asked.entry,) for venue, asked in _ASKED.items()}
)
"""For the fence."""

_NOTHING = Beside(MappingProxyType({}), None)


async def beside(venue: str, exchange: Exchange, asking: Asking) -> Told:
    """All that is asked for is not seen where it was refused."""
    asked = _ASKED.get(venue)
    if asked is None:
        return _NOTHING, ()
    ask = getattr(exchange, asked.entry)
    reply = await asking.ask("the rest of the", {}, lambda _: ask(), needed=False)
    if not isinstance(reply, Mapping):
        return _NOTHING, (asked.unseen,)
    return asked.read(reply)


def tells_ratio(venue: str) -> bool:
    """Whether the margin ratio of an account is told this way."""
    return venue in _ASKED
