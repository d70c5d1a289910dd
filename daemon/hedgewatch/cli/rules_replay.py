"""`hedgewatch rules replay`: what would have fired over recorded history, by which rules."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from hedgewatch.cli.answers import WELL, failed, print_json
from hedgewatch.cli.drawing import CannotPlotError
from hedgewatch.cli.history_plot import plot
from hedgewatch.cli.history_text import difference_text, document, history_text
from hedgewatch.cli.paths import files_of
from hedgewatch.cli.progress import progress
from hedgewatch.config.rule_files import load_rules
from hedgewatch.core.rules import Rule
from hedgewatch.recording.comparing import compared
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.reading import Opening, read
from hedgewatch.recording.snapshot import restored
from hedgewatch.recording.timeline import History, history

RECORDED = "recorded"


def perform(options: Namespace) -> int:
    """Print the timeline, and how the other rules' one differs."""
    try:
        names = _scenarios(options.recording)
        wanted = [options.rules, *([options.against] if options.against else [])]
        sets = [_rules(name, names) for name in wanted]
        found = [_history(options, name, rules) for name, rules in zip(wanted, sets, strict=True)]
    except RecordingError as error:
        return failed(error)
    for flaw in found[0].flaws:
        print(f"hedgewatch: {flaw}", file=sys.stderr)
    if options.plot:
        try:
            plot(wanted, found, options.plot)
        except CannotPlotError as error:
            return failed(error)
    if options.json:
        print_json(document(wanted, found))
    else:
        print(history_text(found[0]))
        if options.against:
            print(difference_text(wanted, compared(found[0].firings, found[1].firings)))
    return WELL


def _history(options: Namespace, name: str, rules: Sequence[Rule] | None) -> History:
    with progress(f"replaying with {name}") as shown:
        return history(read(options.recording, shown.told), rules, options.until)


def _rules(name: str, scenarios: Sequence[str]) -> Sequence[Rule] | None:
    """The rules of a file or folder; None for the recorded ones."""
    return None if name == RECORDED else load_rules(files_of([Path(name)]), scenarios)


def _scenarios(recording: Path) -> list[str]:
    """What rules may name: the scenarios of the recorded desk."""
    for item in read(recording):
        if isinstance(item, Opening):
            return [each.name for each in restored(dict(item.engine)).book.desk.scenarios]
    raise RecordingError(f"{recording}: nothing of it can be replayed")
