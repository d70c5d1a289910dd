"""Pictures of a report as inline SVG: no script, no font, no file, nothing from elsewhere.

What was unknown is a hole in the line over a grey band; no line is drawn across it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from math import floor, inf, isfinite, log10
from zoneinfo import ZoneInfo

from hedgewatch.reports.numbers import percent
from hedgewatch.reports.page import Plot
from hedgewatch.reports.pool_figures import Points

_WIDTH, _HEIGHT = 760.0, 204.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 82.0, 12.0, 28.0, 24.0
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of Okabe and Ito, which the colour-blind tell apart; strokes differ too."""

_STROKES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "1 2")
_BUCKETS = 340
"""Two points each: the lowest and the highest of some pixels."""

_LONGEST_STEP = 150.0
_MOST_NAMED = 6
_DAY, _HOUR = 86_400.0, 3_600.0

Point = tuple[float, float]


def svg(plot: Plot, timezone: str) -> str:
    """The picture, as wide as there is room."""
    low, high = _range(plot)
    frame = _Frame(plot.begins, plot.ends, low, high)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{_said(plot)}">',
        *_bands(plot, frame),
        *_values(plot, frame),
        *_times(plot, frame, timezone),
        *_limit(plot, frame),
    ]
    for number, (name, points) in enumerate(plot.lines):
        parts += _line(points, frame, number)
        parts += _named(name, number, plot) if number < _MOST_NAMED else ()
    return "\n".join((*parts, "</svg>"))


class _Frame:
    """Where moments and values lie on the picture."""

    def __init__(self, begins: float, ends: float, low: float, high: float) -> None:
        self.begins, self.ends = begins, max(ends, begins + 1.0)
        self.low, self.high = low, high

    def x(self, at: float) -> float:
        part = (min(max(at, self.begins), self.ends) - self.begins) / (self.ends - self.begins)
        return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """What is beyond the frame lies on its edge: infinity too."""
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)


