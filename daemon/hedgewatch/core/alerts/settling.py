"""When an alert that is clear may be called resolved. No firing is ever delayed.

Whoever is told "resolved" goes back to sleep. What hovers on its threshold would wake him again a
minute later, so the end of an alert waits until it is believable. By its rule's `settle`:

- What left its danger in one step, by more than a hair (a top-up, a trade, a feed that came back),
  is resolved at once. A hair is a tenth of the threshold; of what a price or a window moved, half
  of it: a market that leaps out leaps back.
- What drifted out of it is resolved `settle` after it fired, at the earliest.
- What came back within `settle` of its last resolution flaps: until it was quiet for a day, it is
  resolved when it was clear, without a break, for `settle`.
"""

from dataclasses import replace

from hedgewatch.core.alert_model import Past
from hedgewatch.core.book.rows import MarketRow, Row
from hedgewatch.core.expression import ROOM, decidedly, windowing_of
from hedgewatch.core.judgement import Alert, Observation
from hedgewatch.core.rules import Rule
from hedgewatch.core.wording import spoken

QUIET = 86_400.0
"""Seconds after which it is forgotten that an alert flapped, or that there was one."""

_MOST_REMEMBERED = 20


_FAR = 0.5
"""The part of a threshold by which a market has to leave it in one step to be believed."""


def note_clear(rule: Rule, row: Row, alert: Alert, *, clear: bool) -> None:
    """Remember whether the alert is clear by what is known, and how it came to be."""
    seen = row.observation()
    if clear and not alert.clear:
        before = alert.seen_true if alert.seen is None else alert.seen
        room = _FAR if _drifts(rule) or _market_moved(seen, before) else ROOM
        alert.leapt = _decidedly_clear(rule, row, room)
    alert.clear = clear
    alert.seen = seen


def _drifts(rule: Rule) -> bool:
    """Whether it reads the recent past, which moves by itself."""
    names = rule.expr.names if rule.clear is None else rule.expr.names | rule.clear.names
    return any(map(windowing_of, names))


def _market_moved(seen: Observation, before: Observation) -> bool:
    """Whether a price came since, and not news of what is held."""
    return any(
        isinstance(source, MarketRow) and times > before.get(source, 0)
        for source, times in seen.items()
    )


def _decidedly_clear(rule: Rule, row: Row, room: float) -> bool:
    if rule.clear is None:
        return decidedly(rule.expr.root, row, wanted=False, room=room)
    return decidedly(rule.clear.root, row, wanted=True, room=room)


def resolved_at(rule: Rule, alert: Alert) -> float | None:
    """When an alert that is clear may be called resolved if it stays so, epoch seconds, perhaps
    past: then with the next observation. None while it is not clear.
    """
    record = alert.record
    if record.clear_since is None:
        return None
    if record.past.flaps:
        return record.clear_since + max(rule.settle, rule.keep_firing_for)
    kept = record.clear_since + rule.keep_firing_for
    fired_at = record.active_since if record.fired_at is None else record.fired_at
    return kept if alert.leapt else max(kept, fired_at + rule.settle)


def settled(rule: Rule, alert: Alert, now: float) -> bool:
    """Whether an alert that has been clear since `record.clear_since` may be resolved."""
    at = resolved_at(rule, alert)
    return at is not None and now >= at


def firing_again(rule: Rule, past: Past, now: float) -> Past:
    """The past of an alert that fires now."""
    fired = tuple(at for at in past.fired if now - at <= QUIET)
    back = past.over_at is not None and now - past.over_at < rule.settle
    return replace(past, fired=(*fired, now)[-_MOST_REMEMBERED:], flaps=past.flaps or back)


def is_forgotten(past: Past, now: float) -> bool:
    """Whether a resolved alert was quiet for so long that its past is of no account."""
    return past.over_at is None or now - past.over_at > QUIET


def flapping(past: Past, now: float) -> str:
    """How often it fired in which time, empty when it does not flap."""
    if not past.flaps or len(past.fired) < 2:  # noqa: PLR2004 (what fired once came back from nowhere)
        return ""
    return f"flapping: fired {len(past.fired)} times in {spoken(now - past.fired[0])}"
