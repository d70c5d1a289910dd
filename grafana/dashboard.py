"""A whole dashboard: its variables, its annotations, and the links that all of ours share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grafana.builder import DATASOURCE, Json, Row, laid_out


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
        "datasource": DATASOURCE,
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
        "datasource": DATASOURCE,
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
