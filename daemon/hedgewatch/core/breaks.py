"""Hedge breaks: which leg shrank, why, and how much of the hedge is uncovered since.

A break begins with what the venue says of a holding, never with its absence from our sight: a
first reading, a blind account or a reload break nothing. It ends when the hedge is known to fit
again, or when its owner changed its plan. Whether it fits is a matter of quantities: while sight
is lost the last known prices serve to say that it broke, and never that it is mended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.book.change import Moved
from hedgewatch.core.book.rows import AccountRow, HedgeLeg, HedgeRow
from hedgewatch.core.book.rows.hedge_break import FORCED, HedgeBreak, Recalled, gravest
from hedgewatch.core.model import EndReason, Scope

TOLERANCE = 0.01
"""A hedge within 1 % of its target, or within half a contract step, fits."""

FORGOTTEN_AFTER = 600.0
"""Seconds for which a loss is remembered that left the hedge fitting, should more follow."""

BY_HAND = frozenset({EndReason.CLOSED, EndReason.FLIPPED, EndReason.TRANSFERRED})
_UNTOLD = "told before the restart, which forgot the details"


class Fit(NamedTuple):
    """`missing` is cover that the target asks for (+), or cover too much (−), in the unit of the
    hedge's drift; `size` the larger of cover wanted and held; `tolerance` a fraction of it.
    """

    missing: float
    size: float
    tolerance: float

    @property
    def slack(self) -> float:
        """Cover that may be missing, or lost, without a hedge being off its target."""
        return self.tolerance * self.size

    @property
    def fits(self) -> bool:
        return abs(self.missing) <= self.slack


class Lost(NamedTuple):
    """What one side of a hedge lost, as the cover that was lost with it: in all, and of that by
    force and without a known cause.
    """

    in_all: float
    forced: float
    unexplained: float


def note_moves(
    hedges: Iterable[HedgeRow], account: AccountRow, moves: Sequence[Moved], now: float
) -> list[HedgeRow]:
    """Remember what legs of this account lost, and why; the hedges of which there is news."""
    told: list[HedgeRow] = []
    for hedge in hedges if moves else ():
        for leg in (*hedge.exposure, *hedge.cover):
            mine = _moves_of(leg, account, moves)
            if mine and _note(hedge, leg, account, mine, now):
                told.append(hedge)
    return told


def _moves_of(leg: HedgeLeg, account: AccountRow, moves: Sequence[Moved]) -> list[Moved]:
    """Those of the moves in an account that are of what the leg holds."""
    if leg.plan.account != account.name:
        return []
    parts = ((move, leg.part(move.of)) for move in moves)
    return [replace(move, by=move.by * part) for move, part in parts if part]


def _note(
    hedge: HedgeRow, leg: HedgeLeg, account: AccountRow, moves: Sequence[Moved], now: float
) -> bool:
    """Take in what changed of one leg, or why it did; whether that is news of a break."""
    cause, amount = _loss(_held(leg, account), moves)
    if amount > 0.0:
        hedge.broken = hedge.broken or HedgeBreak(hedge.plan)
        hedge.broken.lose(leg.plan, cause, amount, now)
        return True
    if hedge.broken is not None:
        hedge.broken.regain(leg.plan, -amount)
    late = [move.end for move in moves if move.end is not None and not move.by]
    if hedge.broken is None or not late:
        return False
    return hedge.broken.explain(leg.plan, late[-1], now)


def _loss(held: float, moves: Sequence[Moved]) -> tuple[EndReason, float]:
    """Why and by how much what is `held` after the moves shrank; by nothing when it grew.

    What turned around is lost whole: the other direction covers nothing.
    """
    before = held - sum(move.by for move in moves)
    turned = held * before < 0.0
    unsaid = EndReason.FLIPPED if turned else EndReason.UNKNOWN
    cause = gravest(move.end or unsaid for move in moves if move.by * before < 0.0)
    return cause, abs(before) if turned else abs(before) - abs(held)


def _held(leg: HedgeLeg, account: AccountRow) -> float:
    if leg.plan.symbol:
        return sum(position.contracts for position in leg.positions)
    return leg.owned(account)


def recall(hedges: Mapping[str, HedgeRow], records: Iterable[AlertRecord]) -> None:
    """After a restart: a hedge whose alert of a break stands is broken until it is known to fit."""
    for record in records:
        hedge = hedges.get(record.subject.label("hedge"))
        stands = record.state in {AlertState.PENDING, AlertState.FIRING}
        if hedge is None or record.subject.scope is not Scope.HEDGE or not stands:
            continue
        if any(record.values.get(name) is True for name in _FLAGS):
            hedge.broken = HedgeBreak(hedge.plan, _recalled(record, hedge.broken))


_FLAGS = ("hedge_broken", "break_forced", "break_unexplained")


def _recalled(record: AlertRecord, other: HedgeBreak | None) -> Recalled:
    """What a stored alert says, with what another one on the same hedge said already."""
    said = other.recalled if other is not None else None
    forced = record.values.get("break_forced") is True
    unexplained = record.values.get("break_unexplained") is True
    cause = record.annotations.get("cause") or (said.cause if said else _UNTOLD)
    if said is None:
        return Recalled(forced, unexplained, cause)
    graver = (forced, unexplained) > (said.forced, said.unexplained)
    return Recalled(
        forced or said.forced, unexplained or said.unexplained, cause if graver else said.cause
    )


def forget_small_losses(hedges: Iterable[HedgeRow], now: float) -> None:
    """What was lost long ago, and left the hedge fitting, is no part of what comes now."""
    for hedge in hedges:
        broken = hedge.broken
        if broken is not None and not broken.stands and now - broken.at > FORGOTTEN_AFTER:
            hedge.broken = None


def judge_break(hedge: HedgeRow, *, known: bool) -> None:
    """Whether what was lost still leaves the hedge broken. `known`: nothing of it is in doubt.

    Flags that this leaves alone stay as the caller set them: False, or unknown.
    """
    broken = hedge.broken
    if broken is None or broken.plan != hedge.plan:
        hedge.broken = None  # its owner wants another hedge now
        return
    fit = fit_of(hedge)
    if fit is None or (broken.recalled and not known):
        return  # nothing to judge it by
    if not fit.fits:
        _judge_misfit(hedge, broken, fit, known=known)
    elif known:  # in doubt it may only seem so
        _judge_fit(hedge, broken, fit)


def _judge_fit(hedge: HedgeRow, broken: HedgeBreak, fit: Fit) -> None:
    """On its target a hedge remembers small losses, because more may follow. It forgets a break
    that stood, which is mended, and more than it can have lost without one: that was too much.
    """
    sides = (hedge.cover, hedge.exposure)
    most = max(_lost_of(hedge, side, broken).in_all for side in sides)
    if broken.stands or most > 2.0 * fit.slack:
        hedge.broken = None


def _judge_misfit(hedge: HedgeRow, broken: HedgeBreak, fit: Fit, *, known: bool) -> None:
    """Off its target a hedge is broken if the side that is too small lost more than the slack."""
    too_small = hedge.cover if fit.missing > 0.0 else hedge.exposure
    if known:
        broken.keep(leg.plan for leg in too_small)
    _flag(hedge, _lost_of(hedge, too_small, broken), fit.slack, broken.recalled)
    broken.stands = hedge.hedge_broken is True


def _flag(hedge: HedgeRow, lost: Lost, slack: float, recalled: Recalled | None) -> None:
    """Say that the hedge is broken and by what; not when what was lost would not break it."""
    if lost.in_all <= slack and recalled is None:
        return
    before = recalled or _NOTHING_SAID
    hedge.hedge_broken = True
    hedge.break_forced = lost.forced > slack or before.forced
    hedge.break_unexplained = not hedge.break_forced and (
        lost.forced + lost.unexplained > slack or before.unexplained
    )


_NOTHING_SAID = Recalled(forced=False, unexplained=False, cause="")


def _lost_of(hedge: HedgeRow, side: tuple[HedgeLeg, ...], broken: HedgeBreak) -> Lost:
    legs = {leg.plan: leg for leg in side}
    cover_of_one = 1.0 if side is hedge.cover else hedge.aim
    in_all = forced = unexplained = 0.0
    for loss in broken.losses():
        if loss.leg not in legs:
            continue
        amount = _worth(hedge, legs[loss.leg], loss.amount) * cover_of_one
        in_all += amount
        if loss.cause in FORCED:
            forced += amount
        elif loss.cause not in BY_HAND:
            unexplained += amount
    return Lost(in_all, forced, unexplained)


def _worth(hedge: HedgeRow, leg: HedgeLeg, amount: float) -> float:
    """So many contracts or coins of a leg, with the share of them that is this hedge's."""
    market = leg.market.market
    size = market.contract_size if market else 0.0
    if market and not market.linear:
        size /= leg.market.price
    units = leg.base_units if leg.plan.asset else size
    return abs(_delta(hedge, leg, amount * units * leg.plan.share))


