"""Positions that are held and not read: options, borrowed coins, markets that the venue lists not.

They are said to be unseen. A market that is not listed may have come up since the list was read,
so that it is read anew first; then what is held in it is no reason to be blind to the rest.
"""

from collections.abc import Mapping, Sequence

from hedgewatch.core.events import PositionReading
from hedgewatch.venues.dialects.generic_replies import is_flat
from hedgewatch.venues.fields import Row

_MOST_NAMED = 5

_ISOLATED_APART = frozenset({"pacifica", "weex", "woo"})
"""Venues of which it is not documented whether their balance has the margin of isolated positions
in it.
"""


class Outside:
    """Of one account."""

    def __init__(self) -> None:
        self._missed: set[str] = set()

    def sort(
        self, listed: Sequence[Row], markets: Mapping[str, Row]
    ) -> tuple[list[Row], tuple[str, ...]]:
        """The rows that are to be read, and what else is held, in words. A market that is missing
        for the first time stays among the rows, whose reader raises UnlistedMarketError; so does
        one beside which nothing is held.
        """
        unlisted = {str(row.get("symbol")) for row in listed if _is_outside(row, markets)}
        missed, self._missed = self._missed, unlisted
        rest = [row for row in listed if str(row.get("symbol")) not in unlisted]
        others = tuple(_named(rest, markets))
        if not unlisted <= missed or all(map(is_flat, rest)):
            return list(listed), others
        names = sorted(unlisted)
        return rest, (*others, *(f"a position in {name}, which is not listed" for name in names))


def _is_outside(row: Row, markets: Mapping[str, Row]) -> bool:
    return str(row.get("symbol")) not in markets and not is_flat(row)


def _named(rows: Sequence[Row], markets: Mapping[str, Row]) -> list[str]:
    """Options, and what margin trading borrowed."""
    held = sorted({str(row["symbol"]) for row in rows if not is_flat(row)} & markets.keys())
    options = [name for name in held if markets[name].get("option")]
    pairs = [name for name in held if markets[name].get("spot")]
    return [
        f"{what}: {_listed(names)}"
        for what, names in (("options", options), ("margin positions", pairs))
        if names
    ]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join([*names[:_MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


def margin_apart(venue: str, positions: Sequence[PositionReading]) -> tuple[str, ...]:
    """What may be owned besides, where isolated positions are open."""
    isolated = [each for each in positions if each.contracts and each.isolated_wallet is not None]
    if venue not in _ISOLATED_APART or not isolated:
        return ()
    return ("the margin of isolated positions, should it not be in the balance",)
