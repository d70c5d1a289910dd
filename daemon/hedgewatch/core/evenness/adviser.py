"""The pools of the desk as vessels, and what is advised of them, worked out when it is asked for.

What may be taken out of a pool is an assumption, because the venue's initial margin depends on
settings that not every venue tells: what is left must be `RESERVE` times what the pool must be
worth, and notional ÷ leverage where leverage was told; and no more than the wallet goes out,
since unrealised profit cannot be withdrawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from hedgewatch.core import mending
from hedgewatch.core.book.book import Book
from hedgewatch.core.book.pooling import is_whole, wallet_of
from hedgewatch.core.book.rows import NOT_YET, PoolRow, PositionRow
from hedgewatch.core.book.solving import account_of, coin_price, is_inverse, moved
from hedgewatch.core.evenness.leveling import Leveling, Vessel, level
from hedgewatch.core.margin import Term
from hedgewatch.core.model import Known, Unknown

RESERVE = 2.0
"""Times the requirement that stays in a pool from which something is moved."""

FRESH_FOR = 1.0
"""Seconds for which an answer is given again."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What is advised for the pools of one currency. `left_out` are those of which nothing is
    known now, with the reason.
    """

    currency: str
    leveling: Leveling
    left_out: tuple[tuple[str, str], ...]


class Adviser:
    """Answers from the book of now, at most once in `FRESH_FOR` seconds.

    What is `judging` has answers of its own: what readers ask, and when, changes no decision.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self.judging = False
        self._answers = {True: _Answer(), False: _Answer()}
        self._top_ups: dict[PoolRow, Known] = {}
        self._cuts: dict[PositionRow, Known] = {}
        self._mended_at = -FRESH_FOR

    def advice(self) -> tuple[Advice, ...]:
        """One for each currency of which there are several pools."""
        return self._answer().advice

    def transfer_of(self, pool: PoolRow) -> Known:
        """What the pool should receive (+) or give (−) for the nearest line to be farthest."""
        answer = self._answer()
        if pool not in answer.changes:
            answer.renew(self._book)
        return answer.changes.get(pool, NOT_YET)

    def top_up_of(self, pool: PoolRow) -> Known:
        """What the pool lacks to be safe, in its currency."""
        if self.judging:
            return mending.top_up_to_safe(pool)
        self._forget_the_old()
        if pool not in self._top_ups:
            self._top_ups[pool] = mending.top_up_to_safe(pool)
        return self._top_ups[pool]

    def cut_of(self, position: PositionRow) -> Known:
        """The contracts without which its pool would be safe."""
        if self.judging:
            return mending.contracts_to_safe(position)
        self._forget_the_old()
        if position not in self._cuts:
            self._cuts[position] = mending.contracts_to_safe(position)
        return self._cuts[position]

    def top_up_alone_of(self, position: PositionRow) -> Known:
        """What its pool lacks to stand a move of its market alone, in the pool's currency."""
        return mending.top_up_alone(position)

    def _forget_the_old(self) -> None:
        """In a crash many alerts are shown at once, each in the words of now."""
        if not 0.0 <= self._book.now - self._mended_at < FRESH_FOR:
            self._mended_at = self._book.now
            self._top_ups, self._cuts = {}, {}

    def gain(self) -> Known:
        """How much farther the nearest line comes, in the currency where that is most."""
        answer = self._answer()
        gained = 0.0
        for each in answer.advice:
            for _, reason in each.left_out:
                return Unknown(reason, answer.at)
            gained = max(gained, each.leveling.gain)
        return gained

    def _answer(self) -> "_Answer":
        answer = self._answers[self.judging]
        if not 0.0 <= self._book.now - answer.at < FRESH_FOR:
            answer.renew(self._book)
        return answer


