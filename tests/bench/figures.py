"""What a benchmark found: medians, the ratio and the difference of two, the budget, the verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Judged = Literal["value", "ratio", "advantage", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the report: samples of ours, and of `other` taken in the same run.

    What the budget bounds is the median itself, ours ÷ other (`ratio`), or other ÷ ours
    (`advantage`, of which there must be enough). `notes` are numbers worth seeing beside it.
    """

    what: str
    unit: str
    samples: Sequence[float]
    other: str = ""
    other_samples: Sequence[float] = ()
    judged: Judged = "nothing"
    budget: float = 0.0
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def ours(self) -> float:
        return median(self.samples)

    @property
    def theirs(self) -> float | None:
        return median(self.other_samples) if self.other_samples else None

    @property
    def ratio(self) -> float | None:
        """Of the medians, the way round that the budget wants it."""
        if self.theirs is None:
            return None
        wide = self.judged == "advantage"
        return self.theirs / self.ours if wide else self.ours / self.theirs

    @property
    def difference(self) -> float | None:
        return None if self.theirs is None else self.ours - self.theirs

    @property
    def verdict(self) -> str:
        if self.judged == "nothing":
            return ""
        if self.judged == "value":
            return "ok" if self.ours <= self.budget else "over"
        found = self.ratio or 0.0
        kept = found >= self.budget if self.judged == "advantage" else found <= self.budget
        return "ok" if kept else "over"

    def as_json(self) -> dict[str, object]:
        return {
            "what": self.what,
            "unit": self.unit,
            "median": self.ours,
            "samples": list(self.samples),
            "other": self.other or None,
            "other_median": self.theirs,
            "other_samples": list(self.other_samples),
            "ratio": self.ratio,
            "difference": self.difference,
            "budget": self.budget_text or None,
            "verdict": self.verdict or None,
            "notes": self.notes,
        }

    @property
    def budget_text(self) -> str:
        match self.judged:
            case "value":
                return f"<= {self.budget:g} {self.unit}"
            case "ratio":
                return f"<= {self.budget:g} x"
            case "advantage":
                return f">= {self.budget:g} x"
            case "nothing":
                return ""

    def cells(self) -> tuple[str, ...]:
        other = "" if self.theirs is None else f"{self.theirs:.4g} ({self.other})"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x"
        difference = "" if self.difference is None else f"{self.difference:+.4g}"
        spread = f"{min(self.samples):.4g}-{max(self.samples):.4g}"
        ours = f"{self.ours:.4g} {self.unit}"
        return (self.what, ours, spread, other, ratio, difference, self.budget_text, self.verdict)


HEADINGS = ("", "median", "min-max", "against", "ratio", "difference", "budget", "verdict")


def table(figures: Iterable[Figure]) -> str:
    """Plain columns; the notes of a figure stand below it."""
    figures = list(figures)
    lines = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = [_row(HEADINGS, widths)]
    for figure in figures:
        text.append(_row(figure.cells(), widths))
        text += [f"    {name}: {value:.4g}" for name, value in figure.notes.items()]
    return "\n".join(text)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()
