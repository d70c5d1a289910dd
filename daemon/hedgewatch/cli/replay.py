"""`hedgewatch replay`: a recording fed to the same engine, and whether it decides the same."""

import sys
from argparse import Namespace
from dataclasses import dataclass, field
from typing import Any

from hedgewatch import __version__
from hedgewatch.cli.answers import FAILED, WELL, failed, print_json
from hedgewatch.cli.progress import Progress, progress
from hedgewatch.core.alert_model import Outcome, Transition
from hedgewatch.core.wording import rfc3339
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.reading import Flaw, Opening, read
from hedgewatch.recording.replay import Again, Begun, Replay
from hedgewatch.recording.wording import line, plain


def perform(options: Namespace) -> int:
    """Print the decision log as it comes out now; 1 when it is not that of then."""
    seen = _Seen(as_lines=not options.json)
    try:
        with progress("replaying") as shown:
            seen.progress = shown
            _run(options, seen)
    except RecordingError as error:
        return failed(error)
    if options.json:
        print_json(seen.document())
    else:
        print(seen.verdict())
    return WELL if seen.is_well else FAILED


def _run(options: Namespace, seen: "_Seen") -> None:
    """Up to the first difference: what comes after it follows from it."""
    for step in Replay(read(options.recording, seen.told)).steps(options.until):
        match step:
            case Begun():
                seen.begun(step.opening)
            case Flaw():
                seen.flaw(step)
            case Again():
                seen.judged(step)
                if seen.difference is not None:
                    return


@dataclass(slots=True)
class _Seen:
    as_lines: bool
    progress: Progress | None = None
    openings: list[Opening] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    difference: Again | None = None
    events: int = 0
    ended_at: float = 0.0

    @property
    def is_well(self) -> bool:
        """A segment that was never closed is no damage."""
        whole = all(flaw.cut for flaw in self.flaws)
        return whole and self.difference is None and bool(self.openings)

    def told(self, part: float) -> None:
        if self.progress is not None:
            self.progress.told(part)

    def begun(self, opening: Opening) -> None:
        """Where something is missing, say so."""
        if self.openings:
            lost = f", {opening.lost} events were not recorded" if opening.lost else ""
            self._note(f"begins anew at {rfc3339(opening.at)} ({opening.place}){lost}")
        elif opening.about["program"] != __version__:
            made, here = opening.about["program"], __version__
            self._note(f"recorded by hedgewatch {made}; this is {here}, which may decide otherwise")
        self.openings.append(opening)
        self.ended_at = opening.at

    def flaw(self, flaw: Flaw) -> None:
        self.flaws.append(flaw)
        self._note(str(flaw))

    def judged(self, step: Again) -> None:
        self.events += 1
        self.ended_at = step.now
        if step.differs:
            self.difference = step
        for told in step.outcome.transitions:
            self.transitions.append(told)
            self._print(line(told))

    def verdict(self) -> str:
        many = f"{len(self.transitions)} transition{'s' * (len(self.transitions) != 1)}"
        if not self.openings:
            return "nothing of it can be replayed"
        if self.difference is not None:
            return _told(self.difference, self.events)
        begun = rfc3339(self.openings[0].at)
        same = "identical" if self.is_well else "identical as far as it can be read"
        return f"{same}: {many}, {self.events} events, {begun} to {rfc3339(self.ended_at)}"

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        first = self.openings[0] if self.openings else None
        return {
            "identical": self.is_well,
            "about": dict(first.about) if first else None,
            "begun_at": rfc3339(first.at) if first else None,
            "ended_at": rfc3339(self.ended_at),
            "events": self.events,
            "flaws": [str(flaw) for flaw in self.flaws],
            "difference": _told(self.difference, self.events) if self.difference else None,
            "transitions": [plain(told) for told in self.transitions],
        }

    def _note(self, text: str) -> None:
        if self.progress is not None:
            self.progress.clear()
        print(f"hedgewatch: {text}", file=sys.stderr)

    def _print(self, text: str) -> None:
        if self.as_lines:
            if self.progress is not None:
                self.progress.clear()
            print(text)


def _told(step: Again, number: int) -> str:
    """What is not the same, at the first place where it is not."""
    kind = type(step.event).__name__
    return (
        f"differs at event {number} ({kind}), {rfc3339(step.now)}: "
        f"then {_words(step.then)}; now {_words(step.outcome)}"
    )


def _words(outcome: Outcome) -> str:
    told = [f"{t.alertname} {t.subject} {t.state.value}" for t in outcome.transitions]
    kept = [f"{r.alertname} {r.subject} kept as {r.state.value}" for r in outcome.records]
    return ", ".join(told or kept) or "nothing"
