"""What fired over a recording as a picture: a line for each alert, a bar for each time it fired."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from hedgewatch.cli.drawing import CannotPlotError, canvas, check_suffix, save
from hedgewatch.core.alert_model import Severity
from hedgewatch.recording.timeline import Firing, History

_COLOURS = {Severity.CRITICAL: "#D55E00", Severity.WARNING: "#E69F00", Severity.INFO: "#56B4E9"}
"""Of Okabe and Ito, which the colour-blind tell apart."""

_MOST = 60
_BAR = 0.36


def plot(names: Sequence[str], found: Sequence[History], file: Path) -> None:
    """Draw one history, or two: the first above, the second below and hatched."""
    check_suffix(file)
    labels = list(dict.fromkeys(map(_label, chain.from_iterable(h.firings for h in found))))
    if not labels:
        raise CannotPlotError("nothing fired: there is nothing to draw")
    if len(labels) > _MOST:
        raise CannotPlotError(f"{len(labels)} alerts are more than {_MOST}: use --until, or --json")
    figure = canvas(11.0, 1.6 + 0.3 * len(labels))
    axes = figure.add_subplot()
    for number, held in enumerate(found):
        for firing in held.firings:
            _bar(axes, firing, labels.index(_label(firing)), second=number == 1)
    _frame(axes, names, found[0], labels)
    save(figure, file)


def _label(firing: Firing) -> str:
    return f"{firing.alertname} {firing.subject}"


def _bar(axes: Any, firing: Firing, line: int, *, second: bool) -> None:
    begun = _moment(firing.fired_at)
    axes.barh(
        line + (_BAR / 2 if second else -_BAR / 2),
        _moment(firing.ended_at) - begun,
        left=begun,
        height=_BAR,
        color="none" if second else _COLOURS[firing.severity],
        edgecolor=_COLOURS[firing.severity],
        hatch="////" if second else "",
    )


def _frame(axes: Any, names: Sequence[str], held: History, labels: Sequence[str]) -> None:
    axes.set_xlim(_moment(held.begun_at), _moment(held.ended_at))
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x", color="#e0e0e0", linewidth=0.6)
    axes.set_axisbelow(True)
    said = " above, ".join(names) + (" below, hatched" if len(names) > 1 else "")
    axes.set_title(f"by {said}; critical red, warning orange, info blue; UTC", fontsize="small")


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
