"""What is kept of one minute of watching: enough for a report, and little enough for weeks.

It is made of one look a second. What passes between two minutes is seen all the same: of what is
dangerous the worst of the looks is kept. What was unknown is kept as a time with its reason, and no
number stands in its place.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

MARK, TRADES, FUNDING, BOOKED, UNSEEN = "mark", "trades", "funding", "booked", "unseen"
PARTS = (MARK, TRADES, FUNDING, BOOKED, UNSEEN)
"""Into what a change of equity is split; they add up to it. `mark`: prices moved while nothing was
traded or booked. `trades`: positions changed (fees, and what was realised beside the mark).
`funding`: booked within 90 s of a time of funding, positions unchanged. `booked`: booked at any
other time (transfers, interest, fees). `unseen`: over a time in which it was not known.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolMinute:
    """One margin pool. `opens` and `closes` are its equity when it was first and last known in the
    minute, at these moments; None: at no time. `ratio` is the highest margin ratio, `distance`
    the lowest liquidation distance, of the position `nearest`; `disagreement` our ratio less the
    venue's where they were farthest apart; None where it was not known.
    """

    currency: str
    opens: float | None = None
    opens_at: float = 0.0
    closes: float | None = None
    closes_at: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)
    ratio: float | None = None
    distance: float | None = None
    nearest: str = ""
    disagreement: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeMinute:
    """One hedge as it was last known in the minute, and the `worst` drift of its looks."""

    money: str = ""
    exposure: float | None = None
    cover: float | None = None
    residual: float | None = None
    ratio: float | None = None
    target: float | None = None
    drift: float | None = None
    worst: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time in which something was not known: `what` of which subject, and why."""

    what: str
    subject: str
    begins: float
    ends: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What was seen from `begins` to `ends` (epoch seconds). `total` is what all that is owned is
    worth, in `currency`; `rates` what one unit of each currency of a pool is worth in it.
    `told` are receivers with the seconds it took to tell them; `untold` counts what they refused.
    Once an hour, else empty: `ahead` is what is to come, `rules` are those that are loaded,
    `standing` the episodes of alerts that fire.
    """

    begins: float
    ends: float
    currency: str = ""
    total: float | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    pools: Mapping[str, PoolMinute] = field(default_factory=dict)
    hedges: Mapping[str, HedgeMinute] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    told: tuple[tuple[str, float], ...] = ()
    untold: Mapping[str, int] = field(default_factory=dict)
    ahead: tuple[tuple[float, str], ...] = ()
    rules: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    instance: str = ""


def encode(minute: Minute) -> str:
    """As JSON, without what is empty; infinities are the strings `inf` and `-inf`."""
    return json.dumps(_plain(asdict(minute)), allow_nan=False, separators=(",", ":"))


def decode(text: str) -> Minute:
    """What `encode` wrote; KeyError, TypeError or ValueError when it did not."""
    held: dict[str, Any] = json.loads(text)
    return Minute(
        **{
            **held,
            "pools": {n: PoolMinute(**_floats(p)) for n, p in held.get("pools", {}).items()},
            "hedges": {n: HedgeMinute(**_floats(h)) for n, h in held.get("hedges", {}).items()},
            "accounts": tuple(held.get("accounts", ())),
            "spans": tuple(Span(**span) for span in held.get("spans", ())),
            "told": tuple((name, float(took)) for name, took in held.get("told", ())),
            "ahead": tuple((float(at), what) for at, what in held.get("ahead", ())),
            "rules": tuple(held.get("rules", ())),
            "standing": tuple(held.get("standing", ())),
        }
    )


_EMPTY: tuple[object, ...] = (None, "", (), {})
"""0 is none of these: it is known."""


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v not in _EMPTY}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.12g}") if isfinite(value) else str(value)
    return value


_WORDS = frozenset({"currency", "nearest", "money", "parts"})


def _floats(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each if name in _WORDS else float(each) for name, each in held.items()}
