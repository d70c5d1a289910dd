"""What stands first where the book is shown: the worst. What is unknown may be anything, so that it
comes before all that is known.

Figures are rounded, so that rows that are equally near do not change places each second.
"""

from hedgewatch.telemetry.exposition import Row

Rank = tuple[bool, float, str]


def pool_rank(row: Row) -> Rank:
    """By whole percents of the margin ratio."""
    return _ranked(row, _number(row, "margin_ratio"))


def position_rank(row: Row) -> Rank:
    """By whole percents to its nearest liquidation price."""
    distance = _number(row, "liquidation_distance")
    return _ranked(row, None if distance is None else -distance)


def hedge_rank(row: Row) -> Rank:
    """By whole percents of drift to either side; a broken one is worse than any drift."""
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
    return True, -round(badness, 2), str(row.subject)
