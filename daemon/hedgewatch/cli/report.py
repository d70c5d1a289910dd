"""`hedgewatch report`: the report of any day or week that is kept, from the running daemon or from
a store.
"""

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from hedgewatch.cli.answers import WELL, failed
from hedgewatch.cli.asking import NoAnswerError, ask
from hedgewatch.clock import Clock
from hedgewatch.reports.periods import Kind, named_period
from hedgewatch.reports.report import BEFORE, kept_of, report_of
from hedgewatch.settings import timezone
from hedgewatch.store import StoreError
from hedgewatch.store.history import read

_SECONDS = 130.0
"""The daemon makes it with patience, and not before others are made."""

_FIELDS = {"text": "text", "md": "markdown", "html": "html"}


class NoReportError(Exception):
    """It cannot be made, or written; says why."""


def perform(options: Namespace) -> int:
    """Print it, or write it to a file."""
    try:
        made = _of_daemon(options) if options.store is None else _of_store(options)
        _show(options, made)
    except (NoReportError, NoAnswerError, StoreError) as error:
        return failed(error)
    return WELL


def _of_daemon(options: Namespace) -> Mapping[str, Any]:
    asked = {"kind": options.kind, "at": options.at, "timezone": options.timezone}
    query = urlencode({name: text for name, text in asked.items() if text})
    return ask(options, f"/api/v1/report?{query}", seconds=_SECONDS)


def _of_store(options: Namespace) -> Mapping[str, Any]:
    now = Clock().now()
    try:
        zone = timezone(options.timezone or "UTC")
        period = named_period(Kind(options.kind), options.at or "", zone, now)
    except ValueError as error:
        raise NoReportError(str(error)) from None
    told = read(options.store, period.begins, period.ends, period.begins - BEFORE)
    return report_of(period, kept_of(told.minutes, told.transitions, told.latest), now)


def _show(options: Namespace, made: Mapping[str, Any]) -> None:
    text = _rendered(options, made)
    if options.out is None:
        print(text, end="")
        return
    _write(options.out, text)
    print(f"{options.out}: {made['title']}")


def _rendered(options: Namespace, made: Mapping[str, Any]) -> str:
    if options.json or options.format == "json":
        return json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return str(made[_FIELDS[options.format]])


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NoReportError(f"{file} cannot be written: {error.strerror}") from error
