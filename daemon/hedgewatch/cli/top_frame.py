"""What the status page shows, as lines for a terminal. Pure: a document of the daemon in, text out.

The gravest stands first, so that what does not fit is what matters least. Nothing is said by
colour alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from textwrap import wrap
from typing import Any

from rich.text import Text

from hedgewatch.cli.alert_table import summary_of
from hedgewatch.cli.top_words import (
    BAD,
    UNSURE,
    bar,
    count,
    grade,
    money,
    move,
    number,
    percent,
    plain,
)
from hedgewatch.core.wording import rfc3339, spoken
from hedgewatch.notify.message import clean

Document = Mapping[str, Any]

_LATE_SECONDS = 5.0
_NARROWEST = 10
"""Columns, below which nothing is indented."""
_STYLES = {"critical": "bold red", "warning": "bold yellow", "info": "cyan"}
_HEADING, _FAINT = "bold", "dim"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What was heard of the daemon last, how many seconds ago, and why no more came."""

    state: Document | None = None
    age: float = 0.0
    trouble: str = ""


def frame(news: News, width: int, height: int | None, bars: str = "█░") -> list[Text]:
    """The lines of one picture, none longer than `width`; of more than `height` the last are left
    out, and their number told. What has to be read whole is folded, the rest is cut. `bars` are
    the signs of what is full and of what is empty.
    """
    told = [*_connection(news)]
    if news.state is not None:
        told += _body(news.state, bars)
    lines = [part for line in told for part in _folded(line, width)]
    for line in lines:
        line.no_wrap = True
        line.truncate(width, overflow="ellipsis")
    if height is None or len(lines) <= height:
        return lines
    left_out = len(lines) - height + 1
    last = Text(f"{left_out} more lines: a larger window", style=_FAINT)
    last.truncate(width, overflow="ellipsis")
    return [*lines[: height - 1], last]


def _connection(news: News) -> Iterator[Text]:
    if news.state is None:
        yield Text(clean(f"waiting for the daemon: {news.trouble or 'nothing was heard yet'}"))
    elif news.trouble or news.age > _LATE_SECONDS:
        why = f": {news.trouble}" if news.trouble else ""
        said = f"NOT LIVE: all of this is {spoken(news.age)} old{why}"
        yield _whole(said, "bold white on red")


def _body(state: Document, bars: str) -> Iterator[Text]:
    yield _head(state)
    for reason in state["reasons"]:
        yield _whole(f"NOT IN SIGHT: {reason}", BAD)
    yield from _part(_alert_heading(state["alerts"]), _alerts(state))
    yield from _part(_pool_heading(), _pools(state["pools"], bars))
    yield from _part("HEDGES", _hedges(state["hedges"]))
    yield from _part("ACCOUNTS", _accounts(state["accounts"]))
    yield from _part("SIGNALS", _signals(state))


def _part(heading: str, lines: Iterable[Text]) -> Iterator[Text]:
    shown = list(lines)
    if shown:
        yield Text(heading, style=_HEADING)
        yield from shown


def _head(state: Document) -> Text:
    reasons = state["reasons"]
    sight = "NOT ALL IS IN SIGHT" if reasons else "all is in sight"
    at = rfc3339(state["now"])[11:19]
    line = Text(clean(f"hedgewatch {state['instance']}  {at} UTC  "))
    line.append_text(_firing(state["alerts"]))
    line.append("  ")
    line.append(sight, style=BAD if reasons else "green")
    return line


def _firing(alerts: Iterable[Document]) -> Text:
    """How many fire, and how many of what fired are calm for now."""
    calm_or_not = [bool(a.get("calm_since")) for a in alerts if a["alertstate"] == "firing"]
    firing, calm = calm_or_not.count(False), calm_or_not.count(True)
    fires = f"{firing or 'nothing'} fire{'' if firing > 1 else 's'}"
    said = Text() if calm and not firing else Text(fires, style=BAD if firing else "green")
    if calm:
        said.append(f"{', ' if firing else ''}{calm} calm for now", style=_STYLES["warning"])
    return said


def _alert_heading(alerts: Iterable[Document]) -> str:
    stand = [each for each in alerts if each["alertstate"] != "pending"]
    return "CALM FOR NOW" if all(each.get("calm_since") for each in stand) else "FIRING"


def _alerts(state: Document) -> Iterator[Text]:
    for alert in state["alerts"]:
        if alert["alertstate"] == "pending":
            continue
        style = "" if alert.get("calm_since") else _STYLES.get(alert["severity"], "")
        since = alert.get("fired_at") or alert.get("active_since") or state["now"]
        lasted = spoken(max(0.0, state["now"] - since))
        words = [alert["severity"].upper(), alert["alertname"], alert["subject"], lasted]
        yield _line("  ".join([*words, *_notes(alert, state["now"])]), style)
        if summary := summary_of(alert):
            yield _whole(f"  {summary}")
        if alert.get("remedy") and not alert.get("calm_since"):
            yield _whole(f"  do: {alert['remedy']}")


def _notes(alert: Document, now: float) -> Iterator[str]:
    if alert["alertstate"] != "firing":
        yield alert["alertstate"]
    if calm := alert.get("calm_since"):
        ends = alert.get("resolved_at")
        at = "" if ends is None else f"at {rfc3339(ends)[11:19]} "
        yield f"calm for {spoken(max(0.0, now - calm))}, resolved {at}if that lasts"
    if seen := alert.get("acknowledged"):
        yield f"acknowledged by {seen['by']}"
    if silence := alert.get("silence"):
        yield f"silenced by {silence['by']}"


