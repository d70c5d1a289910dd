"""A small builder of Grafana dashboards in the classic schema, which Grafana 10 to 13 import.

Only what the dashboards here use. A panel is placed by `laid_out`, and always has a title,
a description and a unit: a reader at three in the morning knows nothing by heart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Json = dict[str, object]

COLUMNS = 24
REFERENCES = "ABCDEFGHIJKLMNOP"
"""The letters of a panel's queries, in their order."""
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Target:
    """One query. An instant one gives the values of now, the other their history."""

    expr: str
    legend: str = ""
    instant: bool = False
    table: bool = False

    def json(self, index: int) -> Json:
        return {
            "datasource": _DATASOURCE,
            "editorMode": "code",
            "expr": self.expr,
            "format": "table" if self.table else "time_series",
            "instant": self.instant,
            "legendFormat": self.legend or "__auto",
            "range": not self.instant,
            "refId": REFERENCES[index],
        }


Limits = Sequence[tuple[float | None, str]]
"""Colours from a value up; the first value is None."""


def limits(steps: Limits) -> Json:
    colored = [{"value": value, "color": color} for value, color in steps]
    return {"mode": "absolute", "steps": colored}


@dataclass(frozen=True, slots=True)
class Look:
    """A kind of panel and how it is drawn."""

    kind: str
    options: Mapping[str, object]
    custom: Mapping[str, object] = field(default_factory=dict)
    color: str = "thresholds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: what it asks, and how it shows the answer."""

    look: Look
    title: str
    description: str
    unit: str
    targets: Sequence[Target]
    width: int
    height: int
    thresholds: Limits = ((None, "green"),)
    defaults: Mapping[str, object] = field(default_factory=dict)
    overrides: Sequence[Json] = ()
    transformations: Sequence[Json] = ()
    repeat: str = ""
    """A variable of which each value has a panel of its own."""

    def json(self, number: int, x: int, y: int) -> Json:
        repeated = {"repeat": self.repeat, "repeatDirection": "h", "maxPerRow": 2}
        return {
            **(repeated if self.repeat else {}),
            "id": number,
            "type": self.look.kind,
            "title": self.title,
            "description": self.description,
            "datasource": _DATASOURCE,
            "gridPos": {"h": self.height, "w": self.width, "x": x, "y": y},
            "targets": [target.json(index) for index, target in enumerate(self.targets)],
            "fieldConfig": {"defaults": self._defaults(), "overrides": list(self.overrides)},
            "options": dict(self.look.options),
            "transformations": list(self.transformations),
        }

    def _defaults(self) -> Json:
        return {
            "unit": self.unit,
            "color": {"mode": self.look.color},
            "thresholds": limits(self.thresholds),
            "custom": dict(self.look.custom),
            **self.defaults,
        }


@dataclass(frozen=True, slots=True)
class Row:
    """A heading over panels that stand side by side, in lines of 24 columns."""

    title: str
    panels: Sequence[Panel]


def laid_out(rows: Iterable[Row]) -> list[Json]:
    """Place panels from left to right and top to bottom, and number them."""
    placed: list[Json] = []
    top = 0
    for row in rows:
        heading = {"h": 1, "w": COLUMNS, "x": 0, "y": top}
        number = len(placed) + 1
        placed.append(
            {"id": number, "type": "row", "title": row.title, "gridPos": heading, "panels": []}
        )
        top = _place(row.panels, top + 1, placed)
    return placed


def _place(panels: Sequence[Panel], top: int, placed: list[Json]) -> int:
    x = height = 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            x, top, height = 0, top + height, 0
        placed.append(panel.json(len(placed) + 1, x, top))
        x, height = x + panel.width, max(height, panel.height)
    return top + height


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
        "orientation": "horizontal",
        "reduceOptions": _LAST,
        "showUnfilled": True,
        "valueMode": "color",
    },
)
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


def states(*names: tuple[float | str, str, str]) -> list[Json]:
    """Words and colours for the values of a state: (value, word, colour)."""
    words = {
        str(value): {"index": index, "text": word, "color": color}
        for index, (value, word, color) in enumerate(names)
    }
    return [{"type": "value", "options": words}]


def between(low: float, high: float, word: str, color: str) -> Json:
    """A word and a colour for all values of a range."""
    result = {"text": word, "color": color}
    return {"type": "range", "options": {"from": low, "to": high, "result": result}}


def override(field_name: str, **properties: object) -> Json:
    """Show one field differently; `custom__x` means the property `custom.x`."""
    return _changed("byName", field_name, properties)


def override_query(reference: str, **properties: object) -> Json:
    """The same of all that one query of the panel gives."""
    return _changed("byFrameRefID", reference, properties)


def _changed(matcher: str, chosen: str, properties: Mapping[str, object]) -> Json:
    changed = [
        {"id": name.replace("__", "."), "value": value} for name, value in properties.items()
    ]
    return {"matcher": {"id": matcher, "options": chosen}, "properties": changed}


