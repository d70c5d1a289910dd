"""The stress as a picture: each pool's margin ratio against a common move of all prices."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from math import isfinite
from pathlib import Path
from typing import Any

from hedgewatch.cli.drawing import CannotPlotError, canvas, check_suffix, save

Document = Mapping[str, Any]

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of Okabe and Ito, which the colour-blind tell apart; strokes and marks differ too."""

_STROKES = ("-", "--", "-.", ":")
_MARKS = ("o", "s", "^", "D", "v", "P")
_HIGHEST = 1.3


def plot(pools: Sequence[Document], file: Path) -> None:
    """Draw every pool that has positions."""
    check_suffix(file)
    drawn = [pool for pool in pools if any(float(ratio) for _, ratio in pool.get("curve", ()))]
    if not drawn:
        raise CannotPlotError("there is no pool with positions whose numbers are known")
    figure = canvas(9.0, 4.8 + 0.22 * len(drawn))
    axes = figure.add_subplot()
    looks = zip(cycle(_COLOURS), cycle(_STROKES), cycle(_MARKS), strict=False)
    for pool, look in zip(drawn, looks, strict=False):
        _pool(axes, pool, look)
    _frame(axes, drawn)
    save(figure, file)


def _pool(axes: Any, pool: Document, look: tuple[str, str, str]) -> None:
    """A line up to where equity ends, with marks at now and where it is liquidated."""
    colour, stroke, mark = look
    points = [(shock, float(ratio)) for shock, ratio in pool["curve"] if isfinite(float(ratio))]
    axes.plot(
        [shock for shock, _ in points], [ratio for _, ratio in points],
        color=colour, linestyle=stroke, linewidth=2.0, label=_label(pool),
    )  # fmt: skip
    axes.plot([0.0], [float(pool["margin_ratio"])], color=colour, marker=mark, markersize=8.0)
    for edge in _edges(pool):
        axes.plot([edge], [1.0], color=colour, marker="X", markersize=11.0, zorder=5)
        axes.axvline(edge, ymax=1.0 / _HIGHEST, color=colour, linestyle=stroke, linewidth=0.8)


def _edges(pool: Document) -> list[float]:
    return [edge for key in ("shock_down", "shock_up") if isfinite(edge := float(pool[key]))]


def _label(pool: Document) -> str:
    edges = [f"{edge:+.1%}" for edge in _edges(pool)]
    fate = f"liquidated at {' and '.join(edges)}" if edges else "no move liquidates"
    return f"{pool['account']}/{pool['pool']}: now {float(pool['margin_ratio']):.1%}, {fate}"


def _frame(axes: Any, pools: Sequence[Document]) -> None:
    """Axes, the line of liquidation, and all words outside of what is drawn."""
    edges = [edge for pool in pools for edge in _edges(pool)]
    low = max(-0.9, min([-0.5, *(edge * 1.15 for edge in edges if edge > -_HIGHEST)]))
    high = min(1.5, max([0.5, *(edge * 1.15 for edge in edges)]))
    axes.set(xlim=(low, high), ylim=(0.0, _HIGHEST), yticks=[step / 5.0 for step in range(7)])
    axes.axhline(1.0, color="black", linewidth=1.5)
    axes.axvline(0.0, color="grey", linewidth=1.0, linestyle=(0, (1, 2)))
    axes.text(0.0, _HIGHEST, "now", va="bottom", ha="center")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:+.0%}" if round(x, 6) else "0%")
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}" if y != 1.0 else "liquidation 100%")
    axes.set_xlabel("common move of all prices")
    axes.set_ylabel("margin ratio")
    axes.grid(visible=True, color="#e0e0e0", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.figure.legend(loc="outside lower center", ncols=1, frameon=False)
