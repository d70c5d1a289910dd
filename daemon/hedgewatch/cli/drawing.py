"""Pictures into files. matplotlib is an extra, `hedgewatch[plot]`, and takes a second to import."""

from pathlib import Path
from typing import Any

_SUFFIXES = (".png", ".svg")


class CannotPlotError(Exception):
    """Nothing can be drawn; says why, and what to do."""


def check_suffix(file: Path) -> None:
    """CannotPlotError for what is no picture, before anything is worked out."""
    if file.suffix.lower() not in _SUFFIXES:
        raise CannotPlotError(f"{file}: a picture ends in {' or '.join(_SUFFIXES)}")


def canvas(width: float, height: float) -> Any:
    """An empty picture, in inches."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  # an extra, and slow: see above
    except ImportError:
        raise CannotPlotError(
            "drawing needs matplotlib, which is not installed: pip install matplotlib"
        ) from None
    return Figure(figsize=(width, height), dpi=150, layout="constrained")


def save(figure: Any, file: Path) -> None:
    try:
        figure.savefig(file)
    except OSError as error:
        raise CannotPlotError(f"{file} cannot be written: {error.strerror}") from error
