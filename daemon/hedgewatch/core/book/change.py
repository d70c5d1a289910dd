"""What merging a statement of the venue led to, and when a doubtful statement is believed."""

from dataclasses import dataclass, field

from hedgewatch.core.book.rows import BalanceRow, PositionRow
from hedgewatch.core.model import EndReason

LAG = 5.0
"""Seconds that a venue's replicas may lag: an older reading counts as said twice beyond that."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What is held of a symbol or an asset changed by `by` (contracts or coins, signed), and why,
    where told. A late word on an earlier change has a `by` of 0.
    """

    of: str
    by: float
    end: EndReason | None = None


@dataclass(slots=True)
class Change:
    """What merging led to: a new structure, doubtful positions, positions that are gone, and why
    those went that were gone already. `moved` is all that changed in what is held.

    `agrees` is False when something was contradicted or missing that is still believed.
    """

    now: float
    structure: bool = False
    confirm: bool = False
    agrees: bool = True
    ended: list[tuple[PositionRow, EndReason]] = field(default_factory=list)
    explained: list[tuple[PositionRow, EndReason]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    def move(self, of: str, by: float, end: EndReason | None) -> None:
        """Note a change of what is held, or a late word on one."""
        if by or end is not None:
            self.moved.append(Moved(of, by, end))

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
