"""`hedgewatch backup`: a copy of the store, which the daemon may be writing."""

from argparse import Namespace
from dataclasses import asdict

from hedgewatch.cli.answers import WELL, failed, tell
from hedgewatch.config.loader import load
from hedgewatch.store import StoreError
from hedgewatch.store.copies import copy


def perform(options: Namespace) -> int:
    """Copy it, and say what the copy holds."""
    store = load(options.configuration).store
    try:
        made = copy(store, options.out)
    except StoreError as error:
        return failed(error)
    words = f"{made.alerts} alerts, {made.undelivered} messages not yet delivered, {made.size} B"
    document = {"store": str(store), "out": str(options.out), **asdict(made)}
    tell(options, document, f"{options.out}: {words}")
    return WELL
