"""`hedgewatch silence`: what not to be told for a while."""

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from hedgewatch.cli.alert_table import columns, moment
from hedgewatch.cli.answers import WELL, failed, tell
from hedgewatch.cli.asking import NoAnswerError, ask, command
from hedgewatch.cli.commanding import named, person, split, told
from hedgewatch.notify.message import clean

_PATH = "/api/v1/silences"


def perform(options: Namespace) -> int:
    """Add one, list them, or end one."""
    actions = {"add": _add, "list": _list, "remove": _remove}
    try:
        return actions[options.action](options)
    except NoAnswerError as error:
        return failed(error)


def _add(options: Namespace) -> int:
    names, matchers = split(options.what)
    fields = {
        "by": person(options),
        "matchers": [*(f"alertname={name}" for name in names), *matchers],
        "for": options.period,
        "comment": options.comment,
    }
    answer = command(options, "POST", _PATH, fields)
    return told(options, answer, _added(answer.document))


def _added(document: Mapping[str, Any]) -> Iterator[str]:
    if not (silence := document.get("silence")):
        return
    yield f"silence {silence['id']} until {moment(silence['ends_at'])}, up to {silence['up_to']}"
    for alert in document["muted"]:
        yield f"quiet: {named(alert)}"
    for alert in document["not_muted"]:
        yield f"told all the same, it cannot be silenced: {named(alert)}"
    if not (document["muted"] or document["not_muted"]):
        yield "nothing that stands now is meant by it: are the names right?"


def _remove(options: Namespace) -> int:
    fields = {"by": person(options), "comment": options.comment}
    answer = command(options, "DELETE", f"{_PATH}/{quote(options.id, safe='')}", fields)
    ended = answer.document.get("ended", {})
    return told(options, answer, [f"ended: {' '.join(ended.get('matchers', ()))}"])


def _list(options: Namespace) -> int:
    silences = ask(options, _PATH)["silences"]
    rows = [tuple(clean(str(cell)) for cell in _row(silence)) for silence in silences]
    heading = ("id", "until", "up to", "by", "quiet now", "alerts", "comment")
    text = "\n".join(columns([heading, *rows])) if rows else "nothing is silenced"
    tell(options, {"silences": silences}, text)
    return WELL


def _row(silence: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        silence["id"],
        moment(silence["ends_at"]),
        silence["up_to"],
        silence["by"],
        len(silence["muted"]),
        " ".join(silence["matchers"]),
        silence["comment"],
    )
