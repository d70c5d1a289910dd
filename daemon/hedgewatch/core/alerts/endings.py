"""The alerts of what is gone: positions and pools, with the reason for which they went."""

from collections.abc import Iterable, Sequence

from hedgewatch.core.alert_model import AlertRecord
from hedgewatch.core.alerts.lifecycle import Step, end_all
from hedgewatch.core.book.rows import PoolRow, PositionRow, Row
from hedgewatch.core.model import EndReason, Subject

_EXPLAINED_WITHIN = 10.0
"""Seconds in which the venue may still say why a position went."""

_FATAL = frozenset({EndReason.LIQUIDATED, EndReason.UNKNOWN})


class Endings:
    """Ends alerts, and remembers for some seconds those of positions that went calmly."""

    def __init__(self) -> None:
        self._closed: dict[Subject, tuple[float, tuple[AlertRecord, ...]]] = {}

    def of_missing(
        self,
        before: Iterable[Row],
        after: Iterable[Row],
        ended: Sequence[tuple[PositionRow, EndReason]],
        now: float,
    ) -> list[Step]:
        """End the alerts of positions that went, and of the pools that went with them.

        A pool whose position was liquidated, for all that is known, did not recover: its alert
        must not be told as resolved when it has no more position to lose.
        """
        steps = []
        reasons: dict[Row | None, EndReason] = {}
        for position, reason in ended:
            steps += self._of_position(position, reason, now)
            reasons[position.pool] = reason
        remaining = {id(row) for row in after}
        for row in before:
            if id(row) not in remaining:
                steps += end_row(row, reasons.get(row, _end_of(row)), now)
        return steps

    def _of_position(self, position: PositionRow, reason: EndReason, now: float) -> list[Step]:
        """End its alerts, kept for a while if calmly, and if it was fatal those of its pool."""
        records = tuple(alert.record for alert in position.alerts.values())
        self._closed[position.subject] = now, records if reason.calm else ()
        steps = end_row(position, reason, now)
        if position.pool is not None and reason in _FATAL:
            steps += end_row(position.pool, reason, now)
        return steps

    def explain(self, ended: Sequence[tuple[PositionRow, EndReason]], now: float) -> list[Step]:
        """A position that went for no alarming reason, as far as was known, was liquidated: its
        alerts, told as calmly ended, end anew.
        """
        steps = []
        for position, reason in ended:
            at, records = self._closed.pop(position.subject, (0.0, ()))
            if not reason.calm and now - at <= _EXPLAINED_WITHIN:
                steps += end_all(records, reason, now)
                if position.pool is not None and reason in _FATAL:
                    steps += end_row(position.pool, reason, now)
        return steps


def end_row(row: Row, reason: EndReason, now: float) -> list[Step]:
    """End every alert of a row that is gone."""
    steps = end_all((alert.record for alert in row.alerts.values()), reason, now)
    row.alerts.clear()
    return steps


def _end_of(row: Row) -> EndReason:
    """A pool whose positions are held still was not closed: they belong to another pool now."""
    if isinstance(row, PoolRow) and any(position.contracts for position in row.positions):
        return EndReason.REGROUPED
    return EndReason.CLOSED
