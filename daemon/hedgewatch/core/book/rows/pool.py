"""What is liquidated together, as the book knows it."""

from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.position import PositionRow
from hedgewatch.core.book.rows.row import NOT_YET, Row
from hedgewatch.core.margin import Edges, Line
from hedgewatch.core.model import Known, Scope, Subject, Unknown

if TYPE_CHECKING:  # it lists its pools, which name it
    from hedgewatch.core.book.rows.account import AccountRow


class PoolRow(Row):
    """What is liquidated together.

    `lines` are its positions that are alone in their market, `hedged` the pairs that share one,
    each with the solver of their liquidation prices; `shock_edges` solves the common shock.
    """

    __slots__ = (
        "account", "currency", "doubt", "equity", "headroom", "hedged", "isolated", "lines",
        "maintenance_margin", "margin_ratio", "name", "positions", "shock_down", "shock_edges",
        "shock_nearest", "shock_up",
    )  # fmt: skip

    def __init__(self, account: "AccountRow", name: str, currency: str, *, isolated: bool) -> None:
        identity = (("account", account.name), ("venue", account.venue), ("pool", name))
        super().__init__(Subject(Scope.POOL, identity), (("currency", currency),))
        self.account = account
        self.name = name
        self.currency = currency
        self.isolated = isolated
        self.positions: list[PositionRow] = []
        self.lines: list[tuple[PositionRow, Line]] = []
        self.hedged: list[tuple[list[PositionRow], Edges]] = []
        self.shock_edges = Edges(())
        self.doubt: Unknown | None = None
        self.equity: Known = NOT_YET
        self.maintenance_margin: Known = NOT_YET
        self.headroom: Known = NOT_YET
        self.margin_ratio: Known = NOT_YET
        self.shock_down: Known = NOT_YET
        self.shock_up: Known = NOT_YET
        self.shock_nearest: Known = NOT_YET
