"""What merging a statement of the venue led to, and when a doubtful statement is believed."""

from dataclasses import dataclass, field

from hedgewatch.core.book.rows import BalanceRow, PositionRow
from hedgewatch.core.model import EndReason

LAG = 5.0
"""Seconds that a venue's replicas may lag: an older reading counts as said twice beyond that."""


@dataclass(slots=True)
class Change:
    """What merging led to: a new structure, doubtful positions, positions that are gone, and why
    those went that were gone already.

    `agrees` is False when something was contradicted or missing that is still believed.
    """

    now: float
    structure: bool = False
    confirm: bool = False
    agrees: bool = True
    ended: list[tuple[PositionRow, EndReason]] = field(default_factory=list)
    explained: list[tuple[PositionRow, EndReason]] = field(default_factory=list)

    def doubt(self) -> None:
        """Something that was said, or not said, is not believed yet."""
        self.confirm = True
        self.agrees = False


def waits(
    row: PositionRow | BalanceRow, claim: object, change: Change, *, whole: bool, lag: float = LAG
) -> bool:
    """Whether a doubtful claim has to wait for a whole reading that makes it again, not before
    `lag` seconds have passed. What a stream claims is not remembered.
    """
    if not whole:
        return True
    if row.disputed is None or row.disputed[0] != claim:
        row.disputed = (claim, change.now)
        return True
    return change.now - row.disputed[1] < lag
