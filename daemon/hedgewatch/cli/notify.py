"""`hedgewatch notify test`: does an alert arrive, and its end."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from hedgewatch import loop
from hedgewatch.cli.answers import FAILED, WELL, WRONG, print_json, tell
from hedgewatch.config.configuration import Configuration
from hedgewatch.config.loader import load
from hedgewatch.config.problems import did_you_mean
from hedgewatch.core.alert_model import Severity
from hedgewatch.drill import Drilled, drill
from hedgewatch.telemetry import logs
from hedgewatch.telemetry.redaction import Redactor

_MILLISECONDS = 1000


def perform(options: Namespace) -> int:
    """Tell what became of a test alert; a ConfigurationError says what is wrong."""
    configuration = load(options.configuration)
    known = [receiver.name for receiver in configuration.receivers]
    if mistake := _mistake(options, known):
        return _wrong(options, mistake)
    names = known if options.all else options.receivers
    redactor = Redactor(secret.reveal() for secret in configuration.secrets())
    logs.configure(sys.stderr, redactor, level="error")
    drilled = _drill(options, configuration, names)
    lines = [_line(one) for one in drilled]
    tell(options, {"receivers": [_as_json(one) for one in drilled]}, "\n".join(lines))
    return FAILED if any(one.reason for one in drilled) else WELL


def _drill(
    options: Namespace, configuration: Configuration, names: Sequence[str]
) -> Sequence[Drilled]:
    """A console writes beside the answer, not into it."""
    output = sys.stderr if options.json else sys.stdout
    return loop.run(drill(configuration, names, Severity(options.severity), output))


def _mistake(options: Namespace, known: Sequence[str]) -> str:
    if not known:
        return "the configuration has no receivers: add some"
    if not options.all and not options.receivers:
        return f"which receiver? It is one of {', '.join(known)}; or --all"
    for name in () if options.all else options.receivers:
        if name not in known:
            return f"unknown receiver '{name}'{did_you_mean(name, known)}"
    return ""


def _wrong(options: Namespace, mistake: str) -> int:
    if options.json:
        print_json({"problems": [{"message": mistake}]})
    else:
        print(f"hedgewatch: {mistake}", file=sys.stderr)
    return WRONG


def _line(one: Drilled) -> str:
    if one.reason:
        return f"{one.receiver}: failed: {one.reason}"
    return (
        f"{one.receiver}: delivered in {one.seconds * _MILLISECONDS:.0f} ms, and its end after it"
    )


def _as_json(one: Drilled) -> dict[str, object]:
    return {**asdict(one), "delivered": not one.reason}
