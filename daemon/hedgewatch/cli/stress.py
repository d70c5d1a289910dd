"""`hedgewatch stress`: the pools and hedges of the running daemon under its scenarios."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from hedgewatch.cli.answers import WELL, WRONG, failed, print_json
from hedgewatch.cli.asking import NoAnswerError, ask
from hedgewatch.cli.drawing import CannotPlotError
from hedgewatch.cli.stress_plot import plot
from hedgewatch.cli.stress_table import print_table
from hedgewatch.config.problems import nearest

Document = dict[str, Any]

_PATH = "/api/v1/stress"


def perform(options: Namespace) -> int:
    """Print the table, or draw it."""
    try:
        document = ask(options, _PATH + ("?curves" if options.plot else ""))
    except NoAnswerError as error:
        return failed(error)
    known = [each["scenario"] for each in document["scenarios"]]
    unknown = list(_unknown(options.scenario, known))
    if unknown:
        failed(ValueError("\n".join(unknown)))
        return WRONG
    return _show(_only(document, options.scenario or known), options)


def _show(document: Document, options: Namespace) -> int:
    if options.plot:
        try:
            plot(document["pools"], options.plot)
        except CannotPlotError as error:
            return failed(error)
    if options.json:
        print_json(document)
    elif options.plot:
        print(f"drawn: {options.plot}")
    else:
        print_table(document)
    return WELL


def _unknown(wanted: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for name in wanted:
        if name not in known:
            hint = nearest(name, known) or f": there are {', '.join(known) or 'none'}"
            yield f"unknown scenario '{name}'{hint}"


def _only(document: Document, wanted: Sequence[str]) -> Document:
    """The document with these scenarios alone."""

    def picked(row: Document) -> Document:
        cells = row["stress"]
        if "unknown" not in cells:
            cells = {name: cell for name, cell in cells.items() if name in wanted}
        return {**row, "stress": cells}

    return {
        "scenarios": [each for each in document["scenarios"] if each["scenario"] in wanted],
        "pools": [picked(row) for row in document["pools"]],
        "hedges": [picked(row) for row in document["hedges"]],
    }