class _Answer:
    """What was worked out at one moment."""

    __slots__ = ("advice", "at", "changes")

    def __init__(self) -> None:
        self.at = -FRESH_FOR
        self.advice: tuple[Advice, ...] = ()
        self.changes: dict[PoolRow, Known] = {}

    def renew(self, book: Book) -> None:
        self.at = book.now
        self.changes = {}
        by_currency: dict[str, list[PoolRow]] = {}
        for pool in book.pools():
            by_currency.setdefault(_money_of(pool), []).append(pool)
        self.advice = tuple(
            self._advise(currency, pools) for currency, pools in by_currency.items()
        )

    def _advise(self, currency: str, pools: list[PoolRow]) -> Advice:
        names = {_name(pool): pool for pool in pools}
        known = [pool for pool in pools if _doubt(pool) is None]
        found = level([vessel_of(pool) for pool in known])
        left_out = []
        for name, pool in names.items():
            doubt = _doubt(pool)
            if doubt is not None:
                left_out.append((name, doubt.reason))
            self.changes[pool] = 0.0 if doubt is None else doubt
        for move in found.moves:
            source, target = names[move.source], names[move.target]
            self.changes[source] = _added(self.changes[source], -move.amount)
            self.changes[target] = _added(self.changes[target], move.amount)
        return Advice(currency, found, tuple(left_out))


def _doubt(pool: PoolRow) -> Unknown | None:
    """Why it cannot be evened: what it is worth above what it must be, or where it is liquidated,
    is not known.
    """
    numbers = (pool.headroom, pool.shock_nearest)
    return next((number for number in numbers if isinstance(number, Unknown)), None)


def _added(held: Known, amount: float) -> Known:
    return held if isinstance(held, Unknown) else held + amount


def _money_of(pool: PoolRow) -> str:
    """What can be moved into it: its currency, or for a whole account what counts there in full."""
    return f"{pool.currency} (whole accounts)" if is_whole(pool) else pool.currency


def _name(pool: PoolRow) -> str:
    return f"{pool.account.name}/{pool.name}"


def vessel_of(pool: PoolRow) -> Vessel:
    """A pool whose numbers are known."""
    betas = [1.0] if pool.plain else [held.beta for held in account_of(pool).legs]
    return Vessel(
        name=_name(pool),
        surplus_at=_plain_surplus(pool) if pool.plain else _mixed_surplus(pool),
        equity=_number(pool.equity),
        movable=_movable(pool),
        known_line=abs(_number(pool.shock_nearest)),
        bottom=-1.0 / max((1.0, *betas)),
    )


def _movable(pool: PoolRow) -> float:
    equity = _number(pool.equity)
    stays = RESERVE * (equity - _number(pool.headroom))
    if is_whole(pool):  # its positions are counted in several coins
        return max(0.0, equity - stays)
    initial = sum(
        _number(held.notional) / held.told_leverage for held in pool.positions if held.told_leverage
    )
    return max(0.0, min(wallet_of(pool), equity - max(stays, initial)))


def _number(value: Known) -> float:
    return 0.0 if isinstance(value, Unknown) else value


def _plain_surplus(pool: PoolRow) -> Callable[[float], float]:
    """Linear contracts of one currency: the sum of their lines, from bend to bend."""
    levels, slopes, starts = [wallet_of(pool)], [0.0], [0.0]
    bends = []
    for held in pool.positions:
        if held.leg is None:
            continue
        price, leg = held.market.price, held.leg
        levels[0] += leg.levels[0]
        slopes[0] += leg.slopes[0] * price
        pieces = zip(leg.starts, leg.levels, leg.slopes, strict=True)
        for (_, level_, slope), (start, next_level, next_slope) in pairwise(pieces):
            bends.append((start / price, next_level - level_, (next_slope - slope) * price))
    for start, level_, slope in sorted(bends):
        starts.append(start)
        levels.append(levels[-1] + level_)
        slopes.append(slopes[-1] + slope)
    line_at = Term(starts, levels, slopes).line_at

    def surplus_at(move: float) -> float:
        level_, slope = line_at(1.0 + move)
        return level_ + slope * (1.0 + move)

    return surplus_at


def _mixed_surplus(pool: PoolRow) -> Callable[[float], float]:
    """Any other pool: its account made anew with every price moved by its beta."""
    account = account_of(pool)
    coin = coin_price(pool)
    beta = next(iter(account.collateral.values())).beta if is_inverse(pool) else 0.0

    def surplus_at(move: float) -> float:
        return moved(pool, account, move).headroom / (coin * (1.0 + beta * move))

    return surplus_at
