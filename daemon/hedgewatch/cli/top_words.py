"""Numbers of the status page as `top` writes them: unknown is said, never a number."""

from math import inf, isfinite

from hedgewatch.core.wording import figure

BAD, UNSURE = "bold red", "magenta"
_BAR = 10
_LARGE = 1_000.0
_NEAR, _CLOSE = 0.6, 0.8  # of the margin ratio, as MarginWarning and MarginDanger have it


def number(value: object) -> float | None:
    """A number of the document, None where it is unknown."""
    if isinstance(value, str):
        return {"inf": inf, "-inf": -inf}.get(value)
    return float(value) if isinstance(value, int | float) else None


def grade(ratio: float | None) -> str:
    """The style of a margin ratio."""
    if ratio is None:
        return UNSURE
    return BAD if ratio >= _CLOSE else "bold yellow" if ratio >= _NEAR else "green"


def bar(ratio: float | None, bars: str) -> str:
    """A margin ratio up to 1, where it is liquidated, drawn with the signs of full and empty."""
    if ratio is None:
        return "?" * _BAR
    full = round(min(max(ratio, 0.0), 1.0) * _BAR)
    return bars[0] * full + bars[1] * (_BAR - full)


def percent(value: float | None) -> str:
    """A ratio of 0.085 as 8.5%."""
    if value is None:
        return "unknown"
    return f"{value:.1%}" if isfinite(value) and abs(value) < 10.0 else "> 999%"  # noqa: PLR2004


def move(value: float | None) -> str:
    """A ratio with its sign; none where nothing is so far."""
    if value is None:
        return "unknown"
    return f"{value:+.1%}" if isfinite(value) else "none"


def plain(value: float | None) -> str:
    """A ratio as it is."""
    return "unknown" if value is None else f"{value:.3f}"


def money(value: float | None) -> str:
    """An amount: in whole units of its currency while it is large, else to four digits."""
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= _LARGE else figure(value, ",.4g")


def count(value: float | None, sign: str = "") -> str:
    """Contracts, coins or a price, to eight digits; `sign` "+" shows it always."""
    return "unknown" if value is None else figure(value, f"{sign},.8g")
