"""The rows: slotted, mutable, owned by the book. They never leave `engine.handle` except to
readers that finish without awaiting.

Attributes named in the catalogue of measures are `float | bool | Unknown`. `observed` counts the
pieces of news that a row, or a market, has had: an alert resolves on fresh ones only.
"""

from hedgewatch.core.book.rows.account import AccountRow, BalanceRow, FeedRow
from hedgewatch.core.book.rows.asset import AssetRow
from hedgewatch.core.book.rows.hedge import HedgeLeg, HedgeRow
from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.book.rows.pool import PoolRow
from hedgewatch.core.book.rows.position import PositionRow
from hedgewatch.core.book.rows.row import NOT_YET, Cells, Row, Watch

__all__ = [
    "NOT_YET",
    "AccountRow",
    "AssetRow",
    "BalanceRow",
    "Cells",
    "FeedRow",
    "HedgeLeg",
    "HedgeRow",
    "MarketRow",
    "PoolRow",
    "PositionRow",
    "Row",
    "Watch",
]
