"""What `rules explain` prints: the rule in words, and every subject with its numbers."""

from collections.abc import Iterator
from textwrap import fill
from typing import Any

from hedgewatch.cli.alert_table import moment
from hedgewatch.notify.message import clean

Document = dict[str, Any]

_SIGNS = {True: "✓", False: "✗", None: "?"}
_WIDTH = 100


def explanation_lines(document: Document) -> Iterator[str]:
    """The whole of it."""
    rule = document["rule"]
    yield f"{rule['alert']} ({rule['severity']}, on {rule['on']})"
    for sentence in document["says"]:
        yield fill(clean(sentence), _WIDTH, initial_indent="  ", subsequent_indent="    ")
    for told in document.get("told", ()):
        yield f"  Told to {told}."
    for told in document.get("told_after_a_restart", ()):
        yield f"  The configuration says otherwise, which holds after a restart: told to {told}."
    yield from _written(rule)
    yield from _measures(document["measures"])
    if document.get("tests"):
        yield from ("", "its tests", *(f"  {each}" for each in document["tests"]))
    if "subjects" in document:
        yield from _subjects(document["subjects"])
    if "note" in document:
        yield ""
        yield f"What it sees is not told: {document['note']}"


def _written(rule: Document) -> Iterator[str]:
    yield ""
    yield "as written"
    for name in ("expr", "clear"):
        if rule[name]:
            yield f"  {name}: {' '.join(rule[name].split())}"
    labels = ", ".join(f"{name}={value}" for name, value in rule["labels"].items())
    yield f"  labels: {labels}"
    for name, text in rule["annotations"].items():
        yield fill(
            f"{name}: {text}", _WIDTH, initial_indent="  ", subsequent_indent="    ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip


def _measures(measures: dict[str, str]) -> Iterator[str]:
    if measures:
        yield ""
        yield "what it reads"
        width = max(map(len, measures))
        yield from (f"  {name.ljust(width)}  {text}" for name, text in measures.items())


def _subjects(subjects: list[Document]) -> Iterator[str]:
    yield ""
    if not subjects:
        yield "now: there is nothing that it watches"
        return
    for each in subjects:
        yield clean(f"now, {each['subject']}: {each['alertstate']}{_since(each['alert'])}")
        yield f"  {each['why']}"
        yield from _tree("fires when", each["expr"], each["unknown"], 1)
        if each["clear"] is not None and each["alertstate"] == "firing":
            yield from _tree("over when", each["clear"], each["unknown"], 1)


def _since(alert: Document | None) -> str:
    if alert is None:
        return ""
    since = moment(alert["fired_at"] or alert["active_since"])
    seen, silence = alert["acknowledged"], alert["silence"]
    words = [f" since {since}"]
    if seen:
        words.append(f"acknowledged by {seen['by']} at {moment(seen['at'])}")
    if silence:
        words.append(f"silenced by {silence['by']} until {moment(silence['ends_at'])}")
    return ", ".join(words)


def _tree(title: str, part: Document, unknown: dict[str, str], depth: int) -> Iterator[str]:
    """One condition a line, with its truth, what it compared and how far it is from turning."""
    lead = f"{title} " if title else ""
    yield f"{'  ' * depth}{_SIGNS[part['truth']]} {lead}{part['text']}{_values(part, unknown)}"
    for inner in part["parts"]:
        yield from _tree("", inner, unknown, depth + 1)


def _values(part: Document, unknown: dict[str, str]) -> str:
    said = [
        f"{each['text']} is {each['shown']}{_reason(each, unknown)}" for each in part["operands"]
    ]
    if part["distance"]:
        side = "above" if part["distance"] > 0 else "below"
        said.append(f"{part['distance_shown']} {side}")
    return f"   ({'; '.join(said)})" if said else ""


def _reason(operand: Document, unknown: dict[str, str]) -> str:
    reason = unknown.get(operand["text"], "")
    return f": {clean(reason)}" if reason else ""
