"""`hedgewatch run`: the service."""

from argparse import Namespace

from hedgewatch.cli.answers import WELL, failed
from hedgewatch.config.loader import load
from hedgewatch.service import run_service
from hedgewatch.store import StoreError
from hedgewatch.telemetry.http import CannotListenError


def perform(options: Namespace) -> int:
    """Run until told to stop."""
    try:
        run_service(load(options.configuration))
    except (StoreError, CannotListenError) as error:
        return failed(error)
    return WELL