def _range(plot: Plot) -> tuple[float, float]:
    """What the values span, and the limit unless it is far off."""
    known = [v for _, points in plot.lines for _, v in points if v is not None and isfinite(v)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if plot.percent:
        low = min(low, 0.0)
    if plot.limit is not None and high > plot.limit / 2.0:
        low, high = min(low, plot.limit), max(high, plot.limit * 1.05)
    room = max((high - low) * 0.06, abs(high) * 1e-4, 1e-6)
    return low - room * (low < 0.0 or not plot.percent), high + room


def _bands(plot: Plot, frame: _Frame) -> Iterator[str]:
    for begins, ends in plot.holes:
        left, right = frame.x(begins), frame.x(ends)
        yield (
            f'<rect class="hole" x="{left:.1f}" y="{_TOP:g}" width="{max(right - left, 0.8):.1f}" '
            f'height="{_HEIGHT - _TOP - _BOTTOM:g}"><title>not known</title></rect>'
        )


def _values(plot: Plot, frame: _Frame) -> Iterator[str]:
    for value in ticks(frame.low, frame.high):
        y = frame.y(value)
        text = percent(value) if plot.percent else _short(value)
        yield f'<path class="grid" d="M{_LEFT:g} {y:.1f}H{_WIDTH - _RIGHT:g}"/>'
        yield f'<text x="{_LEFT - 6:g}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'


def ticks(low: float, high: float) -> list[float]:
    """Three to six round values between two."""
    rough = (high - low) / 5.0
    power = 10.0 ** floor(log10(rough))
    step = power * next(factor for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)
    first = floor(low / step) + 1
    count = floor(high / step) - first + 1
    return [(first + number) * step for number in range(max(0, count))]


def _short(value: float) -> str:
    for size, sign in ((1e9, "G"), (1e6, "M")):
        if abs(value) >= 10.0 * size:
            return f"{value / size:,.6g}{sign}"
    return f"{value:,.10g}"


def _times(plot: Plot, frame: _Frame, timezone: str) -> Iterator[str]:
    """Hours of a day, or days: by the wall, whatever the clocks do."""
    zone = ZoneInfo(timezone)
    weekly = plot.ends - plot.begins > 2 * _DAY
    moment = datetime.fromtimestamp(plot.begins, zone).replace(minute=0, second=0, microsecond=0)
    step = timedelta(days=1) if weekly else timedelta(hours=4)
    while (at := moment.timestamp()) < plot.ends:
        if at >= plot.begins and plot.ends - at > (plot.ends - plot.begins) / 40.0:
            x = frame.x(at)
            text = f"{moment:%a} {moment.day}" if weekly else f"{moment:%H:%M}"
            yield f'<path class="grid" d="M{x:.1f} {_TOP:g}V{_HEIGHT - _BOTTOM:g}"/>'
            yield f'<text x="{x:.1f}" y="{_HEIGHT - 8:g}" text-anchor="middle">{text}</text>'
        moment += step


def _limit(plot: Plot, frame: _Frame) -> Iterator[str]:
    if plot.limit is not None and frame.low <= plot.limit <= frame.high:
        yield f'<path class="limit" d="M{_LEFT:g} {frame.y(plot.limit):.1f}H{_WIDTH - _RIGHT:g}"/>'


def _line(points: Points, frame: _Frame, number: int) -> Iterator[str]:
    colour = _COLOURS[number % len(_COLOURS)]
    dashes = _STROKES[number % len(_STROKES)]
    for run in runs(points, frame.begins, frame.ends):
        path = " ".join(f"{frame.x(at):.1f} {frame.y(value):.1f}" for at, value in run)
        if len(run) == 1:
            x, y = path.split()
            yield f'<circle cx="{x}" cy="{y}" r="1.2" fill="{colour}"/>'
        else:
            yield (
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6" '
                f'stroke-linejoin="round" stroke-dasharray="{dashes}"/>'
            )


def runs(points: Points, begins: float, ends: float) -> list[list[Point]]:
    """Stretches without a hole, each thinned to what a screen can show: of the points of a bucket
    the lowest and the highest.
    """
    width = max((ends - begins) / _BUCKETS, 1.0)
    found: list[list[Point]] = []
    last = -inf
    for at, value in points:
        if value is None:
            last = -inf
            continue
        if at - last > _LONGEST_STEP:
            found.append([])
        found[-1].append((at, value))
        last = at
    return [_thinned(run, begins, width) for run in found]


def _thinned(run: Sequence[Point], begins: float, width: float) -> list[Point]:
    buckets: dict[int, list[Point]] = {}
    for point in run:
        buckets.setdefault(floor((point[0] - begins) / width), []).append(point)
    thin: list[Point] = []
    for found in buckets.values():
        ends = {min(found, key=lambda each: each[1]), max(found, key=lambda each: each[1])}
        thin += sorted(ends)
    return thin


def _named(name: str, number: int, plot: Plot) -> Iterator[str]:
    if len(plot.lines) == 1:
        return
    share = (_WIDTH - _LEFT) / min(len(plot.lines), _MOST_NAMED)
    x, colour = _LEFT + number * share, _COLOURS[number % len(_COLOURS)]
    dashes = _STROKES[number % len(_STROKES)]
    yield (
        f'<path d="M{x:.1f} 16h22" fill="none" stroke="{colour}" stroke-width="3" '
        f'stroke-dasharray="{dashes}"/>'
    )
    room = max(6, int(share / 7.0) - 4)
    short = name if len(name) <= room else f"{name[: room - 1]}…"
    yield f'<text x="{x + 27:.1f}" y="20">{escape(short)}</text>'


def _said(plot: Plot) -> str:
    """The picture in words, for who cannot see it."""
    told = []
    for name, points in plot.lines:
        known = [value for _, value in points if value is not None]
        if known:
            say = percent if plot.percent else _short
            ends = f"lowest {say(min(known))}, highest {say(max(known))}, last {say(known[-1])}"
            told.append(f"{name}: {ends}")
    return escape(f"{plot.title}. {'; '.join(told)}", quote=True)
