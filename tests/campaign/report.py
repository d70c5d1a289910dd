"""What a campaign counted, and whether that is what was promised."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Count:
    """One line; `bound` None promises nothing, `exact` says that it is not only an upper one."""

    what: str
    found: float
    bound: float | None = None
    exact: bool = False

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        return self.found == self.bound if self.exact else self.found <= self.bound

    def __str__(self) -> str:
        if self.bound is None:
            return f"{self.what:<44} {self.found:>10g}"
        promised = f"{'' if self.exact else '≤ '}{self.bound:g}"
        return f"{self.what:<44} {self.found:>10g}  ({promised}){'' if self.holds else '  BROKEN'}"


@dataclass(slots=True)
class Report:
    """The counts of one part of the campaign."""

    title: str
    counts: list[Count] = field(default_factory=list)

    def count(self, what: str, found: float) -> None:
        """Only tell it."""
        self.counts.append(Count(what, found))

    def must_be(self, what: str, found: float, promised: float) -> None:
        self.counts.append(Count(what, found, promised, exact=True))

    def at_most(self, what: str, found: float, promised: float) -> None:
        self.counts.append(Count(what, found, promised))

    @property
    def holds(self) -> bool:
        return all(count.holds for count in self.counts)

    def lines(self) -> Iterator[str]:
        yield self.title
        yield from (f"  {count}" for count in self.counts)
