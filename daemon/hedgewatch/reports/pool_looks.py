"""One margin pool, looked at each second of a minute: what its equity did, and by what."""

from dataclasses import dataclass, field
from math import isfinite

from hedgewatch.core.book.rows import PoolRow, PositionRow
from hedgewatch.core.model import Unknown
from hedgewatch.reports.minute import BOOKED, FUNDING, MARK, TRADES, UNSEEN, PoolMinute

_FUNDED_WITHIN = 90.0
"""Venues book funding up to a minute after its time, and we may hear of it in the next reading."""

_ROUNDING = 1e-7
"""A part of the equity; some venues' wallets are their equity less the profit, rounded twice."""

Position = tuple[str, str, float, float, float | None]
"""Its symbol and kind, its signed quantity, its entry price, its isolated wallet."""


@dataclass(frozen=True, slots=True)
class _Held:
    """What a pool held at a look: a change of it explains a change of equity."""

    positions: tuple[Position, ...]
    marks: tuple[float, ...]
    wallets: tuple[tuple[str, float], ...]

    def moved(self, now: "_Held") -> float:
        """What prices made of these positions since, in the currency of linear contracts."""
        marks = {each[:2]: mark for each, mark in zip(now.positions, now.marks, strict=True)}
        pairs = zip(self.positions, self.marks, strict=True)
        return sum(each[2] * (marks.get(each[:2], mark) - mark) for each, mark in pairs)


@dataclass(slots=True)
class PoolLooks:
    """Goes on over minutes. A look at which the equity is unknown makes the next change unseen."""

    _minute: dict[str, float] = field(default_factory=dict)
    _parts: dict[str, float] = field(default_factory=dict)
    _nearest: str = ""
    _equity: float | None = None
    _looked_at: float = 0.0
    _held: _Held | None = None
    _gap: bool = True

    def look(self, pool: PoolRow, now: float) -> Unknown | None:
        """Take it as it stands; why its equity is not known, None when it is."""
        self._dangers(pool)
        equity = pool.equity
        if isinstance(equity, Unknown) or not isfinite(equity):
            self._gap = True
            return equity if isinstance(equity, Unknown) else Unknown("no number", now)
        held = _held_of(pool)
        if not self._gap and self._equity is not None and self._held is not None:
            self._begin(self._equity, self._looked_at)
            self._split(equity - self._equity, self._held, held, pool, now)
        elif "opens" in self._minute:  # not known for a while within this minute
            self._add(UNSEEN, equity - self._minute["closes"])
        self._begin(equity, now)
        self._minute |= {"closes": equity, "closes_at": now}
        self._equity, self._looked_at, self._held, self._gap = equity, now, held, False
        return None

    def end(self, pool: PoolRow) -> PoolMinute:
        """What the minute was; the next begins."""
        told = PoolMinute(
            currency=pool.currency,
            nearest=self._nearest,
            parts={name: part for name, part in self._parts.items() if part},
            **self._minute,
        )
        self._minute, self._parts, self._nearest = {}, {}, ""
        return told

    def _begin(self, equity: float, at: float) -> None:
        self._minute.setdefault("opens", equity)
        self._minute.setdefault("opens_at", at)

    def _split(self, change: float, before: _Held, held: _Held, pool: PoolRow, now: float) -> None:
        if before.positions == held.positions and not _booked(before, held, pool):
            self._add(MARK, change)
            return
        moved = before.moved(held) if pool.plain else 0.0
        self._add(MARK, moved)
        self._add(_cause(before, held, pool, now), change - moved)

    def _add(self, part: str, change: float) -> None:
        self._parts[part] = self._parts.get(part, 0.0) + change

    def _dangers(self, pool: PoolRow) -> None:
        if not isinstance(ratio := pool.margin_ratio, Unknown):
            self._minute["ratio"] = max(ratio, self._minute.get("ratio", ratio))
        if not isinstance(apart := pool.margin_ratio_disagreement, Unknown):
            known = self._minute.get("disagreement", apart)
            self._minute["disagreement"] = max(apart, known, key=abs)
        for position in _open(pool):
            distance = position.liquidation_distance
            lowest = self._minute.get("distance")
            if not isinstance(distance, Unknown) and (lowest is None or distance < lowest):
                self._minute["distance"], self._nearest = distance, position.symbol


def _open(pool: PoolRow) -> list[PositionRow]:
    return [position for position in pool.positions if position.contracts]


def _held_of(pool: PoolRow) -> _Held:
    positions = _open(pool)
    return _Held(
        tuple((p.symbol, p.kind, p.quantity, p.entry_price, p.isolated_wallet) for p in positions),
        tuple(position.market.price for position in positions),
        () if pool.isolated else _wallets(pool),
    )


def _wallets(pool: PoolRow) -> tuple[tuple[str, float], ...]:
    """The balances that back it: of one currency, or all where the account is one pool."""
    balances = pool.account.balances
    backing = balances if pool.account.is_whole else balances.keys() & {pool.currency}
    return tuple((name, balances[name].cross_wallet) for name in sorted(backing))


def _booked(before: _Held, held: _Held, pool: PoolRow) -> bool:
    """Whether a wallet changed by more than how its venue rounds from reading to reading."""
    if before.wallets == held.wallets:
        return False
    equity = 0.0 if isinstance(pool.equity, Unknown) else abs(pool.equity)
    old, new = dict(before.wallets), dict(held.wallets)
    if old.keys() != new.keys():
        return True
    prices = pool.account.collateral
    worth = {name: prices[name].price if name in prices else 1.0 for name in old}
    return any(abs(new[n] - old[n]) * worth[n] > _ROUNDING * equity for n in old)


def _cause(before: _Held, held: _Held, pool: PoolRow, now: float) -> str:
    if before.positions != held.positions:
        return TRADES
    return FUNDING if any(_funded(position, now) for position in _open(pool)) else BOOKED


def _funded(position: PositionRow, now: float) -> bool:
    """Whether a time of funding of its market has just passed: they are counted from midnight."""
    market = position.market.market
    interval = None if market is None else market.funding_interval
    return bool(interval) and now % float(interval or 1.0) < _FUNDED_WITHIN