def _pool_heading() -> str:
    return f"{'POOLS':<26}{'margin ratio':<18}{'equity':>14}{'down':>10}{'up':>10}"


def _pools(pools: Sequence[Document], bars: str) -> Iterator[Text]:
    for pool in pools:
        if "margin_ratio" in pool:
            yield _pool(pool, bars)
        for position in pool["positions"]:
            yield _position(position)


def _pool(pool: Document, bars: str) -> Text:
    """`down` and `up` are the common moves of all prices that liquidate it."""
    ratio = number(pool["margin_ratio"])
    line = _line(f"{_named(pool, 'pool')[:25]:<26}")
    line.append(f"{bar(ratio, bars)} {percent(ratio):<7}", style=grade(ratio))
    line.append(f"{money(number(pool['equity'])):>14}")
    for shock in ("shock_down", "shock_up"):
        line.append(f"{move(number(pool[shock])):>10}")
    return line


def _position(position: Document) -> Text:
    held, mark = number(position["contracts"]), number(position["mark_price"])
    side = "" if position.get("side", "net") == "net" else f" {position['side']}"
    line = _line(f"  {position['symbol']}{side}  {count(held)} at {count(mark)}")
    distance = number(position["liquidation_distance"])
    prices = (
        ("below", number(position["liquidation_price_down"])),
        ("above", number(position["liquidation_price_up"])),
    )
    known = [f"{word} {count(price)}" for word, price in prices if price and isfinite(price)]
    if any(price is None for _, price in prices):
        line.append("  liquidation unknown", style=UNSURE)
    elif known:
        away = "unknown" if distance is None else f"{distance:.1%}"
        line.append(f"  liquidated {' and '.join(known)}, {away} away")
    else:
        line.append("  no price liquidates it", style=_FAINT)
    return line


def _hedges(hedges: Sequence[Document]) -> Iterator[Text]:
    for hedge in hedges:
        drift, floor = number(hedge["hedge_drift"]), number(hedge["hedge_drift_floor"])
        ratio, target = number(hedge["hedge_ratio"]), number(hedge["target"])
        line = _line(f"{_named(hedge, 'hedge')[:25]:<26}")
        line.append(f"ratio {plain(ratio)} of {plain(target)}  ")
        line.append(f"drift {move(drift)}", style=UNSURE if drift is None else "")
        if drift is None and floor is not None:
            line.append(f", at least {floor:.1%}")
        line.append(f"  to target {count(number(hedge['contracts_to_target']), '+')}")
        yield line
        if hedge["hedge_broken"] is True:
            yield _line(f"  BROKEN: {hedge.get('break_reason') or 'a leg is gone'}", BAD)
        yield _line(f"  owned {_legs(hedge.get('exposure', ()))}")
        yield _line(f"  cover {_legs(hedge.get('cover', ()))}")


def _legs(legs: Iterable[Document]) -> str:
    told = [
        f"{leg['holder']} {leg['asset']} {count(number(leg['held']))}"
        f" ({money(number(leg['value']))})"
        for leg in legs
    ]
    return ", ".join(told) or "nothing"


def _accounts(accounts: Sequence[Document]) -> Iterator[Text]:
    for account in accounts:
        reason = account["reason"]
        line = _line(f"{_named(account, 'account')[:25]:<26}")
        if reason:
            seconds = number(account["blind_seconds"])
            lasted = "" if not seconds else f" for {spoken(seconds)}"
            line.append(clean(f"BLIND{lasted}: {reason}").replace("\n", " "), style=BAD)
        else:
            line.append("in sight", style="green")
        yield line
        if account["feeds"]:
            yield _feeds(account["feeds"])
        yield from (_line(f"  not seen: {what}") for what in account.get("unseen", ()))


def _feeds(feeds: Iterable[Document]) -> Text:
    line = Text("  ")
    for feed in feeds:
        up, age = feed["feed_up"] is True, number(feed["data_age_seconds"])
        old = "no age" if age is None else f"{age:.1f} s"
        line.append(clean(f"{feed['feed']} {old if up else 'DOWN'}  "), style="" if up else BAD)
    return line


def _signals(state: Document) -> Iterator[Text]:
    for signal in state.get("signals", ()):
        value = count(number(signal["signal_value"]))
        down = "" if signal["signal_up"] is True else f"  DOWN: {signal['reason']}"
        said = f"{_named(signal, 'signal')[:25]:<26}{value} {signal['unit']}{down}"
        yield _line(said, BAD if down else "")


def _line(text: str, style: str = "") -> Text:
    return Text(clean(text).replace("\n", " "), style=style)


def _whole(text: str, style: str = "") -> Text:
    """A line of which nothing may be cut: a number at its end is what somebody acts on."""
    line = _line(text, style)
    line.overflow = "fold"
    return line


def _folded(line: Text, width: int) -> Iterable[Text]:
    if line.overflow != "fold" or line.cell_len <= width:
        return [line]
    indent = " " * (len(line.plain) - len(line.plain.lstrip()))
    deeper = f"{indent}  " if width > _NARROWEST else ""
    parts = wrap(line.plain, width, subsequent_indent=deeper)
    return [Text(part, style=line.style) for part in parts]


def _named(row: Document, own: str) -> str:
    """The subject as messages name it: account and pool, or its one name."""
    names = ("account", "pool") if own == "pool" else (own,)
    return "/".join(str(row[name]) for name in names if row.get(name))