def fit_of(hedge: HedgeRow) -> Fit | None:
    """How far the hedge is from its target at the last known prices; None before all was read."""
    legs = (*hedge.exposure, *hedge.cover)
    if any(leg.market.market is None or not leg.market.price or not leg.told for leg in legs):
        return None
    exposure = sum(_delta(hedge, leg, leg.quantity) for leg in hedge.exposure)
    held = sum(_delta(hedge, leg, leg.quantity) for leg in hedge.cover)
    wanted = -hedge.aim * exposure
    size = max(abs(wanted), abs(held))
    missing = missing_cover(exposure, wanted, held)
    rounding = _half_step(hedge) / size if size else 0.0
    return Fit(missing, size, max(TOLERANCE, rounding))


def missing_cover(exposure: float, wanted: float, held: float) -> float:
    """Cover that the target asks for and is not there (+), or that is too much (−)."""
    if exposure == 0.0:
        return -abs(held)
    return held - wanted if exposure > 0.0 else wanted - held


def _half_step(hedge: HedgeRow) -> float:
    """What no whole contract can mend; 0 when the cover is several markets."""
    leg = hedge.cover[0]
    market = leg.market.market
    if len(hedge.cover) > 1 or market is None:
        return 0.0
    return _worth(hedge, leg, 0.5 * float(market.step)) / leg.plan.share


def _delta(hedge: HedgeRow, leg: HedgeLeg, quantity: float) -> float:
    """Base units of a leg in the unit in which the hedge's drift is measured."""
    if hedge.in_coins:
        return quantity * leg.underlying_units
    return quantity * leg.market.price * leg.rate * leg.plan.beta
