"""What stands first where the book is shown: the worst. What is unknown may be anything, so that it
comes before all that is known.

Figures are rounded as they are shown, to a tenth of a percent: what looks equal does not change
places each second.
"""

from math import inf

from hedgewatch.telemetry.exposition import Row

Rank = tuple[bool, float, str]


def pool_rank(row: Row) -> Rank:
    """By the margin ratio."""
    return _ranked(row, _number(row, "margin_ratio"))


def position_rank(row: Row) -> Rank:
    """By how far the nearest liquidation price is; where that is not known by the worst case."""
    distance = _number(row, "liquidation_distance")
    if distance is None:
        worst = _number(row, "liquidation_distance_worst")
        return False, -inf if worst is None else round(worst, 3), str(row.subject)
    return _ranked(row, -distance)


def hedge_rank(row: Row) -> Rank:
    """By the drift to either side; a broken one is worse than any drift."""
    drift = _number(row, "hedge_drift")
    is_broken = getattr(row, "hedge_broken", None) is True
    return _ranked(row, None if drift is None or is_broken else abs(drift))


def account_rank(row: Row) -> Rank:
    """Those first that cannot be vouched for."""
    is_seen = (
        getattr(row, "account_blind", None) is False
        and getattr(row, "account_unusable", None) is not True
        and not getattr(row, "doubt_reason", "")
    )
    return is_seen, 0.0, str(row.subject)


def asset_rank(row: Row) -> Rank:
    """By the first digit of what is exposed to it, long and short together."""
    gross = _number(row, "gross_exposure")
    return _ranked(row, None if gross is None else float(f"{gross:.0e}"))


def _number(row: Row, name: str) -> float | None:
    value = getattr(row, name, None)
    return value if isinstance(value, float) else None


def _ranked(row: Row, badness: float | None) -> Rank:
    if badness is None:
        return False, 0.0, str(row.subject)
    return True, -round(badness, 3), str(row.subject)
