"""`hedgewatch ack`: somebody has seen an alert, or takes that back."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from hedgewatch.cli.alert_table import moment
from hedgewatch.cli.answers import WRONG, failed
from hedgewatch.cli.asking import NoAnswerError, command
from hedgewatch.cli.commanding import named, person, split, told


def perform(options: Namespace) -> int:
    """Tell the daemon, and say which alerts it was."""
    names, matchers = split(options.what)
    if len(names) > 1:
        print(f"hedgewatch: one alert at a time, or labels: {' '.join(names)}", file=sys.stderr)
        return WRONG
    fields: dict[str, Any] = {"by": person(options), "matchers": matchers, "all": options.all}
    fields |= {"alert": "".join(names), "episode": options.episode, "comment": options.comment}
    if options.period is not None and not options.withdraw:
        fields["for"] = options.period
    path = "/api/v1/alerts/unack" if options.withdraw else "/api/v1/alerts/ack"
    try:
        answer = command(options, "POST", path, fields)
    except NoAnswerError as error:
        return failed(error)
    return told(options, answer, _lines(answer.document))


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    until = document.get("until")
    ending = f", until {moment(until)}" if until is not None else ""
    for alert in document.get("acknowledged", ()):
        yield f"acknowledged: {named(alert)}{ending}"
    for alert in document.get("withdrawn", ()):
        yield f"no longer acknowledged: {named(alert)}"
