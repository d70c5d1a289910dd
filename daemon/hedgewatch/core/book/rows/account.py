"""An account, its balances and its feeds, as the book knows them."""

from collections.abc import Mapping

from hedgewatch.core.book.rows.key import KeyFacts
from hedgewatch.core.book.rows.market import MarketRow
from hedgewatch.core.book.rows.pool import PoolRow
from hedgewatch.core.book.rows.position import PositionRow
from hedgewatch.core.book.rows.row import NOT_YET, Row
from hedgewatch.core.book.rows.terms import AccountNews
from hedgewatch.core.book.underlying import Assets
from hedgewatch.core.events import CollateralReading
from hedgewatch.core.margin import Discount
from hedgewatch.core.margin.regimes import UNKNOWN
from hedgewatch.core.model import Known, Scope, Subject, Tier, Unknown


class BalanceRow:
    """One asset of an account, as last told. Equity, maintenance and ratio are the venue's."""

    __slots__ = (
        "asset", "cross_wallet", "disputed", "equity", "locked", "maintenance_margin",
        "margin_ratio", "total", "venue_time",
    )  # fmt: skip

    def __init__(self, asset: str) -> None:
        self.asset = asset
        self.total = 0.0
        self.cross_wallet = 0.0
        self.locked = 0.0
        self.equity: float | None = None
        self.maintenance_margin: float | None = None
        self.margin_ratio: float | None = None
        self.venue_time = 0.0
        self.disputed: tuple[object, float] | None = None

    @property
    def holds(self) -> bool:
        """Whether anything of the asset is there."""
        return bool(self.total or self.cross_wallet)


class FeedRow(Row):
    """One stream or poll of an account. `lost_at` are the moments of the last hour at which it
    was lost.
    """

    __slots__ = ("account", "data_age_seconds", "feed", "feed_up", "lost_at", "reason")

    def __init__(self, account: "AccountRow", feed: str) -> None:
        identity = (("account", account.name), ("venue", account.venue), ("feed", feed))
        super().__init__(Subject(Scope.FEED, identity))
        self.account = account
        self.feed = feed
        self.feed_up = False
        self.reason = ""
        self.data_age_seconds: Known = NOT_YET
        self.lost_at: tuple[float, ...] = ()

    @property
    def feed_reason(self) -> str:
        """Why it is down. An alert outlives the loss for a while: then that it is over."""
        return self.reason or (
            "it delivers again" if self.feed_up else "nothing was heard of it yet"
        )

    @property
    def losses_in_hour(self) -> float:
        return float(len(self.lost_at))


class AccountRow(AccountNews):
    """One login at one venue. `doubt` is set while nothing of it can be vouched for.

    `is_whole`: its cross positions are one pool, as its last regime that is known has it.
    `read_at` is the last whole reading by REST, `heard_at` the last sign of life of the private
    socket (our clock); `started_at` is when the watch began. `agrees`: the last one contradicted
    nothing that is believed. `unseen` is what of it is not told.
    `resized` is set from when a contract that it holds has another size until it was read again.
    """

    __slots__ = (
        "account_blind", "account_unusable", "agrees", "assets", "balances", "betas",
        "blind_reason",
        "blind_seconds", "clock_skew_seconds", "collateral", "collateral_at", "cross_regime",
        "discounts", "doubt", "feeds", "heard_at", "is_whole",
        "isolated_regime", "key", "key_too_powerful", "leverage_limit",
        "liquidation_distance_worst",
        "margin_in_use", "margin_told", "name",
        "pools", "positions", "read_at", "readings", "resized",
        "started_at", "tiers", "told_equity", "told_maintenance_margin", "told_margin_ratio",
        "unseen", "unusable_reason", "venue",
        "watched",
    )  # fmt: skip

    read_at: float | None
    heard_at: float | None
    resized: Unknown | None
    unseen: tuple[str, ...]
    told_equity: float | None
    told_maintenance_margin: float | None
    told_margin_ratio: float | None

    def __init__(self, name: str, venue: str, now: float) -> None:
        super().__init__(Subject(Scope.ACCOUNT, (("account", name), ("venue", venue))))
        self.name, self.venue, self.started_at = name, venue, now
        self.read_at = self.heard_at = self.resized = None
        self.readings = 0
        self.margin_in_use: float | None = None
        self.margin_told = self.is_whole = self.agrees = False
        self.cross_regime = self.isolated_regime = UNKNOWN
        self.unseen = ()
        self.told_equity = self.told_maintenance_margin = self.told_margin_ratio = None
        self.positions: dict[tuple[str, str], PositionRow] = {}
        self.balances: dict[str, BalanceRow] = {}
        self.collateral: dict[str, CollateralReading] = {}
        self.collateral_at = 0.0
        self.discounts: dict[str, Discount] = {}
        self.leverage_limit: float | None = None
        self.assets = Assets()
        self.betas: Mapping[str, float] = {}
        self.pools: dict[str, PoolRow] = {}
        self.feeds: dict[str, FeedRow] = {}
        self.tiers: dict[str, tuple[Tier, ...]] = {}
        self.watched: tuple[MarketRow, ...] = ()
        self.doubt: Unknown | None = Unknown("not read yet", now)
        self.account_blind: bool | Unknown = NOT_YET
        self.blind_seconds = 0.0
        self.blind_reason = self.unusable_reason = ""
        self.account_unusable: bool | Unknown = NOT_YET
        self.clock_skew_seconds: Known = NOT_YET
        self.key = KeyFacts()
        self.key_too_powerful: bool | Unknown = NOT_YET
        self.liquidation_distance_worst: Known = NOT_YET

    @property
    def doubt_reason(self) -> str:
        """Why it cannot be vouched for, empty when it can; a start is a doubt, and no blindness."""
        return self.blind_reason or ("" if self.doubt is None else self.doubt.reason)

    @property
    def key_expires_seconds(self) -> Known:
        return self.key.expires_seconds

    @property
    def key_bound_to_address(self) -> bool | Unknown:
        return self.key.bound_to_address

    def beta_of(self, asset: str) -> float:
        """What part of a common move an asset of it makes."""
        return self.assets.beta_of(asset, self.betas)
