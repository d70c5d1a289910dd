"""What the links of a message lead to: what stands now, worst first, and what to do about it.

Plain pages without a script or an asset of anybody else, fit for a phone at night.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Protocol

from aiohttp import web

from hedgewatch.core.alert_model import AlertRecord, AlertState
from hedgewatch.core.model import Scope
from hedgewatch.telemetry.exposition import Row

RUNBOOKS = "/runbooks/rules/README.md"
"""As `runbook_url` of the shipped rules has it, below `/runbooks/`."""

PAGES = frozenset({"/", RUNBOOKS})
"""What a person looks at with a browser."""

_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">{more}
<title>{title}</title>
<style>body{{font:16px/1.4 system-ui,sans-serif;max-width:46em;margin:1em auto;padding:0 1em}}
pre{{white-space:pre-wrap;font:inherit}} .critical{{color:#b00020;font-weight:bold}}
.warning{{color:#9a6700}} td,th{{text-align:left;padding-right:1em}}
@media(prefers-color-scheme:dark){{body{{background:#111;color:#ddd}} a{{color:#8ab4f8}}
.critical{{color:#ff6b6b}} .warning{{color:#e0b050}}}}</style>
"""
_RENEWED = '<meta http-equiv="refresh" content="5">'
_HEADING = re.compile(r"#+ (.+)")


class Told(Protocol):
    """What the status page may see."""

    def alerts(self) -> Iterable[AlertRecord]: ...

    def rows(self) -> Iterable[Row]: ...

    def reasons_not_ready(self) -> Iterable[str]: ...


def page_routes(told: Told, runbooks: str) -> list[web.RouteDef]:
    """The status page, and the runbooks as they are shipped."""
    return [
        web.get("/", _shown(lambda: status_page(told))),
        web.get(RUNBOOKS, _shown(lambda: runbook_page(runbooks))),
    ]


def status_page(told: Told) -> str:
    """What stands now, the gravest first, then the oldest; and how each pool is."""
    alerts = [alert for alert in told.alerts() if alert.state is not AlertState.PENDING]
    alerts.sort(key=lambda alert: (-alert.severity.rank, alert.active_since))
    title = f"{len(alerts)} alerts stand" if alerts else "nothing is amiss"
    unready = [f"<p class=critical>{escape(reason)}</p>" for reason in told.reasons_not_ready()]
    body = "".join(
        (
            f"<h1>{title}</h1>",
            *unready,
            *map(_alert, alerts),
            "<h2>Margin pools</h2><table><tr><th>pool<th>margin ratio<th>nearest move<th>lacking",
            *(_pool(row) for row in told.rows() if row.subject.scope is Scope.POOL),
            f'</table><p><a href="{RUNBOOKS}">what to do about each alert</a>',
        )
    )
    return _HEAD.format(title=f"hedgewatch: {title}", more=_RENEWED) + body


def runbook_page(text: str) -> str:
    """Markdown as it is written, with its headings as places that a link can name."""
    return _HEAD.format(title="hedgewatch: runbooks", more="") + "".join(_parts(text))


def _parts(text: str) -> Iterator[str]:
    fenced = False
    yield "<pre>"
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading is None:
            yield escape(line) + "\n"
        else:
            yield f'</pre><h3 id="{_anchor(heading[1])}">{escape(heading[1])}</h3><pre>'
    yield "</pre>"


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def _alert(alert: AlertRecord) -> str:
    texts = alert.annotations
    since = datetime.fromtimestamp(alert.active_since, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    ended = "" if alert.state is AlertState.FIRING else f" {alert.state} ({alert.reason})"
    seen = f"; acknowledged by {alert.acknowledged.by}" if alert.acknowledged is not None else ""
    name = f"{alert.severity.upper()}{ended} {alert.alertname}: {alert.subject}"
    return (
        f"<h3 class={alert.severity}>{escape(name)}</h3><p>{escape(texts.get('summary', ''))}"
        f"<p>{escape(texts.get('description', ''))}<p>since {since}{escape(seen)}; "
        f'<a href="{RUNBOOKS}#{_anchor(alert.alertname)}">what to do</a>'
    )


def _pool(row: Row) -> str:
    cells = (
        str(row.subject),
        _number(row, "margin_ratio", ".1%"),
        _number(row, "shock_nearest", "+.1%"),
        _number(row, "top_up_to_safe", ",.2f"),
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells)


def _number(row: Row, name: str, spec: str) -> str:
    value = getattr(row, name)
    return format(value, spec).replace("inf", "∞") if isinstance(value, float) else "unknown"


def _shown(page: Callable[[], str]) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def show(_: web.Request) -> web.StreamResponse:
        return web.Response(text=page(), content_type="text/html")

    return show
