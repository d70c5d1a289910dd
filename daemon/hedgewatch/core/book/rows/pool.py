"""What is liquidated together, as the book knows it."""

from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.evenness import Adviser, PoolEvenness
from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.book.rows.nearness import move_in_words, told_in_words
from hedgewatch.core.book.rows.pace import pace_of_pool
from hedgewatch.core.book.rows.pool_statistics import PoolStatistics
from hedgewatch.core.book.rows.position import PositionRow
from hedgewatch.core.book.rows.remedy import remedy_of
from hedgewatch.core.book.rows.row import NOT_YET, Row
from hedgewatch.core.book.rows.two_sources import disagreement_of
from hedgewatch.core.book.rows.venues_word import NO_WORD
from hedgewatch.core.expression import parts_of
from hedgewatch.core.margin import Edges, Line
from hedgewatch.core.model import Known, Scope, Subject, Unknown

if TYPE_CHECKING:  # it lists its pools, which name it
    from hedgewatch.core.book.rows.account import AccountRow


_LIQUIDATED = "stressed_liquidated"
_NUMBERS = (
    "equity",
    "maintenance_margin",
    "headroom",
    "margin_ratio",
    "shock_down",
    "shock_up",
    "shock_nearest",
    "venue_equity",
    "venue_maintenance_margin",
    "venue_margin_ratio",
    "venue_numbers_age_seconds",
    "equity_disagreement",
    "maintenance_disagreement",
    "margin_ratio_disagreement",
)


class PoolRow(PoolEvenness, PoolStatistics, Row):
    """What is liquidated together.

    While it is `plain` (linear contracts of one currency) it has fast solvers of its own: `lines`
    are its positions that are alone in their market, `hedged` the pairs that share one, each with
    the solver of their liquidation prices; `shock_edges` solves the common shock if the markets
    move `as_one`. When it is `bent` it is scanned. `margin_by_venue`: what it is worth and must be
    worth is the venue's own word, for want of ours; `told` is that word.
    """

    __slots__ = (
        "account",
        "adviser",
        "as_one",
        "bent",
        "currency",
        "doubt",
        "equity",
        "equity_disagreement",
        "headroom",
        "hedged",
        "isolated",
        "lines",
        "maintenance_disagreement",
        "maintenance_margin",
        "margin_by_venue",
        "margin_ratio",
        "margin_ratio_disagreement",
        "markets",
        "name",
        "plain",
        "positions",
        "shock_down",
        "shock_edges",
        "shock_nearest",
        "shock_up",
        "told",
        "told_at",
        "venue_equity",
        "venue_maintenance_margin",
        "venue_margin_ratio",
        "venue_numbers_age_seconds",
    )  # fmt: skip

    equity: Known
    maintenance_margin: Known
    headroom: Known
    margin_ratio: Known
    shock_down: Known
    shock_up: Known
    shock_nearest: Known
    venue_equity: Known
    venue_maintenance_margin: Known
    venue_margin_ratio: Known
    venue_numbers_age_seconds: Known
    equity_disagreement: Known
    maintenance_disagreement: Known
    margin_ratio_disagreement: Known

    def __init__(self, account: "AccountRow", name: str, currency: str, *, isolated: bool) -> None:
        identity = (("account", account.name), ("venue", account.venue), ("pool", name))
        super().__init__(Subject(Scope.POOL, identity), (("currency", currency),))
        self.account = account
        self.name = name
        self.currency = currency
        self.isolated = isolated
        self.positions: list[PositionRow] = []
        self.markets: tuple[tuple[MarketRow, list[PositionRow]], ...] = ()
        self.plain = True
        self.as_one = True
        self.bent = False
        self.lines: list[tuple[PositionRow, Line]] = []
        self.hedged: list[tuple[list[PositionRow], Edges]] = []
        self.shock_edges = Edges(())
        self.doubt: Unknown | None = None
        self.margin_by_venue = False
        self.told_at: float | None = None
        self.told = NO_WORD
        self.adviser: Adviser | None = None
        for number in _NUMBERS:
            setattr(self, number, NOT_YET)

    @property
    def venue_warning(self) -> str:
        """What the venue itself said of its account last."""
        return self.account.venue_warning

    @property
    def liquidation_in_words(self) -> str:
        """Which common move liquidates it, or that it is due already."""
        if self.margin_by_venue:
            return told_in_words(self.account.venue, self.venue_numbers_age_seconds)
        return move_in_words(self.shock_nearest, self.headroom)

    @property
    def pace_in_words(self) -> str:
        """How soon it may be liquidated, by the usual moves of the market that is there first."""
        return pace_of_pool(self)

    @property
    def disagreement_in_words(self) -> str:
        """What of it the venue sees otherwise, where it is farthest apart."""
        return disagreement_of(self)

    @property
    def liquidating_scenarios(self) -> str:
        """The scenarios that would liquidate it, of those that rules read."""
        named = ((parts_of(name), liquidated) for name, liquidated in self.stressed.items())
        return ", ".join(of for (what, of), yes in named if what == _LIQUIDATED and yes is True)

    @property
    def remedy(self) -> str:
        """What would make it safe, in words."""
        return remedy_of(self)
