"""Accounts that lie under one login or address, at venues that are asked for one at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.generic_accounts import path, raw_rows
from hedgewatch.venues.dialects.generic_asking import Asking
from hedgewatch.venues.dialects.generic_calls import Parameters
from hedgewatch.venues.fields import Row, number_or_none

_ONE: tuple[Parameters, ...] = (MappingProxyType({}),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """How the accounts of an address are listed, and the parameter of ccxt that takes the number of
    one.
    """

    entry: str
    address: str
    rows: str
    number: str
    parameter: str
    holds: Callable[[Row], bool]
    unseen: str


def _dydx_holds(row: Row) -> bool:
    """Child subaccounts of isolated positions stay on when these are closed."""
    return bool(number_or_none(row, "equity") or row.get("openPerpetualPositions"))


_LISTINGS: Mapping[str, _Listing] = MappingProxyType(
    {
        "dydx": _Listing(
            entry="indexerGetAddressesAddress",
            address="address",
            rows="subaccounts",
            number="subaccountNumber",
            parameter="subaccountNumber",
            holds=_dydx_holds,
            unseen="positions and money of subaccounts other than 0",
        ),
        "lighter": _Listing(
            entry="publicGetAccountsByL1Address",
            address="l1_address",
            rows="sub_accounts",
            number="index",
            parameter="accountIndex",
            holds=lambda row: "index" in row,
            unseen="accounts of the address other than its first",
        ),
    }
)
"""dYdX, indexer: subaccounts of an address, of which each isolated position has one. Lighter:
apidocs.lighter.xyz, accountsByL1Address.
"""

ENTRIES_OF_SEVERAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {venue: (listing.entry,) for venue, listing in _LISTINGS.items()}
)
"""For the fence."""


async def accounts_of(
    venue: str, exchange: Exchange, asking: Asking
) -> tuple[tuple[Parameters, ...], tuple[str, ...]]:
    """What names each account that holds anything, for calls about it (nothing, where it is the one
    that is asked for anyway); and what is not seen where they are not listed.
    """
    listing = _LISTINGS.get(venue)
    if listing is None:
        return _ONE, ()
    reply = await asking.ask(
        "list of accounts of the",
        {},  # whose accounts they are is nothing to log
        lambda _: getattr(exchange, listing.entry)({listing.address: exchange.walletAddress}),
        needed=False,
    )
    listed = path(reply, listing.rows)
    numbers = [
        number
        for row in raw_rows(listed)
        if listing.holds(row) and (number := number_or_none(row, listing.number)) is not None
    ]
    if not numbers:
        return _ONE, () if isinstance(listed, list) else (listing.unseen,)
    return tuple({listing.parameter: int(number)} for number in sorted(numbers)), ()


def each_of(accounts: Iterable[Parameters], calls: Sequence[Parameters]) -> list[Parameters]:
    """Every call about every account."""
    return [{**parameters, **account} for account in accounts for parameters in calls]


def named(row: Row, parameters: Parameters) -> Row:
    """A position without a name, by the account that holds it: in two they are two parts of one."""
    numbers = [
        parameters[each.parameter] for each in _LISTINGS.values() if each.parameter in parameters
    ]
    return {**row, "id": f"account {numbers[0]}"} if numbers and row.get("id") is None else row
