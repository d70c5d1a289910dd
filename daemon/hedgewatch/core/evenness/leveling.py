"""How much moved between pools of one currency puts the nearest liquidation line farthest away.

A pool is a surplus in a common move of all prices, concave, to which what is moved adds as much at
every move. At a distance d it can spare, or lacks, the lesser of its surpluses at −d and +d. What
all pools need together only grows with d, so that one d is the farthest to which all can be
brought: water that finds its level. It is found to the last float, by secants within a bracket.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, ulp

LEAST_GAIN = 0.005
"""A nearest line that comes out less than half a point farther is not worth a transfer."""

LEAST_SHARE = 0.01
"""Nor is a transfer below 1 % of the equity of the pool that would receive it."""

FARTHEST = 1_000.0
"""A line beyond a thousandfold price is none."""

_EDGE = 1.0 - 1e-6
"""Prices fall to nearly nothing: at nothing an inverse contract has no value."""

_NOTHING = 1.0 - 2e-6
"""A line below that is none: whoever stands there stands whatever comes, but for rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vessel:
    """One pool: its surplus at a common move, in its currency; its equity; how much of it may be
    taken out; the move at which a price of it is 0; and where its nearer line is, if known.
    """

    name: str
    surplus_at: Callable[[float], float]
    equity: float
    movable: float
    bottom: float = -1.0
    known_line: float | None = None

    def spare(self, distance: float) -> float:
        """The lesser surplus at this distance either way; it never grows with the distance."""
        down = max(-distance, self.bottom * _EDGE)
        return min(self.surplus_at(down), self.surplus_at(distance))

    @property
    def line_now(self) -> float:
        """As `line`, worked out only where nobody knew it."""
        return self.line() if self.known_line is None else self.known_line

    def line(self, added: float = 0.0) -> float:
        """The distance of its nearer line, with so much added: 0 when it is beyond already."""
        bottom = self.bottom
        down = _farthest(lambda way: -self.surplus_at(max(-way, bottom * _EDGE)) - added, 0.0)
        up = _farthest(lambda way: -self.surplus_at(way) - added, 0.0)
        return min(inf if down > -bottom * _NOTHING else down, up)


@dataclass(frozen=True, slots=True)
class Move:
    """So much from one pool to another, in their currency."""

    source: str
    target: str
    amount: float


@dataclass(frozen=True, slots=True)
class Leveling:
    """The nearest line of all pools as it is, and as it would be after the moves."""

    before: float
    after: float
    moves: tuple[Move, ...] = ()

    @property
    def gain(self) -> float:
        return self.after - self.before if self.moves else 0.0


def level(vessels: Sequence[Vessel]) -> Leveling:
    """The moves that bring the nearest line farthest away; none where it is not worth it."""
    lines = {vessel.name: vessel.line_now for vessel in vessels}
    before = min(lines.values(), default=inf)
    reached = _farthest(lambda distance: _needed(vessels, distance), before)
    if before == inf or reached <= before:
        return Leveling(before, before)
    moves = _worth_while(_paired(_changes(vessels, reached)), vessels)
    for vessel in vessels:
        moved = sum(_signed(move, vessel.name) for move in moves)
        if moved:
            lines[vessel.name] = vessel.line(moved)
    after = min(lines.values())
    if after - before < LEAST_GAIN:
        return Leveling(before, before)
    return Leveling(before, after, moves)


def _changes(vessels: Iterable[Vessel], distance: float) -> dict[str, float]:
    """What each pool receives (+) or gives (−) so that all lines are at this distance or beyond.

    Where more could be given than is needed, each gives the same part of it.
    """
    changes = {vessel.name: _need(vessel, min(distance, FARTHEST)) for vessel in vessels}
    taken = sum(change for change in changes.values() if change > 0.0)
    given = -sum(change for change in changes.values() if change < 0.0)
    part = min(taken / given, 1.0) if given else 0.0
    return {name: need if need > 0.0 else need * part for name, need in changes.items()}


def _need(vessel: Vessel, distance: float) -> float:
    return max(-vessel.spare(distance), -vessel.movable)


def _needed(vessels: Iterable[Vessel], distance: float) -> float:
    return sum(_need(vessel, distance) for vessel in vessels)


def _paired(changes: dict[str, float]) -> list[Move]:
    """Few transfers: who has most to give gives to who lacks most."""
    order = sorted(changes.items(), key=lambda change: (-abs(change[1]), change[0]))
    givers = [(name, -change) for name, change in order if change < 0.0]
    moves = []
    for target, lacking in ((name, change) for name, change in order if change > 0.0):
        left = lacking
        while left > 0.0 and givers:
            source, held = givers[0]
            amount = min(left, held)
            moves.append(Move(source, target, amount))
            left -= amount
            givers[:1] = [(source, held - amount)] if held > amount else []
    return moves


def _worth_while(moves: Iterable[Move], vessels: Iterable[Vessel]) -> tuple[Move, ...]:
    equity = {vessel.name: vessel.equity for vessel in vessels}
    return tuple(
        move for move in moves if move.amount >= LEAST_SHARE * max(equity[move.target], 0.0)
    )


def _signed(move: Move, name: str) -> float:
    return move.amount * ((move.target == name) - (move.source == name))


def _farthest(need: Callable[[float], float], low: float) -> float:
    """The farthest distance at which a need that never falls is not above 0: `low` when there is
    none beyond it, +inf when it is not above 0 anywhere.
    """
    if low == inf or need(low) > 0.0:
        return low
    high = max(2.0 * low, 0.5)
    while need(high) <= 0.0:
        low, high = high, 2.0 * high
        if low > FARTHEST:
            return inf
    return _last_float(need, low, high)


def _last_float(need: Callable[[float], float], low: float, high: float) -> float:
    """Each round halves the bracket at least, and closes in from both sides on straight pieces."""
    ends = [need(low), need(high)]
    while low < (low + high) / 2.0 < high:
        guess = low - ends[0] * (high - low) / (ends[1] - ends[0])
        for step in (0.0, 4.0 * ulp(high), -4.0 * ulp(high), None):
            probe = (low + high) / 2.0 if step is None else guess + step
            if not low < probe < high:
                continue
            found = need(probe)
            if found <= 0.0:
                low, ends[0] = probe, found
            else:
                high, ends[1] = probe, found
    return low
