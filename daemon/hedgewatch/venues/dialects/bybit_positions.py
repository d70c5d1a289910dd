"""All positions of a unified account: category by category, page by page, and what is not listed.

The lists name what is open alone. What was held and is not listed is asked for by its name: the
venue then says 0, or shows that the list was not whole.
"""

from collections.abc import Iterable, Iterator, Mapping

from hedgewatch.core.events import PositionReading
from hedgewatch.venues.dialect import Exchange
from hedgewatch.venues.dialects.bybit_common import Listing, listed, result
from hedgewatch.venues.dialects.bybit_replies import APART, Leg, leg_of, position
from hedgewatch.venues.dialects.optional import optional
from hedgewatch.venues.fields import OddReplyError, Row

_PAGE = 200
_MOST_PAGES = 50
_OPTIONS = "options are held, whose margin is not computed"

Found = dict[Leg, PositionReading]


class Positions:
    """Reads them. `fees` is what the account pays as a taker, by id: it grows in place."""

    def __init__(self, listing: Listing, fees: Mapping[str, float]) -> None:
        self._listing = listing
        self._held: set[Leg] = set()
        self._fees = fees
        self._options = False
        self.options_untold = False

    async def read(self, exchange: Exchange, *, isolated: bool) -> Found:
        """What is open, and an explicit 0 for what was. Any page that fails fails all of it."""
        found: Found = {}
        for wanted in self._lists():
            found |= self._readings(await _pages(exchange, wanted), isolated=isolated)
        unanswered = await self._ask_for_missing(exchange, found, isolated=isolated)
        self._held = {leg for leg, read in found.items() if read.contracts} | unanswered
        return found

    def _lists(self) -> Iterator[Mapping[str, str]]:
        """Linear contracts are listed by the coin in which they settle; a new one is not to be
        overlooked.
        """
        for coin in sorted(self._listing.settles):
            yield {"category": "linear", "settleCoin": coin}
        yield {"category": "inverse"}

    async def _ask_for_missing(
        self, exchange: Exchange, found: Found, *, isolated: bool
    ) -> set[Leg]:
        """By name; what the venue lists no more cannot be asked for. Returns what stays untold: an
        answer that names other sides of the market is one.
        """
        missing = {leg for leg in self._held - found.keys() if self._listing.knows(leg[0])}
        unanswered: set[Leg] = set()
        for symbol in sorted({symbol for symbol, _ in missing}):
            category, name = self._listing.name(symbol)
            rows = await _pages(exchange, {"category": category, "symbol": name})
            told = self._readings(rows, isolated=isolated)
            found |= {leg: read for leg, read in told.items() if read.contracts or leg in missing}
            unanswered |= {leg for leg in missing if leg[0] == symbol and not told}
        return unanswered

    def _readings(self, rows: Iterable[Row], *, isolated: bool) -> Found:
        found: Found = {}
        for row in rows:
            leg = leg_of(row, self._listing.contract(row))
            fee = self._fees.get(str(row.get("symbol")))
            found[leg] = position(row, leg, isolated=isolated, taker=fee)
        return found

    def are_linear(self, found: Iterable[Leg]) -> bool:
        """Whether any of them is, or there is none."""
        categories = {self._listing.name(symbol)[0] for symbol, _ in found}
        return "linear" in categories or not categories

    async def flaw(self, exchange: Exchange, found: Found, *, inverse_is_apart: bool) -> str:
        """What is held beside that our numbers would leave out, "" where there is nothing."""
        categories = (
            self._listing.name(leg[0])[0] for leg, read in found.items() if read.contracts
        )
        if inverse_is_apart and "inverse" in categories:
            return APART
        await self._look_for_options(exchange)
        return _OPTIONS if self._options else ""

    async def _look_for_options(self, exchange: Exchange) -> None:
        """Where the venue refuses to list them, what it said last holds, and that it is old."""
        asked = exchange.private_get_v5_position_list({"category": "option"})
        reply = await optional(asked, "options")
        try:
            self._options = bool(listed(reply, "position/list"))
        except OddReplyError:
            self.options_untold = True
        else:
            self.options_untold = False


async def _pages(exchange: Exchange, wanted: Mapping[str, str]) -> list[Row]:
    """A cursor is told with the last page, too: it is the one that is not full."""
    found: list[Row] = []
    more: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        asked = {**wanted, "limit": str(_PAGE), **more}
        reply = await exchange.private_get_v5_position_list(asked)
        page = listed(reply, "position/list")
        found += page
        cursor = result(reply, "position/list").get("nextPageCursor")
        if len(page) < _PAGE or not cursor:
            return found
        more = {"cursor": str(cursor)}
    raise OddReplyError(f"position/list does not end after {_MOST_PAGES} pages")
