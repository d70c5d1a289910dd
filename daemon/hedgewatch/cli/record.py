"""`hedgewatch record`: what the ring of the daemon holds, and a copy of the last of it."""

from argparse import Namespace
from dataclasses import asdict

from hedgewatch.cli.answers import WELL, WRONG, failed, tell
from hedgewatch.config.loader import load
from hedgewatch.core.wording import rfc3339
from hedgewatch.recording.errors import RecordingError
from hedgewatch.recording.ring import Ring
from hedgewatch.recording.saving import Holding, holding, save
from hedgewatch.settings import seconds


def perform(options: Namespace) -> int:
    """Say what there is, or copy it. The daemon may run meanwhile; it is not asked."""
    configuration = load(options.configuration)
    settings = configuration.recording
    ring = Ring(configuration.ring, settings.keep, settings.size)
    try:
        last = seconds(options.last)
    except ValueError as error:
        failed(ValueError(f"--last {options.last}: {error}"))
        return WRONG
    try:
        held = save(ring, options.out, last) if options.out else holding(ring)
    except RecordingError as error:
        off = "" if settings.enabled else " (recording: {enabled: false})"
        return failed(RecordingError(f"{error}{off}"))
    place = str(options.out or ring.folder)
    tell(options, {"place": place, **_document(held)}, f"{place}: {_words(held)}")
    return WELL


def _words(held: Holding) -> str:
    segments = f"{held.segments} segment{'s' * (held.segments != 1)}"
    size = f"{held.size / 1e6:.1f} MB"
    return f"{segments}, {size}, {rfc3339(held.begun_at)} to {rfc3339(held.ended_at)}"


def _document(held: Holding) -> dict[str, object]:
    times = {"begun_at": rfc3339(held.begun_at), "ended_at": rfc3339(held.ended_at)}
    return asdict(held) | times
