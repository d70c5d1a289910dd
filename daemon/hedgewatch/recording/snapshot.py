"""An engine as a document, and an engine that goes on exactly where that one stood."""

from hashlib import sha256

import orjson

from hedgewatch.core.engine import Engine
from hedgewatch.core.stress import watchers
from hedgewatch.recording.decoding import decoded
from hedgewatch.recording.encoding import Document, encoded
from hedgewatch.recording.errors import RecordingError


def snapshot(engine: Engine) -> Document:
    """All that its decisions depend on: book, alerts, statistics, windows, clocks, rules, desk."""
    try:
        return encoded(engine)
    except (TypeError, AttributeError, LookupError, RecursionError) as error:
        raise RecordingError(f"the engine cannot be recorded: {error}") from error


def restored(document: Document) -> Engine:
    """The engine of a snapshot. RecordingError when it makes no sense here."""
    engine = decoded(document)
    if not isinstance(engine, Engine):
        raise RecordingError("it is no snapshot of an engine")
    try:
        engine.book.watchers = watchers(engine.judge.rulebook.rules, engine.book.desk)
    except (TypeError, AttributeError, LookupError) as error:
        raise RecordingError(f"it makes no sense here: {error}") from error
    return engine


def digest(held: object) -> str:
    """The same for what says the same."""
    return sha256(orjson.dumps(encoded(held))).hexdigest()
