"""What `ack` and `silence` share: who says so, what is meant, and what the daemon answered."""

import getpass
import re
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from hedgewatch.cli.alert_table import alert_lines
from hedgewatch.cli.answers import FAILED, WELL, WRONG, print_json
from hedgewatch.cli.asking import Answer
from hedgewatch.notify.message import clean

_MATCHER = re.compile(r"[^=!~]*(=~|!~|!=|=)")


def person(options: Namespace) -> str:
    """The name of whoever gives the command."""
    if options.by is not None:
        return str(options.by)
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of alerts, and matchers."""
    matchers = [word for word in words if _MATCHER.match(word)]
    return [word for word in words if not _MATCHER.match(word)], matchers


def told(options: Namespace, answer: Answer, lines: Iterable[str]) -> int:
    """Print what was done, or why not and what to choose from; the exit code."""
    document = answer.document
    if options.json:
        print_json(document)
    elif answer.status == HTTPStatus.OK:
        for line in (*lines, *_not_stored(document)):
            print(line)
    else:
        for line in _refusal(document):
            print(line, file=sys.stderr)
    if answer.status == HTTPStatus.OK:
        return WELL
    return WRONG if answer.status == HTTPStatus.BAD_REQUEST else FAILED


def named(alert: Mapping[str, Any]) -> str:
    """An alert in one line."""
    return clean(f"{alert['alertname']} {alert['subject']} ({alert['severity']})")


def _refusal(document: Mapping[str, Any]) -> Iterator[str]:
    for problem in document.get("problems") or [document.get("error", "refused")]:
        yield f"hedgewatch: {clean(str(problem))}"
    if alerts := document.get("alerts"):
        yield from alert_lines(alerts)


def _not_stored(document: Mapping[str, Any]) -> Iterator[str]:
    if document.get("stored") is False:
        why = clean(str(document.get("not_stored_because", "")))
        yield f"done, but not stored ({why}): a restart of the daemon would forget it"
