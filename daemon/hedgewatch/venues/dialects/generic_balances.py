"""What ccxt's unified balances of any venue say of each asset, and what they do not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hedgewatch.core.events import BalanceReading
from hedgewatch.venues.fields import OddReplyError, number, number_or_none, table, text

_OF_DOLLARS = 1e4


@dataclass(frozen=True, slots=True)
class Held:
    """What one unified reply tells of one asset. `used` is what cannot be moved, where told."""

    total: float
    used: float | None


def together_held(held: Held | None, more: Held) -> Held:
    """One asset of two accounts; what neither says of its use is not known."""
    if held is None:
        return more
    told = [each.used for each in (held, more) if each.used is not None]
    return Held(held.total + more.total, sum(told) if told else None)


def assets(reply: object) -> Mapping[str, Held]:
    """What a unified balance tells of each asset; one whose total is not told is not in it."""
    whole = table(reply, "balance")
    totals, used = table(whole.get("total"), "the totals"), whole.get("used")
    told, names = used if isinstance(used, Mapping) else {}, _numbered(whole.get("info"))
    held = {
        names.get(asset, asset): Held(number(totals, asset), number_or_none(told, asset))
        for asset in totals
        if totals[asset] is not None and _is_asset(asset)
    }
    return _rescaled(held, whole.get("info"))


def untold(reply: object) -> set[str]:
    """Assets of which a reply has some part, but not how much there is: no total stands for them.

    >>> sorted(untold({"total": {"A": None, "B": 1.0, "C": None}, "free": {"A": 5.0, "C": 0.0}}))
    ['A']
    """
    whole = table(reply, "balance")
    totals = table(whole.get("total"), "the totals")
    parts = [part for name in ("free", "used") if isinstance(part := whole.get(name), Mapping)]
    return {
        asset
        for asset, total in totals.items()
        if total is None and any(number_or_none(part, asset) for part in parts)
    }


def _rescaled(held: Mapping[str, Held], info: object) -> Mapping[str, Held]:
    """Phemex tells amounts as integers with a scale for each currency, eight digits of all but the
    dollar, which has four ("valueScale" of its public/products). ccxt would learn that from a list
    of currencies, which is not asked for, and takes eight.
    """
    data = info.get("data") if isinstance(info, Mapping) else None
    account = data.get("account") if isinstance(data, Mapping) else None
    told = account if isinstance(account, Mapping) else {}
    if "USD" not in held or told.get("currency") != "USD" or "accountBalanceEv" not in told:
        return held
    dollars = held["USD"]
    used = None if dollars.used is None else dollars.used * _OF_DOLLARS
    return {**held, "USD": Held(dollars.total * _OF_DOLLARS, used)}


def _numbered(info: object) -> Mapping[str, str]:
    """Names of assets that ccxt leaves as the numbers of the venue (Delta): it would learn them
    from a list of currencies, which is not asked for.
    """
    result = info.get("result") if isinstance(info, Mapping) else None
    listed = [row for row in result if isinstance(row, Mapping)] if isinstance(result, list) else []
    return {
        str(row["asset_id"]): str(row["asset_symbol"])
        for row in listed
        if row.get("asset_id") and row.get("asset_symbol")
    }


def _is_asset(name: object) -> bool:
    if not isinstance(name, str) or not name:
        raise OddReplyError(f"{name!r:.40} is no name of an asset")
    return True


def balance_reading(asset: str, margin: Held | None, other: Iterable[Held]) -> BalanceReading:
    """One asset of all the accounts of a login: `margin` backs positions, the others do not."""
    elsewhere = tuple(other)
    backing = 0.0 if margin is None else margin.total
    return BalanceReading(
        asset=text({"asset": asset}, "asset"),
        total=backing + sum(held.total for held in elsewhere),
        cross_wallet=backing,
        locked=sum(held.used or 0.0 for held in elsewhere),
        venue_time=0.0,
    )


def margin_in_use(held: Sequence[Held]) -> float | None:
    """What the margin accounts say is used: a sign of positions, None where none of them says."""
    told = [each.used for each in held if each.used is not None]
    return sum(abs(used) for used in told) if told else None