MERGED: Json = {"id": "merge", "options": {}}
"""Rows of several queries that agree in all their labels become one."""


def joined_by(label: str) -> Json:
    """The same by one label, also of rows that one of the queries does not have."""
    return {"id": "joinByField", "options": {"byField": label, "mode": "outer"}}


def columns(names: Mapping[str, str], *joined: Json) -> list[Json]:
    """Keep these columns of a table, under these names, in this order. What joins the queries comes
    after the times are gone: rows that differ in them alone would not become one.
    """
    order = {name: index for index, name in enumerate(names)}
    return [
        {"id": "filterFieldsByName", "options": {"include": {"names": list(names)}}},
        *joined,
        {"id": "organize", "options": {"indexByName": order, "renameByName": dict(names)}},
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a dashboard is about, and the variables that it has beside the data source."""

    uid: str
    title: str
    description: str
    variables: Sequence[Json] = ()
    since: str = "now-30m"


def dashboard(about: About, rows: Iterable[Row]) -> Json:
    """A dashboard. All of ours lead to each other and to the daemon's own pages, and show when an
    alert fired and when the configuration was taken anew.
    """
    return {
        "uid": about.uid,
        "title": about.title,
        "description": about.description,
        "tags": ["hedgewatch"],
        "schemaVersion": 39,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "5s",
        "time": {"from": about.since, "to": "now"},
        "timepicker": {"refresh_intervals": ["1s", "5s", "10s", "30s", "1m"]},
        "timezone": "browser",
        "templating": {"list": [_DATASOURCE_VARIABLE, _DAEMONS, *about.variables, _PAGES_VARIABLE]},
        "annotations": {"list": [_EPISODES, _RELOADS]},
        "links": _LINKS,
        "panels": laid_out(rows),
    }


def variable(name: str, label: str, metric: str) -> Json:
    """A choice among the values of a label, of which several or all may be taken."""
    return {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": _DATASOURCE,
        "query": {"query": f"label_values({metric}, {name})", "refId": name, "qryType": 1},
        "refresh": 2,
        "sort": 1,
        "hide": 0,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }


_DAEMONS = variable("instance", "Daemons", "hedgewatch_build_info")
"""Several are replicas of one desk, or desks of their own."""
_OF_THEM = '{instance=~"$instance"}'
ACCOUNT = variable("account", "Account", f"hedgewatch_account_blind{_OF_THEM}")
HEDGES_CHOSEN = variable("hedge", "Hedge", f"hedgewatch_hedge_target_ratio{_OF_THEM}")

_DATASOURCE_VARIABLE: Json = {
    "name": "datasource",
    "label": "Data source",
    "type": "datasource",
    "query": "prometheus",
    "refresh": 1,
    "hide": 0,
    "multi": False,
    "includeAll": False,
}
_PAGES = "http://127.0.0.1:9464"
_PAGES_VARIABLE: Json = {
    "name": "pages",
    "label": "Daemon at",
    "type": "textbox",
    "query": _PAGES,
    "current": {"text": _PAGES, "value": _PAGES},
    "options": [{"text": _PAGES, "value": _PAGES, "selected": True}],
    "hide": 0,
}
"""Where the reader's browser finds the status page and the runbooks."""


def _event(name: str, color: str, expr: str, title: str, text: str) -> Json:
    return {
        "name": name,
        "datasource": _DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "expr": expr,
        "step": "5s",
        "titleFormat": title,
        "textFormat": text,
        "useValueForTime": False,
    }


_EPISODES = _event(
    "Critical alerts",
    "red",
    "max without (instance) "
    '(hedgewatch_alerts{alertstate="firing", severity="critical", instance=~"$instance"})',
    "{{alertname}}",
    "{{account}} {{pool}}{{symbol}}{{hedge}}{{feed}}",
)
_RELOADS = _event(
    "Reloads",
    "blue",
    f"changes(hedgewatch_config_last_reload_success_timestamp_seconds{_OF_THEM}[30s]) > 0",
    "configuration accepted",
    "{{instance}}",
)


def _link(title: str, url: str, tooltip: str) -> Json:
    return {
        "type": "link",
        "title": title,
        "url": url,
        "tooltip": tooltip,
        "icon": "external link",
        "targetBlank": True,
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
        "tags": [],
    }


_LINKS: list[Json] = [
    {
        "type": "dashboards",
        "title": "Hedgewatch",
        "tags": ["hedgewatch"],
        "asDropdown": False,
        "icon": "external link",
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "tooltip": "",
        "url": "",
    },
    _link("Status page", "${pages}/", "What stands now, from the daemon itself"),
    _link("Runbooks", "${pages}/runbooks/rules/README.md", "What to do about each alert"),
]
