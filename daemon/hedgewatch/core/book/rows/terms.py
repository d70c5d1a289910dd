"""The rulebook of a venue, and how an account is set, as they changed under what is held."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from hedgewatch.core.book.rows.row import Row
from hedgewatch.core.events import VenueWarned
from hedgewatch.core.model import Known, Subject, Unknown
from hedgewatch.core.wording import time_of_day

if TYPE_CHECKING:  # they name their account
    from hedgewatch.core.book.rows.pool import PoolRow

TOLD_FOR = 3_600.0
"""Seconds for which a change, or a warning, is told."""

_UNCHANGED = Unknown("nothing has changed", 0.0)
_NOTHING_ELSE = Unknown("nothing else prices its collateral", 0.0)
_NOT_WARNED = Unknown("the venue has not warned", 0.0)
_MINUTE = 60.0
_OF_MARGIN = frozenset({"margin_call", "liquidation"})
_MOST = 8
"""So many changes and warnings are remembered of one kind."""


@dataclass(frozen=True, slots=True)
class TermsChange:
    """`what` changed from one to another at `at` (our clock); `reached` is how bad things were just
    before: the distance to liquidation of a position, the margin ratio of an account.
    """

    what: str
    before: str
    after: str
    at: float
    reached: Known

    def __str__(self) -> str:
        return f"{self.what} {self.before} → {self.after}"


Changes = tuple[TermsChange, ...]
"""Those that are told still, the latest last."""


def highest(*ratios: Known) -> Known:
    """The highest of those that are known; unknown when none is."""
    known = [ratio for ratio in ratios if not isinstance(ratio, Unknown)]
    return max(known) if known else ratios[-1]


def worded(changes: Changes) -> str:
    """All of them in words; empty where nothing changed."""
    return "; ".join(map(str, changes))


def recent(changes: Iterable[TermsChange], now: float) -> Changes:
    """Those that are told still."""
    return tuple(change for change in changes if now - change.at < TOLD_FOR)[-_MOST:]


def age(changes: Changes, now: float) -> float:
    """Seconds since the last of them; +inf: nothing changed."""
    return max(0.0, now - changes[-1].at) if changes else inf


def reached(changes: Changes) -> Known:
    """How bad things were before the first of those that are told."""
    return changes[0].reached if changes else _UNCHANGED


class AccountNews(Row):
    """How an account is set and what its coins count as margin, as it changed, and what its venue
    warned of. Ages are as of the last half second, +inf: never. `modes` are of markets: whether its
    positions have two sides, as an open one showed last.
    """

    __slots__ = (
        "collateral_change_age_seconds",
        "collateral_deviation",
        "collateral_terms",
        "deviating_coin",
        "margin_ratio_before_warning",
        "modes",
        "peaks",
        "peaks_since",
        "settings",
        "settings_change_age_seconds",
        "venue_warning_age_seconds",
        "warnings",
    )  # fmt: skip

    venue: str
    pools: "dict[str, PoolRow]"

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.settings: Changes = ()
        self.collateral_terms: Changes = ()
        self.settings_change_age_seconds = self.collateral_change_age_seconds = inf
        self.modes: dict[str, bool] = {}
        self.warnings: tuple[tuple[VenueWarned, float], ...] = ()
        self.venue_warning_age_seconds = inf
        self.peaks: tuple[Known, Known] = (_NOT_WARNED, _NOT_WARNED)
        self.peaks_since = 0.0
        self.margin_ratio_before_warning: Known = _NOT_WARNED
        self.collateral_deviation: Known = _NOTHING_ELSE
        self.deviating_coin = ""

    def change_settings(self, change: TermsChange) -> None:
        """Its owner, or its venue, set it otherwise."""
        self.settings = (*recent(self.settings, change.at), change)
        self.settings_change_age_seconds = 0.0

    def change_collateral(self, changes: Iterable[TermsChange], now: float) -> None:
        """Coins count for more, or for less."""
        found = tuple(changes)
        if found:
            self.collateral_terms = (*recent(self.collateral_terms, now), *found)
            self.collateral_change_age_seconds = 0.0

    def warn(self, warning: VenueWarned, now: float) -> None:
        """The venue warned, or told that it acts; what it acts on may be gone here already."""
        self.warnings = (*self.warnings, (warning, now))
        if warning.kind in _OF_MARGIN:
            self.margin_ratio_before_warning = highest(*self.peaks, self.highest_margin_ratio)
        self._age_warnings(now)

    def _age_warnings(self, now: float) -> None:
        """What is told of auto-deleveraging is no want of margin, and no warning of one."""
        self.warnings = tuple(pair for pair in self.warnings if now - pair[1] < TOLD_FOR)[-_MOST:]
        meant = (now - at for warning, at in self.warnings if warning.kind in _OF_MARGIN)
        self.venue_warning_age_seconds = max(0.0, min(meant, default=inf))

    def _note_peak(self, now: float) -> None:
        """The highest margin ratio of this minute, and of the one before."""
        ratio = self.highest_margin_ratio
        if now - self.peaks_since > _MINUTE:
            self.peaks, self.peaks_since = (ratio, self.peaks[0]), now
        else:
            self.peaks = highest(self.peaks[0], ratio), self.peaks[1]

    def age_news(self, now: float) -> None:
        """Time passed."""
        self._note_peak(now)
        if self.settings:
            self.settings = recent(self.settings, now)
            self.settings_change_age_seconds = age(self.settings, now)
        if self.collateral_terms:
            self.collateral_terms = recent(self.collateral_terms, now)
            self.collateral_change_age_seconds = age(self.collateral_terms, now)
        if self.warnings:
            self._age_warnings(now)

    @property
    def highest_margin_ratio(self) -> Known:
        """Unknown when one of them is."""
        highest = 0.0
        for pool in self.pools.values():
            if isinstance(pool.margin_ratio, Unknown):
                return pool.margin_ratio
            highest = max(highest, pool.margin_ratio)
        return highest

    @property
    def margin_ratio_before_settings(self) -> Known:
        return reached(self.settings)

    @property
    def margin_ratio_before_collateral(self) -> Known:
        return reached(self.collateral_terms)

    @property
    def settings_change(self) -> str:
        """What of its settings changed, in words."""
        return worded(self.settings)

    @property
    def collateral_change(self) -> str:
        """What of its collateral counts otherwise, in words."""
        return worded(self.collateral_terms)

    @property
    def venue_warning(self) -> str:
        """What the venue itself said last: a sentence without its full stop."""
        if not self.warnings:
            return f"{self.venue} itself has not warned"
        warning, at = self.warnings[-1]
        about = f" of {warning.symbol}" if warning.symbol else ""
        said = f" ({warning.text})" if warning.text else ""
        kind = warning.kind.replace("_", "-")
        return f"{self.venue} itself told of a {kind}{about} at {time_of_day(at)}{said}"


class PositionNews(Row):
    """What changed of the rules of a position's market, and of how it is set. Tiers have measures
    of their own. Ages are as of the last half second, +inf: never.
    """

    __slots__ = ("settings", "settings_change_age_seconds", "terms", "terms_change_age_seconds")

    liquidation_distance: Known

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self.terms: Changes = ()
        self.settings: Changes = ()
        self.terms_change_age_seconds = self.settings_change_age_seconds = inf

    def change_terms(
        self, told: Iterable[tuple[str, str, str]], now: float, reached: Known | None = None
    ) -> None:
        """What changed of its market: what, from what, to what."""
        distance = self.liquidation_distance if reached is None else reached
        found = [TermsChange(*words, now, distance) for words in told]
        if found:
            self.terms = (*recent(self.terms, now), *found)
            self.terms_change_age_seconds = 0.0

    def change_settings(
        self, words: tuple[str, str, str], now: float, reached: Known | None = None
    ) -> None:
        """Its owner set it otherwise: what, from what, to what."""
        distance = self.liquidation_distance if reached is None else reached
        change = TermsChange(*words, now, distance)
        self.settings = (*recent(self.settings, now), change)
        self.settings_change_age_seconds = 0.0

    def age_news(self, now: float) -> None:
        """Time passed."""
        if self.terms:
            self.terms = recent(self.terms, now)
            self.terms_change_age_seconds = age(self.terms, now)
        if self.settings:
            self.settings = recent(self.settings, now)
            self.settings_change_age_seconds = age(self.settings, now)

    @property
    def liquidation_distance_before_terms(self) -> Known:
        return reached(self.terms)

    @property
    def liquidation_distance_before_settings(self) -> Known:
        return reached(self.settings)

    @property
    def terms_change(self) -> str:
        """What of its market changed, in words."""
        return worded(self.terms)

    @property
    def settings_change(self) -> str:
        """How it was set otherwise, in words."""
        return worded(self.settings)
