"""The kinds of panels and how each is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Look:
    """A kind of panel and how it is drawn."""

    kind: str
    options: Mapping[str, object]
    custom: Mapping[str, object] = field(default_factory=dict)
    color: str = "thresholds"


_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_LEGEND = {"calcs": ["lastNotNull"], "displayMode": "table", "placement": "bottom"}

STAT = Look(
    "stat",
    {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "center",
        "reduceOptions": _LAST,
        "textMode": "value",
    },
)
STAT_WITH_DOUBT = Look("stat", {**STAT.options, "textMode": "auto"})
"""A second number, which is there only when something is not known, brings the names of both."""
NUMBER = Look(
    "stat",
    {
        "colorMode": "value",
        "graphMode": "area",
        "justifyMode": "auto",
        "reduceOptions": _LAST,
        "textMode": "auto",
    },
)
BARS = Look(
    "bargauge",
    {
        "displayMode": "basic",
        "maxVizHeight": 32,
        "minVizHeight": 16,
        "namePlacement": "left",
        "orientation": "horizontal",
        "reduceOptions": _LAST,
        "showUnfilled": True,
        "sizing": "manual",
        "text": {"titleSize": 14, "valueSize": 16},
        "valueMode": "color",
    },
)
"""One bar would fill its panel, with letters too large for its own name."""
TABLE = Look("table", {"cellHeight": "sm", "showHeader": True})
TIMELINE = Look(
    "state-timeline",
    {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "auto",
        "tooltip": {"mode": "single", "sort": "none"},
    },
    {"fillOpacity": 80, "lineWidth": 0},
)


def _lines(limits: str) -> Look:
    return Look(
        "timeseries",
        {"legend": _LEGEND, "tooltip": {"mode": "multi", "sort": "desc"}},
        {
            "drawStyle": "line",
            "fillOpacity": 0,
            "lineWidth": 2,
            "showPoints": "never",
            "spanNulls": False,
            "thresholdsStyle": {"mode": limits},
        },
        "palette-classic",
    )


LINES = _lines("off")
LINES_WITH_LIMITS = _lines("line+area")


def reaching(look: Look, low: float, high: float) -> Look:
    """Its axis reaches at least so far: what hardly moves looks like it, beside its limits."""
    return replace(look, custom={**look.custom, "axisSoftMin": low, "axisSoftMax": high})


def with_points(look: Look) -> Look:
    """Also of a value that stands alone, to which no line leads."""
    return replace(look, custom={**look.custom, "showPoints": "auto"})
