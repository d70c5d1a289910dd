"""The stress as a table: scenarios down, pools and hedges across.

What is liquidated says so in words, so that nothing depends on a colour.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

Document = Mapping[str, Any]

_WIDE = 10_000
"""Columns of a file or a pipe, which cannot wrap."""

_UNKNOWN = Text("unknown", style="dim")


def print_table(document: Document) -> None:
    """Print it, with the titles of the named scenarios and the reasons of what is unknown."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=_WIDE)
    if not document["pools"] and not document["hedges"]:
        console.print("nothing is watched yet: no pool and no hedge is known")
        return
    console.print(_table(document))
    for line in (*_reasons(document), *_titles(document["scenarios"])):
        console.print(line)


def _table(document: Document) -> Table:
    pools, hedges = document["pools"], document["hedges"]
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("scenario", no_wrap=True)
    for pool in pools:
        name = f"{pool['account']}/{pool['pool']}"
        table.add_column(f"{name}\nratio  equity {pool['currency']}", justify="right")
    for hedge in hedges:
        table.add_column(f"{hedge['hedge']}\nafter the hedge", justify="right")
    table.add_row("now", *map(_pool_now, pools), *(Text("") for _ in hedges), end_section=True)
    for name in (each["scenario"] for each in document["scenarios"]):
        cells = [_cell(pool, name, _pool) for pool in pools]
        cells += [_cell(hedge, name, _hedge) for hedge in hedges]
        table.add_row(name, *cells)
    return table


def _cell(row: Document, scenario: str, shown: Any) -> Text:
    cell = row["stress"].get(scenario)
    return _UNKNOWN if cell is None else shown(cell)


def _pool_now(pool: Document) -> Text:
    if not _are_numbers(pool["margin_ratio"], pool["equity"]):
        return _UNKNOWN
    return Text(_ratio_and_equity(pool["margin_ratio"], pool["equity"]))


def _pool(cell: Document) -> Text:
    text = _ratio_and_equity(cell["stressed_margin_ratio"], cell["stressed_equity"])
    if cell["stressed_liquidated"]:
        return Text(f"LIQUIDATED  {text}", style="bold red")
    return Text(text)


def _hedge(cell: Document) -> Text:
    loss = float(cell["stressed_loss"])
    if abs(loss) < 0.5:  # noqa: PLR2004  # shown without decimals
        return Text("even")
    return Text(f"loses {loss:,.0f}", style="yellow") if loss > 0.0 else Text(f"gains {-loss:,.0f}")


def _ratio_and_equity(ratio: str | float, equity: str | float) -> str:
    share = float(ratio)
    shown = f"{share:.1%}" if share < 10.0 else "> 999%"  # noqa: PLR2004  # ten times is too late
    return f"{shown:>6}  {_money(float(equity)):>9}"


def _money(amount: float) -> str:
    """Coins are worth too much to be told without decimals."""
    return f"{amount:,.0f}" if abs(amount) >= 100.0 or not amount else f"{amount:,.4f}"  # noqa: PLR2004


def _are_numbers(*values: object) -> bool:
    return not any(isinstance(value, dict) for value in values)


def _reasons(document: Document) -> Iterator[str]:
    for row in (*document["pools"], *document["hedges"]):
        if "unknown" in row["stress"]:
            name = row["hedge"] if "hedge" in row else f"{row['account']}/{row['pool']}"
            yield f"{name} is unknown: {row['stress']['unknown']}"


def _titles(scenarios: Sequence[Document]) -> Iterator[str]:
    told = [each for each in scenarios if each["title"] and not each["grid"]]
    width = max((len(each["scenario"]) for each in told), default=0)
    for each in told:
        yield f"{each['scenario']:<{width}}  {each['title']}"
