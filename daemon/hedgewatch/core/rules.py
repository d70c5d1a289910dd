"""What the operator wrote: rules, compiled once, and what their annotations may show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hedgewatch.core.alert_model import Severity
from hedgewatch.core.expression import Expression
from hedgewatch.core.model import Scope, Subject
from hedgewatch.core.templates import Template

IDENTITY: Mapping[Scope, tuple[str, ...]] = {
    Scope.POSITION: ("account", "venue", "symbol", "position"),
    Scope.POOL: ("account", "venue", "pool"),
    Scope.HEDGE: ("hedge",),
    Scope.ACCOUNT: ("account", "venue"),
    Scope.FEED: ("account", "venue", "feed"),
    Scope.ASSET: ("asset",),
    Scope.BOOK: (),
    Scope.SIGNAL: ("signal",),
    Scope.CORRELATION: ("signal", "asset"),
    Scope.CALENDAR: ("calendar",),
}
"""The labels that identify a subject: what `where` may name."""

TEXTS: Mapping[Scope, tuple[str, ...]] = {
    Scope.POSITION: (
        "remedy",
        "liquidation_in_words",
        "pace_in_words",
        "mark_in_words",
        "closing_in_words",
        "terms_change",
        "settings_change",
        "market_status",
    ),
    Scope.POOL: (
        "currency",
        "remedy",
        "liquidation_in_words",
        "pace_in_words",
        "disagreement_in_words",
        "liquidating_scenarios",
        "venue_warning",
    ),
    Scope.HEDGE: (
        "currency",
        "break_reason",
        "blind_reason",
        "trade_in_words",
        "uncovered_in_words",
        "roll_in_words",
    ),
    Scope.ACCOUNT: (
        "unusable_reason",
        "blind_reason",
        "settings_change",
        "collateral_change",
        "deviating_coin",
        "venue_warning",
    ),
    Scope.FEED: ("feed_reason",),
    Scope.ASSET: ("currency",),
    Scope.SIGNAL: ("signal_reason", "signal_unit"),
    Scope.CALENDAR: ("event",),
    Scope.BOOK: (
        "peg_coin",
        "left_out",
        "failing_receivers",
        "store_error",
        "configuration_error",
        "recording_error",
        "ailments",
    ),
}
"""Texts that annotations may show beside measures and identity."""

MADE_OF: Mapping[tuple[Scope, str], tuple[str, ...]] = {
    (Scope.POSITION, "pace_in_words"): (
        "liquidation_distance_sigmas",
        "volatility",
        "change(liquidation_distance, 5m)",
    ),
    (Scope.POSITION, "mark_in_words"): ("mark_price", "mark_disagreement"),
    (Scope.POSITION, "closing_in_words"): ("unwind_cost", "unwind_slippage", "unwindable_share"),
    (Scope.POOL, "disagreement_in_words"): (
        "margin_ratio_disagreement",
        "maintenance_disagreement",
        "equity_disagreement",
    ),
    (Scope.POOL, "pace_in_words"): ("change(margin_ratio, 5m)",),
    (Scope.HEDGE, "trade_in_words"): ("contracts_to_target", "uncovered_value"),
    (Scope.HEDGE, "uncovered_in_words"): ("uncovered_value", "uncovered_coins"),
    (Scope.HEDGE, "roll_in_words"): ("roll_cost",),
}
"""The measures that a text tells of: a rule that shows it reads them, and their past is kept."""


RULE_BROKEN, STATE_LOST, CRASH_LOOPING = "RuleBroken", "StateLost", "CrashLooping"
OWN_ALERTS = frozenset({RULE_BROKEN, STATE_LOST, CRASH_LOOPING})
"""Alerts that the daemon itself makes: no rule may be called so."""

VITAL = frozenset(
    {
        *("account_blind", "account_unusable", "blind_seconds", "position_vanished"),
        *("liquidation_distance", "liquidation_distance_worst"),
        *("liquidation_price", "liquidation_price_down", "liquidation_price_up"),
        *("margin_ratio", "headroom", "shock_down", "shock_up", "shock_nearest"),
        *("venue_margin_ratio", "venue_liquidation_price", "venue_liquidation_distance"),
    }
)
"""Measures of blindness and of liquidation, the venue's own among them: a critical rule that reads
one is not silenced.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Realert:
    """When a firing alert is told again: `of` (a quantity, greater is worse) grew by `worse_by`
    since it was last told, and at most once each `every` seconds.
    """

    worse_by: float
    of: Expression
    every: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One alert rule. Durations are seconds.

    `where` keeps the rule to subjects whose labels have one of the given values. `clear` None
    means "not expr". What hovers or flaps is resolved after `settle` (`core/alerts/settling`), no
    firing is ever delayed. `unknown` says what an unknown truth does: hold the state, or count as
    true.
    """

    name: str
    scope: Scope
    expr: Expression
    clear: Expression | None = None
    where: Mapping[str, frozenset[str]]
    hold_for: float = 0.0
    keep_firing_for: float = 0.0
    settle: float = 600.0
    unknown: Literal["hold", "fire"] = "hold"
    severity: Severity = Severity.WARNING
    labels: Mapping[str, str]
    annotations: Mapping[str, Template]
    silenceable: bool = True
    realert: Realert | None = None

    @property
    def reads(self) -> frozenset[str]:
        """What it reads from a row, to judge or to show."""
        again = None if self.realert is None else self.realert.of
        conditions = [part.names for part in (self.expr, self.clear, again) if part is not None]
        shown = frozenset[str]().union(*(text.names for text in self.annotations.values()))
        told = [MADE_OF.get((self.scope, name), ()) for name in shown]
        return shown.union(*conditions, *told)

    def watches(self, subject: Subject) -> bool:
        """Whether this rule is about that subject."""
        return self.scope is subject.scope and all(
            subject.label(name) in values for name, values in self.where.items()
        )
