"""What the status page shows, as lines for a terminal. Pure: a document of the daemon in, text out.

The gravest stands first, so that what does not fit is what matters least. Nothing is said by
colour alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from hedgewatch.cli.alert_table import summary_of
from hedgewatch.cli.top_lines import Line, Window, window
from hedgewatch.cli.top_rows import (
    Document,
    accounts,
    heading,
    hedges,
    pool_heading,
    pools,
    said,
    signals,
)
from hedgewatch.cli.top_words import BAD
from hedgewatch.core.wording import rfc3339, spoken

_LATE_SECONDS = 5.0
_ENDLESS = 1_000_000
_STYLES = {"critical": "bold red", "warning": "bold yellow", "info": "cyan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was heard of the daemon last, how many seconds ago, and why no more came."""

    state: Document | None = None
    age: float = 0.0
    trouble: str = ""


def frame(news: News, width: int, height: int | None, bars: str = "█░", top: int = 0) -> Window:
    """One picture, no line longer than `width`, from line `top` of what can be moved. Without a
    `height` it is all there is. `bars` are the signs of what is full and of what is empty.
    """
    head = [*_connection(news)]
    if news.state is None:
        return window(head, (), width, height or _ENDLESS, 0)
    head.append(_head(news.state))
    return window(head, [*_body(news.state, bars)], width, height or _ENDLESS, top)


def _connection(news: News) -> Iterator[Line]:
    if news.state is None:
        yield _whole(f"waiting for the daemon: {news.trouble or 'nothing was heard yet'}")
    elif news.trouble or news.age > _LATE_SECONDS:
        why = f": {news.trouble}" if news.trouble else ""
        yield _whole(f"NOT LIVE: all of this is {spoken(news.age)} old{why}", "bold white on red")


def _body(state: Document, bars: str) -> Iterator[Line]:
    for reason in state["reasons"]:
        yield _whole(f"NOT IN SIGHT: {reason}", BAD)
    yield from _part(heading(_alert_heading(state["alerts"])), _alerts(state))
    yield from _part(pool_heading(), pools(state["pools"], bars))
    yield from _part(heading("HEDGES"), hedges(state["hedges"]))
    yield from _part(heading("ACCOUNTS"), accounts(state["accounts"]))
    yield from _part(heading("SIGNALS"), signals(state))


def _part(title: Line, lines: Iterable[Line]) -> Iterator[Line]:
    shown = list(lines)
    if shown:
        yield title
        yield from shown


def _head(state: Document) -> Line:
    reasons = state["reasons"]
    sight = "NOT ALL IS IN SIGHT" if reasons else "all is in sight"
    fields = (
        said(
            f"hedgewatch {state['instance']}" if state["instance"] != "hedgewatch" else "hedgewatch"
        ),
        Text(f"{rfc3339(state['now'])[11:19]} UTC"),
        _firing(state["alerts"]),
        Text(sight, style=BAD if reasons else "green"),
    )
    return Line(fields=fields)


def _firing(alerts: Iterable[Document]) -> Text:
    """How many fire, and how many of what fired are calm for now."""
    calm_or_not = [bool(a.get("calm_since")) for a in alerts if a["alertstate"] == "firing"]
    firing, calm = calm_or_not.count(False), calm_or_not.count(True)
    fires = f"{firing or 'nothing'} fire{'' if firing > 1 else 's'}"
    told = Text() if calm and not firing else Text(fires, style=BAD if firing else "green")
    if calm:
        told.append(f"{', ' if firing else ''}{calm} calm for now", style=_STYLES["warning"])
    return told


def _alert_heading(alerts: Iterable[Document]) -> str:
    stand = [each for each in alerts if each["alertstate"] != "pending"]
    return "CALM FOR NOW" if all(each.get("calm_since") for each in stand) else "FIRING"


def _alerts(state: Document) -> Iterator[Line]:
    for alert in state["alerts"]:
        if alert["alertstate"] == "pending":
            continue
        style = "" if alert.get("calm_since") else _STYLES.get(alert["severity"], "")
        since = alert.get("fired_at") or alert.get("active_since") or state["now"]
        lasted = spoken(max(0.0, state["now"] - since))
        words = [alert["severity"].upper(), alert["alertname"], alert["subject"], lasted]
        fields = [said(word, style) for word in (*words, *_notes(alert, state["now"]))]
        yield Line(fields=fields)
        if summary := summary_of(alert):
            yield _whole(summary, indent=2)
        if alert.get("remedy") and not alert.get("calm_since"):
            yield _whole(f"do: {alert['remedy']}", indent=2)


def _notes(alert: Document, now: float) -> Iterator[str]:
    if alert["alertstate"] != "firing":
        yield alert["alertstate"]
    if calm := alert.get("calm_since"):
        when = _ending(alert.get("resolved_at"), now)
        yield f"calm for {spoken(max(0.0, now - calm))}, resolved {when}if that lasts"
    if seen := alert.get("acknowledged"):
        yield f"acknowledged by {seen['by']}"
    if silence := alert.get("silence"):
        yield f"silenced by {silence['by']}"


def _ending(at: float | None, now: float) -> str:
    """What waits for another look at it has no time."""
    if at is None:
        return ""
    return f"at {rfc3339(at)[11:19]} " if at > now else "at the next observation "


def _whole(text: str, style: str = "", indent: int = 0) -> Line:
    return Line(fields=(said(text, style),), indent=indent)
