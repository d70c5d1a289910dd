"""Pools, positions, hedges, accounts and signals of the status page as lines for a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from rich.text import Text

from hedgewatch.cli.top_lines import Line
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
from hedgewatch.core.wording import spoken
from hedgewatch.notify.message import clean

Document = Mapping[str, Any]

_NAME = 25
"""Columns of a name; a longer one takes a line of its own."""
_FAINT = "dim"
_NEAR = 0.1  # of the mark price, as LiquidationNear has it
_LINES = (("below", "liquidation_price_down"), ("above", "liquidation_price_up"))


def said(text: str, style: str = "") -> Text:
    """What comes from outside cannot command the terminal."""
    return Text(clean(text).replace("\n", " "), style=style)


def pool_heading() -> Line:
    """`down` and `up` are the common moves of all prices that liquidate a pool."""
    columns = f"{'POOLS':<26}{'margin ratio':<18}{'equity':>14}{'down':>10}{'up':>10}"
    return heading("POOLS", columns)


def heading(text: str, columns: str = "") -> Line:
    wide = Text(columns or text, style="bold")
    return Line(fields=(Text(text, style="bold"),), wide=wide, is_heading=True)


def pools(rows: Sequence[Document], bars: str) -> Iterator[Line]:
    for row in rows:
        if "margin_ratio" in row:
            yield _pool(row, bars)
        if row.get("margin_by_venue") is True:
            yield Line(fields=(said(f"margin as {row['venue']} tells it"),), indent=2)
        for position in row["positions"]:
            yield Line(fields=tuple(_position(position)), indent=2)


def _pool(row: Document, bars: str) -> Line:
    ratio, name = number(row["margin_ratio"]), _named(row, "pool")
    level = said(f"{bar(ratio, bars)} {percent(ratio)}", grade(ratio))
    figures = {
        "equity": money(number(row["equity"])),
        "down": move(number(row["shock_down"])),
        "up": move(number(row["shock_up"])),
    }
    wide = said(f"{name:<26}").append_text(level).append(" " * max(0, 18 - level.cell_len))
    wide.append(f"{figures['equity']:>14}{figures['down']:>10}{figures['up']:>10}")
    fields = (said(name), level, *(Text(f"{word} {told}") for word, told in figures.items()))
    return Line(fields=fields, wide=wide if len(name) <= _NAME else None)


def _position(row: Document) -> Iterator[Text]:
    side = "" if row.get("position", "net") == "net" else f" {row['position']}"
    yield said(f"{row['symbol']}{side}")
    yield Text(f"{count(number(row['contracts']))} at {count(number(row['mark_price']))}")
    prices = [(word, number(row[name])) for word, name in _LINES]
    known = [f"{word} {count(price)}" for word, price in prices if price and isfinite(price)]
    distance = number(row["liquidation_distance"])
    if distance is None or any(price is None for _, price in prices):
        yield Text("liquidation unknown", style=UNSURE)
        worst = number(row.get("liquidation_distance_worst"))
        yield Text(f"at worst {_away(worst)}", style=UNSURE)
    elif known:
        told = Text(f"liquidated {' and '.join(known)}, ")
        yield told.append(_away(distance), style=BAD if distance < _NEAR else "")
    else:
        yield Text("no price liquidates it", style=_FAINT)


def _away(distance: float | None) -> str:
    """How far the nearest price that liquidates is."""
    if distance is None:
        return "unknown"
    return f"{distance:.1%} away" if isfinite(distance) else "beyond any price"


def hedges(rows: Sequence[Document]) -> Iterator[Line]:
    for row in rows:
        yield _hedge(row)
        if row["hedge_broken"] is True:
            why = row.get("break_reason") or "a leg is gone"
            yield Line(fields=(said(f"BROKEN: {why}", BAD),), indent=2)
        for word, legs in (("owned", "exposure"), ("cover", "cover")):
            yield Line(fields=(said(f"{word} {_legs(row.get(legs, ()))}"),), indent=2)


def _hedge(row: Document) -> Line:
    drift, worst = number(row["hedge_drift"]), number(row.get("hedge_drift_worst"))
    ratio, target = number(row["hedge_ratio"]), number(row["target"])
    name = _named(row, "hedge")
    drifted = f"drift {move(drift)}" + (f", at worst {move(worst)}" if drift is None else "")
    fields = (
        Text(f"ratio {plain(ratio)} of {plain(target)}"),
        Text(drifted, style=UNSURE if drift is None else ""),
        Text(f"to target {count(number(row['contracts_to_target']), '+')}"),
    )
    wide = said(f"{name:<26}").append_text(Text("  ").join(fields))
    return Line(fields=(said(name), *fields), wide=wide if len(name) <= _NAME else None)


def _legs(legs: Iterable[Document]) -> str:
    told = [
        f"{leg['holder']} {leg['asset']} {count(number(leg['held']))}"
        f" ({money(number(leg['value']))})"
        for leg in legs
    ]
    return ", ".join(told) or "nothing"


def accounts(rows: Sequence[Document]) -> Iterator[Line]:
    for row in rows:
        yield _account(row)
        if row["feeds"]:
            yield Line(fields=tuple(map(_feed, row["feeds"])), indent=2)
        for what in row.get("unseen", ()):
            yield Line(fields=(said(f"not seen: {what}"),), indent=2)


def _account(row: Document) -> Line:
    reason = row["reason"]
    if reason:
        seconds = number(row["blind_seconds"])
        lasted = "" if not seconds else f" for {spoken(seconds)}"
        state = said(f"BLIND{lasted}: {reason}", BAD)
    else:
        state = Text("in sight", style="green")
    return _after_name(_named(row, "account"), state)


def _feed(feed: Document) -> Text:
    up, age = feed["feed_up"] is True, number(feed["data_age_seconds"])
    old = "no age" if age is None else f"{age:.1f} s"
    return said(f"{feed['feed']} {old if up else 'DOWN'}", "" if up else BAD)


def signals(state: Document) -> Iterator[Line]:
    for signal in state.get("signals", ()):
        value = count(number(signal["signal_value"]))
        down = "" if signal["signal_up"] is True else f"  DOWN: {signal['reason']}"
        text = said(f"{value} {signal['unit']}{down}", BAD if down else "")
        yield _after_name(_named(signal, "signal"), text)


def _after_name(name: str, text: Text) -> Line:
    wide = said(f"{name:<26}").append_text(text)
    return Line(fields=(said(name), text), wide=wide if len(name) <= _NAME else None)


def _named(row: Document, own: str) -> str:
    """The subject as messages name it: account and pool, or its one name."""
    names = ("account", "pool") if own == "pool" else (own,)
    return "/".join(str(row[name]) for name in names if row.get(name))
