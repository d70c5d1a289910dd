"""The live table of the demonstration: what a trader would look at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hedgewatch.core.alert_model import AlertState, Severity, Transition
from hedgewatch.core.book.rows import AccountRow, HedgeRow, PoolRow, PositionRow
from hedgewatch.core.engine import Engine
from hedgewatch.core.model import Known, Unknown
from hedgewatch.notify.message import summary

_LAST_TRANSITIONS = 10
_SHOWN = (AlertState.FIRING, AlertState.RESOLVED, AlertState.ENDED)
_COLORS = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def screen(
    engine: Engine,
    transitions: Sequence[Transition],
    progress: tuple[float, float, str],
    url: str,
) -> RenderableType:
    """Everything on one screen of 100 columns or more."""
    elapsed, duration, chapter = progress
    bar = Table.grid(expand=True, padding=(0, 1))
    bar.add_column(ratio=1)
    bar.add_column(justify="right")
    bar.add_row(
        ProgressBar(duration, elapsed, complete_style="cyan", finished_style="cyan"),
        f"{elapsed:.0f} of {duration:.0f} s",
    )
    body = Group(
        Text(chapter, style="italic"),
        bar,
        Text(),
        _hedges(list(engine.book.hedges.values())),
        Text(),
        _pools(list(engine.book.pools())),
        Text(),
        _positions(list(engine.book.positions())),
        Text(),
        *(
            _blindness(account)
            for account in engine.book.accounts.values()
            if account.account_blind is True
        ),
        _alerts(transitions),
    )
    return Panel(body, title="hedgewatch demo: a paper exchange, real ccxt", subtitle=url)


def _hedges(hedges: list[HedgeRow]) -> Table:
    table = _table("hedge", "exposure", "cover", "ratio", "drift", "to target", "P&L owned / cover")
    for hedge in hedges:
        table.add_row(
            hedge.plan.name,
            _money(hedge.exposure_value),
            _money(hedge.cover_value),
            _number(hedge.hedge_ratio, ".3f"),
            _graded(hedge.hedge_drift, "+.1%", abs_above=0.05),
            _number(hedge.contracts_to_target, "+g"),
            f"{_profit(hedge.exposure_pnl)} / {_profit(hedge.cover_pnl)}",
        )
    return table


def _pools(pools: list[PoolRow]) -> Table:
    table = _table(
        "margin pool", "equity", "maintenance", "headroom", "margin ratio", "liquidating move"
    )
    for pool in pools:
        table.add_row(
            str(pool.subject),
            _money(pool.equity),
            _money(pool.maintenance_margin),
            _money(pool.headroom),
            _graded(pool.margin_ratio, ".1%", abs_above=0.8),
            Text(" / ").join((_shock(pool.shock_down), _shock(pool.shock_up))),
        )
    return table


def _positions(positions: list[PositionRow]) -> Table:
    table = _table("position", "contracts", "mark", "liquidation", "distance", "P&L")
    for position in positions:
        table.add_row(
            str(position.subject),
            _number(position.contracts, "g"),
            _number(position.mark_price, ",.2f"),
            _number(position.liquidation_price, ",.2f"),
            _graded(position.liquidation_distance, ".1%", below=0.1),
            _profit(position.unrealized_pnl),
        )
    return table


def _alerts(transitions: Sequence[Transition]) -> Table:
    table = _table("time", "alert", "state", "what")
    told = [transition for transition in transitions if transition.state in _SHOWN]
    for transition in told[-_LAST_TRANSITIONS:]:
        over = transition.state is AlertState.RESOLVED
        style = "green" if over else _COLORS[transition.severity]
        table.add_row(
            datetime.fromtimestamp(transition.at, UTC).strftime("%H:%M:%S.%f")[:-5],
            transition.alertname,
            Text(transition.state.value, style=style),
            summary(transition) or transition.reason,
        )
    return table


def _blindness(account: AccountRow) -> Text:
    seconds = f"{account.blind_seconds:.0f} s"
    return Text(f"{account.name} is blind for {seconds}: {account.blind_reason}", style="bold red")


def _table(*columns: str) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, header_style="dim", padding=(0, 1))
    for index, column in enumerate(columns):
        numeric = index > 0 and columns[0] != "time"
        table.add_column(column, justify="right" if numeric else "left", no_wrap=numeric)
    return table


def _number(value: Known, form: str) -> str:
    return "unknown" if isinstance(value, Unknown) else format(value, form)


def _shock(value: Known) -> Text:
    return Text("none") if value in (-inf, inf) else _graded(value, "+.1%", abs_below=0.1)


def _profit(value: Known) -> str:
    return _number(value, "+,.0f")


def _money(value: Known) -> str:
    return _number(value, ",.0f")


def _graded(
    value: Known, form: str, *, abs_above: float = inf, abs_below: float = 0.0, below: float = -inf
) -> Text:
    """Red where it is beyond what the demo's rules alert on."""
    if isinstance(value, Unknown):
        return Text("unknown", style="magenta")
    bad = abs(value) > abs_above or abs(value) < abs_below or value < below
    return Text(format(value, form), style="bold red" if bad else "")
